"""Objects that a test froze are collected again after it."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture(autouse=True)
def collected():
    yield
    gc.unfreeze()
