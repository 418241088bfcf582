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
        "format": 1,
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
                    "float32": {"defect_score": 0.5, "class_scores": {}, "region_scores": [0.5]}
                },
            }
        ],
        "files": file_entries(FILES),
    } | changes


def manifest(**changes: Any) -> Manifest:
    return Manifest.model_validate_json(json.dumps(fields(**changes)))


def bundle_bytes(**changes: Any) -> bytes:
    return write_container(FILES | {MANIFEST: manifest(**changes).to_json()})
