"""Keys that sign bundles: Ed25519 in standard PEM (PKCS #8, and SubjectPublicKeyInfo; RFC 8410).

A pair is two files: ``NAME.key.pem`` is secret, ``NAME.pub.pem`` is copied to devices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from edge.core.errors import (
    ConfigError,
    MissingPathError,
    UnwritableError,
)
from edge.core.files import write_whole
from edge.core.regular_files import read_regular

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE_SUFFIX = ".key.pem"
PUBLIC_SUFFIX = ".pub.pem"

_OTHERS = 0o077
_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The files of a new pair of keys.

    Attributes:
        private: File of the secret key.
        public: File of the public key, for devices.
        key: The public key, 32 bytes.
    """

    private: Path
    public: Path
    key: bytes


@dataclass(frozen=True, slots=True)
class Keyring:
    """The public keys that are trusted.

    Attributes:
        names: Name of each key (the file's name without suffix), by its 32 bytes.
        odd: Names of files in the folder that are not Ed25519 public keys.
    """

    names: dict[bytes, str] = field(default_factory=dict)
    odd: tuple[str, ...] = ()


def make_keys(stem: Path, *, force: bool = False) -> KeyPair:
    """Make a pair of keys, ``STEM.key.pem`` (readable by its owner alone) and ``STEM.pub.pem``.

    Raises:
        UnwritableError: A file exists and ``force`` is not set, or a file cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    private, public = (stem.with_name(stem.name + s) for s in (PRIVATE_SUFFIX, PUBLIC_SUFFIX))
    for path in (private, public):
        if path.exists() and not force:
            raise UnwritableError(
                f"{path} exists already",
                "Give another name; --force replaces it, and what it signs is trusted no longer",
            )
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    shared = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_whole(private, secret, mode=0o600)
    write_whole(public, shared)
    return KeyPair(private, public, key.public_key().public_bytes_raw())


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a secret key.

    Raises:
        MissingPathError: There is no such file.
        ConfigError: It is no Ed25519 private key, or has a passphrase.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = _read(path)
    try:
        key = load_pem_private_key(data, password=None)
    except TypeError:
        raise ConfigError(
            f"{path} has a passphrase", "Take it off first: openssl pkey -in OLD -out NEW"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(
            f"{path} is no Ed25519 private key in PEM", "Make one: millsight bundle keygen NAME"
        )
    return key


def others_may_read(path: Path) -> bool:
    """Whether users other than the owner can access a secret key's file."""
    return bool(path.stat().st_mode & _OTHERS)


def read_keyring(folder: Path) -> Keyring:
    """The public keys (``*.pem``) in a folder; an empty keyring if the folder does not exist.

    Raises:
        ConfigError: The folder holds a private key, or cannot be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".pem")
    except FileNotFoundError:
        return Keyring()
    except OSError as error:
        raise ConfigError(
            f"the trusted keys in {folder} cannot be read: {error.strerror}",
            "Name a folder of public keys: --keys, or MILLSIGHT_KEYS",
        ) from None
    names, odd = {}, []
    for path in paths:
        key = _public_key(path)
        if key is None:
            odd.append(path.name)
        else:
            names[key] = _key_name(path)
    return Keyring(names, tuple(odd))


def read_key_files(paths: Iterable[Path]) -> Keyring:
    """The public keys in these files.

    Raises:
        MissingPathError: A file cannot be read.
        ConfigError: A file is a private key, or no Ed25519 public key.
    """
    names = {}
    for path in paths:
        _read(path)
        key = _public_key(path)
        if key is None:
            raise ConfigError(
                f"{path} is no Ed25519 public key in PEM", f"Name the signer's NAME{PUBLIC_SUFFIX}"
            )
        names[key] = _key_name(path)
    return Keyring(names)


def _key_name(path: Path) -> str:
    return path.name.removesuffix(".pem").removesuffix(".pub")


def _public_key(path: Path) -> bytes | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        data = read_regular(path, _MAX_BYTES)
        if b"PRIVATE KEY" in data:
            raise ConfigError(
                f"{path} is a private key: whoever reads it can sign bundles that pass here",
                f"Remove it, and put its *{PUBLIC_SUFFIX} there",
            )
        key = load_pem_public_key(data)
    except (OSError, ValueError, UnsupportedAlgorithm):
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, _MAX_BYTES)
    except OSError as error:
        raise MissingPathError(f"{path} cannot be read: {error.strerror}") from None
