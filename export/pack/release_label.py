"""Descriptive entries of a bundle: creation time, versions, openings of the holdout."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from edge.bundle.manifest import HoldoutOpening
from edge.core.errors import ConfigError
from export.settings import ReleaseLabel
from train.regions.card import RunOpening, tool_versions


def creation_time() -> str:
    """``SOURCE_DATE_EPOCH`` (seconds since 1970) if it is set, else now; ISO 8601 in UTC.

    Raises:
        ConfigError: ``SOURCE_DATE_EPOCH`` is not a number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise ConfigError(
            f"SOURCE_DATE_EPOCH is {epoch!r}", "Give whole seconds since 1970, or unset it"
        ) from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def versions() -> dict[str, str]:
    """Versions of the packages that affect the bundle's bytes and figures."""
    found = tool_versions()
    with suppress(PackageNotFoundError):
        found["ai-edge-litert"] = version("ai-edge-litert")
    return found


def holdout_openings(
    openings: Iterable[RunOpening], label: ReleaseLabel
) -> tuple[HoldoutOpening, ...]:
    """Every evaluation of the holdout by the runs, earliest first, and this export."""
    logged = dict.fromkeys((opening.by, opening.when) for opening in openings)
    earlier = sorted(logged, key=lambda opening: datetime.fromisoformat(opening[1]))
    every = [*earlier, (f"millsight export {label.name}", label.created)]
    return tuple(HoldoutOpening(by=by, when=when) for by, when in every)
