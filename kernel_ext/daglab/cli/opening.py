"""What most commands open first: the home, and the notebook or the workspace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from daglab.cli.main import FAILED
from daglab.cli.printing import clean_output
from daglab.errors import InvalidInvocationError, NotebookError
from daglab.orchestration.home import project_of
from daglab.orchestration.instance import Instance
from daglab.orchestration.location_specs import LocationSpec, notebook_spec, workspace_specs
from daglab.orchestration.locations import LoadedWorkspace, load_workspace
from daglab.orchestration.notebook_index import NotebookIndex
from daglab.orchestration.recovery import end_lost_runs
from daglab.orchestration.surroundings import in_workspace
from daglab.views.graphs import graph_view
from daglab.views.shapes import GraphView

file_option = click.option(
    "-f",
    "--file",
    "file",
    type=click.Path(path_type=Path),
    help="A notebook and what it reads of its project, instead of the whole project.",
)


@contextmanager
def opened(file: Path | None = None) -> Iterator[Instance]:
    """Opens the home that belongs to a notebook, or to the working directory, and ends runs that were lost."""
    if file is not None and not file.exists():
        raise NotebookError("no such file", path=str(file), hint="check the path")
    with Instance.open(start=project_of(Path.cwd(), file) if file else Path.cwd()) as instance:
        root = str(instance.home.root)
        if root not in sys.path:
            sys.path.insert(0, root)  # where modules of the project are found, as with `python -m`
        end_lost_runs(instance)
        yield instance


def locations(instance: Instance, file: Path | None) -> tuple[LocationSpec, ...]:
    """The notebook that was named, else the project's workspace.

    Raises:
        InvalidInvocationError: there is no notebook at all.
    """
    if file is not None:
        return (notebook_spec(file, instance.home.root),)
    found = workspace_specs(instance.home.settings.locations, instance.home.root)
    if not found:
        patterns = ", ".join(instance.home.settings.locations)
        raise InvalidInvocationError(
            f"there is no notebook in {instance.home.root} ({patterns})", hint="name one with -f FILE"
        )
    return found


def surroundings(
    instance: Instance, file: Path | None, index: NotebookIndex | None = None
) -> tuple[tuple[LocationSpec, ...], str | None]:
    """The locations to load, and which of them was named: a file is loaded with what it reads of its workspace.

    Raises:
        InvalidInvocationError: there is no notebook at all.
    """
    if file is None:
        return locations(instance, None), None
    found = in_workspace(file, instance.home, index or NotebookIndex.of(instance.home))
    return found.specs, found.own.name


def loaded(instance: Instance, file: Path | None) -> LoadedWorkspace:
    """What a file declares, and what that needs of its workspace; or the workspace."""
    index = NotebookIndex.of(instance.home)
    return loaded_from(*surroundings(instance, file, index), index)


def loaded_from(specs: tuple[LocationSpec, ...], own: str | None, index: NotebookIndex) -> LoadedWorkspace:
    """The same, where `surroundings` has told already what there is to load."""
    workspace = load_workspace(specs, index=index)
    return workspace.focused(own) if own is not None else workspace


def looked_at(instance: Instance, file: Path | None) -> tuple[GraphView, LoadedWorkspace]:
    """A notebook, or the workspace, as it stands now; what its modules and cells print does not come between."""
    with clean_output():
        workspace = loaded(instance, file)
        title = file.name if file else instance.home.root.name
        return graph_view(instance, workspace, title=title), workspace


def told_findings(workspace: LoadedWorkspace) -> int:
    """Prints what is wrong with a workspace, beside the output proper; tells the exit code."""
    for finding in workspace.findings:
        if finding.severity != "info":
            click.echo(f"{finding.severity}: {finding}", err=True)
    return FAILED if workspace.errors else 0
