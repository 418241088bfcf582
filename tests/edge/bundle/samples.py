"""A small bundle that is right in every field; its networks are not networks."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from edge.bundle.container import MANIFEST, write_container
from edge.bundle.manifest import Manifest

GOLDEN = "golden/frame-1.png"
FILES = {
    "models/gate-float32.tflite": b"float network",
    "models/gate-int8.tflite": b"int8 network",
    GOLDEN: b"picture",
}


def file_entries(files: dict[str, bytes]) -> dict[str, Any]:
    return {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in files.items()
    }


def promises(value: float, *, deployed: bool) -> dict[str, Any]:
    """A promise over all defects that binds, one over spots, and streaks with too few groups."""
    defect = {
        "alpha": 0.05,
        "delta": 0.05,
        "n": 80,
        "method": "order statistic",
        "value": value,
        "kept": deployed,
        "achieved_recall": 0.975,
        "miss_limit": 0.0765,
        "holdout": {"count": 1, "n": 40, "rate": 0.025, "interval": [0.0044, 0.1288]},
        "holdout_items": {"count": 2, "n": 50, "rate": 0.04, "interval": [0.0, 0.1]},
    }
    spot = defect | {"alpha": 0.1, "n": 60, "value": 0.3, "kept": True}
    nothing = {"count": 0, "n": 0, "rate": None, "interval": None}
    streak = defect | {"alpha": None, "n": 20, "value": 0.4, "kept": False, "holdout": nothing}
    return {
        "counted": "groups",
        "deployed": deployed,
        "value": value,
        "bound_by": ["defect"],
        "split": "val",
        "defect": defect,
        "per_class": {"spot": spot, "streak": streak},
        "clean_passed_on": {"count": 6, "n": 50, "rate": 0.12, "interval": [0.05, 0.2]},
    }


def fields(**changes: Any) -> dict[str, Any]:
    """The manifest's fields as JSON values, some of them changed."""
    figures = {
        "accuracy": 0.9,
        "accuracy_interval": [0.85, 0.94],
        "auroc": 0.95,
        "auroc_interval": [0.92, 0.97],
        "n": 100,
        "unit": "tile",
        "recall_per_class": {"none": 0.9, "defect": 0.9},
    }
    held = {
        "stage": "gate",
        "figure": "accuracy",
        "n": 100,
        "unit": "tile",
        "float32": 0.91,
        "int8": 0.9,
        "difference": -0.01,
        "both_right": 89,
        "only_float_right": 2,
        "only_int8_right": 1,
        "verdict": "held",
    }
    return {
        "format": 2,
        "name": "sample",
        "description": "A bundle for tests.",
        "simulated": True,
        "created": "2025-01-01T00:00:00Z",
        "tools": {"millsight": "0.1.0"},
        "classes": ["spot", "streak"],
        "frame": {
            "min_width": 32,
            "max_width": 640,
            "min_height": 32,
            "max_height": 64,
            "multiple_width": 32,
            "multiple_height": 1,
        },
        "stages": {
            "gate": {
                "network": "compact",
                "outputs": ["none", "defect"],
                "activation": "softmax",
                "temperature": 1.5,
                "geometry": {"region": [32, 32], "input": [32, 32]},
                "models": [
                    {
                        "file": f"models/gate-{precision}.tflite",
                        "format": "tflite",
                        "precision": precision,
                    }
                    for precision in ("float32", "int8")
                ],
            },
            "classifier": None,
        },
        "thresholds": {
            "gate": {
                "value": 0.2,
                "alpha": 0.05,
                "delta": 0.05,
                "n": 80,
                "unit": "tile",
                "method": "order statistic",
                "split": "val",
                "achieved_recall": 0.975,
            },
            "decision": {
                "value": 0.5,
                "split": "val",
                "method": "greatest accuracy",
                "n": 160,
                "unit": "tile",
            },
        },
        "promises": {
            "tile": promises(0.2, deployed=True),
            "frame": promises(0.1, deployed=False),
        },
        "calibration": {
            "gate": {
                "judged": "probability of a defect",
                "unit": "tile",
                "val": {"before": 0.0812, "after": 0.0231, "n": 160},
                "holdout": {"before": 0.0904, "after": 0.0345, "n": 100},
            }
        },
        "drift": {
            "grey": {
                "edges": [100, 150],
                "shares": [0.25, 0.5, 0.25],
                "limits": {"watch": 0.1, "alarm": 0.25},
                "split": "train",
                "n": 10,
            },
            "scores": {
                "edges": [0.5],
                "clean": [0.875, 0.125],
                "defective": [0.25, 0.75],
                "defective_share": 0.5,
                "limits": {"watch": 0.125, "alarm": 0.5},
                "split": "val",
                "n": 160,
            },
            "window": 16,
            "looks": 4,
            "watch_rate": 0.01,
            "alarm_rate": 0.001,
        },
        "data": {
            "name": "strip",
            "source": "drawn for tests",
            "terms": "free",
            "digest": "0" * 64,
            "split_digest": "1" * 64,
            "splits": {"train": 10, "val": 160, "holdout": 100},
        },
        "metrics": {"gate": {"float32": figures, "int8": figures}},
        "gate_report": {
            "split": "holdout",
            "accuracy_margin": 0.01,
            "recall_margin": 0.05,
            "min_items": 30,
            "differences": [held],
            "verdict": "held",
        },
        "holdout_openings": [
            {"by": "millsight train binary", "when": "2024-12-31T12:00:00+01:00"},
            {"by": "millsight export sample", "when": "2025-01-01T00:00:00Z"},
        ],
        "golden": [
            {
                "file": GOLDEN,
                "source": "drawn",
                "expected": {
                    form: {"defect_score": 0.5, "class_scores": {}, "region_scores": [0.5]}
                    for form in ("float32", "int8")
                },
            }
        ],
        "files": file_entries(FILES),
    } | changes


