"""How a run goes, while it goes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from daglab.cli.printing import printable
from daglab.foundation.text import format_duration, plural
from daglab.planning.steps import ExecutionPlan
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import Event, EventType, StepEnded, StepFailed, StepSkipped, StepUpForRetry

if TYPE_CHECKING:
    from rich.progress import TaskID

Listener = Callable[[Event], None]


@contextmanager
def plain_progress(plan: ExecutionPlan) -> Iterator[Listener]:
    """One line for each step that begins or ends."""
    known, done, rows = _countable(plan), 0, dict[str, str]()

    def listen(event: Event) -> None:
        nonlocal done
        if event.type is EventType.STEP_START:
            known.add(event.step_key)
            click.echo(f"          start   {event.step_key}")
        _note_rows(event, rows)
        again = _another_try(event)
        if again:
            click.echo(f"          {again}")
        ended = _ending(event, rows)
        if ended:
            done += 1
            known.add(event.step_key)
            click.echo(f"[{done:>3}/{len(known)}] {ended}")

    yield listen


@contextmanager
def terminal_progress(plan: ExecutionPlan) -> Iterator[Listener]:
    """A bar for the whole run and a line for each running step, redrawn in place; what ended stays above."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    rows: dict[str, str] = {}
    tasks: dict[str, TaskID] = {}
    known = _countable(plan)
    # While a step runs in this process, what it prints to sys.stdout is its own.
    console = Console(file=sys.stdout, highlight=False)
    overall = Progress(
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), console=console, transient=True,
    )  # fmt: skip
    with overall:
        run = overall.add_task("materializing", total=len(known))

        def listen(event: Event) -> None:
            if event.type is EventType.STEP_START:
                known.add(event.step_key)
                overall.update(run, total=len(known))
                tasks[event.step_key] = overall.add_task(f"  {printable(event.step_key)}", total=1)
            _note_rows(event, rows)
            again = _another_try(event)
            if again:
                console.print(again, markup=False, soft_wrap=True)
            ended = _ending(event, rows)
            if ended:
                if event.step_key in tasks:
                    overall.remove_task(tasks.pop(event.step_key))
                overall.advance(run)
                console.print(ended, markup=False, soft_wrap=True)

        yield listen


def _countable(plan: ExecutionPlan) -> set[str]:
    """The steps whose number is known before the run; mapped ones are added when they begin."""
    return {key for key, step in plan.steps.items() if step.mapped_over is None}


def _note_rows(event: Event, rows: dict[str, str]) -> None:
    made = event.payload
    if isinstance(made, Materialization) and made.stored and made.stored.rows is not None:
        rows[event.step_key] = f"  {plural(made.stored.rows, 'row')}"
    if isinstance(made, CheckEvaluation):
        rows[event.step_key] = (
            "  passed" if made.passed else "  did not pass" + (f": {made.message}" if made.message else "")
        )


def _another_try(event: Event) -> str | None:
    if isinstance(event.payload, StepUpForRetry):
        failure, wait = event.payload.failure, event.payload.seconds_to_wait
        return f"again   {event.step_key}  in {format_duration(wait)}, after {printable(failure.headline)}"
    return None


def _ending(event: Event, rows: dict[str, str]) -> str | None:
    match event.payload:
        case StepEnded(seconds=seconds):
            return f"done    {event.step_key}  {format_duration(seconds)}{rows.get(event.step_key, '')}"
        case StepFailed(failure=failure, canceled=canceled):
            word = "stopped" if canceled else "failed "
            return f"{word} {event.step_key}  {printable(failure.headline)}"
        case StepSkipped(reason=reason):
            return f"skipped {event.step_key}  {printable(reason)}"
    return None
