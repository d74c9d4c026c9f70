"""From definitions, a selection and history to the steps of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.results import AssetCheckSeverity
from daglab.errors import PlanError, suggest
from daglab.foundation.graphs import topological_order
from daglab.planning.graph import AssetGraph, CheckNode, code_version
from daglab.planning.staleness import Freshness, Verdict
from daglab.records.assets import AssetState, CheckEvaluation
from daglab.records.events import PlannedStep


@dataclass(frozen=True, kw_only=True)
class Step:
    """One call of a computation.

    Args:
        key: unique in the plan.
        definition: the computation, with the assets and checks that its outputs are.
        code_version: of its code, as it is recorded.
        needs: the steps that come first.
        blocked_by: of these, the checks that stop it when they fail.
        made_from: the data versions of its inputs when it was last run; where this is given, it is run only if one of
            them has become another.
    """

    key: str
    definition: AssetsDefinition
    code_version: str
    needs: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    made_from: Mapping[str, str] | None = None

    @property
    def asset_keys(self) -> tuple[str, ...]:
        """The assets that it makes."""
        return tuple(str(spec.key) for spec in self.definition.specs.values())

    @cached_property
    def planned(self) -> PlannedStep:
        """What the run store is told of it beforehand."""
        names = tuple(spec.name for spec in self.definition.check_specs.values())
        return PlannedStep(step_key=self.key, asset_keys=self.asset_keys, check_names=names)


@dataclass(frozen=True, kw_only=True)
class ExecutionPlan:
    """The steps of a run, each after what it needs.

    Args:
        steps: by key, in an order in which they could run one by one.
        states: what was known of the assets when it was made: where inputs that no step makes are found.
        fresh: the selected assets that are left as they are.
        failing: verdicts on those that still hold: checks that did not pass, and would not pass if they ran again.
    """

    steps: Mapping[str, Step]
    states: Mapping[str, AssetState] = field(default_factory=dict)
    fresh: tuple[str, ...] = ()
    failing: tuple[CheckEvaluation, ...] = ()

    @property
    def asset_keys(self) -> tuple[str, ...]:
        """The assets that it may make."""
        return tuple(key for step in self.steps.values() for key in step.asset_keys)


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """What a plan is to do.

    Args:
        selected: keys of assets.
        force: make them whether or not they are fresh.
    """

    selected: Collection[str]
    force: bool = False


def build_plan(
    graph: AssetGraph,
    request: PlanRequest,
    states: Mapping[str, AssetState],
    verdicts: Mapping[str, Verdict],
) -> ExecutionPlan:
    """Plans the making of what is selected and not fresh, of what this needs and is not there, and of their checks.

    Raises:
        PlanError: something needed is defined nowhere and was never stored.
    """
    todo = _closed({key for key in request.selected if request.force or not verdicts[key].is_fresh}, graph, verdicts)
    planner = _Planner(graph=graph, force=request.force, todo=frozenset(todo), states=states, verdicts=verdicts)
    steps = {step.key: step for step in planner.steps(request.selected)}
    order = topological_order({key: step.needs for key, step in steps.items()})
    fresh = tuple(key for key in graph.order if key in request.selected and key not in todo)
    failing = tuple(planner.still_failing(fresh, steps))
    return ExecutionPlan(steps={key: steps[key] for key in order}, states=states, fresh=fresh, failing=failing)


def _closed(todo: set[str], graph: AssetGraph, verdicts: Mapping[str, Verdict]) -> set[str]:
    """Adds what the chosen assets need and cannot be loaded, and what the same computations make."""
    waiting = list(todo)
    while waiting:
        definition = graph.nodes[waiting.pop()].definition
        absent = [str(key) for key in definition.dependency_keys if verdicts[str(key)].freshness in _ABSENT]
        _refuse_undefined(definition, absent, graph)
        added = {key for key in (*absent, *map(str, definition.keys)) if key in graph.nodes} - todo
        todo |= added
        waiting.extend(added)
    return todo


_ABSENT = (Freshness.NEVER, Freshness.MISSING)


def _refuse_undefined(definition: AssetsDefinition, absent: list[str], graph: AssetGraph) -> None:
    received = set(map(str, definition.keys_by_input.values()))
    undefined = [key for key in absent if key not in graph.nodes and key in received]
    if undefined:
        where = f" ({definition.origin})" if definition.origin else ""
        names = ", ".join(map(str, definition.keys)) or definition.node.name
        raise PlanError(
            f"asset {names!r}{where} needs {undefined[0]!r}, which nothing here defines and which was never stored",
            hint=suggest(undefined[0], graph.nodes) or "define it, or materialize the notebook that does",
        )


@dataclass(frozen=True, kw_only=True)
class _Planner:
    graph: AssetGraph
    force: bool
    todo: frozenset[str]
    states: Mapping[str, AssetState]
    verdicts: Mapping[str, Verdict]

    def steps(self, selected: Collection[str]) -> Iterator[Step]:
        """Each asset's step, once, with the checks of the asset right behind it."""
        done: set[str] = set()
        for key in self.graph.order:
            definition = self.graph.nodes[key].definition
            if key in self.todo and definition.node.name not in done:
                done.add(definition.node.name)
                yield self._asset_step(definition)
            for check in self.graph.checks.get(key, ()):
                wanted = key in self.todo or key in selected or (check.blocking and self._is_awaited(key))
                if wanted and self._is_due(check):
                    yield self._check_step(check)

    @cached_property
    def _settled(self) -> frozenset[str]:
        """What is fresh if this plan goes well: not what it makes from something stale that it leaves as it is."""
        settled = {key for key, verdict in self.verdicts.items() if verdict.is_fresh or key not in self.graph.nodes}
        for key in self.graph.order:
            if key in self.todo and settled.issuperset(self.graph.parents[key]):
                settled.add(key)
        return frozenset(settled)

    def _asset_step(self, definition: AssetsDefinition) -> Step:
        makers = self._makers(definition)
        blockers = [
            check.definition.node.name
            for key in map(str, definition.dependency_keys)
            if key in self.graph.nodes
            for check in self.graph.checks.get(key, ())
            if check.blocking and self._is_due(check)
        ]
        keys = [str(key) for key in definition.keys]
        unsure = not self.force and all(self.verdicts[key].only_upstream and key in self._settled for key in keys)
        latest = self.states[keys[0]].latest if unsure else None
        return Step(
            key=definition.node.name,
            definition=definition,
            code_version=code_version(definition, next(iter(definition.specs.values()))),
            needs=tuple(dict.fromkeys((*makers.values(), *blockers))),
            blocked_by=tuple(blockers),
            made_from=latest.input_versions if latest else None,
        )

    def _check_step(self, check: CheckNode) -> Step:
        makers = self._makers(check.definition)
        if check.asset_key in self.todo:
            makers[check.asset_key] = self.graph.nodes[check.asset_key].definition.node.name
        last = self._last(check)
        code = code_version(check.definition)
        unsure = not self.force and last is not None and last.code_version == code and not _blocks(last)
        return Step(
            key=check.definition.node.name,
            definition=check.definition,
            code_version=code,
            needs=tuple(dict.fromkeys(makers.values())),
            made_from={check.asset_key: last.data_version} if last and unsure else None,
        )

    def still_failing(self, fresh: Iterable[str], steps: Collection[str]) -> Iterator[CheckEvaluation]:
        """The verdicts of checks that do not run again, because nothing changed since they failed."""
        for key in fresh:
            for check in self.graph.checks.get(key, ()):
                last = self._last(check)
                if last and check.definition.node.name not in steps and not last.passed:
                    yield last

    def _makers(self, definition: AssetsDefinition) -> dict[str, str]:
        """Which step of this plan makes each asset that a computation needs."""
        keys = map(str, definition.dependency_keys)
        return {key: self.graph.nodes[key].definition.node.name for key in keys if key in self.todo}

    def _is_due(self, check: CheckNode) -> bool:
        if self.force or check.asset_key in self.todo:
            return True
        last, state = self._last(check), self.states.get(check.asset_key)
        if last is None or state is None or state.latest is None or _blocks(last):
            return True
        return last.data_version != state.latest.data_version or last.code_version != code_version(check.definition)

    def _is_awaited(self, key: str) -> bool:
        return any(child in self.todo for child in self.graph.children.get(key, ()))

    def _last(self, check: CheckNode) -> CheckEvaluation | None:
        state = self.states.get(check.asset_key)
        return state.checks.get(check.name) if state else None


def _blocks(last: CheckEvaluation) -> bool:
    """Whether a verdict holds up what comes after its asset; until it is another one, the check is due every time."""
    return last.blocking and not last.passed and last.severity is AssetCheckSeverity.ERROR
