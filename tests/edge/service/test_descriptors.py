"""The last descriptors are the line's."""

from __future__ import annotations

import resource
import socket

import pytest

from edge.service.descriptors import SPARE, spares_too_few


class Numbered:
    def __init__(self, number):
        self._number = number

    def fileno(self):
        return self._number


@pytest.mark.parametrize(
    ("number", "limit", "too_few"),
    [
        (1024 - SPARE, 1024, True),
        (1023 - SPARE, 1024, False),
        (40, 80, True),
        (39, 80, False),
        (100_000, resource.RLIM_INFINITY, False),
    ],
)
def test_a_number_near_the_limit_means_that_few_are_left(monkeypatch, number, limit, too_few):
    monkeypatch.setattr(resource, "getrlimit", lambda which: (limit, limit))
    assert spares_too_few(Numbered(number)) is too_few


def test_a_process_with_few_open_files_has_enough():
    with socket.socket() as fresh:
        assert not spares_too_few(fresh)
