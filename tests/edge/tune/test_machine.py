"""A plan is of one processor and of the engines that it was measured with."""

from __future__ import annotations

import pytest

from edge.tune.machine import machine_difference, this_machine
from tests.edge.tune.toy import HERE


def cpuinfo(folder, *, flags="avx2 fma", mhz="2000", model="Xeon"):
    (folder / "proc").mkdir(exist_ok=True)
    text = "".join(
        f"processor\t: {n}\nmodel name\t: {model}\ncpu MHz\t\t: {mhz}\nflags\t\t: {flags}\n\n"
        for n in range(2)
    )
    (folder / "proc" / "cpuinfo").write_text(text)
    return this_machine(folder)


def test_load_and_order_do_not_make_another_machine(tmp_path):
    first = cpuinfo(tmp_path)
    again = cpuinfo(tmp_path, mhz="3100", flags="fma avx2")
    assert first == again and first.cpu == "Xeon" and first.cores >= 1


def test_what_its_cores_can_do_does(tmp_path):
    first, other = cpuinfo(tmp_path), cpuinfo(tmp_path, flags="avx2 fma avx512_vnni")
    assert first.features != other.features


def test_a_machine_without_cpuinfo_has_an_identity(tmp_path):
    assert this_machine(tmp_path) == this_machine(tmp_path)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"cpu": "Toy 2"}, "made on Toy 1, and this is Toy 2"),
        ({"cores": 1}, "made with 2 cores, and there is 1 core"),
        ({"features": "1" * 64}, "whose cores have other features"),
        ({"engines": HERE.engines | {"swift": "2.1"}}, "swift 2, and this device has 2.1"),
        ({"engines": {"plain": "1"}}, "swift 2, and that engine is no longer installed"),
        ({"engines": HERE.engines | {"wrong": "9", "new": "1"}}, ""),
    ],
    ids=["same", "cpu", "cores", "flags", "version", "gone", "engines that it does not use"],
)
def test_why_a_plan_does_not_fit(changes, why):
    said = machine_difference(HERE, HERE.model_copy(update=changes), ["plain", "swift"])
    assert why in said and bool(said) == bool(why)
