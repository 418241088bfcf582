"""The tests of the Python interface use no plan, bundle or key of the machine that they run on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def bare_device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("device")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MILLSIGHT_STATE", str(folder / "state"))
        patch.setenv("MILLSIGHT_KEYS", str(folder / "keys"))
        yield
