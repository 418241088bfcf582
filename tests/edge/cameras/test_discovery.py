"""Which cameras this device sees, and how they are called."""

from __future__ import annotations

import pytest

from edge.cameras.discovery import (
    FoundCamera,
    list_cameras,
    usb_cameras,
)


@pytest.fixture
def sysfs(tmp_path):
    for device, name, index in (
        ("video10", "Second", "0"),
        ("video2", "First: USB cam", "0"),
        ("video3", "First: USB cam", "1"),
    ):
        (tmp_path / device).mkdir()
        (tmp_path / device / "name").write_text(name + "\n")
        (tmp_path / device / "index").write_text(index + "\n")
    (tmp_path / "videonull").mkdir()
    return tmp_path


def test_usb_cameras_have_their_index_and_name_and_no_metadata_devices(sysfs):
    assert usb_cameras(sysfs) == [FoundCamera("2", "First: USB cam"), FoundCamera("10", "Second")]


def test_a_device_without_any_has_none(tmp_path):
    assert usb_cameras(tmp_path / "nowhere") == []


def test_all_are_listed_whatever_is_installed():
    assert all(camera.source and camera.description for camera in list_cameras())
