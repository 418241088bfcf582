"""A small configuration with everything that a real one may have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from edge.config.section import Section

Share = Annotated[float, Field(ge=0, le=1)] | tuple[int, ...]


class Faults(Section):
    """What goes wrong."""

    drop: Share = Field(0.0, description="Frames that never come.")


class Line(Section):
    """``[line]``: the strip.

    And more of no concern.
    """

    speed_m_s: float = Field(5.0, gt=0, description="Speed (m/s).")
    order: Literal["newest", "in-order"] = Field("newest", description="Which first.")
    frames: int | None = Field(None, ge=1, description="How many.", examples=[8])
    password: SecretStr | None = Field(None, description="Kept secret.", examples=["s"])
    address: str = Field("", pattern="^[a-z:/@]*$", description="Where.")
    faults: Faults | None = Field(None, description="What goes wrong.")

    @model_validator(mode="after")
    def _belong_together(self):
        if self.frames == 7:
            raise ValueError("frames = 7 needs luck")
        return self


class Rule(Section):
    """``[[rule]]``: what to do."""

    class_name: str = Field(alias="class", description="About which.", examples=["*"])
    folder: Path = Field(Path("/tmp"), description="Where to.")


class Sink(Section):
    """A sink."""

    host: str = Field(description="Host.", examples=["broker.example"])
    limits: tuple[int, ...] = Field((1, 2), description="Limits.")
    more: dict[str, int | str] | None = Field(
        None, description="More.", examples=[{"a": 1, "b": "x"}]
    )


class Whole(Section):
    """All."""

    line: Line = Field(default_factory=Line)
    rule: tuple[Rule, ...] = ()
    sink: Sink | None = None
