"""Fetch the Severstal competition's data through the Kaggle client (package ``kaggle``)."""

from __future__ import annotations

import errno
import io
import re
import shutil
import sys
import zlib
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from edge.core.errors import (
    FetchError,
    MillsightError,
    MissingExtraError,
    UnwritableError,
)
from edge.core.files import make_folder
from train.atomic_paths import new_folder
from train.data.progress import ItemProgress, quiet
from train.data.severstal import IMAGES, TABLE, TEST_IMAGES

COMPETITION = "severstal-steel-defect-detection"

_WANTED = re.compile(rf"{re.escape(TABLE)}|({IMAGES}|{TEST_IMAGES})/\w[\w-]*\.(jpe?g|png)")
"""Names in the archive that are unpacked: none can lead out of the folder."""

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO)

_CREDENTIALS = (
    "Make a token at https://www.kaggle.com/settings/api and put it into ~/.kaggle/kaggle.json or"
    " ~/.kaggle/access_token, or into KAGGLE_USERNAME and KAGGLE_KEY, or KAGGLE_API_TOKEN"
)
_BY_STATUS = {
    401: ("Kaggle refuses these credentials (HTTP 401)", _CREDENTIALS),
    403: (
        "Kaggle does not let this account have the data (HTTP 403)",
        "Log in on the website, accept the competition's rules at"
        f" https://www.kaggle.com/c/{COMPETITION}/rules, and try again",
    ),
    404: (f"Kaggle has no data of {COMPETITION} (HTTP 404)", "See the competition's page"),
    429: ("Kaggle was asked too often (HTTP 429)", "Wait some minutes and try again"),
}


def download_folder(out: Path) -> Path:
    """Where what has come is kept until all of it is in ``out``; a later try goes on from there."""
    return out.absolute().with_name(f".{out.name}.download")


def fetch_severstal(out: Path, progress: ItemProgress = quiet) -> None:
    """Download the competition's archive and unpack it into the new folder ``out``.

    Raises:
        FetchError: No credentials, rules not accepted, no network, or a damaged archive.
        MissingExtraError: The Kaggle client is not installed.
        UnwritableError: ``out`` exists and is not an empty folder, cannot be written, or the disk
            is full.
    """
    kept = download_folder(out)
    with new_folder(out) as folder:
        api = _client()
        make_folder(kept)
        _unpack(_download(api, kept), folder, out, progress)
    shutil.rmtree(kept, ignore_errors=True)


def _client() -> Any:
    """The client, logged in."""
    try:
        # It explains itself on stdout, which is for results.
        with redirect_stdout(io.StringIO()):
            import kaggle

            kaggle.api.authenticate()
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"fetching needs the package {error.name}",
            "Install it: pip install 'millsight[kaggle]', or download by hand",
        ) from None
    except SystemExit:
        raise FetchError("there are no credentials for Kaggle", _CREDENTIALS) from None
    except Exception as error:
        raise _in_words(error) from None
    return kaggle.api


def _download(api: Any, kept: Path) -> Path:
    """The archive, which the client downloads only where it is not whole in ``kept``."""
    try:
        with redirect_stdout(sys.stderr):
            api.competition_download_files(COMPETITION, path=str(kept), force=False, quiet=False)
    except Exception as error:
        with suppress(OSError):
            kept.rmdir()  # Refused unless it is empty: nothing came.
        raise _in_words(error) from None
    archive = kept / f"{COMPETITION}.zip"
    if not archive.is_file():
        raise FetchError(f"Kaggle sent no archive {archive.name}")
    return archive


def _in_words(error: Exception) -> MillsightError:
    """What went wrong; the client's own errors are those of ``requests``, which are OSErrors."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in _BY_STATUS:
        return FetchError(*_BY_STATUS[status])
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if status is not None:
        return FetchError(f"Kaggle answers with HTTP status {status}: {reason}")
    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        where = error.filename or "the download"
        return UnwritableError(f"{where} cannot be written: {error.strerror}")
    if isinstance(error, OSError):
        return FetchError(f"Kaggle cannot be reached: {reason}")
    return FetchError(f"the Kaggle client failed: {reason}")


def _unpack(archive: Path, folder: Path, out: Path, progress: ItemProgress) -> None:
    """Unpack what is wanted; a damaged archive is removed, so that the next try begins anew."""
    try:
        with ZipFile(archive) as file:
            members = [m for m in file.infolist() if _WANTED.fullmatch(m.filename)]
            names = {m.filename for m in members}
            if TABLE not in names or not any(name.startswith(IMAGES) for name in names):
                raise FetchError(
                    f"{archive} does not hold {TABLE} and {IMAGES}/", "Download by hand"
                )
            needed, free = sum(m.file_size for m in members), shutil.disk_usage(folder).free
            if needed > free:
                raise UnwritableError(
                    f"{out} needs {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free"
                )
            for member in progress(members, "Unpacking", len(members)):
                file.extract(member, folder)
    except (BadZipFile, zlib.error, EOFError):
        archive.unlink()
        raise FetchError(f"{archive} came damaged and was removed") from None
