"""`daglab runs` and `daglab run show|resume|cancel`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from daglab.cli.jobs import carry_out_job
from daglab.cli.materialize import carry_out
from daglab.cli.opening import opened
from daglab.cli.printing import json_option, optional, print_json, print_table, styled_status
from daglab.foundation.text import format_age, format_bytes, format_duration
from daglab.orchestration.launching import cancel as cancel_run
from daglab.orchestration.recovery import resume_request
from daglab.orchestration.resuming import resumed_job
from daglab.records.codec import to_json
from daglab.records.runs import Run, StepRecord
from daglab.views.runs import run_view
from daglab.views.shapes import to_wire


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many at the most.")
@json_option
def runs(limit: int, as_json: bool) -> None:
    """Lists the latest runs, newest first."""
    with opened() as instance:
        found = instance.store.runs(limit=limit)
        if as_json:
            print_json([to_wire(run_view(one)) for one in found])
            return
        if not found:
            click.echo(f"There are no runs in {instance.home.path} yet.")
            return
        headings = ("run", "status", "what", "where", "by", "steps", "took", "when")
        print_table(headings, [_row(one) for one in found], right=("steps", "took"))


@click.group()
def run() -> None:
    """One run."""


@run.command()
@click.argument("run_id")
@json_option
def show(run_id: str, as_json: bool) -> None:
    """Shows one run and its steps. RUN_ID may be the beginning of an id."""
    with opened() as instance:
        found = instance.store.run(run_id)
        steps = instance.store.steps(found.run_id)
        if as_json:
            print_json({"run": to_wire(run_view(found)), "steps": [to_json(step) for step in steps]})
            return
        click.echo(f"{click.style(found.run_id, bold=True)}  {styled_status(found.status.value)}")
        click.echo(f"  {found.target}, {found.location}, from the {found.launched_by}")
        if found.parent_run_id:
            click.echo(f"  resumes {found.parent_run_id}")
        if found.failure:
            click.echo("  " + found.failure.render().replace("\n", "\n  "))
        if steps:
            click.echo()
            headings = ("step", "status", "took", "cpu", "memory", "why")
            print_table(headings, [_step_row(step) for step in steps], right=("took", "cpu", "memory"))


@run.command()
@click.argument("run_id")
@json_option
def resume(run_id: str, as_json: bool) -> int:
    """Does what is left to do of a run that failed, was stopped or was killed; what it made is kept."""
    with opened() as instance:
        found = instance.store.run(run_id)
        if "job" in found.request:
            return carry_out_job(instance, resumed_job(instance, found), as_json=as_json)
        return carry_out(instance, resume_request(instance, found), as_json=as_json)


@run.command()
@click.argument("run_id")
@json_option
def cancel(run_id: str, as_json: bool) -> None:
    """Asks a run to stop."""
    with opened() as instance:
        found = cancel_run(instance, run_id)
        if as_json:
            print_json(to_wire(run_view(found)))
        else:
            click.echo(f"{found.run_id} was asked to stop")


def _row(one: Run) -> tuple[str, ...]:
    seconds = (one.ended_at - one.started_at).total_seconds() if one.ended_at and one.started_at else None
    return (
        one.run_id[:13],
        one.status.value,
        one.target,
        one.location,
        one.launched_by,
        f"{one.steps_done}/{one.steps_total}",
        optional(seconds, format_duration),
        format_age(one.created_at, datetime.now(UTC)),
    )


def _step_row(step: StepRecord) -> tuple[str, ...]:
    return (
        step.step_key,
        step.status.value,
        optional(step.seconds, format_duration),
        optional(step.cpu_seconds, format_duration),
        optional(step.peak_bytes, format_bytes),
        step.failure.headline if step.failure else step.reason,
    )
