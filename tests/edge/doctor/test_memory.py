"""How much memory there is, as the doctor finds it."""

from __future__ import annotations

import pytest

from edge.doctor.finding import Severity
from edge.doctor.memory import memory
from tests.edge.doctor.device_files import tree

OK, WARN = Severity.OK, Severity.WARN

MEMORY = "MemTotal:        8000000 kB\nMemFree: 1 kB\nMemAvailable:    {} kB\n"


@pytest.mark.parametrize(
    ("files", "state", "says"),
    [
        ({"proc/meminfo": MEMORY.format(4194304)}, OK, "7812 MiB, 4096 MiB of it available"),
        ({"proc/meminfo": MEMORY.format(204800)}, WARN, "takes up to 350 MiB"),
        (
            {"proc/meminfo": MEMORY.format(4194304), "sys/fs/cgroup/memory.max": "268435456\n"},
            WARN,
            "a control group allows 256 MiB",
        ),
        ({"proc/meminfo": MEMORY.format(4194304), "sys/fs/cgroup/memory.max": "max\n"}, OK, ""),
        ({"proc/meminfo": "nothing\n"}, WARN, "does not report"),
        ({}, WARN, "does not report"),
    ],
)
def test_memory(tmp_path, files, state, says):
    finding = memory(tree(tmp_path, files))
    assert finding.state is state and says in finding.what
