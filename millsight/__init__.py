"""Inspect pictures of steel strip from Python.

    from millsight import Inspector, open_bundle

    inspector = Inspector(open_bundle("simulated"))
    inspection = inspector.inspect("photo.png")
    for defect in inspection.defects:
        print(defect.label, defect.score, defect.box)

``open_bundle`` admits a bundle as a device beside the line does: it checks every byte, and the
signature against the trusted keys. ``Inspector`` runs the bundle's models. ``Inspection`` holds the
verdict and the defects. Every error that a person can act on is a ``MillsightError``.
``docs/python.md`` has an example of each part.
"""

from __future__ import annotations

# These two are loaded when Python starts, so no file can hide them.
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from edge import __version__
    from edge.bundle import Bundle, Manifest
    from edge.core.errors import (
        BundleError,
        ConfigError,
        EngineError,
        ImageError,
        LabelError,
        MillsightError,
        MissingPathError,
        NewerFormatError,
        OlderFormatError,
        UntrustedError,
    )
    from edge.core.images import read_grey
    from edge.core.inspection import Cause, Defect, Inspection, Level
    from edge.core.rle import CocoRle, mask_from_coco
    from edge.sinks.pictures import draw
    from millsight.inspector import Inspector, open_bundle

__all__ = [
    "Bundle",
    "BundleError",
    "Cause",
    "CocoRle",
    "ConfigError",
    "Defect",
    "EngineError",
    "ImageError",
    "Inspection",
    "Inspector",
    "LabelError",
    "Level",
    "Manifest",
    "MillsightError",
    "MissingPathError",
    "NewerFormatError",
    "OlderFormatError",
    "UntrustedError",
    "__version__",
    "draw",
    "mask_from_coco",
    "open_bundle",
    "read_grey",
]

_PUBLIC = {
    "edge": ("__version__",),
    "edge.bundle": ("Bundle", "Manifest"),
    "edge.core.errors": (
        "BundleError",
        "ConfigError",
        "EngineError",
        "ImageError",
        "LabelError",
        "MillsightError",
        "MissingPathError",
        "NewerFormatError",
        "OlderFormatError",
        "UntrustedError",
    ),
    "edge.core.images": ("read_grey",),
    "edge.core.inspection": ("Cause", "Defect", "Inspection", "Level"),
    "edge.core.rle": ("CocoRle", "mask_from_coco"),
    "edge.sinks.pictures": ("draw",),
    "millsight.inspector": ("Inspector", "open_bundle"),
}
"""The module of each public name. Modules are imported on first use, because the command imports
this package too and must start quickly."""

_DEFERRED = (
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.serialization",
    "edge.vision.engines.litert",
    "ai_edge_litert.interpreter",
)
"""Modules that the public modules import only when they run."""


def _check_names() -> None:
    """Check that no file hides a module that this package imports.

    Raises:
        ImportError: A file does; the message names the file and the remedy.
    """
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    ours = os.path.realpath(os.path.join(home, "edge"))
    found = _found_edge()
    if found is not None and os.path.dirname(os.path.realpath(found)) != ours:
        message = (
            f"millsight: {found} hides millsight's own package 'edge': rename it, or run from "
            "another folder"
        )
        if _is_command():
            # The command's script imports this package before it can catch an error.
            sys.exit(message)
        raise ImportError(message, name="edge", path=found)

    from edge.core.hiding import Refusing, hidden_modules

    hidden = hidden_modules()
    if hidden and not _is_command():
        # Report a hidden module now rather than at a later call.
        with Refusing(hidden):
            _import_all()


def _found_edge() -> str | None:
    """The file that Python has imported or would import as ``edge``; None if there is none.

    This repeats what ``edge.core.hiding`` does, because that module cannot be imported before
    ``edge`` is known to be ours.
    """
    loaded = sys.modules.get("edge")
    if loaded is not None:
        return getattr(loaded, "__file__", None)
    for finder in sys.meta_path:
        spec = finder.find_spec("edge", None) if hasattr(finder, "find_spec") else None
        if spec is not None:
            return None if spec.origin is None else os.path.abspath(spec.origin)
    return None


def _is_command() -> bool:
    """Whether the program is the ``millsight`` command or ``python -m millsight``."""
    program = "".join(getattr(sys, "argv", [])[:1])
    if program == "-m":  # Python has not yet found the module that it will run.
        return "millsight" in sys.orig_argv
    return os.path.basename(program) == "millsight"


def _import_all() -> None:
    from importlib import import_module

    for module in (*_PUBLIC, *_DEFERRED):
        try:
            import_module(module)
        except ModuleNotFoundError:
            # The engine is not installed; the caller who asks for it gets an error.
            if module not in _DEFERRED:
                raise


_check_names()

if not TYPE_CHECKING:  # a type checker would take any name for one of this module (PEP 562)

    def __getattr__(name):
        from importlib import import_module

        for module, names in _PUBLIC.items():
            if name in names:
                value = globals()[name] = getattr(import_module(module), name)
                return value
        raise AttributeError(f"module 'millsight' has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__all__})
