"""Jobs become plans: all that is asked for runs, fresh or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.definitions.specs import AssetCheckKey, AssetSpec
from daglab.errors import ExecutionStepNotFoundError, InvalidDefinitionError, suggest
from daglab.foundation.collection import collection_paused
from daglab.foundation.graphs import levels
from daglab.planning.asset_steps import steps_by_key, steps_of
from daglab.planning.expansion import Expander, OpSettings, Path
from daglab.planning.graph import code_of
from daglab.planning.run_order import in_run_order
from daglab.planning.steps import ExecutionPlan, FromAsset, FromValue, Step
from daglab.records.assets import AssetState

IO_MANAGER_METADATA = ("daglab/io_manager_key", "dagster/io_manager_key")


def plan_graph(
    graph: GraphDefinition,
    *,
    settings: Mapping[Path, OpSettings] | None = None,
    input_values: Mapping[str, Any] | None = None,
    hooks: Iterable[Any] = (),
    retry_policy: Any = None,
) -> ExecutionPlan:
    """Plans all ops of a graph.

    Args:
        graph: what the job runs.
        settings: what the run says of ops, by path.
        input_values: of the graph's own inputs.
        hooks: of all steps.
        retry_policy: of ops that have none.

    Raises:
        InvalidDefinitionError: an input has no source.
    """
    expander = Expander(settings=settings or {}, retry_policy=retry_policy)
    inputs = {name: FromValue(value) for name, value in (input_values or {}).items()}
    steps = {step.key: step for step in expander.graph(graph, (), inputs, frozenset(hooks)).steps}
    return ExecutionPlan(steps=in_run_order(steps))


def plan_assets(
    definitions: Iterable[AssetsDefinition],
    *,
    keys: Collection[AssetKey] | None = None,
    check_keys: Collection[AssetCheckKey] | None = None,
    read_specs: Iterable[AssetSpec] = (),
    states: Mapping[str, AssetState] | None = None,
    settings: Mapping[Path, OpSettings] | None = None,
    hooks: Iterable[Any] = (),
    retry_policy: Any = None,
    is_versioned: bool = True,
) -> ExecutionPlan:
    """Plans the making of assets, fresh or not, and of their checks.

    Args:
        definitions: all that is known; those that no run can make say where their values are.
        keys: the assets to make; None for all.
        check_keys: the checks to evaluate; None for all those of `keys`.
        read_specs: what is said of assets that are read, whether or not a definition is known.
        states: what is known of assets that are read and not made.
        settings: what the run says of ops, by path.
        hooks: of all steps.
        retry_policy: of ops that have none.
        is_versioned: whether the code of each step is hashed.
    """
    known = tuple(definitions)
    readable = _readable(known, read_specs)
    expander = Expander(settings=settings or {}, retry_policy=retry_policy)
    own_hooks = tuple(hooks)
    steps: list[Step] = []
    with collection_paused():
        for definition in known:
            selected = _selected_outputs(definition, keys, check_keys)
            if selected is None or selected:
                found = steps_of(
                    definition,
                    expander=expander,
                    selected_outputs=selected,
                    readable=readable,
                    **(_code(definition) if is_versioned else {}),
                )
                steps += (replace(one, hooks=_merged(one.hooks, own_hooks)) if own_hooks else one for one in found)
        return ExecutionPlan(steps=in_run_order(_connected(steps)), states=states or {})


def subset_plan(plan: ExecutionPlan, step_keys: Collection[str]) -> ExecutionPlan:
    """The plan with some of its steps alone; what they need of others comes from an earlier run.

    Raises:
        ExecutionStepNotFoundError: a key names no step.
    """
    unknown = [key for key in step_keys if key not in plan.steps]
    if unknown:
        raise ExecutionStepNotFoundError(
            f"there is no step {unknown[0]!r}", hint=suggest(unknown[0], plan.steps) or f"there are {list(plan.steps)}"
        )
    kept = {
        key: replace(step, needs=tuple(need for need in step.needs if need in step_keys))
        for key, step in plan.steps.items()
        if key in step_keys
    }
    return replace(plan, steps=kept)


def _selected_outputs(
    definition: AssetsDefinition, keys: Collection[AssetKey] | None, check_keys: Collection[AssetCheckKey] | None
) -> frozenset[str] | None:
    """The outputs that are wanted of a definition: None for all, empty for none.

    Raises:
        InvalidDefinitionError: only some of its assets are wanted, and it cannot make these alone.
    """
    if not definition.is_executable:
        return frozenset()
    assets, checks = definition.specs_by_output, definition.check_specs_by_output
    wanted = {name for name, spec in assets.items() if keys is None or spec.key in keys}
    if check_keys is None:
        judged = {name for name, spec in checks.items() if keys is None or spec.key.asset_key in keys}
    else:
        judged = {name for name, spec in checks.items() if spec.key in check_keys}
    if len(wanted) == len(assets) and len(judged) == len(checks):
        return None if wanted or judged else frozenset()
    if not wanted and not judged:
        return frozenset()
    if definition.can_subset or not assets:
        return frozenset(wanted | judged)
    if len(wanted) == len(assets):
        return frozenset(wanted | judged)
    if not wanted:
        return None if judged else frozenset()
    made = sorted(str(spec.key) for spec in assets.values())
    raise InvalidDefinitionError(
        f"{definition.node.name!r} makes {', '.join(made)} together, and only some of them are selected",
        hint="select all of them, or declare it with can_subset=True",
    )


def _code(definition: AssetsDefinition) -> dict[str, Any]:
    return code_of(definition, next(iter(definition.specs_by_output.values()), None)).of_step


def _connected(steps: Iterable[Step]) -> dict[str, Step]:
    """Lets each step wait for those that make what it reads, and for the checks that block it."""
    found = list(steps_by_key(steps).values())
    makers = {key: step.key for step in found for key in step.asset_keys}
    blockers: dict[str, list[str]] = {}
    for step in found:
        for spec in step.check_specs.values():
            key = str(spec.key.asset_key)
            if spec.blocking and makers.get(key) != step.key:
                blockers.setdefault(key, []).append(step.key)
    connected: dict[str, Step] = {}
    for step in found:
        own = set(step.asset_keys)
        parents = [key for key in step.parents if key not in own]
        needs = [makers[key] for key in parents if key in makers and makers[key] != step.key]
        blocked_by = [one for key in parents for one in blockers.get(key, ()) if one != step.key and step.specs]
        waits = tuple(dict.fromkeys((*step.needs, *needs, *blocked_by)))
        if waits:
            # The steps are new, and nobody has seen them yet: a copy of each would double the time of planning.
            object.__setattr__(step, "needs", waits)
            object.__setattr__(step, "blocked_by", tuple(dict.fromkeys(blocked_by)))
        connected[step.key] = step
    needs_by_key = {key: step.needs for key, step in connected.items()}
    return {key: connected[key] for level in levels(needs_by_key) for key in sorted(level)}


def _readable(definitions: Iterable[AssetsDefinition], specs: Iterable[AssetSpec]) -> dict[str, FromAsset]:
    """How assets are read: who knows the values of those that no run can make, and what is said of each."""
    found = {str(spec.key): _read(spec, DEFAULT_IO_MANAGER_KEY) for spec in specs}
    for definition in definitions:
        for name, spec in definition.specs_by_output.items():
            out: Any = definition.node.outs.get(name) if definition.node else None
            known = out is not None and not definition.is_materializable
            found[str(spec.key)] = _read(spec, out.io_manager_key if known else DEFAULT_IO_MANAGER_KEY)
    return found


def io_manager_key_of(spec: AssetSpec, otherwise: str) -> str:
    """Who knows the value of an asset: as its metadata say, else as its output does."""
    named = next((spec.metadata[one] for one in IO_MANAGER_METADATA if one in spec.metadata), otherwise)
    return str(getattr(named, "value", named))


def _read(spec: AssetSpec, io_manager_key: str) -> FromAsset:
    return FromAsset(str(spec.key), io_manager_key_of(spec, io_manager_key), spec.metadata)


def _merged(first: Iterable[Any], second: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*first, *second)))
