"""`millsight bundle keygen` and `sign`: a key once made vouches for bundles."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from edge.bundle import load_bundle
from edge.bundle.shipped import SHIPPED
from edge.cli.bundle import bundle
from edge.core.errors import (
    BundleError,
    ConfigError,
    MillsightError,
    MissingPathError,
    UnwritableError,
)
from tests.edge.bundle.samples import bundle_bytes
from tests.edge.bundle.signing import STRANGER, signed_bytes


def call(*words: object) -> str:
    result = CliRunner().invoke(bundle, [str(word) for word in words], standalone_mode=False)
    if result.exception:
        raise result.exception
    assert result.stdout == ""
    return result.stderr


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.millsight"
    path.write_bytes(bundle_bytes())
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    call("keygen", tmp_path / "mill")
    return tmp_path / "mill.key.pem"


def test_keygen_says_what_is_secret(tmp_path: Path) -> None:
    said = call("keygen", tmp_path / "mill")
    assert "mill.key.pem: signs; keep it to yourself" in said
    assert "mill.pub.pem: goes into the folder of trusted keys" in said
    with pytest.raises(UnwritableError, match="exists already"):
        call("keygen", tmp_path / "mill")
    assert call("keygen", tmp_path / "mill", "--force") != said


def test_a_bundle_is_signed_in_place_and_again_with_the_same_bytes(mine: Path, key: Path) -> None:
    before = load_bundle(mine)
    assert "mine.millsight: signed by" in call("sign", mine, "--key", key)
    signed = mine.read_bytes()
    bundle = load_bundle(mine)
    assert bundle.signature is not None
    assert (bundle.manifest, bundle.files) == (before.manifest, before.files)
    call("sign", mine, "--key", key)
    assert mine.read_bytes() == signed


def test_another_file_is_written_where_that_is_asked(mine: Path, key: Path) -> None:
    out = mine.with_name("signed.millsight")
    call("sign", mine, "--key", key, "--out", out)
    assert mine.read_bytes() == bundle_bytes()
    assert load_bundle(out).signature is not None
    with pytest.raises(UnwritableError, match=r"signed\.millsight exists already"):
        call("sign", mine, "--key", key, "--out", out)
    call("sign", mine, "--key", key, "--out", out, "--force")


def test_another_s_signature_is_replaced_only_by_force(mine: Path, key: Path) -> None:
    mine.write_bytes(signed_bytes(STRANGER))
    with pytest.raises(UnwritableError, match=r"is signed already, by [0-9a-f]{32}"):
        call("sign", mine, "--key", key)
    call("sign", mine, "--key", key, "--force")
    assert mine.read_bytes() != signed_bytes(STRANGER)


def test_a_key_that_others_may_read_is_warned_of(mine: Path, key: Path) -> None:
    key.chmod(0o644)
    assert "others may read" in call("sign", mine, "--key", key)


def test_a_shipped_bundle_is_left_as_it_is(
    mine: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHIPPED, "sample.millsight", load_bundle(mine).digest)
    with pytest.raises(ConfigError, match="trusted without a signature"):
        call("sign", mine, "--key", key)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda mine, key: mine.write_bytes(b"PK"), BundleError),
        (lambda mine, key: mine.unlink(), MissingPathError),
        (lambda mine, key: key.unlink(), MissingPathError),
        (lambda mine, key: key.write_text("x"), ConfigError),
    ],
    ids=["no bundle", "gone", "no key there", "no key"],
)
def test_faults(spoil, error: type[MillsightError], mine: Path, key: Path) -> None:
    spoil(mine, key)
    with pytest.raises(error):
        call("sign", mine, "--key", key)
