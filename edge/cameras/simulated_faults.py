"""What goes wrong under a camera, on purpose: for demonstrations and tests."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from edge.core.errors import ConfigError
from edge.core.frame import (
    Absence,
    Frame,
    Pixels,
)
from edge.core.inspection import Cause

_TOLD_EVERY_S = 1.0
_DARK_LEVELS = 4
"""Grey levels that are left to the noise of a sensor in the dark, or in glaring light."""
_NARROWER = 0.75


class SimulatedFault(StrEnum):
    """One thing that goes wrong, named as in the configuration."""

    DROP = "drop"
    """The frame never comes."""
    FREEZE = "freeze"
    """The picture before is repeated for a while."""
    BLACK = "black"
    """The light is out for a while."""
    SATURATE = "saturate"
    """The picture is white all over for a while."""
    HALF = "half"
    """The lower half of the picture is missing."""
    WRONG_SIZE = "wrong_size"
    """The picture is narrower than the others."""
    VANISH = "vanish"
    """The camera is gone for a while."""


_LASTING = (SimulatedFault.FREEZE, SimulatedFault.BLACK, SimulatedFault.SATURATE)


@dataclass(frozen=True)
class SimulatedFaults:
    """Which faults occur, how often or when, and for how long.

    Attributes:
        when: Of each fault the share of frames at which it begins, or the numbers of the frames.
        lasting_frames: How long it freezes, is black or is saturated.
        vanish_s: How long the camera is gone, in seconds.
        seed: Another seed, other frames.

    Raises:
        ConfigError: A share is no fraction, or a length is not positive.
    """

    when: Mapping[SimulatedFault, float | Collection[int]]
    lasting_frames: int = 10
    vanish_s: float = 3.0
    seed: int = 0

    def __post_init__(self) -> None:
        for fault, when in self.when.items():
            if isinstance(when, int | float) and not 0.0 <= when <= 1.0:
                raise ConfigError(
                    f"the rate of the fault {fault} is {when}", "Give a share of frames, 0 to 1"
                )
        if self.lasting_frames < 1 or not self.vanish_s > 0.0:
            raise ConfigError(
                f"faults last {self.lasting_frames} frames or {self.vanish_s} s",
                "Give lengths above 0",
            )

    def over(self, frames: Iterator[Frame]) -> Iterator[Frame | Absence]:
        """The frames of a camera, with what goes wrong."""
        course = _Course(self)
        for frame in frames:
            item = course.at(frame)
            if item is not None:
                yield item


class _Course:
    """What is going wrong, from frame to frame."""

    def __init__(self, faults: SimulatedFaults) -> None:
        self._faults = faults
        self._chance = random.Random(faults.seed)
        self._lasting: SimulatedFault | None = None
        self._lasts_until = 0
        self._gone_until = self._tell_at = float("-inf")
        self._frozen: Pixels | None = None

    def at(self, frame: Frame) -> Frame | Absence | None:
        """What comes instead of a frame."""
        begun = [fault for fault in SimulatedFault if self._begins(fault, frame.number)]
        if SimulatedFault.VANISH in begun:
            self._gone_until = frame.taken_at + self._faults.vanish_s
            self._tell_at = frame.taken_at
        if frame.taken_at < self._gone_until:
            return self._absence(frame)
        if SimulatedFault.DROP in begun:
            return None
        return replace(frame, pixels=self._picture(frame, begun))

    def _begins(self, fault: SimulatedFault, number: int) -> bool:
        when = self._faults.when.get(fault, 0.0)
        if isinstance(when, int | float):
            return when > 0.0 and self._chance.random() < when
        return number in when

    def _absence(self, frame: Frame) -> Absence | None:
        if frame.taken_at < self._tell_at:
            return None
        self._tell_at = frame.taken_at + _TOLD_EVERY_S
        left_s = self._gone_until - frame.taken_at
        why = f"the {frame.source} camera is gone, for {left_s:.1f} s more"
        return Absence(frame.taken_at, frame.source, Cause.CAMERA_LOST, why)

    def _picture(self, frame: Frame, begun: list[SimulatedFault]) -> Pixels:
        for fault in begun:
            if fault in _LASTING:
                self._lasting = fault
                self._lasts_until = frame.number + self._faults.lasting_frames
        if frame.number >= self._lasts_until:
            self._lasting = None
        pixels = frame.pixels
        if self._lasting is SimulatedFault.FREEZE and self._frozen is not None:
            pixels = self._frozen
        elif self._lasting is SimulatedFault.BLACK:
            pixels = pixels % _DARK_LEVELS
        elif self._lasting is SimulatedFault.SATURATE:
            pixels = 255 - pixels % _DARK_LEVELS
        if SimulatedFault.HALF in begun:
            pixels = pixels.copy()
            pixels[len(pixels) // 2 :] = 0
        if SimulatedFault.WRONG_SIZE in begun:
            pixels = np.ascontiguousarray(pixels[:, : int(pixels.shape[1] * _NARROWER)])
        else:
            self._frozen = pixels
        return pixels
