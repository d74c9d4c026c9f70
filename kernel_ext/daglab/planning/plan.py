"""From definitions, a selection and history to the steps of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.results import AssetCheckSeverity
from daglab.errors import PlanError, suggest
from daglab.foundation.graphs import topological_order
from daglab.planning.asset_steps import steps_by_key, steps_of
from daglab.planning.graph import AssetGraph, CheckNode, code_of, code_version, needed_keys
from daglab.planning.staleness import Freshness, Verdict
from daglab.planning.steps import ExecutionPlan, Step
from daglab.records.assets import AssetState, CheckEvaluation


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
    steps = steps_by_key(planner.steps(request.selected))
    order = topological_order({key: step.needs for key, step in steps.items()})
    fresh = tuple(key for key in graph.order if key in request.selected and key not in todo)
    failing = tuple(planner.still_failing(fresh, steps))
    return ExecutionPlan(
        steps={key: steps[key] for key in order}, states=states, fresh=fresh, failing=failing, keeps_order=True
    )


def _closed(todo: set[str], graph: AssetGraph, verdicts: Mapping[str, Verdict]) -> set[str]:
    """Adds what the chosen assets need and cannot be loaded, and what the same computations make."""
    waiting = list(todo)
    while waiting:
        definition = graph.nodes[waiting.pop()].definition
        absent = [str(key) for key in needed_keys(definition) if verdicts[str(key)].freshness in _ABSENT]
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
    makers: dict[str, str] = field(default_factory=dict)

    def steps(self, selected: Collection[str]) -> Iterator[Step]:
        """Each asset's step, once, with the checks of the asset right behind it, unless they read later assets."""
        found = list(self._chosen(selected))
        for step in found:
            checks_only = step.check_specs and not step.specs
            makers = dict.fromkeys(self.makers[key] for key in step.parents if key in self.makers)
            yield replace(step, needs=tuple(makers)) if checks_only else step

    def _chosen(self, selected: Collection[str]) -> Iterator[Step]:
        done: set[int] = set()
        for key in self.graph.order:
            definition = self.graph.nodes[key].definition
            if key in self.todo and id(definition) not in done:
                done.add(id(definition))
                yield from self._asset_steps(definition)
            for check in self.graph.checks.get(key, ()):
                if check.definition is definition:
                    continue  # Its verdict comes with the asset.
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

    def _asset_steps(self, definition: AssetsDefinition) -> Iterator[Step]:
        blockers = tuple(
            check.definition.node.name
            for key in map(str, needed_keys(definition))
            if key in self.graph.nodes
            for check in self.graph.checks.get(key, ())
            if check.blocking and self._is_due(check)
        )
        keys = [str(key) for key in definition.keys]
        unsure = not self.force and all(self.verdicts[key].only_upstream and key in self._settled for key in keys)
        latest = self.states[keys[0]].latest if unsure else None
        spec = next(iter(definition.specs_by_output.values()), None)
        steps = steps_of(definition, **code_of(definition, spec).of_step)
        for step in steps:
            # A step in the middle of a graph waits for what it reads itself, the first ones for all that blocks.
            makers = [self.makers[key] for key in step.parents if key in self.makers] if _reads(step) else []
            blocked_by = blockers if not step.needs else ()
            yield replace(
                step,
                needs=tuple(dict.fromkeys((*step.needs, *makers, *blocked_by))),
                blocked_by=blocked_by,
                made_from=latest.input_versions if latest and len(steps) == 1 else None,
            )
            self.makers.update(dict.fromkeys(step.asset_keys, step.key))

    def _check_step(self, check: CheckNode) -> Step:
        last = self._last(check)
        code = code_version(check.definition)
        unsure = not self.force and last is not None and last.code_version == code and not _blocks(last)
        [step] = steps_of(check.definition, code_version=code)
        return replace(
            step,
            made_from={check.asset_key: last.data_version} if last and unsure else None,
        )

    def still_failing(self, fresh: Iterable[str], steps: Collection[str]) -> Iterator[CheckEvaluation]:
        """The verdicts of checks that do not run again, because nothing changed since they failed."""
        for key in fresh:
            for check in self.graph.checks.get(key, ()):
                last = self._last(check)
                if last and check.definition.node.name not in steps and not last.passed:
                    yield last

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


def _reads(step: Step) -> bool:
    """Whether a step depends on assets: not if it only passes on what other steps of its graph have made."""
    return bool(step.parents)


def _blocks(last: CheckEvaluation) -> bool:
    """Whether a verdict holds up what comes after its asset; until it is another one, the check is due every time."""
    return last.blocking and not last.passed and last.severity is AssetCheckSeverity.ERROR
