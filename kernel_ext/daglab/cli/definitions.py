"""`daglab definitions validate`."""

from __future__ import annotations

from pathlib import Path

import click

from daglab.cli.main import FAILED
from daglab.cli.opening import file_option, opened, surroundings, told_findings
from daglab.cli.printing import clean_output, json_option, print_json
from daglab.definitions.definitions import Definitions
from daglab.errors import DaglabError
from daglab.foundation.text import plural
from daglab.orchestration.locations import LoadedWorkspace, load_workspace
from daglab.orchestration.notebook_index import NotebookIndex


@click.group()
def definitions() -> None:
    """What notebooks and modules declare."""


@definitions.command()
@file_option
@json_option
def validate(file: Path | None, as_json: bool) -> int:
    """Loads everything and makes sure that it fits together: names, dependencies, resources, config, partitions."""
    with opened(file) as instance:
        with clean_output():
            index = NotebookIndex.of(instance.home)
            specs, own = surroundings(instance, file, index)
            # Jobs of other notebooks stay with a file, and select assets that are none of it.
            whole = load_workspace(specs, index=index)
            problem = _problem_of(whole)
            workspace = whole if own is None else whole.focused(own)
        if as_json:
            findings = [{"severity": one.severity, "message": str(one)} for one in workspace.findings]
            print_json({"valid": not problem and not workspace.errors, "problem": problem, "findings": findings})
            return FAILED if problem or workspace.errors else 0
        code = told_findings(workspace)
        if problem:
            click.echo(f"{click.style('error', fg='red')}: {problem}", err=True)
        if problem or code:
            return FAILED
        counts = [
            plural(len(workspace.graph.nodes), "asset"),
            plural(sum(map(len, workspace.graph.checks.values())), "check"),
            plural(len(workspace.jobs), "job"),
            plural(len(workspace.schedules), "schedule"),
            plural(len(workspace.sensors), "sensor"),
        ]
        click.echo(f"Everything fits together: {', '.join(counts)}.")
        return 0


def _problem_of(workspace: LoadedWorkspace) -> str:
    try:
        Definitions.validate_loadable(workspace.definitions)
    except DaglabError as error:
        return str(error)
    return ""
