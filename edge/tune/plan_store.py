"""The plans stored on a device: ``STATE/plans/DIGEST.json``, by the digest of their bundle."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from edge.bundle import Bundle
from edge.core.errors import UnwritableError
from edge.core.files import make_folder, write_whole
from edge.core.regular_files import read_regular
from edge.tune.machine import Machine, machine_difference, this_machine
from edge.tune.tuning_plan import TuningPlan

AGAIN = "tune again: millsight tune"
"""Advice for a plan that is not used."""


class TuningPlans:
    """The plans of a device.

    Args:
        state: State folder of the device.
    """

    def __init__(self, state: Path) -> None:
        self.folder = state / "plans"

    def file(self, bundle: Bundle) -> Path:
        """The file of a bundle's plan."""
        return self.folder / f"{bundle.digest}.json"

    def find(self, bundle: Bundle, here: Machine | None = None) -> tuple[TuningPlan | None, str]:
        """The plan of a bundle if it is valid on this device, else the reason.

        Args:
            bundle: The bundle.
            here: This device; None detects it.

        Returns:
            The plan and an empty text; or None and the reason, which is empty if no plan exists.
        """
        path = self.file(bundle)
        try:
            plan = TuningPlan.model_validate_json(read_regular(path))
        except FileNotFoundError:
            return None, ""
        except OSError as error:
            return None, f"the plan {path} cannot be read ({error.strerror}) and is not used"
        except ValidationError:
            return None, f"the plan {path} is damaged and is not used; {AGAIN}"
        why = self._mismatch(plan, bundle, here or this_machine())
        return (None, f"the plan {path} is not used: {why}; {AGAIN}") if why else (plan, "")

    def save(self, plan: TuningPlan, bundle: Bundle) -> Path:
        """Store a plan; it replaces the bundle's earlier plan.

        Raises:
            UnwritableError: The state folder cannot be written.
        """
        make_folder(self.folder)
        path = self.file(bundle)
        write_whole(
            path, json.dumps(plan.model_dump(mode="json"), indent=1, allow_nan=False) + "\n"
        )
        return path

    def forget(self, bundle: Bundle) -> bool:
        """Remove the plan of a bundle; False if there was none.

        Raises:
            UnwritableError: It cannot be removed.
        """
        path = self.file(bundle)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise UnwritableError(
                f"{path} cannot be removed: {error.strerror}",
                "Run it as the user that owns the folder",
            ) from None
        return True

    @staticmethod
    def _mismatch(plan: TuningPlan, bundle: Bundle, here: Machine) -> str:
        if plan.bundle != bundle.digest:
            return f"it was made for another bundle, {plan.bundle_name} ({plan.bundle[:12]})"
        stages = bundle.manifest.stages
        if set(plan.stages) != {
            name for name in type(stages).model_fields if getattr(stages, name)
        }:
            return "its stages are not those of the bundle"
        used = dict.fromkeys(stage.engine for stage in plan.stages.values())
        return machine_difference(plan.machine, here, used)
