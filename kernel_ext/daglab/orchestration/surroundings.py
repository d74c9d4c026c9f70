"""One notebook and what it has to do with in its workspace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from daglab.notebooks.analysis import NotebookAnalysis
from daglab.notebooks.known_keys import KeyNames, relevant
from daglab.orchestration.home import Home
from daglab.orchestration.location_specs import LocationSpec, notebook_spec, workspace_specs
from daglab.orchestration.notebook_index import NotebookIndex


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """A notebook, and the locations that it is loaded with.

    Args:
        own: the notebook.
        others: those of its workspace that it may read from.
    """

    own: LocationSpec
    others: tuple[LocationSpec, ...] = ()

    @property
    def specs(self) -> tuple[LocationSpec, ...]:
        """All of them, the notebook first."""
        return (self.own, *self.others)


def in_workspace(file: Path, home: Home, index: NotebookIndex) -> Surroundings:
    """Finds what a file must be loaded with, so that its names mean what they mean in its workspace.

    A notebook of `%%asset` cells is loaded with the notebooks that it reads from, directly or not, and with the modules
    if it reads any name from elsewhere. What a function takes is known only once its module or cell is run, so a file
    with such is loaded with the whole workspace. A file of no workspace stands alone.
    """
    try:
        return _in_workspace(file, home, index)
    finally:
        index.save()


def _in_workspace(file: Path, home: Home, index: NotebookIndex) -> Surroundings:
    own = notebook_spec(file, home.root)
    places = workspace_specs(home.settings.locations, home.root)
    if own not in places:
        return Surroundings(own=own)
    others = beside(own, [one for one in places if one != own], index)
    if own.is_module:
        return Surroundings(own=own, others=others)
    notebooks = {one: found for one in others if not one.is_module and (found := index.look(one).analysis)}
    alone = index.look(own).analysis
    needed = _read_from(alone, notebooks) if alone is not None else ()
    if needed is None:
        return Surroundings(own=own, others=others)
    reads_elsewhere = any(one.open_names for one in (alone, *(notebooks[one] for one in needed)) if one)
    modules = [one for one in others if one.is_module] if reads_elsewhere else []
    return Surroundings(own=own, others=tuple(one for one in others if one in needed or one in modules))


def beside(own: LocationSpec, others: Iterable[LocationSpec], index: NotebookIndex) -> tuple[LocationSpec, ...]:
    """Those of several locations that make nothing that a notebook makes itself, as a copy of it does."""
    if own.is_module:
        return tuple(others)
    keys = index.look(own).keys
    return tuple(one for one in others if one.is_module or not keys & index.look(one).keys)


def _read_from(
    alone: NotebookAnalysis, notebooks: dict[LocationSpec, NotebookAnalysis]
) -> Sequence[LocationSpec] | None:
    """The notebooks that one reads from, directly or not; None if only running code can tell."""
    makers = {key: spec for spec, one in notebooks.items() for key in one.keys}
    names = KeyNames(makers)
    found: dict[LocationSpec, None] = {}
    waiting = [alone]
    while waiting:
        one = waiting.pop()
        if one.python_definitions or any(each.directive.io_manager_key for each in one.assets):
            return None
        if any(each.line.selection for each in one.schedules):
            return None
        for keys in relevant(names, one.open_names, frozenset()).values():
            for key in keys:
                if makers[key] not in found:
                    found[makers[key]] = None
                    waiting.append(notebooks[makers[key]])
    return list(found)
