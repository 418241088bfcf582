"""What a file is by its first bytes; its name is not asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NEEDED = 4096
"""Bytes of its start that tell."""

Kind = Literal["image", "video", "other"]


@dataclass(frozen=True, slots=True)
class Content:
    """What a file is.

    Attributes:
        kind: ``image`` where it is in a format that is read; ``video`` where FFmpeg is asked.
        name: What the format is called; empty where it is not known.
    """

    kind: Kind
    name: str = ""

    @property
    def refusal(self) -> str:
        """Why it is not read as a picture, as it goes on after the file's name."""
        if self.name == "empty":
            return "is empty"
        if not self.name:
            return "is not an image or video by its content"
        return f"is {self.name}, which is not read"


_IMAGES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
)
_OTHERS = (
    (b"GIF8", "GIF"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"v/1\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"8BPS", "Photoshop"),
    (b"qoif", "QOI"),
    (b"DDS ", "DirectDraw Surface"),
    (b"\0\0\x01\0", "an icon"),
    (b"SIMPLE  =", "FITS"),
    (b"%PDF", "PDF"),
    (b"\x89HDF", "HDF5"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "compressed by gzip"),
)
_VIDEOS = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"FLV\x01",
    b"OggS",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF, WMV
    b"DKIF",  # IVF
    b".RMF",
    b"YUV4MPEG2",
    b"\x06\x0e\x2b\x34",  # MXF
    b"\0\0\x01\xba",  # MPEG program stream
    b"\0\0\x01\xb3",  # MPEG-1 and MPEG-2
    b"\0\0\x01\xb0",  # MPEG-4 part 2
    b"\0\0\0\x01",  # H.264 and H.265 without a container
    b"\0\0\x01\x67",
)
_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_MAGIC: list[tuple[bytes, Kind, str]] = [
    *((magic, "image", name) for magic, name in _IMAGES),
    *((magic, "other", name) for magic, name in _OTHERS),
]
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


def content_of(start: bytes) -> Content:
    """What a file is.

    Args:
        start: Its first ``NEEDED`` bytes, or more, or all that it has.
    """
    if not start:
        return Content("other", "empty")
    for magic, kind, name in _MAGIC:
        if start.startswith(magic):
            return Content(kind, name)
    if start.startswith(b"RIFF"):
        return _riff(start)
    if start[:1] == b"P" and start[2:3] in b" \t\r\n#" and len(start) > 2:
        return _netpbm(start[1:2])
    if start[4:8] == b"ftyp" and start[8:12] in _STILL_BRANDS:
        return Content("other", "AVIF or HEIF")
    is_video = start.startswith(_VIDEOS) or start[4:8] in _ATOMS or _is_transport_stream(start)
    return Content("video", "video") if is_video else Content("other")


def _riff(start: bytes) -> Content:
    if start[8:12] == b"WEBP":
        return Content("image", "WebP")
    return Content("video", "AVI") if start[8:12] in (b"AVI ", b"AVIX") else Content("other")


def _netpbm(digit: bytes) -> Content:
    if digit in b"56" and digit:
        return Content("image", "PGM")
    if digit in b"23" and digit:
        return Content("other", "a PGM or PPM of figures in text")
    return Content("other", "a bitmap of Netpbm" if digit in (b"1", b"4", b"7") else "")


def _is_transport_stream(start: bytes) -> bool:
    """Packets of 188 bytes begin with 0x47; on some discs four bytes go before each."""
    for first, step in ((0, 188), (4, 192)):
        marks = start[first::step][:5]
        if len(marks) == 5 and marks == b"\x47" * 5:
            return True
    return False
