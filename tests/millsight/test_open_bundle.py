"""Which bundles Python opens: those that a device would run."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.bundle import find_bundle, load_bundle
from edge.install.store import Store
from edge.install.trust import Device
from millsight import (
    BundleError,
    ConfigError,
    MissingPathError,
    UntrustedError,
    open_bundle,
)
from tests.edge.bundle.samples import bundle_bytes
from tests.edge.bundle.signing import KEY, STRANGER, public_pem, signed_bytes


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder that holds nothing of a bundle's name."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    path = tmp_path / "mine.millsight"
    path.write_bytes(signed_bytes())
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "keys/mill.pub.pem"
    path.parent.mkdir()
    path.write_bytes(public_pem())
    return path


def test_a_shipped_bundle_is_opened_by_name() -> None:
    bundle = open_bundle("cold-strip")
    assert (bundle.name, bundle.trust) == ("cold-strip", "shipped")
    assert "dent" in bundle.classes
    assert bundle.manifest.frame.accepts(1600, 256)
    assert len(repr(bundle)) < 200 and "cold-strip" in repr(bundle)


def test_a_trusted_key_is_named_by_its_folder_its_file_or_the_environment(
    signed: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for keys in (key.parent, str(key.parent), key, [key], [str(key)], (path for path in [key])):
        assert open_bundle(signed, keys=keys).trust == "signed by mill"
    with pytest.raises(UntrustedError):
        open_bundle(signed)
    monkeypatch.setenv("MILLSIGHT_KEYS", str(key.parent))
    assert open_bundle(str(signed)).trust == "signed by mill"


def test_keys_that_are_named_are_the_only_ones(
    signed: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILLSIGHT_KEYS", str(key.parent))
    stranger = key.with_name("stranger.pem")
    stranger.write_bytes(public_pem(STRANGER))
    for keys in ([], [stranger]):
        with pytest.raises(UntrustedError, match="not a trusted key"):
            open_bundle(signed, keys=keys, allow_unsigned=True)


def test_a_key_that_is_none_is_an_error_where_it_is_named(signed: Path, key: Path) -> None:
    with pytest.raises(MissingPathError, match="nowhere"):
        open_bundle(signed, keys=["nowhere.pem"])
    odd = key.with_name("odd.pem")
    odd.write_text("no key")
    with pytest.raises(ConfigError, match=r"odd\.pem is no Ed25519 public key"):
        open_bundle(signed, keys=[key, odd])
    odd.write_text("-----BEGIN PRIVATE KEY-----")
    with pytest.raises(ConfigError, match="is a private key"):
        open_bundle(signed, keys=[odd])


def test_an_unsigned_bundle_is_opened_only_where_that_is_allowed_and_loudly(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "unsigned.millsight"
    path.write_bytes(bundle_bytes())
    with pytest.raises(UntrustedError, match="allow_unsigned=True"):
        open_bundle(path)
    assert not caplog.records
    assert open_bundle(path, allow_unsigned=True).trust == "unsigned"
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "UNSIGNED" in caplog.text


def test_a_stranger_and_damage_are_refused_whatever_is_allowed(tmp_path: Path, key: Path) -> None:
    path = tmp_path / "other.millsight"
    path.write_bytes(signed_bytes(STRANGER))
    with pytest.raises(UntrustedError):
        open_bundle(path, keys=key, allow_unsigned=True)
    for data in (signed_bytes(KEY)[:-40], signed_bytes(KEY).replace(b"float net", b"float bet")):
        path.write_bytes(data)
        with pytest.raises(BundleError) as refused:
            open_bundle(path, keys=key, allow_unsigned=True)
        assert not isinstance(refused.value, UntrustedError)


def test_a_bundle_with_a_shipped_bundles_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "simulated.millsight"
    path.write_bytes(bundle_bytes())
    with pytest.raises(BundleError, match="ships with"):
        open_bundle(path, allow_unsigned=True)


def test_a_name_that_is_none_says_which_there_are() -> None:
    with pytest.raises(MissingPathError, match=r"simulatd.*cold-strip, simulated"):
        open_bundle("simulatd")
    with pytest.raises(TypeError):
        open_bundle(7)  # type: ignore[arg-type]


def test_none_is_what_is_installed_else_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_bundle(None).name == "simulated"
    state = tmp_path / "state"
    Store(Device(tmp_path, state)).install(load_bundle(find_bundle("cold-strip")))
    monkeypatch.setenv("MILLSIGHT_STATE", str(state))
    assert open_bundle(None).name == "cold-strip"
