"""Whether a network has the input and the outputs that its bundle's manifest states."""

from __future__ import annotations

from edge.core.errors import BundleError
from edge.vision.engines.base import Engine


def require_outputs(engine: Engine, *stated: tuple[int, ...]) -> None:
    """Refuse a network whose outputs of as many dimensions are not of those sizes.

    Args:
        engine: With the network.
        stated: Sizes of outputs by the manifest, without the batch.

    Raises:
        BundleError: An output has other sizes, or there is none of as many dimensions.
    """
    for sizes in stated:
        shapes = [s[1:] for s in engine.output_shapes or () if len(s) == len(sizes) + 1]
        if engine.output_shapes is not None and sizes not in shapes:
            _require("outputs", shapes[0] if shapes else (), sizes)


def require_input(engine: Engine, size: tuple[int, int]) -> None:
    """Refuse a network that takes pictures of another width and height, in pixels.

    Raises:
        BundleError: It does.
    """
    if engine.output_shapes is not None:
        _require("input", engine.input_shape[1:], (size[1], size[0], 1))


def _require(what: str, has: tuple[int, ...], stated: tuple[int, ...]) -> None:
    """Refuse a network that is not what its bundle says.

    Args:
        what: Of which input or output.
        has: Sizes that the network has, without its batch.
        stated: Sizes that the manifest says.

    Raises:
        BundleError: They differ.
    """
    if has != stated:
        shapes = ("×".join(map(str, shape)) or "none" for shape in (has, stated))
        raise BundleError(
            "a network of the bundle has {} of {}, and its manifest says {}".format(what, *shapes),
            "Export the bundle again",
        )
