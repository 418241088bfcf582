"""Open a bundle as a device does, and inspect pictures with it."""

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
from edge.core.errors import (
    ConfigError,
    ImageError,
    MissingPathError,
    NotFiniteError,
    UntrustedError,
)
from edge.core.frame import Frame, Pixels
from edge.core.images import read_grey, to_grey
from edge.core.inspection import Cause, Inspection, Level
from edge.install.in_use import open_in_use
from edge.install.trust import Device, keys_folder, state_folder
from edge.tune.run_choices import RunChoices

AnyPath = str | os.PathLike[str]

MAX_THREADS = 64
MM_PER_PX = 0.5
"""Default scale in mm per pixel, the same as that of ``millsight inspect``."""

_log = logging.getLogger("millsight")


def open_bundle(
    path_or_name: AnyPath | None,
    *,
    keys: AnyPath | Iterable[AnyPath] | None = None,
    allow_unsigned: bool = False,
) -> Bundle:
    """Read a bundle, check every byte of it, and admit it as a device beside the line does.

    A bundle that ships with millsight is admitted by its digest. Any other bundle must be signed by
    one of the trusted keys. A damaged bundle, a wrong signature or an unknown signer is refused
    even with ``allow_unsigned``. The models are not loaded yet.

    Args:
        path_or_name: A ``.millsight`` file, or the name of a shipped bundle: ``simulated`` or
            ``cold-strip``. None: the bundle that is installed on this device, else ``simulated``.
        keys: Trusted public keys: a folder (its ``*.pem``), or the files themselves. None: the
            folder ``MILLSIGHT_KEYS``, else ``/etc/millsight/keys``.
        allow_unsigned: Whether to admit a bundle without a signature. A warning is logged.

    Returns:
        The bundle, with ``name``, ``classes``, ``trust`` (``shipped``, ``signed by NAME`` or
        ``unsigned``) and ``manifest``.

    Raises:
        MissingPathError: The file does not exist, or a key file cannot be read.
        BundleError: The bundle is damaged or wrongly signed.
        UntrustedError: The bundle is unsigned, or signed by a key that is not trusted.
        NewerFormatError: A later version of millsight wrote the bundle.
        OlderFormatError: An earlier version of millsight wrote the bundle.
        ConfigError: A key file holds a private key or no key, or the key folder cannot be read.
    """
    folder, files = _trusted(keys)
    device = Device(folder, state_folder(), allow_unsigned, files)
    name = None if path_or_name is None else os.fspath(path_or_name)
    return open_in_use(name, device, lambda bundle: None, _log.warning)[0]


