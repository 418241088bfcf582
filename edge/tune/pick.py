"""Picks the engine choice of each stage from the measured times."""

from __future__ import annotations

from collections.abc import Mapping

from edge.tune.proof import Form, form_of
from edge.tune.race import RaceTimes
from edge.vision.models.load import EngineChoice, StageName

TIE = 0.03
"""Two medians tie if they differ by at most this share."""

StageTimes = Mapping[StageName, Mapping[EngineChoice, RaceTimes]]


def pick(times: Mapping[EngineChoice, RaceTimes]) -> EngineChoice:
    """The choice with the lowest median; among ties, the one with the fewest threads.

    Fewer threads are better because capture and recording share the cores.
    """
    racing = {choice: taken.p50 for choice, taken in times.items() if not taken.hopeless}
    limit = min(racing.values()) * (1 + TIE)
    tied = [choice for choice, p50 in racing.items() if p50 <= limit]
    return min(tied, key=lambda choice: (choice.threads, racing[choice]))


def pick_part(stages: StageTimes, default: Form) -> dict[StageName, EngineChoice]:
    """The fastest choices for several stages, all in the same form.

    Args:
        stages: Measured times by stage; every stage has the same forms.
        default: The form that wins a tie.
    """
    costs: dict[Form, float] = {}
    picked: dict[Form, dict[StageName, EngineChoice]] = {}
    for form in sorted({form_of(choice) for times in stages.values() for choice in times}):
        own = {
            stage: {choice: taken for choice, taken in times.items() if form_of(choice) == form}
            for stage, times in stages.items()
        }
        picked[form] = {stage: pick(times) for stage, times in own.items()}
        costs[form] = sum(own[stage][choice].p50 for stage, choice in picked[form].items())
    limit = min(costs.values()) * (1 + TIE)
    tied = [form for form, cost in costs.items() if cost <= limit]
    return picked[default if default in tied else min(tied, key=costs.__getitem__)]
