"""Remedies on the pyramid: kept only where they find more on val, and made in every int8 form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from export.compare.instance_heads import Networks
from export.convert import instance_forms as instances_module
from export.convert.forms import (
    DEFAULT,
    REQUIRED,
    Rung,
)
from export.convert.instance_calibration import Windows, calibration_windows
from export.convert.instance_forms import convert_instances
from export.mitigate.instances import apply_instance_remedies
from export.settings import Remedies
from tests.export.toy import Silent
from tests.export.toy_instances import finished_instances, outline
from tests.train.tiny import write_strips
from train.data import open_data
from train.instances.finished import read_instances_run
from train.instances.scenes import Frames

SIZE = (64, 32)
INT8 = (REQUIRED, Rung("onnx", "int8"))


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Networks, Any]:
    """Toy networks calibrated on faint defects: int8 has no room for what others cause."""
    root = write_strips(tmp_path_factory.mktemp("outlined") / "strips", {"train": 9, "val": 12})
    outline(root)
    run = read_instances_run(finished_instances(root.parent / "run", root, masks=True))
    data = open_data(root)

    def faint(*given: Any, **more: Any) -> Windows:
        windows = calibration_windows(*given, **more)
        return replace(windows, pictures=96 + windows.pictures // 4)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instances_module, "calibration_windows", faint)
        return Networks(run, convert_instances(run, data, [SIZE], Silent())), data


def apply_remedies(spoiled: tuple[Networks, Any], remedies: Remedies) -> tuple[Networks, list[Any]]:
    networks, data = spoiled
    samples = data.of("val")
    return apply_instance_remedies(networks, remedies, samples, Frames(samples, mib=8), Silent())


def test_layers_in_float_save_what_bad_ranges_ruin(spoiled: tuple[Networks, Any]) -> None:
    better, results = apply_remedies(spoiled, Remedies(mixed=True))
    first, *_ = results
    assert first.stage == "instances"
    assert first.before.box_ap50 < first.float32.box_ap50 - 0.1
    taken = [one for one in results if one.taken]
    assert taken[-1].after.mask_ap50 > first.before.mask_ap50 + 0.1
    old, new = (n.forms.windows[SIZE] for n in (spoiled[0], better))
    for rung in DEFAULT:
        assert (new.forms[rung] != old.forms[rung]) is (rung in INT8)


def test_what_is_no_better_is_not_taken(spoiled: tuple[Networks, Any]) -> None:
    same, results = apply_remedies(spoiled, Remedies(calibration="percentile"))
    assert same is spoiled[0]
    assert [(one.remedy, one.taken) for one in results] == [("calibration", False)]
