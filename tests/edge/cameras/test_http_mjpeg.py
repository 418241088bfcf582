"""Motion JPEG over HTTP: whole pictures at the time they came, whatever the server does."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from edge.cameras import capture
from edge.cameras.http_mjpeg import HttpMjpegCamera, MultipartReader
from edge.core.errors import CameraError
from edge.core.frame import BadFrame, Frame
from edge.core.inspection import Cause

BOUNDARY = b"--fr"


def jpeg(number: int, height: int = 16) -> bytes:
    picture = np.random.default_rng(number).normal(110, 9, (height, 64)).clip(0, 255)
    return bytes(cv2.imencode(".jpg", picture.astype(np.uint8))[1].tobytes())


def part(body: bytes, length: int | None = -1, kind: str = "image/jpeg") -> bytes:
    """A part with its true length, another, or none."""
    header = f"Content-Type: {kind}\r\n"
    if length is not None:
        header += f"Content-Length: {len(body) if length == -1 else length}\r\n"
    return BOUNDARY + b"\r\n" + header.encode() + b"\r\n" + body + b"\r\n"


@contextmanager
def serving(
    body: bytes,
    *,
    kind: str = "multipart/x-mixed-replace; boundary=fr",
    scheme: str = "",
    status: int = 200,
) -> Iterator[str]:
    """A server that answers with these bytes; where it has a scheme, only to mill:se/cret."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if scheme and not self._knows():
                self.send_response(401)
                more = ', nonce="n7", algorithm=MD5' if scheme == "Digest" else ""
                self.send_header("WWW-Authenticate", f'{scheme} realm="mill"{more}')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def _knows(self) -> bool:
            given = self.headers.get("Authorization", "")
            if scheme == "Basic":
                return given == f"Basic {base64.b64encode(b'mill:se/cret').decode()}"
            secrets = [
                hashlib.md5(text.encode()).hexdigest()
                for text in ("mill:mill:se/cret", f"GET:{self.path}")
            ]
            expected = hashlib.md5(f"{secrets[0]}:n7:{secrets[1]}".encode()).hexdigest()
            return f'response="{expected}"' in given

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}/s.mjpg"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures come 0.1 s apart, from 5 s on."""
    arrivals = iter(5.0 + 0.1 * n for n in range(10_000))
    clock = SimpleNamespace(monotonic=lambda: next(arrivals))
    monkeypatch.setattr("edge.cameras.http_mjpeg.time", clock)


def given(body: bytes, **settings: object) -> list[Frame | BadFrame]:
    """What a camera gives of a stream that then ends; the first picture may be an old one."""
    items = []
    with serving(part(jpeg(0)) + body, **settings) as address:  # type: ignore[arg-type]
        response = capture.multipart(f"http://{address}", patience_s=5.0)
        assert response is not None
        with pytest.raises(CameraError, match="and then no more"):
            for item in HttpMjpegCamera(response, "s", most_pixels=10_000):
                items.append(item)  # noqa: PERF402 - what came before the error is wanted
    return items


@pytest.mark.usefixtures("times")
@pytest.mark.parametrize("length", [-1, None, 3, 10**9])
@pytest.mark.parametrize("boundary", ["fr", "--fr", '"fr"'])
def test_pictures_count_from_when_they_came(length: int | None, boundary: str) -> None:
    body = b"".join(part(jpeg(n), length) for n in range(1, 6)) + BOUNDARY + b"--\r\n"
    items = given(body, kind=f"multipart/x-mixed-replace;boundary={boundary}")
    assert [item.number for item in items] == [0, 1, 2, 3, 4]
    assert np.allclose(np.diff([item.taken_at for item in items]), 0.1)
    for number, item in enumerate(items, start=1):
        assert isinstance(item, Frame)
        expected = cv2.imdecode(np.frombuffer(jpeg(number), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert np.array_equal(item.pixels, expected)


@pytest.mark.usefixtures("times")
def test_a_damaged_picture_is_unreadable_and_those_after_it_are_read() -> None:
    whole = jpeg(2)
    cut = whole[: len(whole) // 2].rstrip(b"\xff") + b"\xff\xd9"
    parts = [part(jpeg(1)), part(cut), part(b"<html>busy</html>", kind="text/html")]
    items = given(b"".join([*parts, part(jpeg(3)), BOUNDARY]))
    assert [isinstance(item, BadFrame) for item in items] == [False, True, True, False]
    assert [str(item.detail) for item in items[1:3] if isinstance(item, BadFrame)] == [
        "s is a damaged JPEG: premature end of data segment. Copy or export it again",
        "s is not an image or video by its content. Give JPEG, PNG, TIFF, BMP, PGM or WebP",
    ]


@pytest.mark.usefixtures("times")
def test_pictures_of_another_size_are_told_and_huge_ones_refused() -> None:
    huge = cv2.imencode(".jpg", np.zeros((200, 64), np.uint8))[1].tobytes()
    items = given(part(jpeg(1)) + part(jpeg(2, height=32)) + part(huge) + BOUNDARY)
    bad = [item for item in items if isinstance(item, BadFrame)]
    assert [item.cause for item in bad] == [Cause.WRONG_SIZE, Cause.UNREADABLE]
    assert "64×32 pixels after 64×16" in bad[0].detail
    assert "64×200 pixels by its header; 0.01 million are allowed" in bad[1].detail


@pytest.mark.usefixtures("times")
@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_a_password_is_sent_as_the_server_asks_for_it(scheme: str) -> None:
    with serving(part(jpeg(0)), scheme=scheme) as address:
        response = capture.multipart(f"http://mill:se%2Fcret@{address}", patience_s=5.0)
        assert response is not None
        response.close()
        with pytest.raises(CameraError, match="it answers 401 Unauthorized") as error:
            capture.multipart(f"http://mill:wrong@{address}", patience_s=5.0)
        assert "wrong" not in str(error.value)


def test_what_is_no_multipart_stream_is_left_to_ffmpeg() -> None:
    with serving(b"\0" * 100, kind="video/mp4") as address:
        assert capture.multipart(f"http://{address}", patience_s=5.0) is None


def test_a_server_that_refuses_says_why() -> None:
    with serving(b"", status=503) as address, pytest.raises(CameraError, match="answers 503"):
        capture.multipart(f"http://{address}", patience_s=5.0)


def test_closing_ends_it() -> None:
    with serving(part(jpeg(0)) * 3) as address:
        response = capture.multipart(f"http://{address}", patience_s=5.0)
        assert response is not None
        camera = HttpMjpegCamera(response, "s")
        camera.close()
        camera.close()
        assert list(camera) == []


def reader(data: bytes, most_bytes: int = 1000, step: int = 7) -> MultipartReader:
    stream = BytesIO(data)
    return MultipartReader(lambda: stream.read(step), BOUNDARY, most_bytes)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x" * 3000, "does not end"),
        (BOUNDARY + b"\r\nX: " + b"y" * 20_000, "does not end"),
        (BOUNDARY + b"\r\n" + b"X: y\r\n" * 20_000, "header does not end"),
        (part(b"z" * 3000, None), "does not end"),
    ],
)
def test_what_has_no_end_ends_the_stream(data: bytes, says: str) -> None:
    with pytest.raises(CameraError, match=says):
        reader(data).next()


def test_a_length_that_leads_past_the_next_boundary_is_not_believed() -> None:
    stream = reader(part(b"one", 500) + part(b"two") + part(b"six", 2) + BOUNDARY)
    assert [stream.next() for _ in range(4)] == [b"one", b"two", b"six", None]
