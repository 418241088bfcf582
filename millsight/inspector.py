"""Opening a bundle as a device does, and inspecting pictures with it."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.bundle import Bundle
from edge.core.errors import ConfigError, ImageError, MissingPathError, UntrustedError
from edge.core.frame import Frame, Pixels
from edge.core.images import read_grey, to_grey
from edge.core.inspection import Inspection, Level
from edge.install.in_use import open_in_use
from edge.install.trust import Device, keys_folder, state_folder
from edge.tune.run_choices import RunChoices

AnyPath = str | os.PathLike[str]

MAX_THREADS = 64
MM_PER_PX = 0.5
"""As ``millsight inspect`` assumes where nobody says otherwise."""

_log = logging.getLogger("millsight")


def open_bundle(
    path_or_name: AnyPath | None,
    *,
    keys: AnyPath | Iterable[AnyPath] | None = None,
    allow_unsigned: bool = False,
) -> Bundle:
    """Read a bundle, check every byte of it, and admit it as a device beside the line does.

    A bundle that ships with millsight is admitted by its digest; any other must be signed by one of
    the trusted keys. One that is damaged, or wrongly signed, or signed by a stranger, is refused
    whatever is allowed. No model is loaded yet.

    Args:
        path_or_name: A ``.millsight`` file, or the name of a shipped bundle: ``simulated`` or
            ``cold-strip``. None: the bundle that is installed on this device, else ``simulated``.
        keys: Trusted public keys: a folder (its ``*.pem``), or the files themselves. None: the
            folder ``MILLSIGHT_KEYS``, else ``/etc/millsight/keys``.
        allow_unsigned: Whether a bundle that has no signature is admitted. A warning is logged.

    Returns:
        The bundle. Its ``name``, ``classes`` and ``trust`` (``shipped``, ``signed by NAME`` or
        ``unsigned``) say what it is, its ``manifest`` everything else.

    Raises:
        MissingPathError: There is no such file, or a key file cannot be read.
        BundleError: The bundle is damaged or wrongly signed.
        UntrustedError: It is unsigned, or signed by a key that is not trusted.
        NewerFormatError: A later millsight wrote it.
        OlderFormatError: An earlier millsight wrote it.
        ConfigError: A key is a private key or no key, or the folder of keys cannot be read.
    """
    folder, files = _trusted(keys)
    device = Device(folder, state_folder(), allow_unsigned, files)
    name = None if path_or_name is None else os.fspath(path_or_name)
    return open_in_use(name, device, lambda bundle: None, _log.warning)[0]


class Inspector:
    """A bundle's models, ready to inspect pictures.

    On making one the models are loaded and score the bundle's golden frames, as they do before a
    line runs: a device that scores them otherwise is refused. That takes some tenths of a second,
    and an inspection milliseconds, so make one and keep it.

    Threads may share an inspector: their calls wait for each other. To inspect in parallel, make
    one for each thread, or for each process: an inspector cannot be pickled. It holds memory alone,
    and needs no closing.

    Without ``engine``, ``precision`` and ``threads`` the models run as ``millsight tune`` has
    planned for this device, else in int8, with two threads, in the first engine that is installed.

    Args:
        bundle: From ``open_bundle``.
        engine: ``litert``, ``tflite``, ``onnx`` or ``openvino``.
        precision: Which of the bundle's models: ``int8`` or ``float32``; some bundles have more.
        threads: Threads for each model, 1 to 64.

    Attributes:
        bundle: Whose models.
        engine: The engines that run, such as ``litert`` or ``litert+onnx``.

    Raises:
        UntrustedError: The bundle is not from ``open_bundle``: nobody has admitted it.
        EngineError: The engine is unknown or not installed, or refuses a model.
        BundleError: The bundle has no models of that precision, or scores its golden frames
            otherwise on this device.
        ConfigError: ``threads`` makes no sense.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        engine: str | None = None,
        precision: str | None = None,
        threads: int | None = None,
    ) -> None:
        if not isinstance(bundle, Bundle):
            raise TypeError(f"a bundle is wanted, from open_bundle; this is {_kind(bundle)}")
        if bundle.trust is None:
            raise UntrustedError(
                f"the bundle {bundle.name} was read and not admitted",
                "Open it with millsight.open_bundle",
            )
        if threads is not None and not (isinstance(threads, int) and 1 <= threads <= MAX_THREADS):
            raise ConfigError(
                f"threads is {threads!r}", f"Give a whole number from 1 to {MAX_THREADS}"
            )
        self.bundle = bundle
        choices = RunChoices(engine, precision, threads, _log.warning)
        self._cascade = choices.proven(bundle, state_folder())
        self.engine = self._cascade.engine_name
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Inspector of {self.bundle.title} in {self.engine}>"

    def inspect(
        self,
        picture: NDArray[np.uint8] | AnyPath,
        *,
        mm_per_px: float = MM_PER_PX,
        convert_colour: bool = False,
    ) -> Inspection:
        """Inspect one picture: the verdict, and the outlines of what was found.

        A file gives what ``millsight inspect`` says of it.

        Args:
            picture: Pixels [lines, columns] uint8, grey; or [lines, columns, 3] with three channels
                that are equal. Columns run across the strip, lines along it. Or the path of an
                image. Sizes that the bundle takes: ``bundle.manifest.frame``, in pixels.
            mm_per_px: Millimetres of strip in a pixel, along and across. Lengths and areas in mm
                follow from it; scores do not.
            convert_colour: Turn real colour into grey rather than refuse it. Arrays of real colour
                have their channels in OpenCV's order: blue, green, red.

        Returns:
            What was found. It always has a verdict: its level is ``full``, its ``defective`` holds,
            and its ``defect_score`` is a fraction from 0 to 1. Boxes are x, y, width, height in
            pixels; where the bundle has an instance model, defects have masks. ``source`` is the
            path, and ``array`` for arrays.

        Raises:
            MissingPathError: There is no such file.
            ImageError: It is no whole grey picture of 8 bits, or not of a size that the bundle
                takes. A picture that was not inspected never looks like a clean one.
            EngineError: The engine failed.
            ConfigError: ``mm_per_px`` is not above 0.
        """
        if not (math.isfinite(mm_per_px) and mm_per_px > 0):
            raise ConfigError(f"mm_per_px is {mm_per_px!r}", "Give millimetres a pixel, above 0")
        pixels, source = _pixels(picture, convert_colour=convert_colour)
        frame = Frame(
            pixels,
            number=0,
            taken_at=time.monotonic(),
            source=source,
            mm_per_line=mm_per_px,
            mm_per_px_across=mm_per_px,
        )
        with self._lock:
            inspection = self._cascade.outline(frame, self._cascade.inspect(frame))
        if inspection.level is Level.UNINSPECTED:
            raise ImageError(
                f"{source} cannot be inspected: {inspection.detail} (width × height in pixels)",
                "Give a picture of such a size, at the scale of those that the bundle learnt from",
            )
        return inspection


