"""``[coil]`` and ``[[disposition]]``: coils, joining of defects, and actions for defects."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_STREAM = re.compile(r"[\w.-]{1,64}")


class CoilConfig(BaseModel):
    """``[coil]``: beginning and end of coils, and joining of pieces to defects."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        "",
        max_length=200,
        description="Name of the coil at the start. Default: made from the time.",
        examples=["4711-A"],
    )
    gap_mm: float | None = Field(
        None,
        gt=0,
        description="A coil ends after more than this without strip: black pictures, or lost "
        "frames of a connected camera (mm). Default: coils begin and end by command only.",
        examples=[5000.0],
    )
    touch_mm: float = Field(
        8.0,
        ge=0,
        description="Pieces of one class on consecutive frames are joined if their distance, along "
        "and across, is at most this (mm).",
    )


def _known_action(action: str) -> str:
    kind, colon, stream = action.partition(":")
    if action in {"pass", "hold", "reject"} or (kind == "divert" and _STREAM.fullmatch(stream)):
        return action
    if kind == "divert":
        raise ValueError(
            "divert needs a stream's name: divert:NAME, of letters, digits, dots, dashes"
            if not colon or not stream
            else f"{stream!r} is not a stream's name: letters, digits, dots, dashes, at most 64"
        )
    raise ValueError(f"{action!r} is not an action: pass, hold, divert:NAME or reject")


class DispositionRule(BaseModel):
    """``[[disposition]]``: the action for defects of a class and size.

    The first rule that a defect meets decides. A frame has the action of its worst defect.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    class_name: str = Field(
        alias="class",
        min_length=1,
        description="Class of the defect; * for any class, unclassified for defects without one.",
        examples=["scratch"],
    )
    min_length_mm: float = Field(0.0, ge=0, description="Least extent along the strip (mm).")
    min_width_mm: float = Field(0.0, ge=0, description="Least extent across the strip (mm).")
    min_area_mm2: float = Field(0.0, ge=0, description="Least area (mm²).")
    from_count: int = Field(
        1,
        ge=1,
        description="The rule applies from this defect of its class on the coil, counted from 1.",
    )
    action: Annotated[str, AfterValidator(_known_action)] = Field(
        description="pass, hold, divert:NAME (to the stream NAME) or reject.",
        examples=["divert:rework"],
    )
