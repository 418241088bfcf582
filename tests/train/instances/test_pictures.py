import cv2
import numpy as np
import pytest

from edge.vision.instances.found_instance import FoundInstance
from tests.train.instances.frames import CLASSES, instance, sample
from train.data.sheet import CAPTION
from train.instances.pictures import predictions


@pytest.mark.parametrize("size", [(96, 64), (1600, 256)], ids=["beside", "below"])
def test_labels_and_what_was_found_are_drawn_where_they_are(size):
    width, height = size
    of = sample(instance((10, 20, 30, 16), size=size), size=size)
    found = FoundInstance(
        1, 0.8, (50.0, 20.0, 80.0, 36.0), np.ones((16, 30), bool), (50, 20, 30, 16)
    )
    grey = np.full((height, width), 128, np.uint8)
    png = predictions([(of, grey, [found])], CLASSES)
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR).astype(int)
    coloured = np.ptp(picture, axis=2) > 20
    scale = 399 // width or 1
    first = coloured[CAPTION : CAPTION + scale * height, : scale * width]
    below = width > 700
    second = (
        coloured[2 * CAPTION + height :, :width]
        if below
        else coloured[CAPTION : CAPTION + scale * height, -scale * width - 2 : -2]
    )
    assert (first[scale * 20 : scale * 36, scale * 10 : scale * 40]).all()
    assert not first[:, scale * 41 :].any()
    assert (second[scale * 20 : scale * 36, scale * 50 : scale * 80]).mean() > 0.9
    assert not second[:, : scale * 48].any()


def test_a_box_alone_is_drawn_as_a_box():
    of = sample(instance((10, 20, 30, 16), mask=False))
    found = FoundInstance(0, 0.8, (10.0, 20.0, 40.0, 36.0), None, (10, 20, 30, 16))
    png = predictions([(of, np.full((64, 96), 128, np.uint8), [found])], CLASSES)
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR).astype(int)
    assert 0 < (np.ptp(picture, axis=2) > 20).mean() < 0.05
