"""What this device trusts, and where it keeps the bundles that are installed on it.

A bundle's networks are loaded where it ships with this millsight (its digest is in the code), where
a key in the folder of trusted keys signed it, or where it has no signature and that was allowed.
A bundle that is damaged, wrongly signed, or signed by a key that is not in the folder is refused
whatever was allowed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from edge.bundle.keys import PUBLIC_SUFFIX, read_key_files, read_keyring
from edge.bundle.load import UNSIGNED, Bundle
from edge.bundle.shipped import SHIPPED
from edge.bundle.signature import fingerprint
from edge.core.errors import UntrustedError

KEYS_VARIABLE = "MILLSIGHT_KEYS"
STATE_VARIABLE = "MILLSIGHT_STATE"

KEYS_FOLDER = Path("/etc/millsight/keys")
STATE_FOLDER = Path("/var/lib/millsight")

SHIPPED_TRUST = "shipped"


def keys_folder() -> Path:
    """The folder of trusted public keys: ``MILLSIGHT_KEYS``, or ``/etc/millsight/keys``."""
    return Path(os.environ.get(KEYS_VARIABLE) or KEYS_FOLDER)


def state_folder() -> Path:
    """Where installed bundles are kept.

    ``MILLSIGHT_STATE``; else ``/var/lib/millsight`` for root, and for everyone once it exists; else
    ``millsight`` in ``XDG_STATE_HOME`` (by default ``~/.local/state``).
    """
    if given := os.environ.get(STATE_VARIABLE):
        return Path(given)
    if os.geteuid() == 0 or STATE_FOLDER.is_dir():
        return STATE_FOLDER
    home = os.environ.get("XDG_STATE_HOME")
    return Path(home or Path.home() / ".local" / "state") / "millsight"


@dataclass(frozen=True, slots=True)
class Device:
    """What is trusted here.

    Attributes:
        keys: Folder of trusted public keys (``*.pem``).
        state: Folder of installed bundles.
        allow_unsigned: Whether a bundle without a signature is let in.
        key_files: Trusted public keys, each by its file; the folder is then not read. None: those
            of the folder.
    """

    keys: Path = field(default_factory=keys_folder)
    state: Path = field(default_factory=state_folder)
    allow_unsigned: bool = False
    key_files: tuple[Path, ...] | None = None

    def admit(self, bundle: Bundle) -> Bundle:
        """The bundle, with ``trust`` saying why it may be used.

        Raises:
            UntrustedError: It is unsigned, or signed by a key that is not trusted here.
            ConfigError: The folder of keys cannot be read, a private key lies there, or one of the
                key files is no public key.
            MissingPathError: One of the key files cannot be read.
        """
        if bundle.digest in SHIPPED.values():
            return replace(bundle, trust=SHIPPED_TRUST)
        if bundle.signature is not None:
            return replace(bundle, trust=f"signed by {self._signer(bundle, bundle.signature.key)}")
        if self.allow_unsigned:
            return replace(bundle, trust=UNSIGNED)
        raise UntrustedError(
            f"{_named(bundle)} is not signed",
            "Sign it (millsight bundle sign), or give --allow-unsigned (in Python: "
            "allow_unsigned=True) if you know where it is from",
        )

    def _signer(self, bundle: Bundle, key: bytes) -> str:
        if self.key_files is None:
            keyring, place = read_keyring(self.keys), f"in {self.keys}"
        else:
            keyring, place = read_key_files(self.key_files), "given by their files"
        if name := keyring.names.get(key):
            return name
        known = f"{len(keyring.names)} {place}"
        if keyring.odd:
            known += f", where {', '.join(keyring.odd)} is none"
        raise UntrustedError(
            f"{_named(bundle)} is signed by {fingerprint(key)}, which is not a trusted key "
            f"({known})",
            f"If that signer is to be trusted, add the signer's NAME{PUBLIC_SUFFIX}",
        )


def _named(bundle: Bundle) -> str:
    return str(bundle.path or f"the bundle {bundle.manifest.name}")
