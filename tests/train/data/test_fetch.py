from __future__ import annotations

import errno
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner

from edge.core.errors import (
    FetchError,
    MillsightError,
    MissingExtraError,
    UnwritableError,
)
from train.cli.data import data
from train.data.fetch import COMPETITION, download_folder, fetch_severstal

FILES = {
    "train.csv": b"ImageId,ClassId,EncodedPixels\n",
    "sample_submission.csv": b"not wanted",
    "train_images/0002cc93b.jpg": b"one" * 200,
    "test_images/004f40c73.jpg": b"two",
    "../outside.jpg": b"not wanted",
    "train_images/../../outside.jpg": b"not wanted",
}


def archive(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)


class Client:
    """Stands for ``kaggle.api``; ``log_in`` and ``send`` may raise."""

    def __init__(
        self, log_in: Callable[[], None] = lambda: None, send: Callable[[Path], None] | None = None
    ) -> None:
        self.log_in, self.send, self.downloads = log_in, send, 0

    def authenticate(self) -> None:
        sys.stdout.write("chatter\n")
        self.log_in()

    def competition_download_files(
        self, competition: str, path: str, *, force: bool, quiet: bool
    ) -> None:
        assert (competition, force) == (COMPETITION, False)
        sys.stdout.write("Downloading\n")
        target = Path(path) / f"{competition}.zip"
        if target.exists():
            return
        self.downloads += 1
        if self.send:
            self.send(target)
        else:
            archive(target, FILES)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Client]:
    def installed(**parts: Any) -> Client:
        client = Client(**parts)
        monkeypatch.setitem(sys.modules, "kaggle", SimpleNamespace(api=client))
        return client

    return installed


def raising(error: BaseException) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


class HttpError(OSError):
    """As ``requests`` raises them."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status} Client Error")
        self.response = SimpleNamespace(status_code=status)


def test_what_is_wanted_is_unpacked_and_nothing_else(
    install: Callable[..., Client], tmp_path: Path
) -> None:
    install()
    out = tmp_path / "in" / "severstal"
    out.parent.mkdir()
    result = CliRunner().invoke(data, ["fetch", str(out)])
    assert result.exit_code == 0, result.exception
    assert result.stdout == f"Fetched: {out}\n"
    found = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert found == {"train.csv", "train_images/0002cc93b.jpg", "test_images/004f40c73.jpg"}
    assert [*tmp_path.rglob("outside*"), *tmp_path.rglob(".*")] == []


@pytest.mark.parametrize(
    ("parts", "kind", "says"),
    [
        ({"log_in": raising(SystemExit(1))}, FetchError, "kaggle.json"),
        ({"log_in": raising(HttpError(401))}, FetchError, "refuses these credentials"),
        ({"log_in": raising(ValueError("no JSON"))}, FetchError, "failed: no JSON"),
        ({"send": raising(HttpError(403))}, FetchError, "accept the competition's rules"),
        ({"send": raising(HttpError(429))}, FetchError, "Wait"),
        ({"send": raising(HttpError(503))}, FetchError, "HTTP status 503"),
        ({"send": raising(OSError("no route"))}, FetchError, "cannot be reached: no route"),
        ({"send": raising(ValueError("size"))}, FetchError, "size"),
        ({"send": raising(OSError(errno.ENOSPC, "disk full"))}, UnwritableError, "disk full"),
        ({"send": lambda target: None}, FetchError, "sent no archive"),
        ({"send": lambda target: archive(target, {"a": b""})}, FetchError, "does not hold"),
        ({"send": lambda target: target.write_bytes(b"<html>")}, FetchError, "damaged"),
    ],
)
def test_a_fault_is_told_and_leaves_no_half_data_set(
    install: Callable[..., Client],
    parts: dict[str, Any],
    kind: type[MillsightError],
    says: str,
    tmp_path: Path,
) -> None:
    install(**parts)
    with pytest.raises(kind, match=says):
        fetch_severstal(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_left_where_nothing_came(install: Callable[..., Client], tmp_path: Path) -> None:
    install(send=raising(HttpError(403)))
    with pytest.raises(FetchError):
        fetch_severstal(tmp_path / "out")
    assert [*tmp_path.iterdir()] == []


def test_what_came_is_kept_for_the_next_try(
    install: Callable[..., Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = install()
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "extract", raising(KeyboardInterrupt()))
        result = CliRunner().invoke(data, ["fetch", str(out)], standalone_mode=False)
    assert isinstance(result.exception, click.Abort)
    assert str(download_folder(out)) in str(result.exception)
    assert not out.exists()
    fetch_severstal(out)
    assert client.downloads == 1
    assert not download_folder(out).exists()


def test_a_damaged_archive_is_fetched_anew(install: Callable[..., Client], tmp_path: Path) -> None:
    def spoilt(target: Path) -> None:
        archive(target, FILES)
        content = bytearray(target.read_bytes())
        place = content.index(b"one")
        content[place] ^= 1
        target.write_bytes(content)

    client = install(send=spoilt)
    with pytest.raises(FetchError, match="damaged"):
        fetch_severstal(tmp_path / "out")
    client.send = None
    fetch_severstal(tmp_path / "out")
    assert client.downloads == 2


def test_a_full_disk_is_found_before_unpacking(
    install: Callable[..., Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install()
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=100))
    with pytest.raises(UnwritableError, match="are free"):
        fetch_severstal(tmp_path / "out")


def test_a_folder_with_something_in_it_is_left_alone(
    install: Callable[..., Client], tmp_path: Path
) -> None:
    client = install()
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UnwritableError, match="exists already"):
        fetch_severstal(tmp_path)
    assert client.downloads == 0


def test_without_the_client_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kaggle", None)
    with pytest.raises(MissingExtraError, match=r"millsight\[kaggle\]"):
        fetch_severstal(tmp_path / "out")
