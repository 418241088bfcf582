"""What the report states, as values that templates and programs read."""

from __future__ import annotations

from edge.bundle.manifest_parts import FigureDifference
from export.compare.instance_heads import NetworkFormats
from export.compare.instance_non_inferiority import ApDifference
from export.report.report_data import (
    CascadeRung,
    InstancesRung,
    ReportData,
    ReportedInstances,
    ReportedMachine,
)
from export.score.latency import Latency

TIMED = {"gate": Latency(1.5, 2.0, 1.0, 200)}
MACHINE = ReportedMachine(system="Linux", architecture="armv7l", cores=4, threads=2)
EMPTY = {
    "packed": True,
    "refused": None,
    "bytes": {"gate": 4},
    "sha256": {"gate": "d"},
    "parity": {"gate": 0.0},
    "end_to_end": None,
    "figures": {},
    "latency": TIMED,
}


def cascade_rung() -> CascadeRung:
    difference = FigureDifference(
        stage="gate",
        figure="AUROC",
        n=9,
        unit="tile",
        float32=1.0,
        int8=0.5,
        difference=-0.5,
        verdict="worse",
    )
    return CascadeRung(
        format="tflite", precision="int8", differences={"val": (difference,)}, **EMPTY
    )


def instances_rung() -> InstancesRung:
    difference = ApDifference("onnx", "int8", "box AP50", 0.5, 0.25, None, "not judged")
    return InstancesRung(
        format="onnx",
        precision="int8",
        differences={"val": (difference,)},
        networks=NetworkFormats("onnx"),
        **EMPTY,
    )


def test_a_rung_of_the_cascade_has_the_keys_that_programs_read() -> None:
    plain = cascade_rung().model_dump(mode="json")
    assert set(plain) == {"format", "precision", "differences", *EMPTY}
    assert plain["latency"] == {"gate": {"p50": 1.5, "p99": 2.0, "ratio": 1.0, "n": 200}}
    # What is undefined is left out of the manifest's differences, and so here.
    assert set(plain["differences"]["val"][0]) == {
        *("stage", "figure", "n", "unit", "float32", "int8", "difference", "verdict"),
    }


def test_a_rung_of_the_instance_networks_says_what_each_network_is_in() -> None:
    plain = instances_rung().model_dump(mode="json")
    assert plain["networks"] == {
        "format": "onnx",
        "pyramid": "int8",
        "box_head": "float32",
        "mask_head": "float32",
    }
    (difference,) = plain["differences"]["val"]
    assert (difference["shrunk"], difference["bounds"]) == (0.25, None)
    assert instances_rung().name == "onnx int8"


def test_without_times_everything_else_stays() -> None:
    instances = ReportedInstances(windows=((64, 32),), rungs=(instances_rung(),))
    report = ReportData.model_construct(
        name="toy", machine=MACHINE, rungs=(cascade_rung(),), instances=instances
    )
    untimed = report.untimed()
    assert untimed.machine is None
    assert untimed.name == "toy"
    assert untimed.rungs[0].latency == {}
    assert untimed.rungs[0].bytes == {"gate": 4}
    assert untimed.instances is not None
    assert untimed.instances.rungs[0].latency == {}
    assert untimed.instances.windows == ((64, 32),)
    assert report.rungs[0].latency == TIMED
    assert report.model_copy(update={"instances": None}).untimed().instances is None
