"""`daglab jobs` and `daglab job execute`."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from daglab.cli.materialize import exit_code
from daglab.cli.opening import file_option, locations, opened, surroundings, told_findings
from daglab.cli.outcome import outcome_json, print_outcome
from daglab.cli.printing import clean_output, is_terminal, json_option, print_json, print_table
from daglab.cli.progress import plain_progress, terminal_progress
from daglab.definitions.config.config_files import config_from_files
from daglab.errors import InvalidInvocationError
from daglab.orchestration.instance import Instance
from daglab.orchestration.job_runs import PreparedJob, prepare_source, run_prepared
from daglab.orchestration.job_sources import JobSource
from daglab.orchestration.locations import load_workspace
from daglab.orchestration.notebook_index import NotebookIndex

_HOW_TO_HAVE_ONE = "write a function with @job, or define_asset_job(...)"


@click.command()
@file_option
@json_option
def jobs(file: Path | None, as_json: bool) -> int:
    """Lists the jobs of a notebook, a Python file, or the workspace."""
    with opened(file) as instance:
        with clean_output():
            workspace = load_workspace(locations(instance, file), index=NotebookIndex.of(instance.home))
        found = sorted(workspace.jobs, key=lambda job: job.name)
        if as_json:
            print_json(
                [{"name": one.name, "description": one.description, "tags": dict(one.tags or {})} for one in found]
            )
        elif not found:
            click.echo(f"There are no jobs here: {_HOW_TO_HAVE_ONE}.")
        else:
            print_table(("job", "what"), [(one.name, _first_line(one.description)) for one in found])
        return told_findings(workspace)


@click.group()
def job() -> None:
    """One job."""


@job.command()
@click.argument("name", required=False)
@file_option
@click.option("--config", "-c", "files", multiple=True, help="A YAML file with run config; several are merged.")
@click.option("--config-json", help="Run config as JSON.")
@click.option("--op-selection", help='The ops to run: "clean", "*clean+", several with commas.')
@click.option("--partition", help="The partition to run for.")
@click.option("--tags", help="Labels of the run, as JSON.")
@click.option(
    "--processes", "-j", type=click.IntRange(0, 256), help="How many steps go side by side; 0: in one process."
)
@json_option
def execute(
    name: str | None,
    file: Path | None,
    files: tuple[str, ...],
    config_json: str | None,
    op_selection: str | None,
    partition: str | None,
    tags: str | None,
    processes: int | None,
    as_json: bool,
) -> int:
    """Runs a job. NAME may be left out where there is only one."""
    with opened(file) as instance, clean_output():
        specs, _ = surroundings(instance, file)
        source = JobSource(name=name or _only_job(instance, file), locations=specs)
        if op_selection:
            chosen = [part.strip() for part in op_selection.split(",")]
            source = source.narrowed(op_selection=chosen, asset_selection=None)
        prepared = prepare_source(
            source,
            instance,
            run_config=_run_config(files, config_json),
            tags=_json_object(tags, "--tags"),
            partition_key=partition,
            processes=processes,
        )
    with opened(file) as instance:
        return carry_out_job(instance, prepared, as_json=as_json)


def carry_out_job(instance: Instance, prepared: PreparedJob, *, as_json: bool) -> int:
    """Runs a job from this process, shows how it goes, and tells the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    started, plan = datetime.now(UTC), prepared.request.plan
    if as_json:
        with clean_output():
            _, outcome = run_prepared(prepared, instance, launched_by="command line")
    else:
        with (terminal_progress if is_terminal() else plain_progress)(plan) as listener:
            _, outcome = run_prepared(prepared, instance, launched_by="command line", listeners=[listener])
    seconds = (datetime.now(UTC) - started).total_seconds()
    if as_json:
        print_json(outcome_json(outcome, plan, seconds))
    else:
        print_outcome(instance, outcome, plan, seconds)
    return exit_code(outcome)


def _only_job(instance: Instance, file: Path | None) -> str:
    workspace = load_workspace(locations(instance, file), index=NotebookIndex.of(instance.home))
    names = sorted(one.name for one in workspace.jobs)
    if len(names) != 1:
        told_findings(workspace)
        if not names:
            raise InvalidInvocationError("there are no jobs here", hint=_HOW_TO_HAVE_ONE)
        raise InvalidInvocationError(
            "no job was named, and there is not just one", hint=f"name one of: {', '.join(names)}"
        )
    return str(names[0])


def _run_config(files: tuple[str, ...], config_json: str | None) -> Any:
    given = dict(config_from_files(list(files))) if files else {}
    return _merged(given, _json_object(config_json, "--config-json")) or None


def _merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both, entry by entry; the other one wins."""
    found = dict(one)
    for key, value in other.items():
        mine = found.get(key)
        found[key] = _merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return found


def _json_object(text: str | None, option: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InvalidInvocationError(f"{option} is no JSON: {error}", hint='write {"name": "value"}') from None
    if not isinstance(found, dict):
        raise InvalidInvocationError(f"{option} is {found!r}", hint='write {"name": "value"}')
    return found


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if (text or "").strip() else ""
