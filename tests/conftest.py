"""What all tests share: surroundings that are the same everywhere, their order, and real data."""

from __future__ import annotations

import locale
import os
import signal
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from edge.core import redaction

# How long an example takes says more of what else runs on two cores than of the code.
# The examples are the same each time, so that a run fails for what was changed and nothing else.
# To look for new ones: pytest -m hypothesis --hypothesis-profile=searching
CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("searching", **CALM)
settings.register_profile("steady", derandomize=True, **CALM)
settings.load_profile("steady")

SCREEN = {"COLUMNS": "200", "LINES": "50"}
"""What is printed is tested at this width; the terminal's own would break lines elsewhere."""
OF_THE_SHELL = (
    *("FORCE_COLOR", "NO_COLOR", "TERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "PYTHONIOENCODING"),
    *("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "SOURCE_DATE_EPOCH"),
    *("MILLSIGHT_ALLOW_UNSIGNED", "MILLSIGHT_LEDGER"),
)
"""Variables by which a shell, systemd or a user would change what the commands do or print."""


def pytest_configure() -> None:
    """Make the surroundings the same for each test and for each command that it starts."""
    if (encoding := locale.getpreferredencoding(do_setlocale=False)).lower() != "utf-8":
        raise pytest.UsageError(
            f"Tests read and write UTF-8, and this Python writes {encoding}; set PYTHONUTF8=1."
        )
    # A shell that starts the tests in the background makes them deaf to Ctrl-C; some test it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(SCREEN)
    for name in OF_THE_SHELL:
        os.environ.pop(name, None)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Near-duplicates and the like are kept apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Training first, since its files take longest; OpenVINO last.

    Where OpenVINO was loaded before, TensorFlow's training ends in a crash. Whole files are moved,
    because parallel workers are given whole files.
    """
    openvino = {item.path for item in items if item.get_closest_marker("openvino")}
    trains = {Path(__file__).with_name("train"), Path(__file__).with_name("export")}
    items.sort(key=lambda item: (item.path in openvino, trains.isdisjoint(item.path.parents)))


@pytest.fixture(autouse=True)
def nothing_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test hides as a secret is no secret in the next."""
    monkeypatch.setattr(redaction, "_hidden", set())
    monkeypatch.setattr(redaction, "_hidden_words", set())


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs the loopback interface where it is down, as without any network."""
    if item.get_closest_marker("loopback") and not loopback_works():
        pytest.skip("the loopback interface is down here (ip link set lo up)")


@cache
def loopback_works() -> bool:
    """Whether this machine can talk to itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("127.0.0.1", 9))
        except OSError:
            return False
    return True


@pytest.fixture(scope="session", autouse=True)
def bare_device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A device on which nothing is installed, whatever is on this one."""
    folder = tmp_path_factory.mktemp("device")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MILLSIGHT_STATE", str(folder / "state"))
        patch.setenv("MILLSIGHT_KEYS", str(folder / "keys"))
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real frames (``MILLSIGHT_DATA``, default ``../shared/data``), or skip."""
    root = Path(os.environ.get("MILLSIGHT_DATA", "../shared/data"))
    if not (root / "cr7" / "instances_val.json").is_file():
        pytest.skip(f"no real data at {root} (set MILLSIGHT_DATA)")
    return root
