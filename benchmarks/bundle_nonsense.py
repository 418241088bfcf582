"""Nonsense under a signature that is trusted: what training or export could have got wrong.

A bundle with real networks is changed in one way, described anew and signed again, so that every
digest fits. It must be refused, or score its golden frames as it says.
"""

from __future__ import annotations

import copy
import hashlib
import json
import random
from collections.abc import Callable
from typing import Any

from benchmarks.bundle_mutants import SIGNER
from edge.bundle import load_bundle, read_bundle, shipped_bundle
from edge.bundle.container import MANIFEST, SIGNATURE, write_container
from edge.bundle.signature import Signature
from edge.core.errors import BundleError, EngineError
from edge.install.verify import require_agreement, run_golden_frames

Fields = dict[str, Any]
Files = dict[str, bytes]
Nonsense = Callable[[Fields, Files, random.Random], None]

REFUSED, HELD = "refused", "scores as it says"

_NUMBERS = (0, 1, -1, 2, 0.5, 1e-300, 1e300, 2**31, 2**63, 10**400, -(10**18), float("nan"))
_TEXTS = ("", "\x1b[2J", "\u202e", "[red]", "x" * 3000, "../x", "none", "defect", "\x00")


def sample() -> tuple[Fields, Files]:
    """The manifest's fields and the files of a small bundle: gate, classifier, a golden frame."""
    shipped = load_bundle(shipped_bundle())
    fields = json.loads(shipped.manifest.to_json())
    fields.pop("report", None)
    fields["stages"].pop("instances")
    fields["golden"] = fields["golden"][:1]
    fields["golden"][0].pop("expected_onnx", None)
    for scores in fields["golden"][0]["expected"].values():
        scores.pop("instances", None)
    models = []
    for stage in fields["stages"].values():
        stage["models"] = [model for model in stage["models"] if model["format"] == "tflite"]
        models += stage["models"]
    named = {part["file"] for part in (*models, *fields["golden"])}
    return fields, {name: shipped.files[name] for name in sorted(named)}


