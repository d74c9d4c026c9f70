"""`daglab materialize`."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path

import click

from daglab.cli.main import FAILED, INTERRUPTED
from daglab.cli.opening import file_option, opened, surroundings
from daglab.cli.outcome import outcome_json, print_outcome, verdict_json, verdict_line
from daglab.cli.printing import clean_output, is_terminal, json_option, print_json
from daglab.cli.progress import plain_progress, terminal_progress
from daglab.definitions.results import AssetCheckSeverity
from daglab.execution.progress import RunOutcome
from daglab.orchestration.instance import Instance
from daglab.orchestration.requests import EVERYTHING, MaterializeRequest
from daglab.orchestration.runs import Prepared, execute, prepare
from daglab.records.runs import RunStatus


@click.command()
@click.argument("selection", nargs=-1)
@file_option
@click.option(
    "--all/--stale", "force", default=False, help="Make what is fresh, too; by default only what is stale or missing."
)
@click.option("--processes", "-j", type=click.IntRange(1, 256), help="How many steps go side by side.")
@json_option
def materialize(
    selection: tuple[str, ...], file: Path | None, force: bool, processes: int | None, as_json: bool
) -> int:
    """Makes every asset of a notebook, or of the workspace, that is not fresh.

    SELECTION names assets: "delays", "+delays" with all that it needs, "group:raw", "kind:model and not delays*".
    """
    with opened(file) as instance:
        with clean_output():
            specs, own = surroundings(instance, file)
        request = MaterializeRequest(
            locations=specs,
            own=own,
            selection=" ".join(selection) or EVERYTHING,
            force=force,
            processes=processes or instance.home.settings.processes,
            launched_by="command line",
        )
        return carry_out(instance, request, as_json=as_json)


def carry_out(instance: Instance, request: MaterializeRequest, *, as_json: bool) -> int:
    """Runs a request in this process, shows how it goes, and tells the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    started = datetime.now(UTC)
    with clean_output():
        prepared = prepare(instance, request)
    for remark in prepared.remarks:
        colour = "red" if remark.severity == "error" else "yellow"
        click.echo(f"{click.style(remark.severity, fg=colour)}: {remark}", err=True)
    bad = [one for one in prepared.plan.failing if one.severity is AssetCheckSeverity.ERROR]
    left_out = FAILED if bad or any(remark.severity == "error" for remark in prepared.remarks) else 0
    if not prepared.has_steps:
        _say_fresh(prepared, as_json=as_json)
        return left_out
    outcome = _run(instance, prepared, as_json=as_json)
    seconds = (datetime.now(UTC) - started).total_seconds()
    if as_json:
        print_json(outcome_json(outcome, prepared.plan, seconds))
    else:
        print_outcome(instance, outcome, prepared.plan, seconds)
    return exit_code(outcome) or left_out


def _run(instance: Instance, prepared: Prepared, *, as_json: bool) -> RunOutcome:
    if as_json:
        with clean_output():
            return execute(instance, prepared)
    with (terminal_progress if is_terminal() else plain_progress)(prepared.plan) as listener:
        return execute(instance, prepared, listeners=[listener])


def _say_fresh(prepared: Prepared, *, as_json: bool) -> None:
    fresh = list(prepared.plan.fresh)
    if as_json:
        checks = [verdict_json(one) for one in prepared.plan.failing]
        print_json({"run_id": None, "status": "SUCCESS", "fresh": fresh, "assets": [], "checks": checks})
    elif fresh:
        several = f"All {len(fresh)} assets are" if len(fresh) > 1 else f"{fresh[0]!r} is"
        click.echo(f"{several} fresh; nothing to do. (--all makes them again.)")
    else:
        click.echo("There are no assets here: start a cell with %%asset.")
    if not as_json:
        for one in prepared.plan.failing:
            click.echo(verdict_line(one))


def exit_code(outcome: RunOutcome) -> int:
    """What a run comes to for whoever called the command."""
    if outcome.status is RunStatus.CANCELED:
        return INTERRUPTED
    bad = [one for one in outcome.checks if not one.passed and one.severity is AssetCheckSeverity.ERROR]
    return 0 if outcome.success and not bad else FAILED
