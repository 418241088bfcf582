"""The tables are those of the real data, and drawn frames follow them."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from statistics import NormalDist

import cv2
import numpy as np
import pytest
from scipy.stats import rankdata

from edge.core.rle import mask_from_kaggle
from edge.simulator import StripSimulator
from edge.simulator.defect_layout import plan_frame
from edge.simulator.outline import draw_outline
from edge.simulator.statistics import (
    BAND_WIDTHS,
    CLASS_STATISTICS,
    FRAMES_WITH_BAND,
    IMAGES_BY_CLASSES,
    LEVELS,
    STRIP_MEAN_GREY,
)

WIDTH, HEIGHT = 1600, 256


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def severstal(real_data):
    folder = real_data / "severstal"
    if not folder.is_dir():
        pytest.skip(f"no Severstal labels at {folder}")
    return folder


@pytest.fixture(scope="module")
def real_objects(severstal):
    """Height, width, fill and number of objects in the image, [4, n], by class."""
    by_class = defaultdict(list)
    rows = rows_of(severstal / "object_sizes.csv")
    per_image = Counter((row["image"], row["class"]) for row in rows)
    for row in rows:
        h, w, area = int(row["h"]), int(row["w"]), int(row["area"])
        count = per_image[row["image"], row["class"]]
        by_class[int(row["class"])].append((h, w, min(area / (h * w), 1.0), count))
    return {class_id: np.array(objects).T for class_id, objects in by_class.items()}


def normal_scores(values):
    ranks = (rankdata(values) - 0.5) / len(values)
    scores = np.array([NormalDist().inv_cdf(rank) for rank in ranks])
    return scores / scores.std()


def test_images_by_classes_are_the_real_counts(severstal):
    seen = Counter(
        tuple(c for c in (1, 2, 3, 4) if row[f"c{c}"] == "1")
        for row in rows_of(severstal / "image_classes.csv")
    )
    assert seen == IMAGES_BY_CLASSES


@pytest.mark.parametrize("class_id", [1, 2, 3, 4])
def test_sizes_are_the_real_quantiles_and_correlations(real_objects, class_id):
    real, table = real_objects[class_id], CLASS_STATISTICS[class_id]
    assert np.quantile(real[0], LEVELS) == pytest.approx(table.height, abs=0.51)
    assert np.quantile(real[1], LEVELS) == pytest.approx(table.width, abs=0.51)
    assert np.quantile(real[2], LEVELS) == pytest.approx(table.fill, abs=0.0006)
    counts = np.bincount(real[3].astype(int))[1:]
    images = counts / np.arange(1, len(counts) + 1)
    assert images.tolist() == list(table.objects_per_image)
    scores = np.array([normal_scores(row) for row in real])
    correlation = np.corrcoef(scores)
    upper = correlation[[0, 0, 1], [1, 2, 2]]
    assert upper == pytest.approx(table.shape_correlation, abs=0.006)
    assert correlation[3, :3] == pytest.approx(table.count_pull, abs=0.006)


def test_places_are_the_real_histograms(severstal):
    columns, touching = defaultdict(list), defaultdict(list)
    for row in rows_of(severstal / "train_1000.csv"):
        if not row["EncodedPixels"]:
            continue
        mask = mask_from_kaggle(row["EncodedPixels"], HEIGHT, WIDTH).astype(np.uint8)
        _, _, boxes, _ = cv2.connectedComponentsWithStats(mask)
        for left, top, width, height, _ in boxes[1:]:
            columns[int(row["ClassId"])].append(left + width / 2)
            if height < HEIGHT:
                touching[int(row["ClassId"])].append(top == 0 or top + height == HEIGHT)
    for class_id, table in CLASS_STATISTICS.items():
        histogram = np.histogram(columns[class_id], bins=16, range=(0, WIDTH))[0]
        assert histogram.tolist() == list(table.x_counts)
        assert np.mean(touching[class_id]) == pytest.approx(table.touches, abs=0.006)


@pytest.fixture(scope="module")
def drawn_objects():
    """Height, width, fill and middle column of drawn connected objects, [4, n], by class."""
    by_class, per_image = {}, {}
    for class_id, frames in ((1, 250), (2, 350), (3, 350), (4, 350)):
        objects, counts = [], []
        for index in range(frames):
            rng = np.random.default_rng([class_id, index])
            mask = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
            for plan in plan_frame(rng, (class_id,), HEIGHT, WIDTH)[1]:
                rows = slice(plan.top, plan.top + plan.height)
                outline = draw_outline(rng, plan.height, plan.width, plan.fill)
                mask[rows, plan.left : plan.left + plan.width] |= outline
            _, _, boxes, _ = cv2.connectedComponentsWithStats(mask)
            counts.append(len(boxes) - 1)
            objects += [(h, w, a / (h * w), x + w / 2) for x, _, w, h, a in boxes[1:]]
        by_class[class_id], per_image[class_id] = np.array(objects).T, counts
    return by_class, per_image


@pytest.mark.parametrize("class_id", [1, 2, 3, 4])
@pytest.mark.parametrize("size", ["height", "width", "fill"])
def test_drawn_sizes_follow_the_real_ones(drawn_objects, class_id, size):
    drawn = drawn_objects[0][class_id][("height", "width", "fill").index(size)]
    real = getattr(CLASS_STATISTICS[class_id], size)
    slack = 0.02 if size == "fill" else 0.5
    for level, value in zip(LEVELS[3:-3], real[3:-3], strict=True):
        below, up_to = (drawn < value - slack).mean(), (drawn <= value + slack).mean()
        assert below - 0.09 <= level <= up_to + 0.09


@pytest.mark.parametrize("class_id", [1, 2, 3, 4])
def test_drawn_counts_and_places_follow_the_real_ones(drawn_objects, class_id):
    objects, per_image = drawn_objects
    table = CLASS_STATISTICS[class_id]
    real = np.repeat(np.arange(1, len(table.objects_per_image) + 1), table.objects_per_image)
    assert np.mean(per_image[class_id]) == pytest.approx(real.mean(), rel=0.15)
    shares = np.array(table.x_counts) / sum(table.x_counts)
    drawn = np.histogram(objects[class_id][3], bins=16, range=(0, WIDTH))[0]
    distance = np.abs(np.cumsum(drawn / drawn.sum()) - np.cumsum(shares)).max()
    assert distance < 0.12


def look(pixels):
    """Mean, spread, and mean step along y and x, in grey levels, of the strip without its band."""
    strip = pixels[:, pixels.mean(axis=0) > 20].astype(np.float64)
    steps = [np.abs(np.diff(strip, axis=axis)).mean() for axis in (0, 1)]
    return strip.mean(), strip.std(), *steps


@pytest.fixture(scope="module")
def drawn_looks():
    simulator = StripSimulator(seed=5)
    return np.array([look(simulator.draw(i).pixels) for i in range(60)])


def test_band_and_brightness_are_those_of_the_20_real_frames(severstal):
    frames = [cv2.imread(str(p), cv2.IMREAD_GRAYSCALE) for p in (severstal / "frames").iterdir()]
    bands = sorted(int((frame.mean(axis=0) < 20).sum()) for frame in frames)
    assert len(frames) == 20
    assert tuple(band for band in bands if band) == BAND_WIDTHS
    assert np.mean(np.array(bands) > 0) == FRAMES_WITH_BAND
    means = [look(frame)[0] for frame in frames]
    assert np.quantile(means, [0, 0.25, 0.5, 0.75, 1]) == pytest.approx(STRIP_MEAN_GREY, abs=1.0)


@pytest.mark.parametrize("measure", [0, 1, 2, 3], ids=["mean", "spread", "step y", "step x"])
def test_drawn_frames_look_like_the_20_real_ones(severstal, drawn_looks, measure):
    frames = [cv2.imread(str(p), cv2.IMREAD_GRAYSCALE) for p in (severstal / "frames").iterdir()]
    real = np.array([look(frame)[measure] for frame in frames])
    low, high = np.quantile(real, [0.25, 0.75])
    assert low <= np.median(drawn_looks[:, measure]) <= high
    inside = (drawn_looks[:, measure] > real.min() * 0.8) & (
        drawn_looks[:, measure] < real.max() * 1.25
    )
    assert inside.mean() > 0.85
