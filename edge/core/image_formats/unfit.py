"""Why a file is refused as a picture, and what all formats refuse alike."""

from __future__ import annotations

AGAIN = "Copy or export it again"


class UnfitImageError(ValueError):
    """A file is no whole picture that can be inspected.

    Args:
        why: What is wrong, as it goes on after the file's name.
        hint: What to do about it, one line.
    """

    def __init__(self, why: str, hint: str = AGAIN) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


def cut_off() -> UnfitImageError:
    """It ends before its end."""
    return UnfitImageError("is cut off before its end")


def several(count: int | str) -> UnfitImageError:
    """It holds more pictures than the one that would be read."""
    return UnfitImageError(f"holds {count} pictures", "Save each picture in a file of its own")


def sixteen_bits(bits: int) -> UnfitImageError:
    """Its pixels have more than the 8 bits that networks see."""
    return UnfitImageError(f"has {bits} bits a pixel", "Save it with 8 bits a pixel")


def require_size(width: int, height: int, most_pixels: int) -> None:
    """Refuse a picture by the size in its header, before memory is spent on it.

    Raises:
        UnfitImageError: It has no pixels, or too many.
    """
    if width < 1 or height < 1:
        raise UnfitImageError(f"is {width}×{height} pixels by its header")
    if width * height > most_pixels:
        raise UnfitImageError(
            f"is {width}×{height} pixels by its header; {most_pixels / 1e6:g} million are allowed",
            "Cut it into frames; run and inspect also take --max-megapixels",
        )


def require_upright(orientation: int) -> None:
    """Refuse a picture that viewers turn or mirror: whether its labels were turned is not known.

    Args:
        orientation: The EXIF or TIFF tag 274; 1 is upright, and values beyond 8 mean nothing.

    Raises:
        UnfitImageError: It is turned or mirrored.
    """
    if 2 <= orientation <= 8:
        raise UnfitImageError(
            f"is stored turned or mirrored (orientation {orientation})",
            "Turn its pixels and take the mark away, as mogrify -auto-orient does",
        )
