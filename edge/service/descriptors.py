"""File descriptors that the line needs for itself, whatever comes from outside."""

from __future__ import annotations

import resource
import socket

SPARE = 64
"""The line opens a CSV for each row, pictures, a camera that comes back, a bundle."""


def spares_too_few(connection: socket.socket) -> bool:
    """Whether a connection that was just accepted took one of the last descriptors.

    The system gives the lowest number that is free, so a number near the limit means that those
    below are taken.
    """
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return limit != resource.RLIM_INFINITY and connection.fileno() >= max(limit - SPARE, limit // 2)
