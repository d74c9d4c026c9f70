"""How a run ended, at a glance."""

from __future__ import annotations

from typing import Any

import click

from daglab.cli.printing import optional, print_table
from daglab.execution.progress import RunOutcome
from daglab.foundation.text import format_bytes, format_count, format_duration, plural
from daglab.orchestration.instance import Instance
from daglab.planning.steps import ExecutionPlan
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.runs import RunStatus


def print_outcome(instance: Instance, outcome: RunOutcome, plan: ExecutionPlan, seconds: float) -> None:
    """Prints what was made, what did not come about and why, and one last line."""
    made = outcome.materializations
    if made:
        click.echo()
        rows = [_row(instance, one) for one in made.values()]
        headings = ("asset", "rows", "seconds", "size", "version", "where")
        print_table(headings, rows, right=("rows", "seconds", "size"))
    for check in (*outcome.checks, *plan.failing):
        click.echo(verdict_line(check))
    for step_key, failure in outcome.failures.items():
        step = plan.steps.get(step_key)
        origin = step.definition.origin if step and step.definition else None
        place = f" ({origin})" if origin else ""
        click.echo(f"\n{click.style('failed', fg='red')} {step_key}{place}\n{failure.render()}")
    if outcome.failure and not outcome.failures and outcome.status is RunStatus.FAILURE:
        click.echo(f"\n{click.style('failed', fg='red')}\n{outcome.failure.render()}")
    for step_key, reason in outcome.skipped.items():
        click.echo(f"{click.style('skipped', fg='yellow')} {step_key}: {reason}")
    click.echo()
    click.echo(_last_line(outcome, plan, seconds))


def outcome_json(outcome: RunOutcome, plan: ExecutionPlan, seconds: float) -> dict[str, Any]:
    """The same for programs."""
    return {
        "run_id": outcome.run_id,
        "status": outcome.status.value,
        "seconds": seconds,
        "assets": [
            {
                "asset": one.asset_key,
                "rows": one.stored.rows if one.stored else None,
                "seconds": one.seconds,
                "bytes": one.stored.size if one.stored else None,
                "version": one.data_version,
                "where": one.stored.reference if one.stored else None,
            }
            for one in outcome.materializations.values()
        ],
        "fresh": [*plan.fresh, *outcome.unchanged],
        "checks": [verdict_json(one) for one in (*outcome.checks, *plan.failing)],
        "failure": outcome.failure.render() if outcome.failure else None,
        "failures": {key: failure.render() for key, failure in outcome.failures.items()},
        "skipped": outcome.skipped,
    }


def _row(instance: Instance, made: Materialization) -> tuple[str, ...]:
    stored = made.stored
    return (
        made.asset_key,
        optional(stored.rows if stored else None, format_count),
        optional(made.seconds, lambda seconds: f"{seconds:.2f}"),
        optional(stored.size if stored else None, format_bytes),
        made.data_version[:8],
        _where(instance, made),
    )


def _where(instance: Instance, made: Materialization) -> str:
    if made.stored is None:
        return "(kept by its own code)"
    path = made.stored.reference.get("path")
    if path is None:
        return ""
    full = instance.home.storage / path
    root = instance.home.root
    return full.relative_to(root).as_posix() if full.is_relative_to(root) else str(full)


def verdict_json(check: CheckEvaluation) -> dict[str, Any]:
    """One verdict for programs."""
    return {
        "asset": check.asset_key,
        "check": check.check_name,
        "passed": check.passed,
        "message": check.message,
    }


def verdict_line(check: CheckEvaluation) -> str:
    """One verdict as a line."""
    word, colour = ("passed", "green") if check.passed else ("failed", "red")
    rest = f": {check.message}" if check.message else ""
    level = "" if check.passed else f" [{check.severity.value}]"
    return f"check {click.style(word, fg=colour)} {check.asset_key}: {check.check_name}{level}{rest}"


def _last_line(outcome: RunOutcome, plan: ExecutionPlan, seconds: float) -> str:
    parts = []
    if outcome.materializations or not plan.steps or plan.asset_keys:
        parts.append(f"{plural(len(outcome.materializations), 'asset')} made")
    else:
        parts.append(f"{plural(len(outcome.outputs.keys() - outcome.failures.keys()), 'step')} done")
    untouched = len(plan.fresh) + len(outcome.unchanged)
    if untouched:
        parts.append(f"{untouched} already fresh")
    if outcome.failures:
        parts.append(click.style(f"{len(outcome.failures)} failed", fg="red"))
    if outcome.skipped:
        parts.append(f"{len(outcome.skipped)} skipped")
    short = outcome.run_id[:13]
    line = f"{', '.join(parts)} in {format_duration(seconds)} · run {short}"
    if outcome.status in (RunStatus.FAILURE, RunStatus.CANCELED):
        line += f"\nWhat was made is kept. When it is mended: daglab run resume {short}"
    return line
