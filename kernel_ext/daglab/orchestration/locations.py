"""Notebooks and modules, loaded into one graph; what is broken costs only itself."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.definitions import Definitions
from daglab.definitions.nodes import Origin
from daglab.errors import CycleError, DaglabError, NotebookError, PlanError
from daglab.execution.boundary import failure_from
from daglab.foundation.graphs import descendants
from daglab.notebooks.analysis import Finding, NotebookAnalysis, Severity
from daglab.notebooks.cell_definitions import asset_definition, check_definition, python_definitions
from daglab.notebooks.slices import slice_notebook
from daglab.orchestration.location_specs import LocationSpec
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
        resources: of all `Definitions` that were met.
        findings: what there is to tell about the rest.
        refused: assets that are declared and cannot be used, by key.
    """

    graph: AssetGraph
    resources: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[LocatedFinding, ...] = ()
    refused: Mapping[str, Refused] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[LocatedFinding, ...]:
        """The findings that stop something from being used."""
        return tuple(one for one in self.findings if one.severity == "error")

    @cached_property
    def sound_keys(self) -> frozenset[str]:
        """The assets of locations without an error that need nothing that was refused, directly or not."""
        broken = {one.location for one in self.errors}
        origins = {key: node.definition.origin for key, node in self.graph.nodes.items()}
        sound = {key for key, origin in origins.items() if origin is None or origin.location not in broken}
        return frozenset(sound - descendants(self.graph.parents, self.refused))

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


def load_workspace(specs: Sequence[LocationSpec]) -> LoadedWorkspace:
    """Loads locations together, so that an asset of one can read an asset of another by name."""
    loader = _Loader()
    analyses = {spec: loader.analyze(spec, frozenset()) for spec in specs if spec.path is not None}
    modules = {spec: loader.load_module(spec) for spec in specs if spec.path is None}
    keys = {spec: _declared_keys(one) for spec, one in analyses.items() if one}
    elsewhere = {str(key) for found in modules.values() for one in found for key in one.keys}
    definitions: list[AssetsDefinition] = []
    for spec in specs:
        if spec.path is None:
            definitions.extend(modules[spec])
        elif analyses[spec]:
            others = elsewhere.union(*(found for other, found in keys.items() if other != spec))
            analysis = loader.analyze(spec, frozenset(others)) if others else analyses[spec]
            assert analysis is not None
            definitions.extend(loader.definitions_of(spec, analysis))
    graph = loader.assemble(definitions)
    return LoadedWorkspace(
        graph=graph,
        resources=loader.resources,
        findings=tuple(loader.findings),
        refused={key: one for key, one in loader.refused.items() if key not in graph.nodes},
    )


class _Loader:
    def __init__(self) -> None:
        self.findings: list[LocatedFinding] = []
        self.refused: dict[str, Refused] = {}
        self.resources: dict[str, object] = {}
        self.seen: dict[int, AssetsDefinition] = {}

    def analyze(self, spec: LocationSpec, known_keys: frozenset[str]) -> NotebookAnalysis | None:
        try:
            return slice_notebook(spec.read(), known_keys)
        except NotebookError as error:
            self.tell("error", spec.name, str(error).removeprefix(f"{error.path}: "))
        except DaglabError as error:
            self.tell("error", spec.name, str(error))
        return None

    def load_module(self, spec: LocationSpec) -> tuple[AssetsDefinition, ...]:
        try:
            module = importlib.import_module(spec.name)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            self.tell("error", spec.name, f"it cannot be imported: {failure_from(error).headline}")
            return ()
        declared: list[AssetsDefinition] = []
        for value in vars(module).values():
            if isinstance(value, Definitions):
                self.resources.update(value.resources)
                declared.extend(value.all)
            elif isinstance(value, AssetsDefinition):
                declared.append(value)
        # One that a module imports from another one is still one definition.
        new = {id(one): one for one in declared if id(one) not in self.seen}
        self.seen |= new
        origin = Origin(location=spec.name)
        return tuple(one if one.origin else one.with_origin(origin) for one in new.values())

    def definitions_of(self, spec: LocationSpec, analysis: NotebookAnalysis) -> list[AssetsDefinition]:
        for one in analysis.findings:
            self.findings.append(_located(one, spec))
        for refused in analysis.refused:
            for key in refused.keys:
                self.refuse(key, spec.name, refused.cell.position, refused.cell.id, refused.message)
        found = [asset_definition(one, spec.name) for one in analysis.assets]
        found += [check_definition(one, spec.name) for one in analysis.checks]
        for defining in analysis.python_definitions:
            try:
                given = python_definitions(defining, spec.name)
                self.resources.update(given.resources)
                found += given.all
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                self.tell("error", spec.name, failure_from(error).render(), cell=defining.cell.position)
        return found

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


def _declared_keys(analysis: NotebookAnalysis) -> frozenset[str]:
    usable = (key for one in analysis.assets for key in one.keys)
    return frozenset(usable).union(key for one in analysis.refused for key in one.keys)


def _located(one: Finding, spec: LocationSpec) -> LocatedFinding:
    return LocatedFinding(severity=one.severity, location=spec.name, cell=one.cell, line=one.line, message=one.message)
