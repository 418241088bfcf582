"""Lists the engine choices for a bundle's stages on this device, and verifies them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import get_args

from edge.bundle import Bundle
from edge.bundle.manifest_parts import Precision
from edge.bundle.stages import InstanceStage, ModelFile, Stage
from edge.core.errors import MillsightError
from edge.tune.proof import Form, Proof, form_of
from edge.tune.tuning_plan import STAGES, PartName
from edge.vision.cascade import Cascade
from edge.vision.models.classifier import Classifier
from edge.vision.models.gate import Gate
from edge.vision.models.instances import InstanceModel
from edge.vision.models.load import (
    EngineChoice,
    ModelLoader,
    StageName,
)
from edge.vision.region_networks import RegionNetworks

StageModel = Gate | Classifier | InstanceModel


def thread_counts(cores: int) -> list[int]:
    """Thread counts to try: 1 to 4, larger powers of two, and all cores.

    >>> thread_counts(12)
    [1, 2, 3, 4, 8, 12]
    """
    powers = (1 << power for power in range(cores.bit_length()))
    return sorted({*range(1, min(cores, 4) + 1), *powers, cores})


def stages_of(bundle: Bundle, part: PartName) -> list[StageName]:
    """The stages of a part that the bundle has."""
    return [s for s in STAGES[part] if getattr(bundle.manifest.stages, s) is not None]


def forms_of(bundle: Bundle, stage: StageName) -> set[Form]:
    """The forms in which the bundle has a stage.

    At least one instance network must have the precision itself; the others may be in float32,
    which replaces int8 for networks that would be worse in it.
    """
    found: Stage | InstanceStage | None = getattr(bundle.manifest.stages, stage)
    if not isinstance(found, InstanceStage):
        return _forms(found.models) if found else set()
    each = [_forms(models) for models in found.networks.values()]
    return {
        (format_, precision)
        for format_, precision in set().union(*each)
        if all({(format_, precision), (format_, "float32")} & forms for forms in each)
    }


def choices_of(
    bundle: Bundle, stage: StageName, engines: Sequence[str], cores: int
) -> Iterator[EngineChoice]:
    """Every choice for a stage with the installed engines."""
    forms = forms_of(bundle, stage)
    for engine, precision, threads in product(engines, get_args(Precision), thread_counts(cores)):
        choice = EngineChoice(engine, precision, threads)
        if form_of(choice) in forms:
            yield choice


def _forms(models: Sequence[ModelFile]) -> set[Form]:
    return {(model.format, model.precision) for model in models}


def load_stage(bundle: Bundle, stage: StageName, choice: EngineChoice) -> StageModel:
    """Load the model of a stage that the bundle has.

    Raises:
        EngineError: The engine cannot load it.
        BundleError: The bundle does not have it in this form.
    """
    loader = ModelLoader(bundle, choice.engine, choice.precision, choice.threads)
    if stage == "gate":
        return loader.gate()
    model = loader.classifier() if stage == "classifier" else loader.instances()
    assert model is not None
    return model


class Partners:
    """For each form, a cascade in one engine that agrees with the golden frames.

    A candidate for one stage is verified together with the other stage of such a cascade.

    Args:
        proof: Verifies the cascades.
        engines: Installed engines, in order of preference.
        threads: Threads of each network.

    Attributes:
        cascades: The cascades by form.
        faults: For other forms, the reason why there is none.
    """

    def __init__(self, proof: Proof, engines: Sequence[str], threads: int) -> None:
        self.cascades: dict[Form, Cascade] = {}
        self.faults: dict[Form, str] = {}
        stages = stages_of(proof.bundle, "verdict")
        whole = set.intersection(*(forms_of(proof.bundle, stage) for stage in stages))
        for engine in engines:
            for precision in get_args(Precision):
                choice = EngineChoice(engine, precision, threads)
                form = form_of(choice)
                if form not in whole or form in self.cascades:
                    continue
                if refusal := proof.refusal("verdict", form):
                    self.faults[form] = refusal
                    continue
                found = _verdict(proof, choice)
                if isinstance(found, Cascade):
                    self.cascades[form] = found
                else:
                    self.faults.setdefault(form, f"{engine}: {found}")

    def fault(self, form: Form) -> str:
        """The reason why there is no cascade in a form."""
        return self.faults.get(
            form, f"the bundle does not have gate and classifier both in {form[1]} as {form[0]}"
        )

    def with_stage(self, form: Form, model: StageModel) -> Cascade:
        """The cascade of a form with one stage replaced."""
        like = self.cascades[form]
        if isinstance(model, Gate):
            return like.with_networks(RegionNetworks(model, like.networks.classifier))
        assert isinstance(model, Classifier)
        return like.with_networks(RegionNetworks(like.networks.gate, model))


def prove(
    proof: Proof, partners: Partners, stage: StageName, choice: EngineChoice
) -> StageModel | str:
    """The loaded and verified model of a stage, or the reason why it cannot be used."""
    form = form_of(choice)
    if stage == "instances":
        if refusal := proof.refusal("outlines", form):
            return refusal
    elif form not in partners.cascades:
        return partners.fault(form)
    try:
        model = load_stage(proof.bundle, stage, choice)
        if isinstance(model, InstanceModel):
            fault = proof.outlines_fault(model, form)
        else:
            cascade = partners.with_stage(form, model)
            like = partners.cascades[form]
            fault = proof.verdict_fault(cascade, form) or proof.gate_fault(cascade, like, form)
    except Exception as error:
        return _error_text(error)
    return fault or model


def _verdict(proof: Proof, choice: EngineChoice) -> Cascade | str:
    """Gate and classifier with one choice, or the reason why they cannot be used."""
    bundle = proof.bundle
    stages = bundle.manifest.stages.model_copy(update={"instances": None})
    manifest = bundle.manifest.model_copy(update={"stages": stages})
    try:
        cascade = Cascade.from_bundle(
            replace(bundle, manifest=manifest), stages=dict.fromkeys(STAGES["verdict"], choice)
        )
        return proof.verdict_fault(cascade, form_of(choice)) or cascade
    except Exception as error:
        return _error_text(error)


def _error_text(error: Exception) -> str:
    """One line about any error: engines raise various types for models that they cannot run."""
    if isinstance(error, MillsightError):
        return error.what
    return f"{type(error).__name__}: {(str(error).splitlines() or ['no reason given'])[0]}"
