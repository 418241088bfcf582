"""Encoder counts over the network: UDP datagrams with the count as a decimal number.

Any UDP sender can be used, such as a PLC or a counter box. It must send at least fifty times a
second, also while the strip stands still. A datagram is the count in ASCII digits, with ``-``
before it if negative; white space around it is allowed. Datagrams are not acknowledged and their
sender is not verified; therefore the feed listens only to this machine unless another address is
given.
"""

from __future__ import annotations

import math
import re
import socket
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from threading import Lock, Thread

from edge.config.feed_address import parse_feed_address
from edge.core.errors import ConfigError
from edge.position.counter import Counter
from edge.position.odd_datagram import LONGEST, reason

_COUNT = re.compile(rb"\s*(-?\d{1,20})\s*")
_WAKE_S = 0.2
_KEPT = 256
"""Number of counts kept: 5 s of them at fifty a second."""

_SILENT_S = 0.5
"""A count is valid for so many seconds."""

_SAY_EVERY_S = 60.0
"""A sender that is set up wrongly sends fifty a second; what is wrong is said once in so long."""

_SPEED_OVER_S = 0.02
"""Fewest seconds over which the speed is computed for extrapolation."""


class EncoderFeed:
    """Receives counts in a separate thread, and interpolates the count at a given time.

    Args:
        address: ``udp://HOST:PORT`` to listen at; port 0 chooses a free port.
        counter_bits: Width of the counter, which rolls over.
        clock: What counts are stamped by as they come.
        say: Told of datagrams that are no count, at most once a minute; see ``say``.

    Attributes:
        port: Where it listens.
        ignored: Datagrams that were no count.
        say: Told of them, in the thread that listens; may be set while it runs.

    Raises:
        ConfigError: The address is malformed, or cannot be used.
    """

    def __init__(
        self,
        address: str,
        *,
        counter_bits: int = 32,
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        host, port = parse_feed_address(address)
        self._counter = Counter(counter_bits)
        self._range = 1 << counter_bits
        self._total = 0
        self._seen: deque[tuple[float, int]] = deque(maxlen=_KEPT)
        self._lock = Lock()
        self._closed = False
        self._clock = clock
        self.ignored = 0
        self.say = say
        self._address = address
        self._untold = 0
        self._say_at = -math.inf
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except (OSError, UnicodeError) as error:
            self._socket.close()
            raise ConfigError(
                f"encoder counts cannot be received at {address}: {error}",
                "Give an address of this machine and a port that no other program uses",
            ) from None
        self._socket.settimeout(_WAKE_S)
        self.port = int(self._socket.getsockname()[1])
        self._thread = Thread(target=self._listen, name="encoder feed", daemon=True)
        self._thread.start()

    def __call__(self, at: float) -> int | None:
        """The count at a time of the clock, interpolated, or extrapolated from the last counts.

        None if no count came within half a second.
        """
        with self._lock:
            seen = list(self._seen)
        times = [moment for moment, _ in seen]
        place = bisect_right(times, at) - 1
        if place < 0:
            near = bool(seen) and times[0] - at < _SILENT_S
            return seen[0][1] % self._range if near else None
        if at - times[place] > _SILENT_S:
            return None
        if place + 1 < len(seen):
            first, second = seen[place], seen[place + 1]
        else:
            # Delayed datagrams arrive in one burst, from which no speed can be computed.
            earlier = bisect_right(times, times[place] - _SPEED_OVER_S) - 1
            first, second = seen[earlier if earlier >= 0 else place], seen[place]
        slope = (second[1] - first[1]) / max(second[0] - first[0], 1e-6)
        return round(seen[place][1] + slope * (at - times[place])) % self._range

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        self._closed = True
        self._thread.join(timeout=5.0)
        self._socket.close()

    def _listen(self) -> None:
        while not self._closed:
            try:
                datagram = self._socket.recv(LONGEST)
            except TimeoutError:
                continue
            except OSError:
                if self._closed:
                    return
                time.sleep(_WAKE_S)
                continue
            at = self._clock()
            if (count := _COUNT.fullmatch(datagram)) is None:
                self._ignore(datagram, at)
                continue
            with self._lock:
                if not self._seen:
                    self._total = int(count[1]) % self._range
                self._total += self._counter.moved(int(count[1]) % self._range)
                self._seen.append((at, self._total))

    def _ignore(self, datagram: bytes, at: float) -> None:
        self.ignored += 1
        self._untold += 1
        if at < self._say_at:
            return
        others = f" ({self._untold - 1} more since the last that was told of)"
        self.say(
            f"a datagram at {self._address} is no encoder's count: {reason(datagram)}"
            f"{others if self._untold > 1 else ''}"
        )
        self._untold, self._say_at = 0, at + _SAY_EVERY_S
