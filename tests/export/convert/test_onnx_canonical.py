"""Graphs of one network have the same bytes in whatever order they were written."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from export.convert.onnx_canonical import canonical

PORT = (onnx.TensorProto.FLOAT, [2])


def graph(suffix: str, order: tuple[int, ...]) -> onnx.ModelProto:
    """(frame + a) · b − (frame + a), and a node that nothing needs."""
    one, two = f"one__{suffix}", f"two__{suffix}"
    sum_, product = f"sum__{suffix}", f"product__{suffix}"
    nodes = [
        helper.make_node("Add", ["frame", one], [sum_], name=f"layer/Add__{suffix}"),
        helper.make_node("Mul", [sum_, two], [product], name=f"layer/Mul__{suffix}"),
        helper.make_node("Sub", [product, sum_], ["out"], name=f"layer/Sub__{suffix}"),
        helper.make_node("Neg", [sum_], ["unused"], name="unused"),
    ]
    constants = [
        numpy_helper.from_array(np.array(values, np.float32), name)
        for values, name in (([1, 2], one), ([3, 4], two))
    ]
    ports = [[helper.make_tensor_value_info(name, *PORT)] for name in ("frame", "out")]
    made = helper.make_graph(
        [nodes[i] for i in order], "toy", *ports, constants[:: 1 if order[0] else -1]
    )
    made.doc_string = suffix
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_order_and_numbers_do_not_matter_and_what_is_computed_stays() -> None:
    first, second = graph("7", (0, 1, 2, 3)), graph("12", (0, 3, 1, 2))
    for model in (first, second):
        canonical(model)
        onnx.checker.check_model(model)
    assert first.SerializeToString() == second.SerializeToString()
    assert [node.name for node in first.graph.node] == ["0/layer/Add", "1/layer/Mul", "2/layer/Sub"]
    (out,) = ReferenceEvaluator(first).run(None, {"frame": np.array([5, 6], np.float32)})
    np.testing.assert_array_equal(out, [6 * 3 - 6, 8 * 4 - 8])


def test_twice_is_as_once() -> None:
    model = graph("7", (0, 1, 2, 3))
    canonical(model)
    once = model.SerializeToString()
    canonical(model)
    assert model.SerializeToString() == once
