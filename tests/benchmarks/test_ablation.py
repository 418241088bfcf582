from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from benchmarks.ablation import Answers, row, variants
from tests.train.tiny import patches
from train.networks import NETWORKS
from train.regions.plan import RegionsPlan, geometry_for

RECIPE = NETWORKS["compact"].recipe
PLAN = RegionsPlan(
    "binary",
    "compact",
    geometry_for(RECIPE, RECIPE.region),
    RECIPE,
    stride=(50, 128),
    teachers=("runs/teacher",),
)


def changed(plan):
    recipe = {
        f.name for f in fields(RECIPE) if getattr(plan.recipe, f.name) != getattr(RECIPE, f.name)
    }
    own = {f.name for f in fields(RegionsPlan) if f.name != "recipe"}
    return recipe | {name for name in own if getattr(plan, name) != getattr(PLAN, name)}


@pytest.mark.parametrize("name", variants(("other",)))
def test_every_row_changes_one_choice(name):
    left_out = changed(variants(("other",))[name](PLAN))
    assert len(left_out - {"label_smoothing"} or left_out) == (name != "all")


def test_a_row_holds_its_run_against_all():
    val = patches(40)
    truth = val.labels.any(axis=1)
    full = Answers(np.ones(40, np.bool_), truth.astype(float))
    worse = Answers(np.arange(40) >= 4, np.where(np.arange(40) < 4, 0.5, truth))
    assert row("all", full, full, val).startswith("| all | 100.00 % | – | 1.0000 | 0.0 %")
    told = row("less", worse, full, val)
    assert "| 90.00 % | -10.00 (" in told
    assert told.endswith("| 10.0 % |")
