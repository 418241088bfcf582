"""Which bundles a device runs: shipped, signed by whom it trusts, unsigned where allowed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge.bundle import read_bundle
from edge.bundle.shipped import SHIPPED
from edge.core.errors import BundleError, UntrustedError
from edge.install import trust as device_module
from edge.install.trust import (
    Device,
    keys_folder,
    state_folder,
)
from tests.edge.bundle.samples import bundle_bytes
from tests.edge.bundle.signing import STRANGER, device, signed_bytes


@pytest.mark.parametrize(
    ("data", "allowed", "trust"),
    [
        (signed_bytes(), False, "signed by mill"),
        (signed_bytes(), True, "signed by mill"),
        (bundle_bytes(), True, "unsigned"),
        (bundle_bytes(), False, None),
        (signed_bytes(STRANGER), False, None),
        (signed_bytes(STRANGER), True, None),
    ],
    ids=["signed", "signed, all allowed", "allowed", "unsigned", "stranger", "stranger, allowed"],
)
def test_who_is_let_in(data: bytes, allowed: bool, trust: str | None, tmp_path: Path) -> None:
    here, bundle = device(tmp_path, allow_unsigned=allowed), read_bundle(data)
    if trust is None:
        with pytest.raises(UntrustedError) as refused:
            here.admit(bundle)
        assert refused.value.exit_code == 18
        assert isinstance(refused.value, BundleError)
    else:
        assert here.admit(bundle).trust == trust


def test_a_shipped_bundle_needs_no_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = read_bundle(bundle_bytes())
    monkeypatch.setitem(SHIPPED, "sample.millsight", bundle.digest)
    assert Device(tmp_path, tmp_path).admit(bundle).trust == "shipped"


def test_keys_by_their_files_take_the_folders_place(tmp_path: Path) -> None:
    here, bundle = device(tmp_path), read_bundle(signed_bytes())
    named = replace(here, keys=tmp_path / "none", key_files=(here.keys / "mill.pub.pem",))
    assert named.admit(bundle).trust == "signed by mill"
    with pytest.raises(UntrustedError, match=r"not a trusted key \(0 given by their files\)"):
        replace(here, key_files=()).admit(bundle)


def test_an_unsigned_bundle_is_called_so_and_loudly(tmp_path: Path) -> None:
    bundle = device(tmp_path, allow_unsigned=True).admit(read_bundle(bundle_bytes()))
    assert bundle.title == "sample (UNSIGNED)"
    assert bundle.to_json() == {"name": "sample", "digest": bundle.digest, "trust": "unsigned"}


def test_a_stranger_is_named_with_what_to_do(tmp_path: Path) -> None:
    here = device(tmp_path)
    (here.keys / "odd.pem").write_text("nonsense")
    with pytest.raises(UntrustedError, match=r"signed by [0-9a-f]{32}, which is not") as refused:
        here.admit(read_bundle(signed_bytes(STRANGER)))
    assert f"(1 in {here.keys}, where odd.pem is none)" in refused.value.what
    assert "NAME.pub.pem" in refused.value.hint


def test_where_the_keys_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MILLSIGHT_KEYS", raising=False)
    assert keys_folder() == Path("/etc/millsight/keys")
    monkeypatch.setenv("MILLSIGHT_KEYS", str(tmp_path))
    assert keys_folder() == Device().keys == tmp_path


@pytest.mark.parametrize(
    ("root", "there", "variables", "expected"),
    [
        (True, False, {}, "var"),
        (False, True, {}, "var"),
        (False, False, {}, "home/.local/state/millsight"),
        (False, False, {"XDG_STATE_HOME": "xdg"}, "xdg/millsight"),
        (True, True, {"MILLSIGHT_STATE": "own", "XDG_STATE_HOME": "xdg"}, "own"),
    ],
)
def test_where_installed_bundles_are(
    root: bool,
    there: bool,
    variables: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("MILLSIGHT_STATE", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.setattr(device_module, "STATE_FOLDER", tmp_path / "var")
    monkeypatch.setattr(device_module.os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    if there:
        (tmp_path / "var").mkdir()
    assert state_folder() == tmp_path / expected
