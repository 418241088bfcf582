from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from edge.config.camera import FIRST_DATA_SEED
from edge.core.errors import UnwritableError
from edge.simulator import StripSimulator
from edge.simulator.composer import StripComposer
from edge.simulator.noise import noise_sheets
from train.data import read_unsplit
from train.data.simulate import SimulationSettings, simulate_data

FRAMES = 5


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "data"
    simulate_data(out, FRAMES, SimulationSettings(seed=7, defect_rate=0.8))
    return out


def test_masks_read_back_are_those_drawn(simulated: Path) -> None:
    simulator = StripSimulator(7, defect_rate=0.8)
    samples = read_unsplit(simulated).samples
    assert len(samples) == FRAMES
    assert any(s.instances for s in samples)
    for index, sample in enumerate(samples):
        frame = simulator.draw(index)
        assert sample.class_indices == {d.class_id - 1 for d in frame.defects}
        for class_index in sample.class_indices:
            drawn = [d.mask for d in frame.defects if d.class_id - 1 == class_index]
            read = [i.mask(256, 1600) for i in sample.instances if i.class_index == class_index]
            assert (np.any(read, axis=0) == np.any(drawn, axis=0)).all()
        assert np.abs(sample.read().astype(int) - frame.pixels).mean() < 4


def test_live_frames_are_what_the_camera_would_show_each_in_a_look_of_its_own(
    tmp_path: Path,
) -> None:
    out = tmp_path / "live"
    simulate_data(out, 12, SimulationSettings(seed=7, defect_rate=1.0, live=True))
    data = read_unsplit(out)
    assert "composed" in data.source
    composer = StripComposer(seed=8 * FIRST_DATA_SEED, defect_rate=1.0, frames_a_look=(1, 2))
    looks = []
    for sample in data.samples:
        frame, pixels = composer.compose(), sample.read()
        assert np.abs(pixels.astype(int) - frame.pixels).mean() < 4
        assert sample.class_indices == {defect.class_id - 1 for defect in frame.defects}
        marked = np.any([i.mask(256, 1600) for i in sample.instances], axis=0)
        told = np.zeros_like(marked)
        for defect in frame.defects:
            x, y, width, height = defect.box
            told[y : y + height, x : x + width] |= defect.mask
        assert (marked == told).all()
        looks.append(np.median(pixels, axis=0))
    assert min(abs(a - b).mean() for a, b in combinations(looks, 2)) > 2


def test_it_says_that_it_is_simulated(simulated: Path) -> None:
    about = json.loads((simulated / "simulated.json").read_text())
    assert (about["seed"], about["frames"], about["defect_rate"]) == (7, FRAMES, 0.8)
    assert "simulated" in read_unsplit(simulated).source


def test_many_workers_compose_the_same_files(tmp_path: Path) -> None:
    plan = SimulationSettings(seed=7, live=True)
    for workers in (1, 2):
        simulate_data(tmp_path / str(workers), 130, plan, workers=workers)
    written = [p.relative_to(tmp_path / "1") for p in (tmp_path / "1").rglob("*") if p.is_file()]
    for path in written:
        assert (tmp_path / "1" / path).read_bytes() == (tmp_path / "2" / path).read_bytes()


@pytest.mark.parametrize("workers", [2, 5])
def test_many_workers_write_the_same_files(simulated: Path, tmp_path: Path, workers: int) -> None:
    noise_sheets.cache_clear()  # so that the workers draw them at the same moment
    again = tmp_path / "again"
    simulate_data(again, FRAMES, SimulationSettings(seed=7, defect_rate=0.8), workers=workers)
    written = {p.relative_to(again) for p in again.rglob("*") if p.is_file()}
    assert len(written) == FRAMES + 2
    others = [p for p in written if (again / p).read_bytes() != (simulated / p).read_bytes()]
    assert others == []


def test_clean_strip_alone_can_be_opened(tmp_path: Path) -> None:
    simulate_data(tmp_path / "clean", 3, SimulationSettings(seed=1, defect_rate=0.0))
    assert not any(s.instances for s in read_unsplit(tmp_path / "clean").samples)


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(rows, what, total):
        yield next(iter(rows))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_data(tmp_path / "data", FRAMES, SimulationSettings(seed=0), progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(UnwritableError, match="exists already"):
        simulate_data(tmp_path, 1, SimulationSettings(seed=0))
    with pytest.raises(UnwritableError, match=r"mine\.txt/data cannot be written"):
        simulate_data(tmp_path / "mine.txt" / "data", 1, SimulationSettings(seed=0))
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    simulate_data(tmp_path / "data", 1, SimulationSettings(seed=0))
    assert len(list((tmp_path / "data" / "train_images").iterdir())) == 1
