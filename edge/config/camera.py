"""Which camera looks at the strip, and how it is set."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from edge.config.section import Section
from edge.core.image_formats import MAX_PIXELS

Feature = bool | int | float | str
"""A value of a GenICam feature."""

When = Annotated[float, Field(ge=0.0, le=1.0)] | tuple[Annotated[int, Field(ge=0)], ...]
"""How often a fault occurs: the share of frames, or the numbers of the frames."""

FIRST_DATA_SEED = 1_000_000
"""The simulated camera's seeds lie below: it must not show what a network has learnt from."""


class FaultsConfig(Section):
    """What goes wrong under the simulated camera: a share of frames, or their numbers."""

    drop: When = Field(0.0, description="Frames that never come.")
    freeze: When = Field(0.0, description="The picture before is repeated from here on.")
    black: When = Field(0.0, description="The light goes out.")
    saturate: When = Field(0.0, description="The picture is white all over.")
    half: When = Field(0.0, description="The lower half of the picture is missing.")
    wrong_size: When = Field(0.0, description="The picture is narrower than the others.")
    vanish: When = Field(0.0, description="The camera is gone for a while.")
    lasting_frames: int = Field(
        10, ge=1, description="How long it freezes, is black or is saturated (frames)."
    )
    vanish_s: float = Field(3.0, gt=0.0, description="How long it is gone (s).")


class CameraConfig(Section):
    """``[camera]``: where frames come from."""

    source: str = Field(
        "simulated",
        min_length=1,
        description="simulated; an image, folder, video or device file; watch:FOLDER for images "
        "that are still to come; the index of a USB camera; the address of a stream "
        "(rtsp://...); aravis:NAME for a GigE Vision or USB3 Vision camera by its id or address "
        "(aravis: takes the first found); gstreamer:PIPELINE.",
    )
    convert_colour: bool = Field(
        False, description="Turn real colour into grey rather than refuse it."
    )

    max_megapixels: float = Field(
        MAX_PIXELS / 1e6,
        gt=0.0,
        le=4096.0,
        description="Pictures of more pixels are refused by their header, before they take memory "
        "(million px).",
    )

    wait_for_it: bool = Field(
        False, description="Wait for a live camera that is not there at the start."
    )
    silence_s: float = Field(
        2.0,
        gt=0.0,
        description="A live camera that gives nothing for so long while strip runs is lost (s).",
    )
    first_frame_s: float = Field(
        10.0, gt=0.0, description="The same between its opening and its first frame (s)."
    )
    retry_s: float = Field(
        0.5,
        gt=0.0,
        description="A lost camera is tried again after so long, then after twice that, and so "
        "on (s).",
    )
    longest_retry_s: float = Field(
        30.0, gt=0.0, description="It is tried at least as often as this, for ever (s)."
    )

    width: int | None = Field(
        None, ge=1, description="Columns of a USB or simulated camera (px).", examples=[1600]
    )
    height: int | None = Field(
        None, ge=1, description="Lines of a USB or simulated camera (px).", examples=[256]
    )
    fps: float | None = Field(
        None, gt=0.0, description="Frames a second of a USB camera.", examples=[60.0]
    )
    pixel_format: str | None = Field(
        None,
        pattern=r"^[ -~]{4}$",
        description="Format of a USB camera as its four letters; v4l2-ctl --list-formats-ext "
        "lists them.",
        examples=["GREY"],
    )
    exposure_ms: float | None = Field(
        None,
        gt=0.0,
        description="Exposure of a USB camera (ms); it sets its own where not given.",
        examples=[0.2],
    )
    transport: Literal["tcp", "udp"] = Field(
        "tcp", description="What carries an RTSP stream; udp loses parts of pictures."
    )

    existing: bool = Field(
        False, description="Of a watched folder, also take the images that are there at the start."
    )
    settled_s: float = Field(
        0.3,
        gt=0.0,
        description="An image in a watched folder is whole when it has not grown for so long (s).",
    )

    features: dict[str, Feature] | None = Field(
        None,
        description="GenICam features that a GigE or USB3 Vision camera is set to, by name, in "
        "this order.",
        examples=[{"PixelFormat": "Mono8", "ExposureTime": 50}],
    )
    encoder_chunk: str | None = Field(
        None,
        min_length=1,
        description="Chunk that holds the encoder's count, where the camera sends one.",
        examples=["ChunkEncoderValue"],
    )

    defect_rate: float = Field(
        0.05, ge=0.0, le=1.0, description="Share of the simulated camera's frames with a defect."
    )
    seed: int = Field(
        0, ge=0, lt=FIRST_DATA_SEED, description="Another seed, another simulated strip."
    )
    jitter_ms: float = Field(
        0.0, ge=0.0, description="How late the simulated camera's frames come, at most (ms)."
    )
    faults: FaultsConfig | None = Field(
        None,
        description="What goes wrong under the simulated camera: shares of frames, or the numbers "
        "of frames.",
        examples=[{"drop": 0.001, "black": [500], "vanish": [2000]}],
    )

    @property
    def most_pixels(self) -> int:
        """Pixels that a picture may have."""
        return round(self.max_megapixels * 1e6)
