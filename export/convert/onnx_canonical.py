"""Canonical order and names of ONNX graphs, so that a network always gives the same bytes.

The converter iterates over sets, so the order of nodes and the numbers in names differ between
runs. Here nodes are ordered as the outputs need them, and named by position and layer.
"""

from __future__ import annotations

import re
from typing import Any

_NUMBER = re.compile(r"^\d+/|__\d+")
"""Parts of names that depend on the run, or on earlier calls."""


def canonical(model: Any) -> None:
    """Sort and rename an ``onnx.ModelProto`` in place; its inputs and outputs keep their names."""
    graph = model.graph
    nodes = _as_needed(graph)
    names = {port.name: port.name for port in (*graph.input, *graph.output)} | {"": ""}
    constants = {tensor.name: tensor for tensor in graph.initializer}
    kept = []
    for number, node in enumerate(nodes):
        node.name = f"{number}/{_NUMBER.sub('', node.name)}"
        for place, name in enumerate(node.input):
            if name in constants and name not in names:
                names[name] = f"{node.name}:in{place}"
                kept.append(constants[name])
        for place, name in enumerate(node.output):
            names.setdefault(name, f"{node.name}:out{place}")
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
        _replace(node.attribute, sorted(node.attribute, key=lambda attribute: attribute.name))
    for tensor in kept:
        tensor.name = names[tensor.name]
    _replace(graph.node, nodes)
    _replace(graph.initializer, kept)
    _replace(graph.value_info, [])
    graph.doc_string = ""
    _replace(model.opset_import, sorted(model.opset_import, key=lambda opset: opset.domain))
    _replace(model.metadata_props, sorted(model.metadata_props, key=lambda entry: entry.key))


def _as_needed(graph: Any) -> list[Any]:
    """The nodes that outputs depend on, in topological order."""
    makers = {name: number for number, node in enumerate(graph.node) for name in node.output}
    order: dict[int, Any] = {}
    waiting = [output.name for output in reversed(graph.output)]
    while waiting:
        number = makers.get(waiting[-1])
        if number is None or number in order:
            waiting.pop()
            continue
        inputs = [name for name in graph.node[number].input if name in makers]
        lacking = [name for name in inputs if makers[name] not in order]
        waiting += reversed(lacking)
        if not lacking:
            order[number] = graph.node[number]
    return list(order.values())


def _replace(repeated: Any, things: list[Any]) -> None:
    copies = [type(thing).FromString(thing.SerializeToString()) for thing in things]
    del repeated[:]
    repeated.extend(copies)
