"""A file that hides a module is found, and refused by name only where it is needed."""

from __future__ import annotations

import importlib
import json
import sys
import threading
from pathlib import Path

import pytest

from edge.core.hiding import HiddenModuleError, Refusing, hidden_modules, refuse_foreign

UNLOADED = "antigravity"
"""A module of Python's that nothing here has imported."""


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which Python looks first."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    importlib.invalidate_caches()
    return tmp_path


def test_files_and_packages_that_hide_are_found(beside: Path) -> None:
    assert hidden_modules() == {}
    (beside / f"{UNLOADED}.py").touch()
    (beside / "this").mkdir()
    (beside / "this/__init__.py").touch()
    importlib.invalidate_caches()
    assert hidden_modules() == {
        UNLOADED: str(beside / f"{UNLOADED}.py"),
        "this": str(beside / "this/__init__.py"),
    }


def test_what_hides_nothing_is_left_alone(beside: Path) -> None:
    (beside / "json.py").touch()  # Python's has been imported
    (beside / "time.py").touch()  # is built in
    (beside / "this").mkdir()  # is no package
    (beside / "helpers.py").touch()
    (beside / f"{UNLOADED}.txt").touch()
    importlib.invalidate_caches()
    assert json.__name__ == "json"
    assert hidden_modules() == {}


def test_a_folder_that_python_looks_in_later_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{UNLOADED}.py").touch()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert hidden_modules() == {}


def test_a_library_is_hidden_by_a_file_and_not_by_where_it_is_installed(
    beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "pyarrow", raising=False)
    (beside / "pyarrow").mkdir()
    (beside / "pyarrow/__init__.py").touch()
    importlib.invalidate_caches()
    assert hidden_modules() == {}
    (beside / "pyarrow/__init__.py").unlink()
    (beside / "pyarrow.py").touch()
    importlib.invalidate_caches()
    assert hidden_modules() == {"pyarrow": str(beside / "pyarrow.py")}


def test_the_file_is_refused_before_it_runs(beside: Path) -> None:
    file = beside / f"{UNLOADED}.py"
    file.write_text("raise SystemExit('it ran')")
    with (
        pytest.raises(HiddenModuleError) as refused,
        Refusing({UNLOADED: str(file)}),
    ):
        importlib.import_module(UNLOADED)
    assert str(refused.value) == (
        f"millsight: {file} hides Python's own module '{UNLOADED}': rename it, or run from another "
        "folder"
    )
    assert (refused.value.name, refused.value.path) == (UNLOADED, str(file))
    assert not any(isinstance(finder, Refusing) for finder in sys.meta_path)


def test_what_a_library_makes_of_the_refusal_does_not_bury_it() -> None:
    class PanicError(BaseException):
        pass

    for raised in (ImportError("numpy is broken"), PanicError()):
        with pytest.raises(HiddenModuleError, match="/x/this"), Refusing({"this": "/x/this.py"}):
            try:
                importlib.import_module("this")
            except ImportError:
                raise raised from None


def test_an_import_that_somebody_can_do_without_is_no_error() -> None:
    with Refusing({"this": "/x/this.py"}):
        try:
            importlib.import_module("this")
        except ImportError:
            done_without = True
    assert done_without


def test_a_hiding_file_that_was_imported_before_is_named_where_something_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "this", threading)
    with pytest.raises(HiddenModuleError, match="/x/this"), Refusing({"this": "/x/this.py"}):
        raise AttributeError("module 'this' has no attribute 's'")
    with pytest.raises(SystemExit), Refusing({"this": "/x/this.py"}):
        raise SystemExit


def test_another_thread_imports_what_it_likes(beside: Path) -> None:
    file = beside / f"{UNLOADED}.py"
    file.write_text("ours = True")
    importlib.invalidate_caches()
    with Refusing({UNLOADED: str(file)}):
        thread = threading.Thread(target=importlib.import_module, args=(UNLOADED,))
        thread.start()
        thread.join()
    assert sys.modules.pop(UNLOADED).ours


def test_anothers_package_of_our_name_is_refused(beside: Path, tmp_path: Path) -> None:
    home = Path(__file__).parent.parent.parent.parent
    refuse_foreign("edge", str(home))
    refuse_foreign("no_such_package", str(home))
    with pytest.raises(HiddenModuleError, match="millsight's own package 'edge'"):
        refuse_foreign("edge", str(tmp_path))


def test_the_one_file_binary_looks_nowhere_else(
    beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (beside / f"{UNLOADED}.py").touch()
    importlib.invalidate_caches()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert hidden_modules() == {}
    refuse_foreign("edge", str(beside))
