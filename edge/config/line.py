"""``[line]``: the strip, deadlines and queue sizes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LineConfig(BaseModel):
    """``[line]``: the strip, deadlines and queue sizes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    speed_m_s: float = Field(
        default=5.0,
        gt=0,
        allow_inf_nan=False,
        description="Speed of the strip; with an encoder, only until its first counts (m/s).",
    )
    mm_per_px: float = Field(
        default=0.5,
        gt=0,
        allow_inf_nan=False,
        description="Size of a pixel on the strip, along and across (mm).",
    )
    mm_per_line: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Size of a line along the strip, from encoder and trigger (mm). Default: "
        "mm_per_px.",
        examples=[0.5],
    )
    mm_per_px_across: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Size of a column across the strip, from the optics (mm). Default: mm_per_px.",
        examples=[0.5],
    )
    lines_per_frame: int = Field(
        default=256,
        ge=1,
        description="Lines of a frame, assumed until the first frame has come (lines).",
    )
    budget_ms: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Deadline of a verdict, counted from the frame's last line (ms). Default: the "
        "time in which the frame passes.",
        examples=[25.6],
    )
    instances_within_ms: float = Field(
        default=1000.0,
        gt=0,
        allow_inf_nan=False,
        description="Time limit for outlines, counted from a frame's last line, or for a late "
        "frame from its deadline (ms).",
    )
    order: Literal["newest", "in-order"] = Field(
        default="newest",
        description="Waiting frame of a live camera that is judged next: the newest, or the oldest "
        "whose deadline has not passed.",
    )
    ring_frames: int = Field(
        default=16, ge=1, le=1024, description="Most frames that wait for a verdict (frames)."
    )
    arrears_frames: int = Field(
        default=96,
        ge=1,
        le=4096,
        description="Most frames that wait for deferred stages (frames).",
    )

    @property
    def along_mm(self) -> float:
        """Millimetres of strip in one line."""
        return self.mm_per_line or self.mm_per_px

    @property
    def across_mm(self) -> float:
        """Millimetres of strip in one column."""
        return self.mm_per_px_across or self.mm_per_px
