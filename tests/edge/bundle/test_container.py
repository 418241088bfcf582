"""Every byte of a container counts, whether its digest was mended or not."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bundle.container import (
    MANIFEST,
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_MANIFEST_BYTES,
    SIGNATURE,
    read_container,
    write_container,
)
from edge.core.errors import BundleError

FILES = {MANIFEST: b"{}\n", "models/a.tflite": b"\x00\x01\x02" * 9, "golden/one.png": b"png"}

SEGMENTS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,5}(\.[a-z0-9]{1,3})?", fullmatch=True)
NAMES = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join)


def sealed(content: bytes) -> bytes:
    """A container's bytes before its digest, with a digest that fits."""
    return content + hashlib.sha256(content).hexdigest().encode()


def zipped(entries: Iterable[tuple[str, bytes]], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """What an ordinary ZIP program would make, sealed as a container."""
    buffer = io.BytesIO()
    warns = pytest.warns(UserWarning, match="Duplicate") if _repeats(entries) else nullcontext()
    with warns, zipfile.ZipFile(buffer, "w") as made:
        for name, data in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            made.writestr(info, data, compress_type=method)
        made.comment = b"0" * 64
    return sealed(buffer.getvalue()[:-64])


def _repeats(entries: Iterable[tuple[str, bytes]]) -> bool:
    names = [name for name, _ in entries]
    return len(set(names)) < len(names)


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=6))
def test_what_is_written_is_read(files: dict[str, bytes]) -> None:
    files = {MANIFEST: b"{}"} | files
    assert read_container(write_container(files)) == files


@given(st.permutations(list(FILES)))
def test_the_same_files_give_the_same_bytes(order: list[str]) -> None:
    assert write_container({name: FILES[name] for name in order}) == write_container(FILES)


def test_the_bytes_are_the_same_on_every_machine() -> None:
    digest = hashlib.sha256(write_container(FILES)).hexdigest()
    assert digest == "bbd6b34937e6de45e6b49c843dbf1da3ede3e39ac92095d784e2ae8a0341404b"


def test_the_signature_follows_the_manifest() -> None:
    signed = FILES | {SIGNATURE: bytes(96)}
    with zipfile.ZipFile(io.BytesIO(write_container(signed))) as archive:
        assert archive.namelist()[:2] == [MANIFEST, SIGNATURE]


def test_an_ordinary_zip_program_can_list_it() -> None:
    with zipfile.ZipFile(io.BytesIO(write_container(FILES))) as archive:
        assert archive.namelist() == [MANIFEST, "golden/one.png", "models/a.tflite"]
        assert archive.testzip() is None


@pytest.mark.parametrize("flip", [0x01, 0x80])
def test_a_flip_anywhere_is_refused(flip: int) -> None:
    whole = write_container(FILES)
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= flip
        with pytest.raises(BundleError):
            read_container(bytes(damaged))


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80, 0xFF])
def test_a_flip_anywhere_is_refused_even_under_a_mended_digest(flip: int) -> None:
    content = write_container(FILES)[:-64]
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= flip
        with pytest.raises(BundleError):
            read_container(sealed(bytes(damaged)))


def test_cut_off_anywhere_is_refused() -> None:
    whole = write_container(FILES)
    for length in range(len(whole)):
        with pytest.raises(BundleError):
            read_container(whole[:length])


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04"]), st.booleans())
def test_noise_is_refused(noise: bytes, start: bytes, seal: bool) -> None:
    data = start + noise
    with pytest.raises(BundleError):
        read_container(sealed(data) if seal else data)


def _content() -> bytes:
    return write_container(FILES)[:-64]


def _ordinary_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("readme.txt", b"hello" * 50)
    return buffer.getvalue()


def _stowaway() -> bytes:
    """Bytes between the entries and the table of contents, which is moved to make room."""
    content = _content()
    end = content.rindex(b"PK\x05\x06")
    table = int.from_bytes(content[end + 16 : end + 20], "little")
    moved = (table + 6).to_bytes(4, "little")
    tail = content[table:end] + content[end : end + 16] + moved + content[end + 20 :]
    return sealed(content[:table] + b"hidden" + tail)


def _link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, mode, data in (
            (MANIFEST, 0o100644, b"{}\n"),
            ("passwd", 0o120777, b"/etc/passwd"),
        ):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, mode << 16
            made.writestr(info, data)
        made.comment = b"0" * 64
    return sealed(buffer.getvalue()[:-64])


def _patched_end(place: int, value: bytes) -> bytes:
    """Other bytes in the end record, ``place`` bytes from its start."""
    content = bytearray(_content())
    end = content.rindex(b"PK\x05\x06")
    content[end + place : end + place + len(value)] = value
    return sealed(bytes(content))


def _wide() -> bytes:
    """With the locator of a 64-bit end record, which would be believed instead."""
    content = _content()
    end = content.rindex(b"PK\x05\x06")
    return sealed(content[:end] + b"PK\x06\x07" + bytes(16) + content[end:])


def _locked() -> bytes:
    content = bytearray(_content())
    for place in (6, content.index(b"PK\x01\x02") + 8):
        content[place] |= 1
    return sealed(bytes(content))


