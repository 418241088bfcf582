"""The container of a bundle: a canonical ZIP; a file with any other byte is refused.

Entries are stored, never compressed. ``manifest.json`` comes first, then ``manifest.sig`` if the
bundle is signed, then the other files by name. Timestamps and attributes are fixed. The archive's
comment is the SHA-256 (64 hexadecimal digits) of all bytes before it.

Reading checks this digest, then the size of the central directory, which limits how much of it is
read, then reads the entries. Finally it writes the container again and compares: any byte that the
writer would not have written is refused. Nothing is extracted to disk. The archive format is
PKWARE's APPNOTE 6.3, without extensions.
"""

from __future__ import annotations

import hashlib
import io
import re
import stat
import zipfile
from collections.abc import Mapping

from edge.core.errors import BundleError

MANIFEST = "manifest.json"
"""The entry that describes all others; the first in the file."""

SIGNATURE = "manifest.sig"
"""The entry that signs the manifest; the only one that the manifest does not list."""

MAX_BYTES = 64 * 2**20
"""Largest container, in bytes: about ten times what the largest networks here need."""

MAX_MANIFEST_BYTES = 2**20
"""Largest manifest, in bytes. Parsing JSON needs about a hundred times its size in memory."""

MAX_ENTRIES = 256

_DIGEST_LENGTH = 64
_START = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_LENGTH = 22
_ROW_LENGTH = 46
_WIDE_END = b"PK\x06\x07"
_WIDE_END_LENGTH = 20
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*(/[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*)*")
_MAX_NAME_LENGTH = 100
_EPOCH = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16


def write_container(files: Mapping[str, bytes]) -> bytes:
    """Pack files, by name, into a container; the same files always give the same bytes.

    Raises:
        BundleError: ``manifest.json`` is missing, a name is not allowed, or a size limit is
            exceeded.
    """
    if MANIFEST not in files:
        raise BundleError(f"a bundle needs {MANIFEST}", "")
    if len(files) > MAX_ENTRIES:
        raise BundleError(f"a bundle of {len(files)} files; {MAX_ENTRIES} are allowed", "")
    if len(files[MANIFEST]) > MAX_MANIFEST_BYTES:
        raise BundleError(f"a {MANIFEST} of {len(files[MANIFEST]):,} bytes is too long", "")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(files, key=_order):
            _check_name(name)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = _REGULAR_FILE
            archive.writestr(entry, files[name])
        archive.comment = b"0" * _DIGEST_LENGTH
    content = buffer.getvalue()[:-_DIGEST_LENGTH]
    whole = content + hashlib.sha256(content).hexdigest().encode()
    if len(whole) > MAX_BYTES:
        raise BundleError(
            f"a bundle of {len(whole):,} bytes; {MAX_BYTES:,} are allowed",
            "Use smaller networks or fewer golden frames",
        )
    return whole


def read_container(data: bytes) -> dict[str, bytes]:
    """Check every byte of a container and return its files, by name.

    Raises:
        BundleError: Not a container, too large, cut off, damaged, or not as ``write_container``
            writes it: extra, repeated, missing, compressed or overlapping entries, other names.
    """
    if len(data) > MAX_BYTES:
        raise BundleError(f"it is larger than {MAX_BYTES:,} bytes", "Give a .millsight file")
    if not data.startswith(_START):
        raise BundleError("it is no millsight bundle", "Give a .millsight file")
    content, digest = data[:-_DIGEST_LENGTH], data[-_DIGEST_LENGTH:]
    if re.fullmatch(rb"[0-9a-f]{64}", digest) is None:
        raise BundleError("it is cut off, damaged at its end, or no millsight bundle")
    if hashlib.sha256(content).hexdigest().encode() != digest:
        raise BundleError("it is damaged: its bytes do not give its digest")
    _check_end(content)
    files = _read_entries(data)
    if MANIFEST not in files:
        raise BundleError(f"it has no {MANIFEST}")
    if len(files[MANIFEST]) > MAX_MANIFEST_BYTES:
        raise BundleError(f"its {MANIFEST} is longer than {MAX_MANIFEST_BYTES:,} bytes")
    if write_container(files) != data:
        raise BundleError("it is not packed as millsight packs: something is hidden or reordered")
    return files


def _check_end(content: bytes) -> None:
    """Refuse a central directory at another place or larger than a bundle's can be.

    This check comes first because ``zipfile`` reads the whole directory and needs about a hundred
    bytes of memory for each of its bytes.
    """
    end = len(content) - _END_LENGTH
    wide = content[max(0, end - _WIDE_END_LENGTH) :].startswith(_WIDE_END)
    if end < 0 or wide or content.rfind(_END) != end:
        raise BundleError("its table of contents does not fit its contents")
    size = int.from_bytes(content[end + 12 : end + 16], "little")
    start = int.from_bytes(content[end + 16 : end + 20], "little")
    if start + size != end:
        raise BundleError("its table of contents does not fit its contents")
    if size > MAX_ENTRIES * (_ROW_LENGTH + _MAX_NAME_LENGTH):
        raise BundleError(f"it holds more than the {MAX_ENTRIES} files that are allowed")


def _read_entries(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, len(data))
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        # zipfile raises all of these for headers that contradict each other.
        raise BundleError("its table of contents does not fit its contents") from None


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse entries that must not be read, by the names and sizes in the central directory."""
    if len(entries) > MAX_ENTRIES:
        raise BundleError(f"it holds {len(entries)} files; {MAX_ENTRIES} are allowed")
    names = [entry.filename for entry in entries]
    for name in names:
        _check_name(name)
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise BundleError(f"it holds {repeated[0]} more than once")
    if linked := [e.filename for e in entries if stat.S_ISLNK(e.external_attr >> 16)]:
        raise BundleError(f"{linked[0]} in it is a link; a bundle holds files alone")
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise BundleError("it holds compressed files; a bundle stores them as they are")
    if any(entry.file_size != entry.compress_size for entry in entries) or (
        sum(entry.file_size for entry in entries) > size
    ):
        raise BundleError("it claims to hold more than it does")


def _check_name(name: str) -> None:
    if len(name) > _MAX_NAME_LENGTH or not _NAME.fullmatch(name):
        shown = ascii(name if len(name) <= 40 else name[:37] + "...")
        raise BundleError(
            f"a file is called {shown}, which a bundle does not allow",
            "Names are relative, of a-z, 0-9, '_', '-', '.' and '/'",
        )


def _order(name: str) -> tuple[bool, bool, str]:
    return name != MANIFEST, name != SIGNATURE, name
