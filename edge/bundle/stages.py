"""The networks in the manifest of a bundle.

Sizes of pictures are in pixels, [width, height].
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from edge.bundle.manifest_parts import (
    Count,
    ExtensiblePart,
    Fraction,
    ManifestPart,
    Precision,
    Size,
    Text,
)
from edge.core.errors import BundleError

Format = Literal["tflite", "onnx"]

BOX_HEAD, MASK_HEAD = "box head", "mask head"
"""Names of the two networks beside the pyramids."""


def pyramid_name(size: tuple[int, int]) -> str:
    """The name of the pyramid for windows of this width and height."""
    return f"pyramid {size[0]}×{size[1]}"


Side = Annotated[float, Field(gt=0, le=65536, allow_inf_nan=False)]


class StageGeometry(ManifestPart):
    """How a frame is cut and resized to a stage's inputs; see ``edge.core.geometry.Geometry``."""

    region: Size | None = Field(
        description="Width and height of a region in pixels of the frame; null: the whole frame"
    )
    input: Size = Field(description="Width and height of the network's input in pixels")


class ModelFile(ManifestPart):
    """One form of a network: a file format and a number format."""

    file: Text = Field(description="Name of the file in the bundle")
    format: Format = Field(description="Format of the file")
    precision: Precision = Field(description="Number format of weights and activations")


Models = Annotated[tuple[ModelFile, ...], Field(min_length=1)]


def find_form(models: Models, precision: str, format_: str) -> ModelFile | None:
    """The network in this number format and file format; None if it has no such form."""
    forms = (m for m in models if (m.precision, m.format) == (precision, format_))
    return next(forms, None)


def lacking(owner: str, what: str, format_: str) -> BundleError:
    """The error for a network that the bundle ``owner`` does not have in a form."""
    kind = "" if format_ == "tflite" else f" as {format_}"
    return BundleError(
        f"the bundle {owner} has no {what}{kind}", "See what it has: millsight bundle show"
    )


class Stage(ManifestPart):
    """One network of the cascade that judges regions."""

    network: Text = Field(description="Name of the network's architecture")
    outputs: tuple[Text, ...] = Field(min_length=1, description="Meaning of each output, in order")
    activation: Literal["softmax", "sigmoid"] = Field(
        description="Turns the outputs (logits) into probabilities: over all, or each by itself"
    )
    temperature: float = Field(
        gt=0, allow_inf_nan=False, description="Divisor of the logits before the activation"
    )
    geometry: StageGeometry = Field(description="How a frame is cut to the network's inputs")
    models: Models = Field(description="The forms of the network")


class WindowModels(ManifestPart):
    """The pyramid network at one size of its input."""

    size: Size = Field(description="Width and height of the window, multiples of 16 pixels")
    models: Models = Field(description="The forms of the network")

    @model_validator(mode="after")
    def _whole_cells(self) -> Self:
        if any(side % 16 for side in self.size):
            raise ValueError("a window's sides are not multiples of 16")
        return self


class InstanceRule(ManifestPart):
    """Conditions for an instance of a class to be reported."""

    score: Fraction = Field(description="Lowest score")
    min_area_px: Count = Field(description="Smallest area of its mask, or else box, in pixels")


class InstanceFigures(ManifestPart):
    """Figures of one form of the instance networks on the holdout; COCO's metrics."""

    box_ap50: Fraction = Field(description="Mean over classes of box AP at IoU 0.5")
    box_ap: Fraction = Field(description="The same, mean over IoU 0.5 to 0.95")
    mask_ap50: Fraction | None = Field(description="As box_ap50, for masks; null without masks")
    mask_ap: Fraction | None = Field(description="As box_ap, for masks; null without masks")
    n: Count = Field(description="Frames judged")


class InstanceStage(ManifestPart):
    """The networks that outline each defect on the suspicious part of a defective frame."""

    network: Text = Field(description="Name of the network's architecture")
    windows: tuple[WindowModels, ...] = Field(
        min_length=1, description="The pyramid network at each window size"
    )
    box_head: Models = Field(description="Predicts class and box of a proposal")
    mask_head: Models | None = Field(description="Predicts its outline; null: boxes only")
    anchors: tuple[Annotated[tuple[tuple[Side, Side], ...], Field(min_length=1)], ...] = Field(
        min_length=3,
        max_length=3,
        description="Width and height in pixels of the anchors on strides 4, 8 and 16",
    )
    rules: tuple[InstanceRule, ...] = Field(
        min_length=1, description="Rule of each class, in the order of classes"
    )
    rois: Annotated[int, Field(ge=1, le=1024)] = Field(
        description="Most proposals of a frame that go to the heads"
    )
    figures: dict[Precision, InstanceFigures] = Field(
        description="Holdout figures by number format; empty if none were measured"
    )

    @property
    def networks(self) -> dict[str, tuple[ModelFile, ...]]:
        """Every network with its forms, by name."""
        named = {pyramid_name(window.size): window.models for window in self.windows}
        named[BOX_HEAD] = self.box_head
        if self.mask_head is not None:
            named[MASK_HEAD] = self.mask_head
        return named

    def forms(self, owner: str, precision: str, format_: str = "tflite") -> dict[str, ModelFile]:
        """One form of every network, by name.

        If a network was not packed in the given precision, because it would be worse in it, its
        float32 form is taken. A window size without either form is left out, unless it is the only
        one.

        Args:
            owner: Name of the bundle, for the error.
            precision: Number format, such as ``int8``.
            format_: Format of the files.

        Raises:
            BundleError: A network has neither form.
        """
        found = {
            name: form
            for name, models in self.networks.items()
            if (
                form := find_form(models, precision, format_)
                or find_form(models, "float32", format_)
            )
        }
        pyramids = [pyramid_name(window.size) for window in self.windows]
        heads = [BOX_HEAD, MASK_HEAD] if self.mask_head else [BOX_HEAD]
        for name in (next((n for n in pyramids if n in found), pyramids[0]), *heads):
            if name not in found:
                raise lacking(owner, f"{precision} {name} for instances", format_)
        return found

    @model_validator(mode="after")
    def _each_size_once(self) -> Self:
        sizes = [window.size for window in self.windows]
        if len(set(sizes)) < len(sizes):
            raise ValueError("two windows have one size")
        return self


class Stages(ExtensiblePart):
    """The networks of the cascade."""

    gate: Stage = Field(description="Separates suspicious regions from clean ones")
    classifier: Stage | None = Field(description="Predicts the class; null if there is none")
    instances: InstanceStage | None = Field(
        default=None, description="Outlines each defect; absent if there is none"
    )

    @property
    def networks(self) -> Iterator[tuple[ModelFile, ...]]:
        """The forms of every network."""
        yield self.gate.models
        if self.classifier is not None:
            yield self.classifier.models
        if self.instances is not None:
            yield from self.instances.networks.values()
