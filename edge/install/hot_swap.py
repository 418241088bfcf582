"""A newly installed bundle, taken up between two frames of a running line.

Loading and proving a bundle takes seconds, a frame has milliseconds: a thread does it, while the
line goes on with the bundle it has. Only a bundle that has passed every check is handed over, and
should its engine fail on a frame all the same, the cascade before it is still there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread

from edge.bundle.load import Bundle
from edge.core.errors import (
    BundleError,
    EngineError,
    MillsightError,
)
from edge.core.frame import BadFrame, Frame
from edge.install.store import Store
from edge.install.verify import Heed, unheeding
from edge.vision.cascade import Cascade

_Stamp = tuple[int, int, int] | None
_Proven = tuple[Bundle, Cascade, Cascade | None]


class BundleWatch:
    """Sees when another bundle is installed, and has its cascade ready once it is proven.

    Args:
        store: Where bundles are installed.
        bundle: The one that the line judges with; then the one that was taken up last.
        cascade: Its models.
        load: Loads a bundle's models as the line wants them; see ``proven``.
        load_background: Loads them once more, for the thread that catches frames up; None does
            not.
        say: Told in one line what has happened, in the thread that calls ``poll``.
        every_s: Seconds between two looks.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        store: Store,
        bundle: Bundle,
        cascade: Cascade,
        load: Callable[[Bundle], Cascade],
        *,
        load_background: Callable[[Bundle, Heed], Cascade] | None = None,
        say: Callable[[str], None] = lambda text: None,
        every_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.bundle = bundle
        self._cascade = cascade
        self._background: Cascade | None = None
        self._before: tuple[Bundle, Cascade] | None = None
        self._load = load
        self._load_background = load_background
        self._say = say
        self._every_s = every_s
        self._clock = clock
        self._look_at = 0.0
        self._seen: _Stamp = None
        self._trial: _Trial | None = None

    def poll(self, frame: Frame | BadFrame) -> Cascade | None:
        """The cascade of a newly installed bundle, once, when it is proven; None nearly always.

        Called before each frame: it looks at the clock, and at one file's time now and then.

        Args:
            frame: The next one; a bundle that takes no such frames is not taken up.
        """
        if self._trial is not None:
            return None if self._trial.is_alive() else self._outcome(self._trial)
        now = self._clock()
        if now < self._look_at or isinstance(frame, BadFrame):
            return None
        self._look_at = now + self._every_s
        stamp = self._stamp()
        if stamp is not None and stamp != self._seen:
            self._seen = stamp
            self._trial = _Trial(lambda: self._prove(frame))
            self._trial.start()
        return None

    @property
    def background(self) -> Callable[[Heed], Cascade] | None:
        """Gives the models of ``bundle`` for a second thread; None where none are wanted.

        Those of a bundle that was taken up are loaded already.
        """
        load, bundle, loaded = self._load_background, self.bundle, self._background
        return None if load is None else lambda heed: loaded or load(bundle, heed)

    def fall_back(self, error: EngineError) -> Cascade | None:
        """The cascade before the one that was taken up and now fails; None where there is none."""
        if self._before is None:
            return None
        failed = self.bundle
        (self.bundle, self._cascade), self._before, self._background = self._before, None, None
        self._say(f"{failed.title} fails ({error.what}); back to {self.bundle.title}")
        return self._cascade

    def _outcome(self, trial: _Trial) -> Cascade | None:
        self._trial = None
        if trial.failure is not None:
            self._say(
                f"A newly installed bundle was not taken up: {trial.failure}; "
                f"the line goes on with {self.bundle.title}"
            )
        if trial.proven is None:
            return None
        self._before = self.bundle, self._cascade
        self.bundle, self._cascade, self._background = trial.proven
        self._say(f"From here on {self.bundle.title} judges, no longer {self._before[0].title}")
        return self._cascade

    def _prove(self, frame: Frame) -> _Proven | None:
        installed = self.store.read()
        if installed is None or installed.current.digest == self.bundle.digest:
            return None
        bundle = self.store.load(installed.current)
        height, width = frame.pixels.shape
        if not bundle.manifest.frame.accepts(width, height):
            raise BundleError(
                f"{bundle.title} takes frames of {bundle.manifest.frame}, not {width}×{height}"
            )
        background = None
        if self._load_background is not None:
            background = self._load_background(bundle, unheeding)
        return bundle, self._load(bundle), background

    def _stamp(self) -> _Stamp:
        try:
            status = self.store.path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size


class _Trial(Thread):
    """Loads and proves a bundle beside the line."""

    def __init__(self, prove: Callable[[], _Proven | None]) -> None:
        super().__init__(name="millsight-bundle", daemon=True)
        self._prove = prove
        self.proven: _Proven | None = None
        self.failure: str | None = None

    def run(self) -> None:
        try:
            self.proven = self._prove()
        except MillsightError as error:
            self.failure = error.what
        except Exception as error:
            # Whatever an engine throws at a model that it cannot run, the line goes on.
            self.failure = f"{type(error).__name__}: {error}"