def _trusted(
    keys: AnyPath | Iterable[AnyPath] | None,
) -> tuple[Path, tuple[Path, ...] | None]:
    """The folder of keys, and the files that are named instead of it."""
    if keys is None:
        return keys_folder(), None
    if not isinstance(keys, (str, os.PathLike)):
        return keys_folder(), tuple(map(Path, keys))
    path = Path(keys)
    return (keys_folder(), (path,)) if path.is_file() else (path, None)


def _pixels(picture: object, *, convert_colour: bool) -> tuple[Pixels, str]:
    """Grey pixels [lines, columns] uint8, and where they are from."""
    if isinstance(picture, np.ndarray):
        return _grey(picture, convert_colour=convert_colour), "array"
    if not isinstance(picture, (str, os.PathLike)):
        raise ImageError(
            f"a picture is a NumPy array or the path of an image; this is {_kind(picture)}",
            "numpy.asarray makes an array of most pictures",
        )
    path = Path(picture)
    try:
        is_folder = path.is_dir()
    except OSError as error:
        raise MissingPathError(f"there is no image {str(path)[:80]}: {error.strerror}") from None
    if is_folder:
        raise ImageError(
            f"{path} is a folder; one picture is inspected at a time",
            'Go through its files: for file in sorted(Path(folder).glob("*.png"))',
        )
    return read_grey(path, convert_colour=convert_colour), str(path)


def _grey(array: NDArray[Any], *, convert_colour: bool) -> Pixels:
    if array.dtype != np.uint8:
        raise ImageError(
            f"the array is of {array.dtype}; pixels are uint8, from 0 to 255",
            "Scale them to that range, then .astype(numpy.uint8)",
        )
    if array.ndim != 2 and (array.ndim != 3 or array.shape[2] != 3):
        raise ImageError(
            f"the array has the shape {array.shape}",
            "Give [lines, columns], or [lines, columns, 3] with equal channels",
        )
    if not array.size:
        raise ImageError(f"the array has the shape {array.shape}", "There is no pixel in it")
    return to_grey(array, "the array", convert_colour=convert_colour)


def _kind(thing: object) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}".removeprefix("builtins.")
