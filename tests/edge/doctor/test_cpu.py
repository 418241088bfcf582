"""What the doctor reads of a processor, from the files of devices that it may meet."""

from __future__ import annotations

import pytest

from edge.doctor.cpu import cpu
from edge.doctor.finding import Severity

EPYC = """\
processor\t: 0
model name\t: AMD EPYC 9354
flags\t\t: fpu sse avx avx2 fma avx512f avx512_vnni

processor\t: 1
model name\t: other
"""
OLD = "model name\t: Intel(R) Celeron(R) J1900\nflags\t\t: fpu sse sse2 ssse3\n"
HASWELL = "model name\t: Intel(R) Core(TM) i5-4570\nflags\t\t: fpu sse2 avx2 fma\n"
XEON = "model name : Xeon\nflags : avx2 avx512_vnni amx_tile amx_int8\n"
PI4 = (
    "processor\t: 0\nFeatures\t: fp asimd evtstrm crc32 cpuid\nModel\t\t: Raspberry Pi 4 Model B\n"
)
PI5 = "processor\t: 0\nFeatures\t: fp asimd asimdhp asimddp cpuid\n"
PI2 = "model name\t: ARMv7 Processor rev 5 (v7l)\nFeatures\t: half thumb neon vfpv4\n"
GRAVITON = "Features\t: fp asimd asimddp sve i8mm sve2\n"


def device(root, cpuinfo, board=None):
    (root / "proc/device-tree").mkdir(parents=True)
    (root / "proc/cpuinfo").write_text(cpuinfo)
    if board:
        (root / "proc/device-tree/model").write_bytes(board.encode() + b"\0")
    return root


@pytest.mark.parametrize(
    ("cpuinfo", "board", "model", "extensions", "state"),
    [
        (EPYC, None, "AMD EPYC 9354", ["avx2", "avx512_vnni"], Severity.OK),
        (XEON, None, "Xeon", ["amx", "avx2", "avx512_vnni"], Severity.OK),
        (HASWELL, None, "Intel(R) Core(TM) i5-4570", ["avx2"], Severity.OK),
        (OLD, None, "Intel(R) Celeron(R) J1900", [], Severity.WARN),
        (PI4, None, "Raspberry Pi 4 Model B", ["neon"], Severity.OK),
        (PI5, "Raspberry Pi 5 Rev 1.0", "Raspberry Pi 5 Rev 1.0", ["dotprod", "neon"], Severity.OK),
        (PI2, None, "ARMv7 Processor rev 5 (v7l)", ["neon"], Severity.OK),
        (GRAVITON, "board", "board", ["dotprod", "i8mm", "neon", "sve2"], Severity.OK),
    ],
)
def test_a_processor_is_named_with_its_extensions(
    tmp_path, cpuinfo, board, model, extensions, state
):
    finding = cpu(device(tmp_path, cpuinfo, board), cores=4)
    assert finding.state is state
    assert finding.figures == {"model": model, "cores": 4, "extensions": extensions}
    assert f"{model}, 4 cores" in finding.what
    for extension in extensions:
        assert extension in finding.what


def test_it_says_where_int8_gains_little(tmp_path):
    finding = cpu(device(tmp_path, HASWELL), cores=1)
    assert "no int8 products" in finding.what and "bench --precision float32" in finding.hint
    assert "1 core;" in finding.what


def test_a_system_without_clock_state_is_no_error(tmp_path):
    finding = cpu(tmp_path, cores=2)
    assert finding.state is Severity.WARN and "cannot be read" in finding.what
