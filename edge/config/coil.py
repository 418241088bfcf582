"""Coils, where one defect ends and another begins, and what is to be done about each."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_STREAM = re.compile(r"[\w.-]{1,64}")


class CoilConfig(BaseModel):
    """``[coil]``: where coils begin and end, and which pieces are one defect."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        "",
        max_length=200,
        description="Name of the coil that is under the camera at the start; "
        "made of the time where not given.",
        examples=["4711-A"],
    )
    gap_mm: float | None = Field(
        None,
        gt=0,
        description="A coil ends where no strip was seen for longer: black pictures, or frames "
        "that never came from a camera that is there (mm). Coils begin and end by command alone "
        "where not given.",
        examples=[5000.0],
    )
    touch_mm: float = Field(
        8.0,
        ge=0,
        description="Pieces of one class on consecutive frames are one defect where they are no "
        "farther apart, along and across (mm).",
    )


def _known_action(action: str) -> str:
    kind, colon, stream = action.partition(":")
    if action in {"pass", "hold", "reject"} or (kind == "divert" and _STREAM.fullmatch(stream)):
        return action
    if kind == "divert":
        raise ValueError(
            "divert needs a stream's name: divert:NAME, of letters, digits, dots, dashes"
            if not colon or not stream
            else f"{stream!r} is no stream's name: letters, digits, dots, dashes, at most 64"
        )
    raise ValueError(f"{action!r} is no action: pass, hold, divert:NAME or reject")


class DispositionRule(BaseModel):
    """``[[disposition]]``: what is to be done about defects of a class and size.

    The first rule that a defect meets decides for it; the worst of its defects for a frame.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    class_name: str = Field(
        alias="class",
        min_length=1,
        description="Class of the defect; * is any, unclassified one that no classifier judged.",
        examples=["scratch"],
    )
    min_length_mm: float = Field(0.0, ge=0, description="Extent along the strip, at least (mm).")
    min_width_mm: float = Field(0.0, ge=0, description="Extent across the strip, at least (mm).")
    min_area_mm2: float = Field(0.0, ge=0, description="Area, at least (mm²).")
    from_count: int = Field(
        1,
        ge=1,
        description="The rule holds from this defect of its class on the coil on, counted from 1.",
    )
    action: Annotated[str, AfterValidator(_known_action)] = Field(
        description="pass, hold, divert:NAME (to the stream of that name) or reject.",
        examples=["divert:rework"],
    )
