"""Reads a bundle and checks all of it, in memory, before any of it is used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files as resource_files
from pathlib import Path

from edge.bundle.container import MANIFEST, MAX_BYTES, SIGNATURE, read_container, write_container
from edge.bundle.manifest import Manifest, parse_manifest
from edge.bundle.model_format import model_format
from edge.bundle.shipped import SHIPPED
from edge.bundle.signature import Signature
from edge.bundle.stages import find_form, lacking
from edge.core.errors import BundleError, MissingPathError
from edge.core.regular_files import UnfitFileError, read_regular

SUFFIX = ".millsight"

UNSIGNED = "unsigned"
"""Value of ``Bundle.trust`` for a bundle that was accepted without a signature."""

DEFAULT = "simulated"
"""Name of the shipped bundle that is used by default."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose every byte was checked.

    Attributes:
        manifest: Its manifest.
        files: Its other files, by name.
        digest: SHA-256 of the whole file, hexadecimal.
        path: The file; None if the bundle was made in memory.
        signature: Its verified signature; None if the bundle is unsigned.
        trust: Why this device accepts it: ``shipped``, ``signed by NAME`` or ``unsigned``; None
            until ``Device.admit`` has accepted it.
    """

    manifest: Manifest
    files: Mapping[str, bytes] = field(repr=False)
    digest: str
    path: Path | None = None
    signature: Signature | None = None
    trust: str | None = None

    def __repr__(self) -> str:
        classes = ", ".join(self.classes)
        return f"<Bundle {self.title}, classes {classes}, SHA-256 {self.digest[:12]}…>"

    @property
    def name(self) -> str:
        """Its name, from the manifest."""
        return self.manifest.name

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of its defect classes, in the classifier's order."""
        return self.manifest.classes

    @property
    def trust_shown(self) -> str:
        """Its trust for people; ``UNSIGNED`` in capitals, so that nobody overlooks it."""
        return "UNSIGNED" if self.trust == UNSIGNED else self.trust or "not checked"

    @property
    def title(self) -> str:
        """Name and trust, for people."""
        return f"{self.manifest.name} ({self.trust_shown})"

    def to_json(self) -> dict[str, str | None]:
        """The entry about this bundle in the JSON of runs and reports."""
        return {"name": self.manifest.name, "digest": self.digest, "trust": self.trust}

    def to_bytes(self, signature: Signature | None = None) -> bytes:
        """The whole file, byte for byte; with another signature if one is given."""
        signature = signature or self.signature
        signed = {SIGNATURE: signature.to_bytes()} if signature else {}
        return write_container({MANIFEST: self.manifest.to_json(), **signed, **self.files})

    def model(self, stage: str, precision: str, format_: str = "tflite") -> bytes:
        """The model file of ``gate`` or ``classifier`` in a number format, such as ``int8``.

        Raises:
            BundleError: The bundle has no such stage, or not in this format.
        """
        found = getattr(self.manifest.stages, stage, None)
        form = find_form(found.models, precision, format_) if found else None
        if form is None:
            raise lacking(self.manifest.name, f"{precision} {stage}", format_)
        return self.files[form.file]


def load_bundle(path: Path) -> Bundle:
    """Read a bundle from disk and check every byte of it.

    Raises:
        MissingPathError: There is no such file.
        BundleError: Unreadable, damaged, or named like a shipped bundle without being it.
        NewerFormatError: A later millsight wrote it, in a newer format.
        OlderFormatError: An earlier millsight wrote it, in an older format.
    """
    data = _read(path)
    bundle = read_bundle(data, path)
    expected = SHIPPED.get(path.name)
    if expected is not None and expected != bundle.digest:
        raise BundleError(
            f"{path} is not the {path.name} that ships with this millsight",
            "Install millsight again; if the bundle is your own, give its file another name",
        )
    return bundle


def read_bundle(data: bytes, path: Path | None = None) -> Bundle:
    """Check a bundle's bytes: container, signature, manifest, and each file against the manifest.

    ``Device.admit`` decides whether the signer is trusted and whether an unsigned bundle is
    accepted.

    Raises:
        BundleError: Damaged, wrongly signed, or with files that its manifest does not list.
        NewerFormatError: A later millsight wrote it, in a newer format.
        OlderFormatError: An earlier millsight wrote it, in an older format.
    """
    try:
        files = read_container(data)
        written, signed = files.pop(MANIFEST), files.pop(SIGNATURE, None)
        signature = None if signed is None else Signature.read(signed, written)
        manifest = parse_manifest(written)
        _check_files(manifest, files)
    except BundleError as error:
        refused = f"{path or 'the bundle'} is refused: {error.what}"
        raise type(error)(refused, error.hint) from None
    return Bundle(manifest, files, hashlib.sha256(data).hexdigest(), path, signature)


def shipped_bundle(name: str = DEFAULT) -> Path:
    """The path of a bundle that ships with millsight.

    Raises:
        BundleError: No bundle of this name ships, or its file is missing from the installation.
    """
    file_name = name + SUFFIX
    if file_name not in SHIPPED:
        known = ", ".join(sorted(Path(known).stem for known in SHIPPED)) or "none"
        raise BundleError(f"no bundle {name!r} ships with millsight", f"These do: {known}")
    path = Path(str(resource_files("edge.bundles") / file_name))
    if not path.is_file():
        raise BundleError(f"the shipped bundle is missing: {path}", "Install millsight again")
    return path


def find_bundle(given: str | None = None) -> Path:
    """The file for ``--bundle``: a path, the name of a shipped bundle, or the default bundle.

    Raises:
        BundleError: A shipped bundle is missing from the installation.
    """
    if given is None:
        return shipped_bundle()
    if given + SUFFIX in SHIPPED and not Path(given).exists():
        return shipped_bundle(given)
    return Path(given)


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, MAX_BYTES)
    except FileNotFoundError:
        known = ", ".join(sorted(Path(known).stem for known in SHIPPED))
        raise MissingPathError(
            f"there is no bundle {path}", f"Check the path, or name a shipped bundle: {known}"
        ) from None
    except UnfitFileError as error:
        raise BundleError(
            f"{path} is no bundle: {error.strerror}", "Give a .millsight file"
        ) from None
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}", "Check the disk") from None


def _check_files(manifest: Manifest, files: Mapping[str, bytes]) -> None:
    if missing := sorted(set(manifest.files) - set(files)):
        raise BundleError(f"{missing[0]} is missing from it")
    if extra := sorted(set(files) - set(manifest.files)):
        raise BundleError(f"it holds {extra[0]}, which its manifest does not list")
    for name, entry in manifest.files.items():
        if len(files[name]) != entry.bytes:
            raise BundleError(
                f"{name} has {len(files[name])} bytes; the manifest says {entry.bytes}"
            )
        if hashlib.sha256(files[name]).hexdigest() != entry.sha256:
            raise BundleError(f"{name} is not the file that the manifest lists")
    for model in (model for models in manifest.stages.networks for model in models):
        written = model_format(files[model.file])
        if written is not None and written.lower() != model.format:
            raise BundleError(f"{model.file} is {written}; its manifest calls it {model.format}")
