"""``millsight tune``: the fastest way to run a bundle on this device that scores as it should."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from edge.cli.options import (
    POSITIVE,
    bundle_option,
    device_options,
    format_option,
    open_bundle,
)

if TYPE_CHECKING:
    from edge.bundle import Bundle
    from edge.install.trust import Device
    from edge.tune.plan_store import TuningPlans
    from edge.tune.tuning_plan import TuningPlan

BUSY = 0.5
"""Load, as a fraction of the cores, from which on other work disturbs what is measured."""


@click.command()
@bundle_option
@device_options
@click.option(
    "--seconds",
    type=POSITIVE,
    default=60.0,
    show_default=True,
    help="Time for measuring; checking what is measured comes on top.",
)
@click.option("--show", is_flag=True, help="Show the plan that is in use, and measure nothing.")
@click.option("--forget", is_flag=True, help="Remove the plan, and measure nothing.")
@format_option("Tables for people, or one JSON object: the plan, null where there is none.")
def tune(
    bundle_name: str | None,
    device: Device,
    seconds: float,
    show: bool,
    forget: bool,
    format_: str,
) -> None:
    """Find the fastest way to run a bundle on this device, and use it from here on.

    Every installed engine, each precision in the bundle, and 1 to all threads are tried for each
    stage. What does not score the golden frames as it should is never chosen. What is found is used
    by run, inspect and bench where it is faster than the default by more than noise, unless
    --engine, --precision or --threads is given. Stop the line before: what else runs disturbs.
    """
    from edge.tune.plan_store import TuningPlans

    if show and forget:
        raise click.UsageError("--show and --forget exclude each other.")
    bundle, plans = open_bundle(bundle_name, device), TuningPlans(device.state)
    if forget:
        gone = plans.forget(bundle)
        click.echo(
            f"the plan of {bundle.title} is removed; it is run as usual"
            if gone
            else f"{bundle.title} has no plan in {device.state}",
            err=True,
        )
        return
    plan = _find(bundle, plans) if show else _make(bundle, plans, seconds)
    if format_ == "json":
        click.echo(json.dumps(plan and plan.model_dump(mode="json"), allow_nan=False))
    elif plan is not None:
        from edge.cli.console import ResultConsole
        from edge.cli.tune_tables import tune_page

        console = ResultConsole(highlight=False)
        for part in tune_page(plan):
            console.print(part)


def _find(bundle: Bundle, plans: TuningPlans) -> TuningPlan | None:
    plan, why = plans.find(bundle)
    if plan is None:
        click.echo(
            f"millsight: {why}" if why else f"{bundle.title} is not tuned here: millsight tune",
            err=True,
        )
    return plan


def _make(bundle: Bundle, plans: TuningPlans, seconds: float) -> TuningPlan:
    from edge.cli.console import SafeConsole, as_markup
    from edge.cli.options import warn
    from edge.core.files import check_writable, make_folder
    from edge.core.redaction import outgoing
    from edge.tune.tune import tune as measured

    path = plans.file(bundle)
    make_folder(path.parent)
    check_writable(path)
    console = SafeConsole(stderr=True, highlight=False)
    with console.status("starting") as status:

        def tell(text: str) -> None:
            if console.is_terminal:
                status.update(as_markup(text))
            else:
                click.echo(outgoing(text), err=True)

        plan = measured(bundle, seconds=seconds, tell=tell)
    plans.save(plan, bundle)
    if plan.busy > BUSY:
        warn(
            f"the load was {plan.busy * plan.machine.cores:.1f} before, on {plan.machine.cores} "
            "cores, so these figures are doubtful: stop what else runs and tune again"
        )
    click.echo(f"the plan is in {path}", err=True)
    return plan
