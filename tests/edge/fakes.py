"""Stand-ins: engines and a model that see brightness, cameras that give what they are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import cv2
import numpy as np

from edge.cameras.base import Camera
from edge.core.clock import SYSTEM_CLOCK, Clock
from edge.core.frame import BadFrame, Frame
from edge.core.geometry import Geometry
from edge.core.inspection import Inspection
from edge.vision.cascade import Cascade
from edge.vision.engines.base import Engine
from edge.vision.instances.found_instance import FoundInstance
from edge.vision.models.classifier import Classifier
from edge.vision.models.gate import Gate

REGION = (20, 10)
CLASSES = ("spot", "streak")


class BrightnessEngine(Engine):
    """Logits from the brightest pixel of a region: 200 and more is a spot, 250 a streak.

    With ``maps``, what speaks for either is how bright the brightest of 2×2 pixels is.
    """

    name = "brightness"
    threads = 1

    def __init__(
        self,
        outputs: int,
        *,
        seconds: float = 0.0,
        maps: bool = False,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.outputs = outputs
        self.maps = maps
        self.seconds = seconds
        self.clock = clock
        self.seen = 0

    def run(self, batch):
        if self.seconds:
            self.clock.sleep(self.seconds * len(batch))
        self.seen += len(batch)
        brightest = batch.reshape(len(batch), -1).max(axis=1).astype(np.float32)
        if self.outputs == 1:
            return (brightest[:, None] - 150.0) / 10.0
        return np.stack(
            [np.full(len(batch), 0.0), (brightest - 150) / 10, (brightest - 245) * 4], axis=1
        ).astype(np.float32)

    def run_with_maps(self, batch):
        if not self.maps:
            return super().run_with_maps(batch)
        count, height, width = batch.shape
        cells = batch.reshape(count, height // 2, 2, width // 2, 2).max(axis=(2, 4))
        maps = np.zeros((*cells.shape, self.outputs), np.float32)
        maps[..., 1:] = cells[..., None]
        return self.run(batch), maps


def cascade(
    *,
    gate_seconds: float = 0.0,
    classify: bool = True,
    maps: bool = False,
    instances: BlobInstances | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Cascade:
    """A cascade of brightness engines: suspicious from 128, defective from 150."""
    geometry = Geometry(REGION, REGION)
    slow = BrightnessEngine(1, seconds=gate_seconds, clock=clock)
    gate = Gate(slow, geometry, ("defect",), "sigmoid")
    scores = BrightnessEngine(3, maps=maps, clock=clock)
    classifier = Classifier(scores, geometry, ("none", *CLASSES), "softmax")
    return Cascade(
        gate,
        classifier if classify else None,
        classes=CLASSES,
        gate_threshold=0.1,
        decision_threshold=0.5,
        instances=instances,
        clock=clock,
    )


def strip(*spots: tuple[int, int, int], height: int = 20, width: int = 60) -> np.ndarray:
    """A dark frame with bright pixels (x, y, level)."""
    pixels = np.full((height, width), 40, np.uint8)
    for x, y, level in spots:
        pixels[y, x] = level
    return pixels


def frame(pixels: np.ndarray, number: int = 0, clock: Clock = SYSTEM_CLOCK) -> Frame:
    return Frame(pixels, number, clock.now(), "test")


class BlobInstances:
    """Stands in for an instance model: bright pixels that touch are an instance, dim ones none.

    From 250 on they are a streak, from 200 a spot; ``blind`` to the classes named.
    """

    def __init__(
        self,
        *,
        seconds: float = 0.0,
        masks: bool = True,
        blind: tuple[str, ...] = (),
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.seconds = seconds
        self.clock = clock
        self.masks = masks
        self.blind = blind
        self.pyramids, self.mask_head = {}, None
        self.box_head = SilentEngine()
        self.host_ms = self.engine_ms = 1.0
        self.asked: list[tuple | None] = []

    def find(self, pixels, suspicious=None):
        if self.seconds:
            self.clock.sleep(self.seconds)
        self.asked.append(suspicious)
        seen = np.zeros_like(pixels)
        for x, y, w, h in [(0, 0, *pixels.shape[::-1])] if suspicious is None else suspicious:
            seen[y : y + h, x : x + w] = pixels[y : y + h, x : x + w]
        count, labels, stats, _ = cv2.connectedComponentsWithStats((seen >= 200).astype(np.uint8))
        found = []
        for label in range(1, count):
            x, y, w, h = stats[label, :4].tolist()
            blob = labels[y : y + h, x : x + w] == label
            class_index = int(pixels[y : y + h, x : x + w][blob].max() >= 250)
            if CLASSES[class_index] not in self.blind:
                corners = (float(x), float(y), float(x + w), float(y + h))
                mask = blob if self.masks else None
                found.append(FoundInstance(class_index, 0.9, corners, mask, (x, y, w, h)))
        return found


class SilentEngine(Engine):
    """Takes what it is given and says nothing."""

    name = "silent"
    threads = 1
    input_shape = (1, 14, 14, 48)

    def __init__(self) -> None:
        self.runs = 0

    def run(self, batch):
        raise NotImplementedError

    def run_tensors(self, inputs):
        assert inputs.shape == self.input_shape
        self.runs += 1
        return []


class ListCamera(Camera):
    """Gives the frames of a list; as a live one, at once and whether or not they are taken."""

    name = "list"

    def __init__(self, frames: Iterable[Frame | BadFrame], *, live: bool = False) -> None:
        self.live = live
        self._frames = list(frames)
        self.closed = False

    def __iter__(self) -> Iterator[Frame | BadFrame]:
        yield from self._frames

    def close(self) -> None:
        self.closed = True


def hiccuping(judge: Cascade, *, at: int, seconds: float, clock: Clock = SYSTEM_CLOCK) -> Cascade:
    """The cascade, which takes so long over the frame of that number."""
    inspect = judge.inspect

    def hiccup(frame: Frame, **more: Any) -> Inspection:
        if frame.number == at:
            clock.sleep(seconds)
        return inspect(frame, **more)

    judge.inspect = hiccup  # type: ignore[method-assign]
    return judge


class PacedCamera(Camera):
    """Gives the same picture, but for the noise of a pixel, at a steady pace, as a live one."""

    name = "paced"
    live = True

    def __init__(
        self,
        frames: int,
        *,
        period_s: float,
        pixels: np.ndarray | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.clock = clock
        self.given = 0
        self.closed = False
        self._frames = frames
        self._period_s = period_s
        self._pixels = strip() if pixels is None else pixels

    def __iter__(self) -> Iterator[Frame]:
        start = self.clock.now()
        for number in range(self._frames):
            due = start + number * self._period_s
            self.clock.sleep(max(0.0, due - self.clock.now()))
            if self.closed:
                return
            self.given += 1
            pixels = self._pixels.copy()
            pixels[0, 0] ^= number % 64
            yield Frame(pixels, number, due, self.name)

    def close(self) -> None:
        self.closed = True
