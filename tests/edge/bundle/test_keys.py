"""Keys in standard PEM: made once, kept from others, read back, and nothing else taken for one."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from edge.bundle.keys import (
    make_keys,
    others_may_read,
    read_key_files,
    read_keyring,
    read_private_key,
)
from edge.core.errors import (
    ConfigError,
    MissingPathError,
    UnwritableError,
)
from tests.edge.bundle.signing import KEY, STRANGER, public_pem

PKCS8 = (Encoding.PEM, PrivateFormat.PKCS8)


def test_a_pair_is_made_and_read_back(tmp_path: Path) -> None:
    pair = make_keys(tmp_path / "line.2")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["line.2.key.pem", "line.2.pub.pem"]
    assert read_private_key(pair.private).public_key().public_bytes_raw() == pair.key
    assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600
    assert not others_may_read(pair.private)
    assert pair.private.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    keys = tmp_path / "keys"
    keys.mkdir()
    shutil.copy(pair.public, keys)
    assert read_keyring(keys).names == {pair.key: "line.2"}


@pytest.mark.parametrize("lost", ["mill.key.pem", "mill.pub.pem"])
def test_a_pair_is_not_replaced_unasked(tmp_path: Path, lost: str) -> None:
    first = make_keys(tmp_path / "mill")
    (tmp_path / lost).unlink()
    with pytest.raises(UnwritableError, match="exists already"):
        make_keys(tmp_path / "mill")
    assert make_keys(tmp_path / "mill", force=True).key != first.key


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_reads_them(tmp_path: Path) -> None:
    pair = make_keys(tmp_path / "mill")
    words = ["openssl", "pkey", "-in", str(pair.private), "-pubout"]
    assert subprocess.run(words, capture_output=True, check=True).stdout == pair.public.read_bytes()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no Ed25519 private key"),
        (b"\xff\x00 noise", "no Ed25519 private key"),
        (public_pem(), "no Ed25519 private key"),
        (
            ec.generate_private_key(ec.SECP256R1()).private_bytes(*PKCS8, NoEncryption()),
            "no Ed25519 private key",
        ),
        (KEY.private_bytes(*PKCS8, BestAvailableEncryption(b"word")), "has a passphrase"),
    ],
    ids=["empty", "noise", "public", "another kind", "passphrase"],
)
def test_what_is_no_private_key_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.key.pem"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=says):
        read_private_key(path)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match=r"none\.key\.pem cannot be read"):
        read_private_key(tmp_path / "none.key.pem")


def test_a_key_readable_by_others_is_noticed(tmp_path: Path) -> None:
    pair = make_keys(tmp_path / "mill")
    pair.private.chmod(0o640)
    assert others_may_read(pair.private)


def test_a_folder_of_keys(tmp_path: Path) -> None:
    other = x25519.X25519PrivateKey.generate().public_key()
    for name, content in {
        "b.pem": public_pem(),
        "a.pub.pem": public_pem(STRANGER),
        "c.pem": b"nonsense",
        "d.pem": other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "readme.txt": b"nonsense",
    }.items():
        (tmp_path / name).write_bytes(content)
    ring = read_keyring(tmp_path)
    assert sorted(ring.names.values()) == ["a", "b"]
    assert ring.odd == ("c.pem", "d.pem")


def test_no_folder_trusts_nobody(tmp_path: Path) -> None:
    assert read_keyring(tmp_path / "none").names == {}
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_keyring(tmp_path / "file")


def test_a_private_key_among_the_trusted_ones_is_an_alarm(tmp_path: Path) -> None:
    shutil.copy(make_keys(tmp_path / "mill").private, tmp_path / "x.pem")
    with pytest.raises(ConfigError, match="can sign bundles that pass here"):
        read_keyring(tmp_path)


def test_keys_by_their_files(tmp_path: Path) -> None:
    pair, other = make_keys(tmp_path / "mill"), make_keys(tmp_path / "other")
    assert read_key_files([pair.public]).names == {pair.key: "mill"}
    assert read_key_files([]).names == {}
    assert set(read_key_files([pair.public, other.public]).names) == {pair.key, other.key}


def test_a_key_file_that_is_named_must_be_a_public_key(tmp_path: Path) -> None:
    pair = make_keys(tmp_path / "mill")
    with pytest.raises(ConfigError, match="is a private key"):
        read_key_files([pair.private])
    with pytest.raises(MissingPathError, match="nowhere"):
        read_key_files([tmp_path / "nowhere.pem"])
    (tmp_path / "odd.pem").write_text("no key")
    with pytest.raises(ConfigError, match=r"odd\.pem is no Ed25519 public key"):
        read_key_files([tmp_path / "odd.pem"])


def test_a_pipe_and_a_device_among_the_keys_are_odd_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.pem")
    (tmp_path / "b.pem").symlink_to("/dev/zero")
    (tmp_path / "mill.pub.pem").write_bytes(public_pem())
    ring = read_keyring(tmp_path)
    assert (list(ring.names.values()), ring.odd) == (["mill"], ("a.pem", "b.pem"))
    with pytest.raises(MissingPathError, match="it is a named pipe, and no file"):
        read_key_files([tmp_path / "a.pem"])
