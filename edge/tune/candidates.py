"""The ways in which a bundle's stages can be run on this device, loaded and proven."""

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
    """Each count up to four; from there on powers of two, and all cores."""
    powers = (1 << power for power in range(cores.bit_length()))
    return sorted({*range(1, min(cores, 4) + 1), *powers, cores})


def stages_of(bundle: Bundle, part: PartName) -> list[StageName]:
    """The stages of a part that the bundle has."""
    return [s for s in STAGES[part] if getattr(bundle.manifest.stages, s) is not None]


def forms_of(bundle: Bundle, stage: StageName) -> set[Form]:
    """The forms in which a stage can be run.

    Of the instance networks one has to be in that precision; the others may be in float32, which
    is for those that lost by shrinking.
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


def ways_of(
    bundle: Bundle, stage: StageName, engines: Sequence[str], cores: int
) -> Iterator[EngineChoice]:
    """Every way to run a stage in the engines that are installed."""
    forms = forms_of(bundle, stage)
    for engine, precision, threads in product(engines, get_args(Precision), thread_counts(cores)):
        way = EngineChoice(engine, precision, threads)
        if form_of(way) in forms:
            yield way


def _forms(models: Sequence[ModelFile]) -> set[Form]:
    return {(model.format, model.precision) for model in models}


def load_stage(bundle: Bundle, stage: StageName, way: EngineChoice) -> StageModel:
    """The model of a stage that the bundle has.

    Raises:
        EngineError: The engine refuses it.
        BundleError: The bundle has it in no such form.
    """
    loader = ModelLoader(bundle, way.engine, way.precision, way.threads)
    if stage == "gate":
        return loader.gate()
    model = loader.classifier() if stage == "classifier" else loader.instances()
    assert model is not None
    return model


class Partners:
    """For each form a cascade that agrees with the golden frames, in one engine throughout.

    Args:
        proof: What they are held against.
        engines: Installed, in order of preference.
        threads: Of each network.

    Attributes:
        cascades: By form.
        faults: Why there is none in a form.
    """

    def __init__(self, proof: Proof, engines: Sequence[str], threads: int) -> None:
        self.cascades: dict[Form, Cascade] = {}
        self.faults: dict[Form, str] = {}
        stages = stages_of(proof.bundle, "verdict")
        whole = set.intersection(*(forms_of(proof.bundle, stage) for stage in stages))
        for engine in engines:
            for precision in get_args(Precision):
                way = EngineChoice(engine, precision, threads)
                form = form_of(way)
                if form not in whole or form in self.cascades:
                    continue
                if refusal := proof.refusal("verdict", form):
                    self.faults[form] = refusal
                    continue
                found = _verdict(proof, way)
                if isinstance(found, Cascade):
                    self.cascades[form] = found
                else:
                    self.faults.setdefault(form, f"{engine}: {found}")

    def fault(self, form: Form) -> str:
        """Why there is none in a form."""
        return self.faults.get(
            form, f"gate and classifier are not both there in {form[1]} as {form[0]}"
        )

    def with_stage(self, form: Form, model: StageModel) -> Cascade:
        """The cascade of a form with one stage replaced."""
        like = self.cascades[form]
        if isinstance(model, Gate):
            return like.with_networks(RegionNetworks(model, like.networks.classifier))
        assert isinstance(model, Classifier)
        return like.with_networks(RegionNetworks(like.networks.gate, model))


def prove(
    proof: Proof, partners: Partners, stage: StageName, way: EngineChoice
) -> StageModel | str:
    """The loaded model of a stage, or why it is not to be used."""
    form = form_of(way)
    if stage == "instances":
        if refusal := proof.refusal("outlines", form):
            return refusal
    elif form not in partners.cascades:
        return partners.fault(form)
    try:
        model = load_stage(proof.bundle, stage, way)
        if isinstance(model, InstanceModel):
            fault = proof.outlines_fault(model, form)
        else:
            cascade = partners.with_stage(form, model)
            like = partners.cascades[form]
            fault = proof.verdict_fault(cascade, form) or proof.gate_fault(cascade, like, form)
    except Exception as error:
        return _said(error)
    return fault or model


def _verdict(proof: Proof, way: EngineChoice) -> Cascade | str:
    """The gate and the classifier run in one way, or why they are not to be used."""
    bundle = proof.bundle
    stages = bundle.manifest.stages.model_copy(update={"instances": None})
    manifest = bundle.manifest.model_copy(update={"stages": stages})
    try:
        cascade = Cascade.from_bundle(
            replace(bundle, manifest=manifest), stages=dict.fromkeys(STAGES["verdict"], way)
        )
        return proof.verdict_fault(cascade, form_of(way)) or cascade
    except Exception as error:
        return _said(error)


def _said(error: Exception) -> str:
    """Whatever an engine throws at a model that it cannot run, there are other engines."""
    if isinstance(error, MillsightError):
        return error.what
    return f"{type(error).__name__}: {(str(error).splitlines() or ['no reason given'])[0]}"
