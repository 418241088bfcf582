"""Builds a line from its configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from edge.app.outputs import Outputs
from edge.bundle import Bundle
from edge.cameras.base import Camera
from edge.cameras.open import open_camera
from edge.coil.disposition import Disposition
from edge.coil.tracker import CoilTracker
from edge.core.errors import ConfigError
from edge.core.events import EventKind
from edge.install.hot_swap import BundleWatch
from edge.install.in_use import open_in_use
from edge.install.store import Store
from edge.install.trust import (
    Device,
    keys_folder,
    state_folder,
)
from edge.install.verify import Heed
from edge.line.loop import Line
from edge.line.run_state import RunState
from edge.position.encoder import moves
from edge.position.open import open_feed, open_position
from edge.service.control_socket import Control
from edge.tune.run_choices import RunChoices
from edge.vision.cascade import Cascade
from edge.vision.drift_monitor import LIVE_EVERY, DriftMonitor

if TYPE_CHECKING:
    from pathlib import Path

    from edge.config import Config
    from edge.config.bundle import BundleConfig
    from edge.position.encoder_feed import EncoderFeed

Say = Callable[[str], None]
"""Called with an important message for people."""

LEAVE_CORES = 1
"""Cores left for the camera and for deferred stages. A network on all cores must wait whenever one
of its threads is preempted: on two cores at 10 m/s one in ten gates takes 7 ms instead of 5."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """A line that is ready to run, and its parts.

    Attributes:
        line: The line. It runs once; its sinks are closed at its end.
        camera: Source of its frames.
        outputs: Its outputs.
        first_bundle: The bundle at the start.
        watched: Watches for a newly installed bundle; None if the configuration names a bundle.
    """

    line: Line
    camera: Camera
    outputs: Outputs
    first_bundle: Bundle
    watched: BundleWatch | None

    @property
    def bundle(self) -> Bundle:
        """The current bundle."""
        return self.first_bundle if self.watched is None else self.watched.bundle


@contextmanager
def assembled(config: Config, say: Say, *, listen: bool = True) -> Iterator[Assembly]:
    """Build a line from the configuration; its camera is closed at the end of the context.

    Args:
        config: The configuration.
        say: See ``Say``.
        listen: Whether ``millsight coil`` can reach the line, if the state folder exists.

    Raises:
        MissingPathError: A named file or folder does not exist.
        BundleError: The bundle is corrupt, not trusted here, or newer than this program.
        CameraError: The camera cannot be opened.
        UnwritableError: An output cannot be written.
        ConfigError: The configuration does not fit the device or the bundle.
        EngineError: No engine runs the bundle's models.
    """
    device = device_of(config.bundle)
    chosen = config.bundle
    choices = RunChoices(
        chosen.engine, chosen.precision, chosen.threads, say, leave_cores=LEAVE_CORES
    )
    load = partial(choices.proven, state=device.state)

    def load_background(bundle: Bundle, heed: Heed) -> Cascade:
        return load(bundle, threads=1, heed=heed)

    bundle, cascade = open_in_use(config.bundle.file, device, load, say)
    tracker = _tracker(config, Disposition(config.disposition, bundle.manifest.classes))
    with ExitStack() as closing, ExitStack() as unused:
        feed = open_feed(config.position)
        if feed is not None:
            unused.callback(feed.close)
        camera = closing.enter_context(_camera(config, feed))
        state = RunState(config.line, live=camera.live)
        if feed is not None:
            feed.say = partial(state.tell_here, EventKind.POSITION)
        watched = None
        if config.bundle.file is None:
            watched = BundleWatch(
                Store(device),
                bundle,
                cascade,
                load,
                load_background=load_background,
                say=partial(state.tell_here, EventKind.BUNDLE),
            )
        outputs = Outputs(config, camera.name, bundle, state, watched)
        unused.pop_all()  # From now on the line closes the feed.
        counts = camera.counts or not camera.live
        line = Line(
            camera,
            cascade,
            config.line,
            background=partial(load_background, bundle),
            position=open_position(config.line, config.position, counts=counts, feed=feed),
            sinks=outputs.sinks,
            tracker=tracker,
            drift=DriftMonitor(bundle.manifest.drift, every=_drift_every(config, camera)),
            bundles=watched,
            state=state,
        )
        if listen and device.state.is_dir():
            closing.enter_context(_listening(device.state, state, say))
        yield Assembly(line, camera, outputs, bundle, watched)


def device_of(config: BundleConfig) -> Device:
    """The device's trusted keys and state folder."""
    return Device(
        config.keys or keys_folder(), config.state or state_folder(), config.allow_unsigned
    )


def open_configured(config: BundleConfig, say: Say) -> Bundle:
    """Open and check the configured bundle without loading its models.

    Raises:
        MissingPathError: There is no such file.
        BundleError: It is corrupt, not trusted here, or newer than this program.
    """
    return open_in_use(config.file, device_of(config), lambda bundle: None, say)[0]


def _camera(config: Config, feed: EncoderFeed | None) -> Camera:
    return open_camera(
        config.camera,
        speed_m_s=config.line.speed_m_s,
        mm_per_line=config.line.along_mm,
        moving=None if feed is None else partial(moves, feed),
    )


def _tracker(config: Config, rules: Disposition) -> CoilTracker:
    return CoilTracker(
        config.coil.name,
        mm_per_line=config.line.along_mm,
        mm_per_px_across=config.line.across_mm,
        touch_mm=config.coil.touch_mm,
        gap_mm=config.coil.gap_mm,
        disposition=rules,
    )


def _drift_every(config: Config, camera: Camera) -> int:
    return config.bundle.drift_every or (LIVE_EVERY if camera.live else 1)


@contextmanager
def _listening(folder: Path, state: RunState, say: Say) -> Iterator[None]:
    """Receive commands for the line within the context; if this fails, the line runs without it."""
    try:
        control = Control(folder, state.begin_coil)
    except ConfigError as error:
        say(str(error))
        yield
        return
    try:
        yield
    finally:
        control.close()
