"""Motion JPEG over HTTP: each part of an endless ``multipart/x-mixed-replace`` is a picture.

Such streams have no time stamps; FFmpeg makes some up at 25 frames a second, and conceals damaged
pictures. Here a frame counts from when the last of it came, and is decoded as image files are.
"""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException, HTTPResponse
from urllib.parse import unquote, urlsplit, urlunsplit

from edge.cameras.backlog import Backlog
from edge.cameras.base import Camera
from edge.cameras.same_size import SameSize
from edge.core.errors import CameraError, ImageError
from edge.core.frame import BadFrame, Frame
from edge.core.images import MAX_PIXELS, decode_grey
from edge.core.inspection import Cause

_MOST_HEADER = 16 * 1024
_PIECE = 256 * 1024
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,12})[ \t]*$", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(r'boundary="?([^";,]{1,200})"?', re.IGNORECASE)


class HttpMjpegCamera(Camera):
    """Gives the pictures of a motion JPEG stream, each at the time when it had come.

    Args:
        response: What the server answered, from ``open_multipart``.
        name: What the person at the line calls it.
        convert_colour: Turn real colour into grey rather than refuse it.
        most_pixels: Pictures of more pixels are refused.
    """

    live = True
    counts = False

    def __init__(
        self,
        response: HTTPResponse,
        name: str,
        *,
        convert_colour: bool = False,
        most_pixels: int = MAX_PIXELS,
    ) -> None:
        self.name = name
        self._response = response
        self._convert_colour = convert_colour
        self._most_pixels = most_pixels
        self._closed = self._reads = False

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        """Yield frames until closed.

        Raises:
            CameraError: The stream ended, or what comes is no multipart stream.
        """
        self._reads = True
        backlog, size = Backlog(0.0), SameSize(self.name)
        came = number = 0
        try:
            for part in self._parts():
                arrived_at = time.monotonic()
                came += 1
                if backlog.over(arrived_at):
                    frame = self._frame(part, number, arrived_at)
                    yield size.held(frame) if isinstance(frame, Frame) else frame
                    number += 1
        except (OSError, HTTPException) as error:
            if not self._closed:
                raise CameraError(f"{self.name} gave {came} frames, then: {error}") from None
        finally:
            self._response.close()
        if not self._closed:
            raise CameraError(f"{self.name} gave {came} frames and then no more")

    def close(self) -> None:
        """End iteration after the bytes that are being read. Safe to call twice."""
        self._closed = True
        if not self._reads:
            self._response.close()

    def _parts(self) -> Iterator[bytes]:
        given = _BOUNDARY.search(self._response.headers.get("Content-Type", ""))
        # Some servers count the dashes before it as its own, and some do not.
        boundary = b"--" + (given.group(1).strip() if given else "").lstrip("-").encode("latin-1")
        parts = MultipartReader(self._read, boundary, self._most_pixels + 2**20)
        while (part := parts.next()) is not None:
            yield part

    def _read(self) -> bytes:
        return b"" if self._closed else self._response.read1(_PIECE)

    def _frame(self, part: bytes, number: int, arrived_at: float) -> Frame | BadFrame:
        try:
            pixels = decode_grey(
                part,
                self.name,
                convert_colour=self._convert_colour,
                most_pixels=self._most_pixels,
            )
        except ImageError as error:
            return BadFrame(number, arrived_at, self.name, Cause.UNREADABLE, str(error))
        return Frame(pixels, number, arrived_at, self.name)


class MultipartReader:
    """Cuts a stream of bytes into the bodies of its parts (RFC 2046, section 5.1).

    A part's length is its ``Content-Length``, where a boundary follows there; else it ends at the
    next boundary.

    Args:
        read: Gives the next bytes, and none at the end.
        boundary: With its two dashes.
        most_bytes: A longer part ends the stream.
    """

    def __init__(self, read: Callable[[], bytes], boundary: bytes, most_bytes: int) -> None:
        self._read = read
        self._boundary = boundary
        self._most_bytes = most_bytes
        self._buffer = bytearray()
        self._at_end = False

    def next(self) -> bytes | None:
        """The next part's body; None at the end.

        Raises:
            CameraError: A header or a part does not end.
        """
        if self._upto(self._boundary, self._most_bytes) is None:
            return None
        if self._line() is None:
            return None
        header = bytearray()
        while line := self._line():
            header += line + b"\n"
            if len(header) > _MOST_HEADER:
                raise CameraError("a part's header does not end", "")
        if line is None:
            return None
        if (given := _LENGTH.search(bytes(header))) is not None:
            body = self._exactly(int(given.group(1)))
            if body is not None:
                return body
        rest = self._upto(b"\r\n" + self._boundary, self._most_bytes, kept=len(self._boundary))
        return None if rest is None else bytes(rest)

    def _exactly(self, length: int) -> bytes | None:
        """A body of so many bytes; None where no boundary follows it: the length is wrong."""
        if length > self._most_bytes:
            return None
        after = length + len(self._boundary) + 4
        begin = 0
        while len(self._buffer) < after and self._more():
            if self._buffer.find(b"\r\n" + self._boundary, begin) >= 0:
                break
            begin = max(0, len(self._buffer) - len(self._boundary) - 2)
        tail = bytes(self._buffer[length:after]).lstrip(b"\r\n")
        whole = len(self._buffer) >= length and self._boundary.startswith(
            tail[: len(self._boundary)]
        )
        if not whole or not tail:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _line(self) -> bytes | None:
        """A line without its end; None at the end of the stream."""
        line = self._upto(b"\n", _MOST_HEADER)
        return None if line is None else bytes(line).rstrip(b"\r")

    def _upto(self, mark: bytes, most: int, *, kept: int = 0) -> bytearray | None:
        """What goes before a mark, which is taken away but for ``kept`` bytes; None at the end."""
        begin = 0
        while (at := self._buffer.find(mark, begin)) < 0:
            begin = max(0, len(self._buffer) - len(mark) + 1)
            if len(self._buffer) > most:
                raise CameraError("a part of the stream does not end", "")
            if not self._more():
                return None
        found = self._buffer[:at]
        del self._buffer[: at + len(mark) - kept]
        return found

    def _more(self) -> bool:
        if not self._at_end:
            piece = self._read()
            self._at_end = not piece
            self._buffer += piece
        return not self._at_end


def open_multipart(url: str, patience_s: float) -> HTTPResponse | None:
    """Ask for a stream's address; None where what it answers is no multipart stream.

    Args:
        url: Of ``http`` or ``https``; a user and password in it are sent as the server asks for
            them, Basic or Digest (RFC 7617, RFC 7616).
        patience_s: How long the server may say nothing.

    Raises:
        OSError: There is no connection.
        ValueError: It is no address.
        HTTPException: What the server answers is not HTTP.
    """
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    plain = urlunsplit((parts.scheme, place, parts.path or "/", parts.query, ""))
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    if parts.username is not None:
        user, password = unquote(parts.username), unquote(parts.password or "")
        passwords.add_password(None, plain, user, password)
    opener = urllib.request.build_opener(
        urllib.request.HTTPBasicAuthHandler(passwords),
        urllib.request.HTTPDigestAuthHandler(passwords),
    )
    response: HTTPResponse = opener.open(plain, timeout=patience_s)
    if response.headers.get_content_type() in ("multipart/x-mixed-replace", "multipart/mixed"):
        return response
    response.close()
    return None
