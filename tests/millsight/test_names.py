"""`import millsight` and the command beside files that hide what they import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ADVICE = "rename it, or run from another folder"
RAN = "print('this file ran')\n"
SCRIPT = "import millsight\nprint(millsight.Level.FULL)\n"
CONSOLE = "import sys\nfrom millsight.__main__ import main\nsys.exit(main())\n"


def python(folder: Path, *words: object, path: str = str(ROOT)) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout
    assert "this file ran" not in done.stdout
    return done.stderr.splitlines()[-1]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Imports millsight; its folder is where Python looks first."""
    path = tmp_path / "inspect_all.py"
    path.write_text(SCRIPT)
    return path


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("edge.py", "millsight's own package 'edge'"),
        ("edge/__init__.py", "millsight's own package 'edge'"),
        ("select.py", "Python's own module 'select'"),
        ("types.py", "Python's own module 'types'"),
        ("typing.py", "Python's own module 'typing'"),
        ("datetime.py", "Python's own module 'datetime'"),
        ("logging/__init__.py", "Python's own module 'logging'"),
        ("numpy.py", "the library 'numpy'"),
    ],
)
def test_the_import_names_the_file_that_hides_what_it_needs(
    name: str, what: str, script: Path
) -> None:
    file = script.parent / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(RAN)
    expected = f"millsight: {file} hides {what}: {ADVICE}"
    assert last_line(python(script.parent, script)).endswith(expected)
    assert last_line(python(script.parent, "-c", SCRIPT)).endswith(expected)
    safe = python(script.parent, "-P", "-c", SCRIPT)
    assert safe.stdout == "full\n", safe.stderr


@pytest.mark.parametrize("name", ["train.py", "export.py", "test.py", "code.py", "queue.py"])
def test_a_file_that_hides_nothing_needed_does_no_harm(name: str, script: Path) -> None:
    (script.parent / name).write_text(RAN)
    for words in ([script], ["-c", SCRIPT]):
        done = python(script.parent, *words)
        assert done.stdout == "full\n", done.stderr


def test_a_folder_called_edge_does_no_harm(script: Path) -> None:
    (script.parent / "edge").mkdir()
    assert python(script.parent, script).stdout == "full\n"


def test_a_script_called_edge_says_that_it_is_in_the_way_itself(tmp_path: Path) -> None:
    (tmp_path / "edge.py").write_text(SCRIPT)
    assert f"{tmp_path}/edge.py hides" in last_line(python(tmp_path, "edge.py"))


def test_another_edge_that_was_imported_before_is_named(tmp_path: Path) -> None:
    (tmp_path / "edge.py").touch()
    done = python(tmp_path, "-c", f"import edge\n{SCRIPT}")
    assert f"{tmp_path}/edge.py hides" in last_line(done)


def test_after_the_import_all_is_loaded_where_something_is_hidden(tmp_path: Path) -> None:
    """Otherwise a hidden module would fail oddly at a later call."""
    (tmp_path / "turtle.py").touch()
    done = python(
        tmp_path,
        "-c",
        "import sys, millsight\n"
        "before = {name.partition('.')[0] for name in sys.modules}\n"
        "inspector = millsight.Inspector(millsight.open_bundle('simulated'))\n"
        "new = {name.partition('.')[0] for name in sys.modules} - before\n"
        "print(sorted(new & sys.stdlib_module_names))\n",
    )
    assert done.stdout == "[]\n", done.stderr


def test_importing_is_light_where_nothing_is_hidden(tmp_path: Path) -> None:
    done = python(tmp_path, "-c", "import sys, millsight; print('numpy' in sys.modules)")
    assert done.stdout == "False\n", done.stderr


def test_the_command_says_it_in_one_line(tmp_path: Path) -> None:
    console = tmp_path / "bin/millsight"
    console.parent.mkdir()
    console.write_text(CONSOLE)
    here = tmp_path / "here"
    here.mkdir()
    path = f"{here}{os.pathsep}{ROOT}"
    (here / "queue.py").write_text(RAN)
    (here / "train.py").write_text(RAN)
    assert python(here, console, "--version", path=path).returncode == 0
    for file, what, words in (
        ("select.py", "Python's own module 'select'", ["run", "--frames", "3"]),
        ("train.py", "millsight's own package 'train'", ["train", "--help"]),
        ("edge.py", "millsight's own package 'edge'", ["--version"]),
    ):
        (here / file).write_text(RAN)
        done = python(here, console, *words, path=path)
        assert done.stderr == f"millsight: {here / file} hides {what}: {ADVICE}\n"
        assert (done.returncode, done.stdout) == (1, "")
        (here / file).unlink()


@pytest.mark.parametrize("package", ["edge", "millsight"])
@pytest.mark.parametrize(
    ("file", "words"), [("select.py", ["run", "--frames", "3"]), ("train.py", ["train", "--help"])]
)
def test_python_m_says_it_in_one_line(
    package: str, file: str, words: list[str], tmp_path: Path
) -> None:
    (tmp_path / file).write_text(RAN)
    done = python(tmp_path, "-m", package, *words)
    assert done.stderr.startswith(f"millsight: {tmp_path / file} hides ")
    assert len(done.stderr.splitlines()) == 1
    assert python(tmp_path, "-P", "-m", package, "--version").returncode == 0


def test_python_m_millsight_names_a_hidden_edge(tmp_path: Path) -> None:
    (tmp_path / "edge.py").write_text(RAN)
    done = python(tmp_path, "-m", "millsight", "--version")
    assert done.stderr == (
        f"millsight: {tmp_path / 'edge.py'} hides millsight's own package 'edge': {ADVICE}\n"
    )
    assert (done.returncode, done.stdout) == (1, "")


def test_every_public_name_is_there() -> None:
    import millsight

    assert sorted(millsight.__all__) == millsight.__all__
    for name in millsight.__all__:
        assert getattr(millsight, name) is not None
        assert name in dir(millsight)
    with pytest.raises(AttributeError, match="no attribute 'inspect'"):
        millsight.inspect  # noqa: B018
