from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.peers.data import DETECT, SEGMENT, label_line, main
from benchmarks.peers.mosaics import dense_frames
from edge.core.errors import LabelError
from edge.core.images import read_grey, write_image
from edge.core.rle import mask_to_runs
from tests.train.data.build import annotation, coco, image, noise
from train.data.sample import Instance, Sample


def test_a_box_is_its_centre_and_size_in_shares():
    line = label_line(Instance(2, (10.0, 8.0, 20.0, 16.0)), 40, 64, DETECT)
    assert line == "2 0.500000 0.250000 0.500000 0.250000"


def test_an_outline_is_the_polygon_in_shares():
    mask = np.zeros((10, 20), bool)
    mask[2:6, 4:12] = True
    line = label_line(Instance(1, (4, 2, 8, 4), mask_to_runs(mask)), 20, 10, SEGMENT)
    index, *shares = line.split()
    points = np.array(shares, float).reshape(-1, 2) * (20, 10)
    assert index == "1"
    assert points.min(axis=0).tolist() == pytest.approx([4.5, 2.5])
    assert points.max(axis=0).tolist() == pytest.approx([11.5, 5.5])


def test_an_outline_is_not_made_up_from_a_box():
    with pytest.raises(LabelError, match="no mask"):
        label_line(Instance(0, (4, 2, 8, 4)), 20, 10, SEGMENT)


def folder(tmp_path):
    splits = {
        split: ([image(2 * i), image(2 * i + 1)], [annotation(i, 2 * i, 4)])
        for i, split in enumerate(("train", "val", "holdout"))
    }
    return coco(tmp_path / "set", splits)


def test_splits_pixels_and_labels_are_kept(tmp_path):
    root, out = folder(tmp_path), tmp_path / "out"
    done = CliRunner().invoke(main, [str(root), "--task", DETECT, "--out", str(out)])
    assert done.exit_code == 0, done.output
    about = json.loads((out / "data.yaml").read_text())
    assert about["names"] == {"0": "pit", "1": "dent"}
    assert about["channels"] == 1
    for i, split in enumerate(("train", "val", "test")):
        images = sorted((out / about[split]).iterdir())
        assert [p.name for p in images] == [f"{2 * i}.png.png", f"{2 * i + 1}.png.png"]
        for path in images:
            source = root / "images" / path.name.removesuffix(".png")
            np.testing.assert_array_equal(read_grey(path), read_grey(source))
        labels = [
            (out / "labels" / p.parent.name / p.name).with_suffix(".txt").read_text()
            for p in images
        ]
        assert labels[0].startswith("1 ")
        assert labels[1] == ""


def test_int8_is_calibrated_on_train_alone(tmp_path):
    root, out = folder(tmp_path), tmp_path / "out"
    CliRunner().invoke(main, [str(root), "--task", DETECT, "--out", str(out)])
    assert json.loads((out / "calibration.yaml").read_text())["val"] == "calibration.txt"
    names = (out / "calibration.txt").read_text().split()
    assert names == ["./images/train/0.png.png", "./images/train/1.png.png"]


def test_a_folder_in_use_is_left_alone(tmp_path):
    root = folder(tmp_path)
    done = CliRunner().invoke(main, [str(root), "--task", DETECT, "--out", str(root)])
    assert done.exit_code == 1
    assert "not empty" in done.output


def strips(folder, size, count):
    made = []
    for i in range(count):
        path = folder / f"{i}.png"
        write_image(path, noise(size[1], size[0], seed=i))
        made.append(Sample(path, *size, (), str(i), "val"))
    return made


@pytest.mark.parametrize(
    ("size", "count", "shapes"),
    [
        ((400, 128), 17, [(256, 1600)] * 2),
        ((200, 200), 9, [(200, 1600)]),
        ((400, 128), 7, []),
        ((300, 128), 20, []),
        ((1600, 256), 2, [(256, 1600)] * 2),
        ((200, 300), 20, []),
    ],
)
def test_frames_are_filled_with_strips_each_once(tmp_path, size, count, shapes):
    samples = strips(tmp_path, size, count)
    frames = dense_frames(samples, 5)
    assert [frame.read().shape for frame in frames] == shapes
    parts = [part.name for frame in frames for part in frame.parts]
    assert len(parts) == len(set(parts))
    assert len(dense_frames(samples, 1)) == min(1, len(shapes))


def test_strips_of_several_sizes_make_no_frames(tmp_path):
    samples = strips(tmp_path, (400, 128), 8)
    assert dense_frames([*samples, Sample(tmp_path / "0.png", 200, 128, (), "x", "val")], 5) == []
