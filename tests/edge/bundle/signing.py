"""Signed sample bundles, and devices that trust their signer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.bundle import read_bundle
from edge.bundle.signature import Signature
from edge.install.trust import Device
from tests.edge.bundle.samples import bundle_bytes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def signed_bytes(key: Ed25519PrivateKey = KEY, **changes: Any) -> bytes:
    bundle = read_bundle(bundle_bytes(**changes))
    return bundle.to_bytes(Signature.of(bundle.manifest.to_json(), key))


def public_pem(key: Ed25519PrivateKey = KEY) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def device(folder: Path, *, allow_unsigned: bool = False) -> Device:
    """Trusts ``KEY`` as ``mill``; its keys and its state lie in ``folder``."""
    keys = folder / "keys"
    keys.mkdir(exist_ok=True)
    (keys / "mill.pub.pem").write_bytes(public_pem())
    return Device(keys, folder / "state", allow_unsigned)
