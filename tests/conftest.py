"""What several tests share: the real data, when it is there."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more of what else runs on two cores than of the code.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


def pytest_configure() -> None:
    """A shell that starts the tests in the background makes them deaf to Ctrl-C; some test it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Near-duplicates and the like are kept apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """OpenVINO last: where it was loaded before, TensorFlow's training ends in a crash."""
    items.sort(key=lambda item: item.get_closest_marker("openvino") is not None)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real frames (``MILLSIGHT_DATA``, default ``../shared/data``), or skip."""
    root = Path(os.environ.get("MILLSIGHT_DATA", "../shared/data"))
    if not (root / "cr7" / "instances_val.json").is_file():
        pytest.skip(f"no real data at {root} (set MILLSIGHT_DATA)")
    return root
