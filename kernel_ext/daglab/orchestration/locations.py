"""Notebooks and modules, loaded into one graph; what is broken costs only itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from daglab.definitions.asset_job import IMPLICIT_ASSET_JOB_NAME
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.definitions import Definitions
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.nodes import Origin
from daglab.errors import CycleError, DaglabError, InvalidSubsetError, PlanError, suggest
from daglab.execution.boundary import failure_from
from daglab.foundation.distributions import is_installed
from daglab.foundation.graphs import ancestors, descendants
from daglab.foundation.module_sources import ModuleSources, stamp_of
from daglab.foundation.noted_imports import noted_files
from daglab.notebooks.analysis import CellAsset, CellCheck, Finding, NotebookAnalysis, RefusedAsset, Severity
from daglab.notebooks.cell_code import CellCode, CodeReader
from daglab.notebooks.cell_definitions import asset_definition, check_definition, python_values
from daglab.notebooks.known_keys import KeyNames
from daglab.orchestration.collecting import Collected, collect
from daglab.orchestration.location_specs import LocationSpec
from daglab.orchestration.notebook_index import Look, NotebookIndex
from daglab.planning.graph import AssetGraph


@dataclass(frozen=True, kw_only=True)
class Refused:
    """An asset that is declared and cannot be used."""

    key: str
    location: str
    cell: int | None
    cell_id: str | None
    message: str


@dataclass(frozen=True, kw_only=True)
class LocatedFinding:
    """Something to tell about a location."""

    severity: Severity
    location: str
    cell: int | None
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.location
        if self.cell is not None:
            place += f", cell {self.cell}" + (f", line {self.line}" if self.line else "")
        return f"{place}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class LoadedWorkspace:
    """All that a set of locations declares.

    Args:
        graph: the assets and checks that can be used.
        elsewhere: assets that are declared and made elsewhere.
        jobs: jobs of all locations, asset jobs unresolved.
        schedules: of all locations.
        sensors: of all locations.
        resources: of all `Definitions` that were met.
        executor: how the steps of jobs are run, where a `Definitions` says so.
        findings: what there is to tell about the rest.
        refused: assets that are declared and cannot be used, by key.
        stamps: of the modules of the user and the folders they lie in.
    """

    graph: AssetGraph
    elsewhere: tuple[Any, ...] = ()
    jobs: tuple[Any, ...] = ()
    schedules: tuple[Any, ...] = ()
    sensors: tuple[Any, ...] = ()
    resources: Mapping[str, object] = field(default_factory=dict)
    executor: Any = None
    findings: tuple[LocatedFinding, ...] = ()
    refused: Mapping[str, Refused] = field(default_factory=dict)
    stamps: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_current(self) -> bool:
        """Whether the modules of the user are as they were when this was loaded, and none came or went."""
        return all(stamp_of(path) == stamp for path, stamp in self.stamps.items())

    @property
    def errors(self) -> tuple[LocatedFinding, ...]:
        """The findings that stop something from being used."""
        return tuple(one for one in self.findings if one.severity == "error")

    @cached_property
    def definitions(self) -> Definitions:
        """All that can be used, as one."""
        graph = self.graph
        assets = {id(node.definition): node.definition for node in graph.nodes.values()}
        checks = {id(one.definition): one.definition for several in graph.checks.values() for one in several}
        return Definitions(
            assets=[*assets.values(), *self.elsewhere],
            asset_checks=[one for key, one in checks.items() if key not in assets],
            jobs=self.jobs,
            schedules=self.schedules,
            sensors=self.sensors,
            resources=self.resources,
            executor=self.executor,
        )

    def job(self, name: str) -> JobDefinition:
        """The job of that name.

        Raises:
            InvalidSubsetError: there is none.
        """
        names = [one.name for one in self.jobs]
        if name not in names and name != IMPLICIT_ASSET_JOB_NAME:
            raise InvalidSubsetError(
                f"there is no job {name!r}", hint=suggest(name, names) or f"there are: {', '.join(names) or 'none'}"
            )
        return self.definitions.get_job_def(name)

    @cached_property
    def sound_keys(self) -> frozenset[str]:
        """The assets of locations without an error that need nothing that was refused, directly or not."""
        broken = {one.location for one in self.errors}
        origins = {key: node.definition.origin for key, node in self.graph.nodes.items()}
        sound = {key for key, origin in origins.items() if origin is None or origin.location not in broken}
        return frozenset(sound - descendants(self.graph.parents, self.refused))

    def keys_of(self, location: str) -> frozenset[str]:
        """The assets of one location."""
        nodes = self.graph.nodes.items()
        return frozenset(key for key, node in nodes if _location_of(node.definition) == location)

    def focused(self, location: str) -> LoadedWorkspace:
        """What one location declares, and what that needs of others."""
        graph = self.graph
        checks = {key: [one.definition for one in several] for key, several in graph.checks.items()}
        checked = {key for key, several in checks.items() if any(_location_of(one) == location for one in several)}
        own = self.keys_of(location)
        kept = own | checked | ancestors(graph.parents, own | checked)
        found = [node.definition for key, node in graph.nodes.items() if key in kept]
        found += [one for key in kept for one in checks.get(key, ())]
        several = list({id(one): one for one in found}.values())
        places = {location, *map(_location_of, several)}
        return replace(
            self,
            graph=AssetGraph.build(several),
            findings=tuple(one for one in self.findings if one.location in places),
            refused={key: one for key, one in self.refused.items() if one.location == location or key in kept},
        )

    def refuse_broken(self, keys: Iterable[str]) -> None:
        """Makes sure that nothing that these assets need was refused.

        Raises:
            PlanError: something was; the message says why.
        """
        keys = set(keys)
        needed = {parent for key in keys for parent in self.graph.parents.get(key, ())} | keys
        for key in sorted(needed & self.refused.keys()):
            one = self.refused[key]
            place = one.location if one.cell is None else f"{one.location}, cell {one.cell}"
            raise PlanError(f"asset {key!r} ({place}) cannot be used: {one.message}")


def load_workspace(
    specs: Sequence[LocationSpec], *, index: NotebookIndex | None = None, is_kernel: bool = False
) -> LoadedWorkspace:
    """Loads locations together, so that an asset of one can read an asset of another by name.

    Args:
        specs: the locations.
        index: knows notebooks and modules that did not change since an earlier time.
        is_kernel: whether this process is a user's kernel, whose own modules stay as they are.
    """
    index = NotebookIndex() if index is None else index
    with index.modules.current(is_kernel=is_kernel):
        return _load_workspace(specs, index)


def _load_workspace(specs: Sequence[LocationSpec], index: NotebookIndex) -> LoadedWorkspace:
    loader = _Loader(index)
    looks = {spec: loader.look(spec) for spec in specs if not spec.is_module}
    modules = {spec: loader.load_module(spec) for spec in specs if spec.is_module}
    elsewhere = KeyNames(key for look in looks.values() for key in look.keys)
    elsewhere.add(str(key) for found in modules.values() for one in found for key in one.keys)
    elsewhere.add(loader.refused)
    definitions: list[AssetsDefinition] = []
    for spec in specs:
        if spec.is_module:
            definitions.extend(modules[spec])
        elif alone := looks[spec].analysis:
            definitions.extend(loader.definitions_of(spec, loader.index.within(spec, alone, elsewhere)))
    definitions.extend(loader.further(definitions))
    stamps = _stamps(specs, loader.files, index.modules.sources)
    graph = loader.assemble([one for one in definitions if one.is_executable])
    loader.refuse_undefined(looks, {str(key) for one in definitions for key in one.keys})
    loader.index.save()
    found = loader.found
    return LoadedWorkspace(
        graph=graph,
        elsewhere=(*(one for one in definitions if not one.is_executable), *found.elsewhere),
        jobs=tuple(found.jobs.values()),
        schedules=tuple(found.schedules.values()),
        sensors=tuple(found.sensors.values()),
        resources=found.resources,
        executor=found.executor,
        findings=tuple(loader.findings),
        refused={key: one for key, one in loader.refused.items() if key not in graph.nodes},
        stamps=stamps,
    )


class _Loader:
    def __init__(self, index: NotebookIndex) -> None:
        self.index = index
        self.files: set[str] = set()
        self.findings: list[LocatedFinding] = []
        self.refused: dict[str, Refused] = {}
        self.found = Collected()
        self.listed: list[tuple[LocationSpec, AssetsDefinition]] = []
        self.seen: dict[int, AssetsDefinition] = {}

    def look(self, spec: LocationSpec) -> Look:
        look = self.index.look(spec)
        if look.analysis is None:
            self.tell("error", spec.name, look.problem)
        if look.last_good is not None:
            several: tuple[CellAsset | RefusedAsset, ...] = (*look.last_good.assets, *look.last_good.refused)
            cells = {key: one.cell for one in several for key in one.keys}
            for key in sorted(look.keys):
                cell = cells.get(key)
                message = f"the last good version of {spec.name} has it, but now that {look.problem}"
                self.refuse(key, spec.name, cell.position if cell else None, cell.id if cell else None, message)
        return look

    def load_module(self, spec: LocationSpec) -> tuple[AssetsDefinition, ...]:
        try:
            module = self.index.modules.load(spec)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            self.tell("error", spec.name, f"it cannot be imported:\n{failure_from(error).render()}")
            for key in sorted(self.index.last_of_module(spec.name)):
                message = f"the last good version of {spec.name} has it, but now that cannot be imported: {error!r}"
                self.refuse(key, spec.name, None, None, message)
            return ()
        collected = self.take(spec, vars(module).values())
        # One that a module imports from another one is still one definition.
        declared = [*collected.assets, *collected.listed]
        new = {id(one): one for one in declared if id(one) not in self.seen}
        self.seen |= new
        self.index.note_module(spec.name, frozenset(str(key) for one in new.values() for key in one.keys))
        origin = Origin(location=spec.name)
        return tuple(one if one.origin else one.with_origin(origin) for one in new.values())

    def definitions_of(self, spec: LocationSpec, analysis: NotebookAnalysis) -> list[AssetsDefinition]:
        for one in analysis.findings:
            self.findings.append(_located(one, spec))
        for refused in analysis.refused:
            for key in refused.keys:
                self.refuse(key, spec.name, refused.cell.position, refused.cell.id, refused.message)
        reader = CodeReader(analysis.notebook.path.parent, self.index.modules.sources)
        found = [asset_definition(one, spec.name, self.read(reader, spec, one)) for one in analysis.assets]
        found += [check_definition(one, spec.name, self.read(reader, spec, one)) for one in analysis.checks]
        for defining in analysis.python_definitions:
            try:
                collected = self.take(spec, python_values(defining, spec.name))
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                self.tell("error", spec.name, failure_from(error).render(), cell=defining.cell.position)
                continue
            found += collected.assets
            self.listed += ((spec, one) for one in collected.listed)
        for schedule in analysis.schedules:
            try:
                definition = schedule.definition()
            except DaglabError as error:
                self.tell("error", spec.name, str(error), cell=schedule.cell.position)
            else:
                self.take(spec, [definition, definition.job])
        return found

    def read(self, reader: CodeReader, spec: LocationSpec, cell: CellAsset | CellCheck) -> CellCode:
        """The code of a cell; what is wrong with its imports is told once for each cell."""
        code = reader.read(cell.program, cell.inputs)
        self.files |= code.files
        for problem in code.problems:
            self.tell("warning", spec.name, problem, cell=cell.cell.position)
        return code

    def refuse_undefined(self, looks: Mapping[LocationSpec, Look], defined: Set[str]) -> None:
        """Functions that say that they are assets, in cells that could not be run."""
        for spec, look in looks.items():
            for key in look.analysis.function_keys if look.analysis else ():
                if key not in defined and key not in self.refused:
                    message = f"the cell of {spec.name} that defines it in Python could not be run"
                    self.refuse(key, spec.name, None, None, message)

    def take(self, spec: LocationSpec, values: Iterable[object]) -> Collected:
        """Sorts what a location has defined; jobs, schedules and sensors must have names of their own."""
        collected = collect(values)
        for what, place in self.found.merge(collected, spec.name).items():
            self.tell("error", spec.name, f"the {what} is something else in {place}; rename one of them")
        return collected

    def further(self, definitions: Iterable[AssetsDefinition]) -> list[AssetsDefinition]:
        """Assets and checks that only a `Definitions` of a notebook names.

        Each cell is run by itself, so what another cell defines and a `Definitions` lists is there twice.
        """
        known = {str(key) for one in definitions for key in (*one.keys, *one.check_keys)} | self.refused.keys()
        added: list[AssetsDefinition] = []
        for spec, one in self.listed:
            names = {str(key) for key in (*one.keys, *one.check_keys)}
            if not names & known:
                known |= names
                added.append(one if one.origin else one.with_origin(Origin(location=spec.name)))
        return added

    def assemble(self, definitions: list[AssetsDefinition]) -> AssetGraph:
        """Leaves out what clashes until a graph can be built."""
        definitions = self._without_duplicates(definitions)
        while True:
            try:
                return AssetGraph.build(definitions)
            except CycleError as error:
                circle = set(error.cycle)
                for one in [one for one in definitions if circle & set(map(str, one.keys))]:
                    definitions.remove(one)
                    self._refuse_definition(one, error.message)

    def _without_duplicates(self, definitions: list[AssetsDefinition]) -> list[AssetsDefinition]:
        by_key: dict[str, list[AssetsDefinition]] = {}
        for one in definitions:
            for name in (*map(str, one.keys), *map(str, one.check_keys)):
                by_key.setdefault(name, []).append(one)
        clashing: set[int] = set()
        for key, several in by_key.items():
            if len(several) > 1:
                places = " and in ".join(str(one.origin or "Python") for one in several)
                clashing.update(map(id, several))
                for clash in several:
                    self._refuse_definition(clash, f"{key!r} is defined in {places}; rename one of them")
        return [one for one in definitions if id(one) not in clashing]

    def _refuse_definition(self, one: AssetsDefinition, message: str) -> None:
        origin = one.origin
        location, cell = (origin.location, origin.cell) if origin else ("Python", None)
        self.tell("error", location, message, cell=cell)
        for key in map(str, one.keys):
            self.refuse(key, location, cell, origin.cell_id if origin else None, message)

    def refuse(self, key: str, location: str, cell: int | None, cell_id: str | None, message: str) -> None:
        self.refused[key] = Refused(key=key, location=location, cell=cell, cell_id=cell_id, message=message)

    def tell(self, severity: Severity, location: str, message: str, *, cell: int | None = None) -> None:
        self.findings.append(
            LocatedFinding(severity=severity, location=location, cell=cell, line=None, message=message)
        )


def _stamps(specs: Iterable[LocationSpec], files: Iterable[str], sources: ModuleSources) -> dict[str, object]:
    """What tells whether a module was edited, came or went, or whether something was installed."""
    files = [*noted_files(), *files]
    folders = {os.path.dirname(file) for file in files}
    folders |= {str(spec.path.parent) for spec in specs if spec.path is not None and not spec.is_module}
    folders |= {entry for entry in sys.path if is_installed(os.path.join(entry, ""))}
    found: dict[str, object] = {path: stamp_of(path) for path in sorted(folders)}
    for file in files:
        sources.read(file)
        found[file] = sources.stamps[file]
    return found


def _location_of(one: AssetsDefinition) -> str | None:
    return one.origin.location if one.origin else None


def _located(one: Finding, spec: LocationSpec) -> LocatedFinding:
    return LocatedFinding(severity=one.severity, location=spec.name, cell=one.cell, line=one.line, message=one.message)
