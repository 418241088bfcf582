"""The bundles that are installed on a device: the one in use, and the one before it.

    STATE/bundles/DIGEST.millsight    whole bundles, under the SHA-256 of their bytes, never changed
    STATE/installed.json              which of them is in use, and which was before it

A bundle is on the disk before ``installed.json`` names it, and removed when that no longer does.
``installed.json`` is replaced in one step, which is the switch. So whatever moment the power fails
or the process is killed at, it names bundles that are there, whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, ValidationError

from edge.bundle.load import SUFFIX, UNSIGNED, Bundle, load_bundle
from edge.bundle.manifest_parts import (
    ManifestPart,
    Name,
    Sha256,
)
from edge.core.errors import (
    BundleError,
    MillsightError,
    MissingPathError,
    UnwritableError,
)
from edge.core.files import make_folder, open_unplanted, write_whole
from edge.core.regular_files import read_regular
from edge.install.trust import Device

INSTALLED = "installed.json"
_BUNDLES = "bundles"
_LOCK = "lock"
_OURS = re.compile(
    rf"[0-9a-f]{{64}}{re.escape(SUFFIX)}|\.[0-9a-f]{{64}}{re.escape(SUFFIX)}\.[0-9a-f]+\.part"
)

Used = TypeVar("Used")


class Entry(ManifestPart):
    """One installed bundle."""

    digest: Sha256 = Field(description="SHA-256 of the whole file")
    name: Name = Field(description="What its manifest calls it")
    created: str = Field(description="When it was packed, ISO 8601, UTC")
    installed: str = Field(description="When it was installed, ISO 8601, UTC")
    unsigned: bool = Field(description="Whether it was let in without a signature")


class Installed(ManifestPart):
    """What ``installed.json`` holds."""

    format: Literal[1] = Field(description="Version of this file")
    current: Entry = Field(description="The bundle in use")
    previous: Entry | None = Field(description="The one before it; null where there was none")


class Store:
    """The installed bundles of a device.

    Args:
        device: Where they are kept, and what is trusted.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self.path = device.state / INSTALLED

    def read(self) -> Installed | None:
        """What is installed; None where nothing is.

        Raises:
            BundleError: ``installed.json`` is damaged, or cannot be read.
        """
        try:
            return Installed.model_validate_json(read_regular(self.path))
        except FileNotFoundError:
            return None
        except (ValidationError, OSError):
            raise BundleError(
                f"{self.path} cannot be read or is damaged: what is installed is not known",
                "Check the disk, then install the bundle again",
            ) from None

    def load(self, entry: Entry) -> Bundle:
        """Check every byte of an installed bundle again, and that it is still trusted.

        Raises:
            MissingPathError: It is gone.
            BundleError: It is damaged.
            UntrustedError: The key that signed it is not trusted any more.
        """
        bundle = load_bundle(self.file(entry.digest))
        if bundle.digest != entry.digest:
            raise BundleError(f"{bundle.path} is not the bundle that was installed")
        device = self.device
        return replace(device, allow_unsigned=device.allow_unsigned or entry.unsigned).admit(bundle)

    def fault(self, entry: Entry) -> str | None:
        """What is wrong with an installed bundle; None: it is whole and trusted."""
        try:
            self.load(entry)
        except MillsightError as error:
            return error.what
        return None

    def open(self, use: Callable[[Bundle], Used]) -> tuple[Bundle, Used, str] | None:
        """Use the bundle that is installed, or the one before it where that fails.

        Args:
            use: What is to be done with it, such as loading its networks.

        Returns:
            The bundle, what ``use`` gave, and why it is not the current one (else empty). None
            where nothing is installed.

        Raises:
            MillsightError: What the last of them failed with, or ``installed.json`` is damaged.
        """
        installed = self.read()
        if installed is None:
            return None
        try:
            bundle = self.load(installed.current)
            return bundle, use(bundle), ""
        except MillsightError as error:
            if installed.previous is None:
                raise
            why = f"the installed bundle {installed.current.name} fails ({error.what})"
        bundle = self.load(installed.previous)
        return bundle, use(bundle), why

    def install(self, bundle: Bundle) -> Installed:
        """Put a bundle into use and keep the last one that is whole; all of it or nothing.

        Raises:
            UntrustedError: It is not trusted here.
            UnwritableError: The state folder cannot be written.
        """
        bundle = self.device.admit(bundle)
        make_folder(self.device.state / _BUNDLES)
        with self._locked():
            entry = Entry(
                digest=bundle.digest,
                name=bundle.manifest.name,
                created=bundle.manifest.created,
                installed=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                unsigned=bundle.trust == UNSIGNED,
            )
            previous = self._last_whole(entry)
            write_whole(self.file(bundle.digest), bundle.to_bytes())
            return self._switch(entry, previous)

    def roll_back(self) -> Installed:
        """Put the previous bundle into use again, and keep the current one as the previous.

        Raises:
            MissingPathError: There is none to go back to, or it is gone.
            BundleError: It is damaged, or not trusted any more; nothing is changed then.
            UnwritableError: The state folder cannot be written.
        """
        if self.read() is None:
            raise self._nothing_before()
        with self._locked():
            installed = self.read()
            if installed is None or installed.previous is None:
                raise self._nothing_before()
            self.load(installed.previous)
            return self._switch(installed.previous, installed.current)

    def file(self, digest: str) -> Path:
        """Where the bundle of a digest lies."""
        return self.device.state / _BUNDLES / (digest + SUFFIX)

    def _nothing_before(self) -> MissingPathError:
        return MissingPathError(
            f"there is no bundle to go back to in {self.device.state}", "See: millsight bundle list"
        )

    def _switch(self, current: Entry, previous: Entry | None) -> Installed:
        installed = Installed(format=1, current=current, previous=previous)
        write_whole(self.path, json.dumps(installed.model_dump(), indent=1, allow_nan=False) + "\n")
        kept = {self.file(entry.digest) for entry in (current, previous) if entry}
        for path in (self.device.state / _BUNDLES).iterdir():
            if path not in kept and self._wrote(path):
                path.unlink()
        for path in self.device.state.glob(f".{INSTALLED}.*.part"):
            path.unlink()
        return installed

    @staticmethod
    def _wrote(path: Path) -> bool:
        """Whether the store has made a file: its name is one of its own, and so is its content."""
        if not _OURS.fullmatch(path.name) or path.is_symlink() or not path.is_file():
            return False
        if path.name.endswith(".part"):
            return True
        try:
            return load_bundle(path).digest == path.name.removesuffix(SUFFIX)
        except MillsightError:
            return False

    def _last_whole(self, coming: Entry) -> Entry | None:
        """What a roll-back from the bundle that is coming would lead to."""
        with suppress(BundleError):
            before = self.read()
            for entry in (before.current, before.previous) if before else ():
                if entry and entry.digest != coming.digest and self.fault(entry) is None:
                    return entry
        return None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One that installs at a time; the system lets go of the lock when the process ends."""
        try:
            descriptor = open_unplanted(self.device.state / _LOCK, os.O_RDWR)
        except OSError as error:
            raise UnwritableError(
                f"{self.device.state} cannot be written: {error.strerror}",
                "Run it as the user that owns the folder, or name another: --state",
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
