"""Videos of strip in any codec, for tests."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np

from edge.core.frame import Pixels


def strip(count: int, *, height: int = 64, width: int = 160) -> list[Pixels]:
    """Pictures of strip that runs, [lines, columns] uint8."""
    rng = np.random.default_rng(1)
    texture = cv2.GaussianBlur(rng.normal(0, 20, (height, width)), (0, 0), 1.0)
    running = (
        110 + np.roll(texture, 7 * n, 0) + rng.normal(0, 2, texture.shape) for n in range(count)
    )
    return [np.asarray(picture.clip(0, 255), np.uint8) for picture in running]


def write_video(path: Path, pictures: list[Pixels], codec: str = "libx264", **options: str) -> Path:
    """A video of 25 frames a second with a key frame every 10, without frames out of order."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width = pictures[0].shape
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.options = {"g": "10", "bf": "0", "sc_threshold": "0"} | options
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(np.dstack([picture] * 3), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def packets(path: Path) -> list[tuple[int, int]]:
    """Where each packet of a video lies in its file, and its bytes."""
    with av.open(str(path)) as container:
        return [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]


def damage(path: Path, packet: int, *, seed: int = 0) -> Path:
    """Overwrite the middle half of a packet with other bytes."""
    data = bytearray(path.read_bytes())
    start, size = packets(path)[packet]
    rng = np.random.default_rng(seed)
    data[start + size // 4 : start + size * 3 // 4] = rng.bytes(size * 3 // 4 - size // 4)
    path.write_bytes(data)
    return path
