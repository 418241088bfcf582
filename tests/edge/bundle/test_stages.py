"""Which form of an instance network is taken."""

from __future__ import annotations

import pytest

from edge.errors import BundleError
from tests.edge.bundle.samples import manifest, with_instances


@pytest.mark.parametrize("precision", ["int8", "float32"])
def test_a_network_that_lost_by_int8_comes_in_float32(precision: str) -> None:
    stage = manifest(**with_instances()).stages.instances
    assert stage is not None
    forms = {name: form.precision for name, form in stage.forms("sample", precision).items()}
    assert forms == {"pyramid 64×32": precision, "box head": "float32", "mask head": "float32"}


def test_a_format_that_was_not_packed_is_named() -> None:
    stage = manifest(**with_instances()).stages.instances
    assert stage is not None
    says = "sample has no int8 pyramid 64×32 for instances as onnx"
    with pytest.raises(BundleError, match=says):
        stage.forms("sample", "int8", "onnx")
