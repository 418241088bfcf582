"""Which of the ways that were timed a stage is run in."""

from __future__ import annotations

from collections.abc import Mapping

from edge.tune.proof import Form, form_of
from edge.tune.race import RaceTimes
from edge.vision.models.load import EngineChoice, StageName

TIE = 0.03
"""Two medians that differ by no more than this share are a tie."""

StageTimes = Mapping[StageName, Mapping[EngineChoice, RaceTimes]]


def pick(times: Mapping[EngineChoice, RaceTimes]) -> EngineChoice:
    """The fastest way by its median; of those that tie with it, one with the fewest threads.

    Fewer, because capture and recording share the cores.
    """
    racing = {choice: taken.p50 for choice, taken in times.items() if not taken.hopeless}
    limit = min(racing.values()) * (1 + TIE)
    tied = [choice for choice, p50 in racing.items() if p50 <= limit]
    return min(tied, key=lambda choice: (choice.threads, racing[choice]))


def pick_part(stages: StageTimes, usual: Form) -> dict[StageName, EngineChoice]:
    """The fastest way for each of several stages, all in one form.

    Args:
        stages: What was timed, by stage; each was timed in the same forms.
        usual: The form that wins a tie.
    """
    costs: dict[Form, float] = {}
    picked: dict[Form, dict[StageName, EngineChoice]] = {}
    for form in sorted({form_of(way) for times in stages.values() for way in times}):
        own = {
            stage: {way: taken for way, taken in times.items() if form_of(way) == form}
            for stage, times in stages.items()
        }
        picked[form] = {stage: pick(times) for stage, times in own.items()}
        costs[form] = sum(own[stage][way].p50 for stage, way in picked[form].items())
    limit = min(costs.values()) * (1 + TIE)
    tied = [form for form, cost in costs.items() if cost <= limit]
    return picked[usual if usual in tied else min(tied, key=costs.__getitem__)]
