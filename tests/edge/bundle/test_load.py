"""Loading a bundle: all of it is checked before any of it is handed out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from edge.bundle import find_bundle, load_bundle, read_bundle, shipped_bundle
from edge.bundle import load as loading
from edge.bundle.container import MANIFEST, MAX_BYTES, write_container
from edge.bundle.shipped import SHIPPED
from edge.core.errors import (
    BundleError,
    MissingPathError,
    NewerFormatError,
    OlderFormatError,
)
from tests.edge.bundle.samples import FILES, bundle_bytes, fields, file_entries, manifest

GATE = "models/gate-int8.tflite"


def test_a_bundle_gives_its_networks(tmp_path: Path) -> None:
    path = tmp_path / "one.millsight"
    path.write_bytes(bundle_bytes())
    bundle = load_bundle(path)
    assert bundle.path == path
    assert bundle.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert bundle.manifest == manifest()
    assert bundle.model("gate", "int8") == FILES[GATE]
    assert [entry.name for entry in tmp_path.iterdir()] == ["one.millsight"]


@pytest.mark.parametrize(
    ("stage", "precision"), [("classifier", "int8"), ("gate", "int4"), ("segmenter", "int8")]
)
def test_a_network_that_is_not_there_is_named(stage: str, precision: str) -> None:
    with pytest.raises(BundleError, match=f"sample has no {precision} {stage}"):
        read_bundle(bundle_bytes()).model(stage, precision)


def test_a_flip_of_any_byte_is_refused() -> None:
    whole = bundle_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        with pytest.raises(BundleError) as refused:
            read_bundle(bytes(damaged))
        assert "\n" not in str(refused.value)


def test_an_exchanged_network_is_refused() -> None:
    exchanged = FILES | {GATE: b"INT8 network"}
    with pytest.raises(BundleError, match=f"{GATE} is not the file that the manifest lists"):
        read_bundle(write_container(exchanged | {MANIFEST: manifest().to_json()}))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (FILES | {"stowaway.bin": b"1"}, "holds stowaway.bin, which its manifest does not list"),
        ({n: d for n, d in FILES.items() if n != GATE}, f"{GATE} is missing"),
        (FILES | {GATE: b"longer than it was"}, "has 18 bytes; the manifest says 12"),
    ],
    ids=["extra", "missing", "size"],
)
def test_files_and_manifest_must_agree(files: dict[str, bytes], says: str) -> None:
    with pytest.raises(BundleError, match=says):
        read_bundle(write_container(files | {MANIFEST: manifest().to_json()}))


def test_a_listed_file_that_nothing_uses_is_refused() -> None:
    extra = FILES | {"stowaway.bin": b"1"}
    listed = fields(files=file_entries(extra))
    with pytest.raises(BundleError, match=r"disagree on 'stowaway\.bin'"):
        read_bundle(write_container(extra | {MANIFEST: json.dumps(listed).encode()}))


def test_a_newer_bundle_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "newer.millsight"
    path.write_bytes(write_container({MANIFEST: b'{"format": 3}'}))
    said = r"newer\.millsight is refused: it has format 3.*Upgrade millsight"
    with pytest.raises(NewerFormatError, match=said) as refused:
        load_bundle(path)
    assert refused.value.exit_code == 15


def test_an_older_bundle_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "older.millsight"
    path.write_bytes(write_container({MANIFEST: b'{"format": 1}'}))
    said = r"older\.millsight is refused: it has format 1.*Export it again with this millsight"
    with pytest.raises(OlderFormatError, match=said) as refused:
        load_bundle(path)
    assert refused.value.exit_code == 16


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match="there is no bundle") as refused:
        load_bundle(tmp_path / "none.millsight")
    assert refused.value.exit_code == 4


def test_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="is a folder"):
        load_bundle(tmp_path)
    huge = tmp_path / "huge.millsight"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES * 20)
    with pytest.raises(BundleError, match="larger than"):
        load_bundle(huge)


def test_a_bundle_with_a_shipped_bundles_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shipped.millsight"
    path.write_bytes(bundle_bytes())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(SHIPPED, path.name, digest)
    assert load_bundle(path).digest == digest
    path.write_bytes(bundle_bytes(description="Another one, packed as it should be."))
    with pytest.raises(BundleError, match=r"is not the shipped\.millsight that ships"):
        load_bundle(path)


def test_the_default_is_the_shipped_simulated_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "resource_files", lambda package: tmp_path)
    monkeypatch.setitem(SHIPPED, "simulated.millsight", "0" * 64)
    with pytest.raises(BundleError, match=r"the shipped bundle is missing.*[Ii]nstall"):
        find_bundle()
    (tmp_path / "simulated.millsight").write_bytes(b"")
    assert find_bundle() == find_bundle("simulated") == tmp_path / "simulated.millsight"
    assert find_bundle("own.millsight") == Path("own.millsight")


def test_a_name_that_does_not_ship_lists_those_that_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHIPPED, "some.millsight", "0" * 64)
    with pytest.raises(BundleError, match=r"no bundle 'other' ships.*some"):
        shipped_bundle("other")


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_each_shipped_bundle_is_the_one_that_the_code_trusts(name: str) -> None:
    bundle = load_bundle(shipped_bundle(Path(name).stem))
    assert bundle.digest == SHIPPED[name]
    assert bundle.manifest.name + ".millsight" == name
