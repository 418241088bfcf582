"""The signature of a bundle: it names the signer and shows that nothing was changed since.

``manifest.sig`` is 96 bytes: the signer's public key (32) and its Ed25519 signature (64; RFC 8032)
over the bytes of ``manifest.json``, which holds the SHA-256 of every other file. The file includes
the key to distinguish a bundle from an unknown signer from one that was tampered with.
``edge.install.trust`` decides whether the key is trusted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge.bundle.container import SIGNATURE
from edge.core.errors import BundleError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32
_LENGTH = KEY_BYTES + 64

_OF_SMALL_ORDER = frozenset(
    bytes.fromhex(key)
    for key in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
"""Points of order 8 or less, but for the sign, and their forms that are not reduced: one signature
by such a key fits every fourth or eighth message. OpenSSL takes them (Chalkias et al., Taming the
many EdDSAs, 2020, table 1)."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was verified against its manifest.

    Attributes:
        key: The signer's public key, 32 bytes.
        value: The signature, 64 bytes.
    """

    key: bytes
    value: bytes

    @classmethod
    def of(cls, manifest: bytes, private_key: Ed25519PrivateKey) -> Signature:
        """Sign the bytes of a manifest; the same key and bytes always give the same signature."""
        return cls(private_key.public_key().public_bytes_raw(), private_key.sign(manifest))

    @classmethod
    def read(cls, data: bytes, manifest: bytes) -> Signature:
        """Read ``manifest.sig`` and verify it against the bytes of ``manifest.json``.

        Raises:
            BundleError: It is not a signature of this manifest by the key in it.
        """
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        if len(data) != _LENGTH:
            raise BundleError(f"its {SIGNATURE} has {len(data)} bytes; a signature has {_LENGTH}")
        signature = cls(data[:KEY_BYTES], data[KEY_BYTES:])
        if signature.key[:-1] + bytes([signature.key[-1] & 0x7F]) in _OF_SMALL_ORDER:
            raise BundleError("its signature is by a key that signs whatever it is given")
        try:
            Ed25519PublicKey.from_public_bytes(signature.key).verify(signature.value, manifest)
        except (InvalidSignature, ValueError):
            raise BundleError(
                "its signature does not fit its manifest: it was changed after it was signed",
                "Do not use it; get the bundle again from whoever signed it",
            ) from None
        return signature

    def to_bytes(self) -> bytes:
        """The content of ``manifest.sig``."""
        return self.key + self.value


def fingerprint(key: bytes) -> str:
    """The fingerprint of a public key, for people to compare: 128 bits of its SHA-256, hex."""
    return hashlib.sha256(key).hexdigest()[:32]