def _overlapping() -> bytes:
    """Two rows of the table of contents that point to one and the same file."""
    content = bytearray(_content())
    rows = [i for i in range(len(content)) if content.startswith(b"PK\x01\x02", i)]
    content[rows[2] + 42 : rows[2] + 46] = content[rows[1] + 42 : rows[1] + 46]
    return sealed(bytes(content))


def _lying_size(size: int) -> bytes:
    """Both sizes of the first entry, in both of its headers."""
    content = bytearray(_content())
    lie = size.to_bytes(4, "little") * 2
    content[18:26] = lie
    table = content.index(b"PK\x01\x02")
    content[table + 20 : table + 28] = lie
    return sealed(bytes(content))


MINIMAL = [(MANIFEST, b"{}\n")]

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "an image": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), "no millsight bundle"),
    "an ordinary zip": (_ordinary_zip, "no millsight bundle"),
    "no manifest": (lambda: zipped([("a", b"1")]), "no manifest.json"),
    "an empty zip": (lambda: sealed(b"PK\x05\x06" + bytes(16) + b"\x40\x00"), "no millsight"),
    "out of order": (lambda: zipped([("a", b"1"), *MINIMAL]), "hidden or reordered"),
    "twice the same": (lambda: zipped([*MINIMAL, ("a", b"1"), ("a", b"2")]), "a more than once"),
    "compressed": (lambda: zipped(MINIMAL, method=zipfile.ZIP_DEFLATED), "compressed"),
    "up": (lambda: zipped([*MINIMAL, ("../evil", b"")]), "'../evil'"),
    "up within": (lambda: zipped([*MINIMAL, ("a/../../evil", b"")]), "'a/../../evil'"),
    "from the root": (lambda: zipped([*MINIMAL, ("/etc/evil", b"")]), "'/etc/evil'"),
    "on a drive": (lambda: zipped([*MINIMAL, ("c:evil", b"")]), "'c:evil'"),
    "backslashes": (lambda: zipped([*MINIMAL, ("a\\..\\evil", b"")]), "evil"),
    "a folder": (lambda: zipped([*MINIMAL, ("folder/", b"")]), "'folder/'"),
    "a long name": (lambda: zipped([*MINIMAL, ("a" * 200, b"")]), "does not allow"),
    "something before": (lambda: sealed(b"PK\x03\x04hidden" + _content()), "contents|hidden"),
    "something after": (lambda: sealed(_content() + b"hidden"), "contents|hidden"),
    "something between": (_stowaway, "contents|hidden"),
    "a size that lies": (lambda: _lying_size(1 << 20), "claims to hold more|contents"),
    "a size beyond all": (lambda: _lying_size(0xFFFFFFFE), "claims to hold more|contents"),
    "many files": (lambda: zipped([*MINIMAL, *((f"f{i}", b"") for i in range(300))]), "301 files"),
    "a link": (_link, "passwd in it is a link"),
    "an encrypted file": (_locked, "contents|hidden"),
    "one file under two names": (_overlapping, "contents|hidden"),
    "64-bit sizes": (_wide, "table of contents"),
    "contents elsewhere": (lambda: _patched_end(16, bytes(4)), "table of contents"),
    "contents too long": (lambda: _patched_end(12, b"\xff\xff\xff\x7f"), "table of contents"),
    "another count of files": (lambda: _patched_end(8, b"\x01\x00\x01\x00"), "hidden"),
    "on other disks": (lambda: _patched_end(4, b"\x01\x00\x01\x00"), "contents|hidden"),
    "a long manifest": (
        lambda: zipped([(MANIFEST, b" " * (MAX_MANIFEST_BYTES + 1))]),
        "longer than 1,048,576 bytes",
    ),
}


@pytest.mark.parametrize(("make", "says"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_refused_in_one_line(make: Callable[[], bytes], says: str) -> None:
    with pytest.raises(BundleError, match=says) as refused:
        read_container(make())
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 9


def test_a_huge_file_is_refused_unread() -> None:
    with pytest.raises(BundleError, match="larger than 67,108,864 bytes"):
        read_container(b"PK\x03\x04" + bytes(MAX_BYTES))


def test_a_table_of_contents_without_end_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    row = b"PK\x01\x02" + bytes(24) + b"\x01" + bytes(17) + b"a"
    table = row * (MAX_ENTRIES * 4)
    start = b"PK\x03\x04" + bytes(26)
    end = (
        b"PK\x05\x06"
        + bytes(8)
        + len(table).to_bytes(4, "little")
        + len(start).to_bytes(4, "little")
    )
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(BundleError, match="more than the 256 files"):
        read_container(sealed(start + table + end + b"\x40\x00"))


@pytest.mark.parametrize("name", ["../up", "/root", "UPPER", "a b", "", "a//b", ".hidden", "ä"])
def test_names_that_could_not_be_read_are_not_written(name: str) -> None:
    with pytest.raises(BundleError, match="does not allow"):
        write_container({MANIFEST: b"{}", name: b""})


def test_a_manifest_that_could_not_be_read_is_not_written() -> None:
    with pytest.raises(BundleError, match="too long"):
        write_container({MANIFEST: bytes(MAX_MANIFEST_BYTES + 1)})


def test_a_manifest_is_required() -> None:
    with pytest.raises(BundleError, match=r"needs manifest\.json"):
        write_container({"a": b""})
