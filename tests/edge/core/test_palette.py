"""Classes keep their colours from picture to picture."""

from __future__ import annotations

from edge.core.palette import colour


def test_classes_differ_and_what_has_no_class_is_grey():
    classes = ("scratch", "pit", "patch")
    inks = {colour(name, classes) for name in classes}
    assert len(inks) == 3
    grey = colour("", classes)
    assert grey not in inks and len(set(grey)) == 1


def test_more_classes_than_colours_begin_anew():
    classes = tuple(map(str, range(30)))
    assert colour("29", classes) in {colour(name, classes) for name in classes[:7]}
