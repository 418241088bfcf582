"""Mutations of a signed bundle, most of them with a recomputed container digest.

They imitate an attacker who knows the format and has no trusted key.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import zipfile
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.bundle import load_bundle, shipped_bundle
from edge.bundle.container import MANIFEST, SIGNATURE, read_container, write_container
from edge.bundle.signature import Signature

Files = dict[str, bytes]
Mutation = Callable[[bytes, random.Random], bytes]

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
_DIGEST = 64

UNSIGNING = "signature taken off"
"""The mutation whose result is a valid unsigned bundle."""


def sample() -> bytes:
    """A signed bundle with a shipped bundle's manifest and tiny files in place of its networks.

    With small files a mutation hits the checked structure as often as the hashed content.
    """
    shipped = load_bundle(shipped_bundle())
    files = {name: hashlib.sha256(name.encode()).digest() for name in shipped.files}
    fields = json.loads(shipped.manifest.to_json())
    for name, data in files.items():
        fields["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    text = json.dumps(fields, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    return _signed(files | {MANIFEST: text.encode()}, SIGNER)


def _signed(files: Files, key: Ed25519PrivateKey) -> bytes:
    return write_container(files | {SIGNATURE: Signature.of(files[MANIFEST], key).to_bytes()})


def _described(files: Files, rng: random.Random) -> Files:
    """The same bundle with another description, valid except for its signature."""
    text = f'"description": "Better, {rng.random()}."'.encode()
    return files | {MANIFEST: re.sub(rb'"description": "[^"]*"', text, files[MANIFEST])}


def sealed(content: bytes) -> bytes:
    return content + hashlib.sha256(content).hexdigest().encode()


def _bytes_changed(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _piece_moved(data: bytes, rng: random.Random) -> bytes:
    """Remove, duplicate, move or blank a piece."""
    start, length, to = rng.randrange(len(data)), rng.randint(1, 200), rng.randrange(len(data))
    piece, rest = data[start : start + length], data[:start] + data[start + length :]
    return rng.choice(
        [
            rest,
            data[:to] + piece + data[to:],
            rest[:to] + piece + rest[to:],
            data[:start] + bytes(len(piece)) + data[start + length :],
        ]
    )


def _cut_off(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _mended(spoil: Mutation) -> Mutation:
    """The same mutation with a recomputed digest."""
    return lambda data, rng: sealed(spoil(data[:-_DIGEST], rng))


def _end_lies(data: bytes, rng: random.Random) -> bytes:
    """Change counts, sizes and offsets in the end record or in an entry of the directory."""
    content = bytearray(data[:-_DIGEST])
    rows = [i for i in range(len(content)) if content.startswith(b"PK\x01\x02", i)]
    place, fields = rng.choice([(len(content) - 22, 22), (rng.choice(rows), 46)])
    for _ in range(rng.randint(1, 3)):
        at = place + rng.randrange(4, fields)
        content[at] = rng.choice([0, 1, 0x7F, 0xFF, rng.randrange(256)])
    return sealed(bytes(content))


def _file_changed(data: bytes, rng: random.Random) -> bytes:
    """Change a network but not the signed manifest, in a valid container."""
    files = read_container(data)
    name = rng.choice([n for n in files if n not in (MANIFEST, SIGNATURE)])
    files[name] = _bytes_changed(files[name], rng)
    return write_container(files)


def _files_changed(data: bytes, rng: random.Random) -> bytes:
    """Add, remove, exchange or rename a file."""
    files = read_container(data)
    one, other = rng.sample([n for n in files if n not in (MANIFEST, SIGNATURE)], 2)
    how = rng.randrange(4)
    if how == 0:
        files[f"models/{rng.randrange(10**6)}"] = files[one]
    elif how == 1:
        del files[one]
    elif how == 2:
        files[one], files[other] = files[other], files[one]
    else:
        files[f"{one}x"] = files.pop(one)
    return write_container(files)


def _manifest_changed(data: bytes, rng: random.Random) -> bytes:
    """Change bytes of the manifest, or a file with its entry, but keep the signature."""
    files = read_container(data)
    if rng.random() < 0.5:
        files[MANIFEST] = _bytes_changed(files[MANIFEST], rng)
    else:
        name = rng.choice([n for n in files if n not in (MANIFEST, SIGNATURE)])
        listed = hashlib.sha256(files[name]).hexdigest().encode()
        files[name] = _bytes_changed(files[name], rng)
        now = hashlib.sha256(files[name]).hexdigest().encode()
        files[MANIFEST] = files[MANIFEST].replace(listed, now)
    return write_container(files)


def _signature_changed(data: bytes, rng: random.Random) -> bytes:
    files = read_container(data)
    signed = files[SIGNATURE]
    files[SIGNATURE] = rng.choice(
        [
            _bytes_changed(signed, rng),
            rng.randbytes(96),
            signed[: rng.randrange(96)],
            signed + rng.randbytes(rng.randint(1, 64)),
            signed[:32] + Signature.of(rng.randbytes(9), SIGNER).value,
            signed[:32] + Signature.of(files[MANIFEST], _STRANGER).value,
        ]
    )
    return write_container(files)


def _by_a_stranger(data: bytes, rng: random.Random) -> bytes:
    return _signed(_described(read_container(data), rng), _STRANGER)


def _signature_taken_off(data: bytes, rng: random.Random) -> bytes:
    files = _described(read_container(data), rng)
    del files[SIGNATURE]
    return write_container(files)


def _by_an_ordinary_zip_program(data: bytes, rng: random.Random) -> bytes:
    """Pack the same files with a hostile name, a link, compression, or repeated content."""
    entries = list(read_container(data).items())
    how = rng.choice(["name", "link", "compressed", "order", "twice"])
    if how == "name":
        name = rng.choice(["../x", "/etc/x", "a/../../x", "x/", "C:x", "a\\x", ".x", "X", "ä", ""])
        entries.append((name, b"x"))
    elif how == "order":
        rng.shuffle(entries)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            if how == "link" and rng.random() < 0.5:
                info.external_attr = 0o120777 << 16
            method = zipfile.ZIP_DEFLATED if how == "compressed" else zipfile.ZIP_STORED
            made.writestr(info, content, compress_type=method)
        made.comment = b"0" * _DIGEST
    content = buffer.getvalue()[:-_DIGEST]
    if how == "twice":
        content += content[: rng.randrange(len(content))]
    return sealed(content)


MUTATIONS: dict[str, Mutation] = {
    "bytes changed": _bytes_changed,
    "bytes changed, digest mended": _mended(_bytes_changed),
    "piece moved": _piece_moved,
    "piece moved, digest mended": _mended(_piece_moved),
    "cut off": _cut_off,
    "cut off, digest mended": _mended(_cut_off),
    "sizes and places that lie": _end_lies,
    "a network changed": _file_changed,
    "files added, removed, exchanged": _files_changed,
    "manifest changed": _manifest_changed,
    "signature changed": _signature_changed,
    "signed by a stranger": _by_a_stranger,
    UNSIGNING: _signature_taken_off,
    "packed by another program": _by_an_ordinary_zip_program,
}
