"""``[camera]``: the camera and its settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from edge.config.section import Section
from edge.core.image_formats import MAX_PIXELS

Feature = bool | int | float | str
"""A value of a GenICam feature."""

When = Annotated[float, Field(ge=0.0, le=1.0)] | tuple[Annotated[int, Field(ge=0)], ...]
"""Frames with a fault: a share of frames, or a list of frame numbers."""

FIRST_DATA_SEED = 1_000_000
"""Upper limit of the simulated camera's seeds; seeds above it are for training data sets."""


class FaultsConfig(Section):
    """Faults of the simulated camera: for each a share of frames, or a list of frame numbers."""

    drop: When = Field(0.0, description="The frame is lost.")
    freeze: When = Field(0.0, description="The previous picture is repeated from here.")
    black: When = Field(0.0, description="The light goes out.")
    saturate: When = Field(0.0, description="The whole picture is white.")
    half: When = Field(0.0, description="The lower half of the picture is missing.")
    wrong_size: When = Field(0.0, description="The picture is narrower than the others.")
    vanish: When = Field(0.0, description="The camera is disconnected for a while.")
    lasting_frames: int = Field(
        10, ge=1, description="Duration of freeze, black and saturate (frames)."
    )
    vanish_s: float = Field(3.0, gt=0.0, description="Duration of vanish (s).")


class CameraConfig(Section):
    """``[camera]``: the source of frames."""

    source: str = Field(
        "simulated",
        min_length=1,
        description="simulated; an image, folder, video or device file; watch:FOLDER for new "
        "images in a folder; the index of a USB camera; the address of a stream (rtsp://...); "
        "aravis:NAME for a GigE Vision or USB3 Vision camera by its id or address (aravis: takes "
        "the first one found); gstreamer:PIPELINE.",
    )
    convert_colour: bool = Field(
        False, description="Convert colour pictures to grey instead of refusing them."
    )

    max_megapixels: float = Field(
        MAX_PIXELS / 1e6,
        gt=0.0,
        le=4096.0,
        description="Pictures of more pixels are refused by their header, before they take memory "
        "(million px).",
    )

    wait_for_it: bool = Field(
        False, description="Wait for a live camera that is not connected at the start."
    )
    silence_s: float = Field(
        2.0,
        gt=0.0,
        description="A live camera is lost after so long without a frame while strip runs (s).",
    )
    first_frame_s: float = Field(
        10.0, gt=0.0, description="The same limit from its opening to its first frame (s)."
    )
    retry_s: float = Field(
        0.5,
        gt=0.0,
        description="Time before the first attempt to reconnect; it doubles with each attempt (s).",
    )
    longest_retry_s: float = Field(
        30.0,
        gt=0.0,
        description="Longest time between two attempts; they never end (s).",
    )

    width: int | None = Field(
        None, ge=1, description="Columns of a USB or simulated camera (px).", examples=[1600]
    )
    height: int | None = Field(
        None, ge=1, description="Lines of a USB or simulated camera (px).", examples=[256]
    )
    fps: float | None = Field(
        None, gt=0.0, description="Frames per second of a USB camera.", examples=[60.0]
    )
    pixel_format: str | None = Field(
        None,
        pattern=r"^[ -~]{4}$",
        description="Pixel format of a USB camera as a four-character code; v4l2-ctl "
        "--list-formats-ext lists them.",
        examples=["GREY"],
    )
    exposure_ms: float | None = Field(
        None,
        gt=0.0,
        description="Exposure of a USB camera (ms). Default: automatic.",
        examples=[0.2],
    )
    transport: Literal["tcp", "udp"] = Field(
        "tcp", description="Transport of an RTSP stream; udp may lose parts of pictures."
    )

    existing: bool = Field(
        False, description="Also inspect images that are in a watched folder at the start."
    )
    settled_s: float = Field(
        0.3,
        gt=0.0,
        description="An image in a watched folder is complete if it has not grown for so long (s).",
    )

    features: dict[str, Feature] | None = Field(
        None,
        description="GenICam features of a GigE or USB3 Vision camera by name; set in this order.",
        examples=[{"PixelFormat": "Mono8", "ExposureTime": 50}],
    )
    encoder_chunk: str | None = Field(
        None,
        min_length=1,
        description="Name of the chunk with the encoder count, if the camera sends one.",
        examples=["ChunkEncoderValue"],
    )

    defect_rate: float = Field(
        0.05, ge=0.0, le=1.0, description="Share of the simulated camera's frames with a defect."
    )
    seed: int = Field(0, ge=0, lt=FIRST_DATA_SEED, description="Seed of the simulated strip.")
    jitter_ms: float = Field(
        0.0, ge=0.0, description="Greatest delay of the simulated camera's frames (ms)."
    )
    faults: FaultsConfig | None = Field(
        None,
        description="Faults of the simulated camera: for each a share of frames, or a list of "
        "frame numbers.",
        examples=[{"drop": 0.001, "black": [500], "vanish": [2000]}],
    )

    @property
    def most_pixels(self) -> int:
        """Pixels that a picture may have."""
        return round(self.max_megapixels * 1e6)