REPORT_FILES = {"report.html": b"<!doctype html>\n", "report.json": b"{}\n"}


def with_report() -> dict[str, Any]:
    """The manifest's changes that give it a report, and what the gate has said since there is one.

    The files are ``FILES`` and ``REPORT_FILES``.
    """
    sample = fields()
    (accuracy,) = sample["gate_report"]["differences"]
    judged = {"margin": 0.01, "lower": -0.0125, "upper": -0.0075, "verdict": "worse"}
    auroc = {k: v for k, v in accuracy.items() if not k.endswith("_right")}
    auroc |= {"figure": "AUROC", "margin": 0.005, "lower": -0.02, "upper": 0.001}
    gate_report = {k: v for k, v in sample["gate_report"].items() if k != "min_items"}
    return {
        "report": {"page": "report.html", "figures": "report.json"},
        "files": file_entries(FILES | REPORT_FILES),
        "gate_report": gate_report
        | {
            "auroc_margin": 0.005,
            "confidence": 0.95,
            "resamples": 2000,
            "differences": [accuracy | judged, auroc | {"verdict": "not judged"}],
            "rungs": [{"format": "onnx", "precision": "float32", "held": 2, "not_judged": 1}],
        },
    }


INSTANCE_FILES = {
    f"models/instances-{part}-{precision}.tflite": f"{part} in {precision}".encode()
    for part, precision in (
        ("pyramid-64x32", "float32"),
        ("pyramid-64x32", "int8"),
        ("box-head", "float32"),
        ("mask-head", "float32"),
    )
}


def instance_stage(**changes: Any) -> dict[str, Any]:
    """The fields of an instance stage, some of them changed; its heads are in float32 alone."""

    def models(part: str) -> list[dict[str, str]]:
        names = [name for name in INSTANCE_FILES if part in name]
        precisions = [name.rsplit("-", 1)[1].removesuffix(".tflite") for name in names]
        return [
            {"file": name, "format": "tflite", "precision": precision}
            for name, precision in zip(names, precisions, strict=True)
        ]

    return {
        "network": "compact",
        "windows": [{"size": [64, 32], "models": models("pyramid")}],
        "box_head": models("box-head"),
        "mask_head": models("mask-head"),
        "anchors": [[[8.0, 8.0]], [[16.0, 16.0]], [[32.0, 32.0]]],
        "rules": [{"score": 0.5, "min_area_px": 4}, {"score": 0.6, "min_area_px": 9}],
        "rois": 16,
        "figures": {
            "int8": {"box_ap50": 0.8, "box_ap": 0.4, "mask_ap50": 0.75, "mask_ap": None, "n": 100}
        },
    } | changes


def with_instances(**changes: Any) -> dict[str, Any]:
    """The manifest's changes that give it an instance stage."""
    return {
        "stages": fields()["stages"] | {"instances": instance_stage(**changes)},
        "files": file_entries(FILES | INSTANCE_FILES),
    }


def manifest(**changes: Any) -> Manifest:
    return Manifest.model_validate_json(json.dumps(fields(**changes)))


def bundle_bytes(**changes: Any) -> bytes:
    return write_container(FILES | {MANIFEST: manifest(**changes).to_json()})