def packed(fields: Fields, files: Files) -> bytes:
    """The bundle of these, each file with its digest, signed."""
    listed = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in files.items()
    }
    told = {**fields, "files": listed}
    text = json.dumps(told, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    written = text.encode("utf-8", "surrogatepass")
    signed = Signature.of(written, SIGNER).to_bytes()
    return write_container({**files, MANIFEST: written, SIGNATURE: signed})


def fate(data: bytes) -> str:
    """``refused``, ``scores as it says``, or the fault that it caused."""
    try:
        bundle = read_bundle(data)
        require_agreement(bundle, list(run_golden_frames(bundle)))
    except (BundleError, EngineError):
        return REFUSED
    except Exception as error:
        return f"FAULT {type(error).__name__}"
    return HELD


def nonsense(
    rng: random.Random, whole: tuple[Fields, Files], name: str | None = None
) -> tuple[str, bytes]:
    """A bundle that is spoiled in one of the ways, drawn unless it is named, and the way."""
    way = name or rng.choice(sorted(NONSENSE))
    fields, files = copy.deepcopy(whole[0]), dict(whole[1])
    NONSENSE[way](fields, files, rng)
    return way, packed(fields, files)


def _places(part: Any) -> list[tuple[Any, Any]]:
    """Every place in a document: its container and its key or index."""
    keys: Any = ()
    if isinstance(part, dict):
        keys = list(part)
    elif isinstance(part, list):
        keys = range(len(part))
    found = [(part, key) for key in keys]
    return found + [place for key in keys for place in _places(part[key])]


def _value(fields: Fields, files: Files, rng: random.Random) -> None:
    """A number, text or whole part becomes another of its kind, or of none."""
    part, key = rng.choice(_places(fields))
    old = part[key]
    choices: list[Any] = [None, [], {}, rng.choice(_NUMBERS), rng.choice(_TEXTS)]
    if isinstance(old, int | float) and not isinstance(old, bool):
        choices = [rng.choice(_NUMBERS), old * rng.uniform(-2, 2), int(old) + rng.randint(-9, 9)]
    elif isinstance(old, str):
        choices = [rng.choice(_TEXTS), old + rng.choice(_TEXTS)]
    part[key] = rng.choice(choices)


def _elements(fields: Fields, files: Files, rng: random.Random) -> None:
    """An element of a list is doubled, taken out, or all are shuffled."""
    lists = [(p, k) for p, k in _places(fields) if isinstance(p, list) and len(p) > 1]
    part, key = rng.choice(lists)
    how = rng.randrange(3)
    if how == 0:
        part.insert(key, copy.deepcopy(part[key]))
    elif how == 1:
        del part[key]
    else:
        rng.shuffle(part)


def _no_golden_frames(fields: Fields, files: Files, rng: random.Random) -> None:
    """All golden frames are missing, or what they say of one form, or all that they say."""
    how, golden = rng.randrange(3), fields["golden"][0]
    if how == 0:
        files.pop(golden["file"])
        fields["golden"] = []
    elif how == 1:
        golden["expected"].pop(rng.choice(sorted(golden["expected"])))
    else:
        golden["expected"] = {}


def _networks_exchanged(fields: Fields, files: Files, rng: random.Random) -> None:
    """Two networks stand under one another's names."""
    one, other = rng.sample([name for name in files if name.startswith("models/")], 2)
    files[one], files[other] = files[other], files[one]


def _another_format(fields: Fields, files: Files, rng: random.Random) -> None:
    """An ONNX file is called TFLite, or a file is neither."""
    name = rng.choice([name for name in files if name.startswith("models/")])
    files[name] = rng.choice([b"\x08\x08\x12\x07pytorch" + rng.randbytes(40), b"", b"no network"])


def _outputs(fields: Fields, files: Files, rng: random.Random) -> None:
    """Another number of outputs is stated than a network has."""
    count = rng.choice([0, 1, 3, 4, 5, 50])
    if rng.random() < 0.5:
        fields["stages"]["gate"]["outputs"] = ["none", "defect", *map(str, range(count))][:count]
        return
    fields["classes"] = [f"class {number}" for number in range(count)]
    fields["stages"]["classifier"]["outputs"] = ["none", *fields["classes"]]


def _geometry(fields: Fields, files: Files, rng: random.Random) -> None:
    """Regions, inputs or frames of other sizes."""
    sides = [1, 2, 16, 100, 128, 200, 256, 65536]
    which = rng.choice(["region", "input", "frame"])
    if which == "frame":
        fields["frame"][rng.choice(sorted(fields["frame"]))] = rng.choice(sides)
        return
    for stage in fields["stages"].values():
        stage["geometry"][which] = [rng.choice(sides), rng.choice(sides)]


def _golden_picture(fields: Fields, files: Files, rng: random.Random) -> None:
    """The golden frame is cut off, of another size by its header, or no picture."""
    name = fields["golden"][0]["file"]
    data = files[name]
    sides = b"".join(rng.choice([0, 1, 127, 32767, 2**31 - 1]).to_bytes(4, "big") for _ in range(2))
    files[name] = rng.choice(
        [data[: rng.randrange(len(data))], data[:16] + sides + data[24:], rng.randbytes(64), b""]
    )


def _scores(fields: Fields, files: Files, rng: random.Random) -> None:
    """A golden frame is said to score otherwise."""
    scores = fields["golden"][0]["expected"][rng.choice(["float32", "int8"])]
    how = rng.randrange(3)
    if how == 0:
        scores["defect_score"] = (scores["defect_score"] + 0.4) % 1
    elif how == 1:
        scores["region_scores"] = scores["region_scores"][: rng.randrange(16)]
    else:
        scores["class_scores"] = {}


NONSENSE: dict[str, Nonsense] = {
    "a value": _value,
    "elements of lists": _elements,
    "no golden frames": _no_golden_frames,
    "networks exchanged": _networks_exchanged,
    "another format": _another_format,
    "outputs": _outputs,
    "geometry": _geometry,
    "golden picture": _golden_picture,
    "golden scores": _scores,
}

MAY_HOLD = {"a value", "elements of lists", "geometry"}
"""Ways that may leave a bundle which does what it says, such as another description."""
