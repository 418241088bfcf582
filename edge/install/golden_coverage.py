"""Whether a bundle's golden frames say what each of its networks should score."""

from __future__ import annotations

from collections.abc import Iterator

from edge.bundle.load import Bundle
from edge.bundle.manifest import Manifest
from edge.bundle.stages import ModelFile
from edge.core.errors import BundleError

_HINT = "Export it again with golden frames"


def require_golden_frames(bundle: Bundle) -> None:
    """Refuse a bundle with a network that no golden frame proves.

    Raises:
        BundleError: It has no golden frames, or none that says what a network should score in one
            of its forms.
    """
    manifest, name = bundle.manifest, bundle.path or bundle.manifest.name
    if not manifest.golden:
        raise BundleError(
            f"{name} has no golden frames: nothing shows that its networks score what they should",
            _HINT,
        )
    for network, model, outlines in _networks(manifest):
        expected = [golden.scores(model.precision, model.format) for golden in manifest.golden]
        if not any(
            scores and (scores.instances is not None or not outlines) for scores in expected
        ):
            raise BundleError(
                f"no golden frame of {name} says what its {network} should give in "
                f"{model.precision} ({model.format})",
                _HINT,
            )


def _networks(manifest: Manifest) -> Iterator[tuple[str, ModelFile, bool]]:
    """Each form of each network, and whether it outlines."""
    stages = manifest.stages
    for name, stage in (("gate", stages.gate), ("classifier", stages.classifier)):
        for model in stage.models if stage else ():
            yield name, model, False
    for network, models in stages.instances.networks.items() if stages.instances else ():
        for model in models:
            yield network, model, True
