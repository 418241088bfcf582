"""The bundle that is in use on a device."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from edge.bundle.load import UNSIGNED, Bundle, find_bundle, load_bundle
from edge.install.store import Store
from edge.install.trust import Device

Used = TypeVar("Used")


def open_in_use(
    name: str | None, device: Device, use: Callable[[Bundle], Used], say: Callable[[str], None]
) -> tuple[Bundle, Used]:
    """Open a bundle and do something with it, such as loading its networks.

    Without a name it is the installed bundle, or the one before where that fails, which is said;
    where none is installed, the shipped default.

    Args:
        name: A file, or the name of a shipped bundle; None takes what is installed.
        device: What is trusted here.
        use: Given the bundle; where it fails with an installed one, the one before is tried.
        say: Takes a sentence that a person must not overlook.

    Raises:
        MissingPathError: There is no such file.
        BundleError: It is corrupt, not trusted on this device, or newer than this program.
        MillsightError: Whatever ``use`` raises.
    """
    installed = Store(device).open(use) if name is None else None
    if installed is not None:
        bundle, used, why = installed
        if why:
            say(f"{why}; going on with the one before it, {bundle.title}")
    else:
        bundle = device.admit(load_bundle(find_bundle(name)))
        used = use(bundle)
    if bundle.trust == UNSIGNED:
        say(f"{bundle.path} is UNSIGNED: nothing vouches for where it is from")
    return bundle, used
