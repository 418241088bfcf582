"""Sets GenICam features by their names, and looks whether the camera took them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from math import isclose
from typing import Any

from edge.core.errors import CameraError

_NEAR = 0.01
"""Cameras round exposure times and rates to their clock."""

Value = bool | int | float | str


def set_features(device: Any, features: Mapping[str, Value], name: str) -> None:
    """Set the features of an ``Aravis.Device``, one after the other; a command is run.

    Raises:
        CameraError: It has no such feature, or does not take a value.
    """
    for feature, value in features.items():
        node = device.get_feature(feature)
        if node is None:
            raise _unknown(device, feature, name)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        try:
            if type(node).__name__ == "GcCommand":
                node.execute()
                continue
            node.set_value_from_string(text)
            taken = node.get_value_as_string()
        except glib_error() as error:
            raise CameraError(
                f"{name} does not take {feature} = {text}: {error.message}", _choices(device, node)
            ) from None
        if not _same(taken, value):
            raise CameraError(
                f"{name} does not take {feature} = {text}; it has {taken}",
                f"Give {feature} a value that it can have: arv-tool-0.8 features shows them",
            )


def _same(taken: str, wanted: Value) -> bool:
    if isinstance(wanted, bool):
        return (taken.lower() in {"true", "1"}) is wanted
    if isinstance(wanted, str):
        return taken == wanted
    try:
        return isclose(float(taken), wanted, rel_tol=0.0 if isinstance(wanted, int) else _NEAR)
    except ValueError:
        return False


def _choices(device: Any, node: Any) -> str:
    if type(node).__name__ != "GcEnumeration":
        return "See what it can be set to: arv-tool-0.8 features"
    names = device.dup_available_enumeration_feature_values_as_strings(node.get_name())
    return f"It can be {', '.join(names)}"


def _unknown(device: Any, feature: str, name: str) -> CameraError:
    near = get_close_matches(feature, _names(device, "Root"), n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "arv-tool-0.8 features lists them"
    return CameraError(f"{name} has no feature {feature}", hint)


def _names(device: Any, category: str) -> Iterator[str]:
    """The names of all features in a category and those within."""
    node = device.get_feature(category)
    for name in node.get_features() if type(node).__name__ == "GcCategory" else ():
        yield name
        yield from _names(device, name)


def glib_error() -> type[Any]:
    """The exception that Aravis's calls raise; it has a ``message``."""
    from gi.repository import GLib

    return GLib.Error  # type: ignore[no-any-return]
