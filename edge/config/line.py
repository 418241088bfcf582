"""The strip, the time that a verdict may take, and how much may wait for it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LineConfig(BaseModel):
    """``[line]``: the strip, the time that a verdict may take, and how much may wait for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    speed_m_s: float = Field(
        default=5.0,
        gt=0,
        allow_inf_nan=False,
        description="Speed of the strip; where an encoder counts, until it has (m/s).",
    )
    mm_per_px: float = Field(
        default=0.5,
        gt=0,
        allow_inf_nan=False,
        description="Strip in one pixel, along and across (mm).",
    )
    mm_per_line: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Strip in one line, along it, by encoder and trigger; mm_per_px where not "
        "given (mm).",
        examples=[0.5],
    )
    mm_per_px_across: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Strip in one column, across it, by the optics; mm_per_px where not given "
        "(mm).",
        examples=[0.5],
    )
    lines_per_frame: int = Field(
        default=256,
        ge=1,
        description="Lines that a frame is taken to have until one has come (lines).",
    )
    budget_ms: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Time from a frame's last line to its verdict; the time that the frame takes "
        "to pass where not given (ms).",
        examples=[25.6],
    )
    instances_within_ms: float = Field(
        default=1000.0,
        gt=0,
        allow_inf_nan=False,
        description="Time from a frame's last line within which its defects are outlined, or are "
        "not; a late frame has it from its deadline on (ms).",
    )
    order: Literal["newest", "in-order"] = Field(
        default="newest",
        description="Which waiting frame of a live camera is judged next: the newest, or the "
        "oldest whose time is not up.",
    )
    ring_frames: int = Field(
        default=16, ge=1, le=1024, description="Frames that may wait for their turn (frames)."
    )
    arrears_frames: int = Field(
        default=96,
        ge=1,
        le=4096,
        description="Frames that may wait, after their turn, for what was put off (frames).",
    )

    @property
    def along_mm(self) -> float:
        """Millimetres of strip in one line."""
        return self.mm_per_line or self.mm_per_px

    @property
    def across_mm(self) -> float:
        """Millimetres of strip in one column."""
        return self.mm_per_px_across or self.mm_per_px
