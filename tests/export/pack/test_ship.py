"""Making a bundle ship: copied into the package, its digest in the package's code."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from edge.bundle.shipped import SHIPPED
from edge.core.errors import BundleError, MissingPathError
from export.pack import ship as ship_module
from export.pack.ship import (
    main,
    ship,
    with_digests,
)
from tests.edge.bundle.samples import bundle_bytes

CODE = Path(ship_module.__file__).parents[2] / "edge" / "bundle" / "shipped.py"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "edge"
    (root / "bundles").mkdir(parents=True)
    (root / "bundle").mkdir()
    (root / "bundle" / "shipped.py").write_text(CODE.read_text())
    return root


def trusted(code: str) -> dict[str, str]:
    names: dict[str, dict[str, str]] = {}
    exec(code, names)
    return names["SHIPPED"]


def test_the_bundle_and_its_digest_are_put_in_place(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ship_module, "run_golden_frames", lambda bundle: iter(()))
    path = tmp_path / "any.millsight"
    path.write_bytes(bundle_bytes())
    assert ship(path, package) == "sample.millsight"
    assert (package / "bundles" / "sample.millsight").read_bytes() == path.read_bytes()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    code = (package / "bundle" / "shipped.py").read_text()
    assert trusted(code) == SHIPPED | {"sample.millsight": digest}
    assert (package / "bundle" / "shipped.py").read_text().startswith(CODE.read_text()[:80])


@pytest.mark.parametrize(
    "digests", [{}, {"b.millsight": "1" * 64}, {"b.millsight": "1" * 64, "a.millsight": "2" * 64}]
)
def test_digests_are_written_again_and_again(digests: dict[str, str]) -> None:
    code = with_digests(with_digests(CODE.read_text(), {"x.millsight": "0" * 64}), digests)
    assert trusted(code) == digests
    assert with_digests(code, digests) == code


def test_what_is_refused_is_not_shipped(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.millsight"
    path.write_bytes(b"no bundle")
    with pytest.raises(BundleError):
        ship(path, package)
    with pytest.raises(MissingPathError):
        ship(tmp_path / "none.millsight", package)
    assert list((package / "bundles").iterdir()) == []


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [str(tmp_path / "none.millsight")])
    assert result.exit_code == 4
    assert result.stderr.startswith("export.pack.ship: ")
    assert result.stderr.count("\n") == 1