class Inspector:
    """A bundle's models, ready to inspect pictures.

    The constructor loads the models and scores the bundle's golden frames, as a line does before it
    starts, and raises if a score differs. This takes some tenths of a second and an inspection some
    milliseconds, so create one inspector and keep it.

    Threads may share an inspector; their calls run one at a time. To inspect in parallel, create
    one per thread or per process; an inspector cannot be pickled. It holds only memory and needs no
    closing.

    Without ``engine``, ``precision`` and ``threads`` the models run by the device's tuning plan
    (``millsight tune``); without a plan, in int8 with two threads in the first installed engine.

    Args:
        bundle: A bundle from ``open_bundle``.
        engine: ``litert``, ``tflite``, ``onnx`` or ``openvino``.
        precision: Precision of the models: ``int8`` or ``float32``; some bundles have more.
        threads: Threads for each model, 1 to 64.

    Attributes:
        bundle: The bundle whose models run.
        engine: The engines in use, such as ``litert`` or ``litert+onnx``.

    Raises:
        UntrustedError: The bundle does not come from ``open_bundle``, so it was not admitted.
        EngineError: The engine is unknown, not installed, or rejects a model.
        BundleError: The bundle has no models of that precision, or the golden frames get different
            scores on this device.
        ConfigError: ``threads`` is not a whole number from 1 to 64.
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
            raise TypeError(f"expected a bundle from open_bundle; this is {_kind(bundle)}")
        if bundle.trust is None:
            raise UntrustedError(
                f"the bundle {bundle.name} was read but not admitted",
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
        """Inspect one picture and outline its defects.

        For a file the result equals that of ``millsight inspect``.

        Args:
            picture: Pixels [lines, columns] uint8, grey; or [lines, columns, 3] with three equal
                channels; or the path of an image. Columns run across the strip, lines along it.
                ``bundle.manifest.frame`` gives the accepted sizes in pixels.
            mm_per_px: Millimetres of strip per pixel, along and across. It scales lengths and areas
                in mm; it does not change scores.
            convert_colour: Convert a colour picture to grey instead of refusing it. Colour arrays
                have OpenCV's channel order: blue, green, red.

        Returns:
            The inspection. It always has a verdict: ``level`` is ``full`` (``classified`` where the
            network that outlines gives what is no finite number), ``defective`` is set, and
            ``defect_score`` is a fraction from 0 to 1. Boxes are x, y, width, height in pixels.
            Defects have masks if the bundle has an instance model. ``source`` is the path, or
            ``array`` for an array.

        Raises:
            MissingPathError: The file does not exist.
            ImageError: The picture is damaged, not 8-bit grey, or of a size that the bundle does
                not accept. A picture that was not inspected is never reported as clean.
            EngineError: The engine failed, or a network gave a score that is no finite number.
            ConfigError: ``mm_per_px`` is not a finite number above 0.
        """
        if not (math.isfinite(mm_per_px) and mm_per_px > 0):
            raise ConfigError(f"mm_per_px is {mm_per_px!r}", "Give millimetres per pixel, above 0")
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
        if inspection.cause is Cause.NOT_FINITE:
            raise NotFiniteError(f"{source} cannot be inspected: {inspection.detail}")
        if inspection.level is Level.UNINSPECTED:
            raise ImageError(
                f"{source} cannot be inspected: {inspection.detail} (width × height in pixels)",
                "Give a picture of an accepted size, at the scale of the bundle's training data",
            )
        return inspection


def _trusted(
    keys: AnyPath | Iterable[AnyPath] | None,
) -> tuple[Path, tuple[Path, ...] | None]:
    """The key folder, and the key files that replace it, if any are named."""
    if keys is None:
        return keys_folder(), None
    if not isinstance(keys, (str, os.PathLike)):
        return keys_folder(), tuple(map(Path, keys))
    path = Path(keys)
    return (keys_folder(), (path,)) if path.is_file() else (path, None)


def _pixels(picture: object, *, convert_colour: bool) -> tuple[Pixels, str]:
    """Grey pixels [lines, columns] uint8, and the name of their source."""
    if isinstance(picture, np.ndarray):
        return _grey(picture, convert_colour=convert_colour), "array"
    if not isinstance(picture, (str, os.PathLike)):
        raise ImageError(
            f"a picture must be a NumPy array or the path of an image; this is {_kind(picture)}",
            "Most picture types convert with numpy.asarray",
        )
    path = Path(picture)
    try:
        is_folder = path.is_dir()
    except OSError as error:
        raise MissingPathError(f"there is no image {str(path)[:80]}: {error.strerror}") from None
    if is_folder:
        raise ImageError(
            f"{path} is a folder; inspect takes one picture",
            'Loop over its files: for file in sorted(Path(folder).glob("*.png"))',
        )
    return read_grey(path, convert_colour=convert_colour), str(path)


def _grey(array: NDArray[Any], *, convert_colour: bool) -> Pixels:
    if array.dtype != np.uint8:
        raise ImageError(
            f"the array has dtype {array.dtype}; pixels must be uint8, from 0 to 255",
            "Scale them to that range, then call .astype(numpy.uint8)",
        )
    if array.ndim != 2 and (array.ndim != 3 or array.shape[2] != 3):
        raise ImageError(
            f"the array has the shape {array.shape}",
            "Give [lines, columns], or [lines, columns, 3] with equal channels",
        )
    if not array.size:
        raise ImageError(f"the array has the shape {array.shape}", "It holds no pixels")
    return to_grey(array, "the array", convert_colour=convert_colour)


def _kind(thing: object) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}".removeprefix("builtins.")
