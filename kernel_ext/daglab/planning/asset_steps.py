"""Definitions of assets become steps: one, or those of the graph that makes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.specs import AssetCheckSpec, AssetSpec
from daglab.errors import InvalidDefinitionError
from daglab.planning.expansion import Expander
from daglab.planning.graph import AssetGraph, code_of, needed_keys
from daglab.planning.steps import FromAsset, FromStep, Source, Step, asset_sources


def steps_of(
    definition: AssetsDefinition,
    *,
    expander: Expander | None = None,
    selected_outputs: frozenset[str] | None = None,
    readable: Mapping[str, FromAsset] | None = None,
    **fields: Any,
) -> tuple[Step, ...]:
    """The steps that make the assets and checks of a definition, each after what it needs within the definition.

    Args:
        definition: of assets or checks.
        expander: makes steps of graphs.
        selected_outputs: the outputs that are wanted; None for all.
        readable: how assets are read, by key, where more than the key is known.
        fields: of every step: its code version and the like.
    """
    expander = expander or Expander()
    read = {name: str(key) for name, key in definition.keys_by_input.items()}
    inputs: dict[str, Source] = {name: (readable or {}).get(key) or FromAsset(key) for name, key in read.items()}
    specs = _chosen(definition.specs_by_output, selected_outputs)
    checks = _chosen(definition.check_specs_by_output, selected_outputs)
    parents = tuple(str(key) for key in needed_keys(definition))
    hooks = frozenset(definition.hooks)
    path = (definition.node.name,)
    if not isinstance(definition.node, GraphDefinition):
        step = expander.step(
            definition.node,
            path,
            inputs,
            hooks,
            definition=definition,
            specs=specs,
            check_specs=checks,
            parents=parents,
            selected_outputs=selected_outputs,
            **fields,
        )
        return (step,)
    expansion = expander.graph(definition.node, path, inputs, hooks)
    owned: dict[str, dict[str, AssetSpec]] = {}
    owned_checks: dict[str, dict[str, AssetCheckSpec]] = {}
    for name, source in expansion.outputs.items():
        if isinstance(source, FromStep):
            if name in specs:
                owned.setdefault(source.step_key, {})[source.output] = specs[name]
            if name in checks:
                owned_checks.setdefault(source.step_key, {})[source.output] = checks[name]
    wanted = {*owned, *owned_checks}
    kept = _needed(expansion.steps, wanted) if selected_outputs is not None else {one.key for one in expansion.steps}
    steps = []
    for step in expansion.steps:
        if step.key not in kept:
            continue
        makes = step.key in wanted
        own_reads = tuple(dict.fromkeys(key for source in step.sources.values() for key in asset_sources(source)))
        steps.append(
            replace(
                step,
                definition=definition,
                specs=owned.get(step.key, {}),
                check_specs=owned_checks.get(step.key, {}),
                parents=parents if makes else own_reads,
                **fields,
            )
        )
    return tuple(steps)


def steps_by_key(steps: Iterable[Step]) -> dict[str, Step]:
    """Steps by their keys.

    Raises:
        InvalidDefinitionError: two definitions have steps of one key.
    """
    found: dict[str, Step] = {}
    for step in steps:
        other = found.get(step.key, step)
        found[step.key] = step
        if other.definition is not step.definition:
            names = [
                ", ".join(map(str, (*one.asset_keys, *_names_of_checks(one)))) or one.op.name for one in (other, step)
            ]
            raise InvalidDefinitionError(
                f"{names[0]!r} and {names[1]!r} would both be made by a step {step.key!r}",
                hint="give one of them another name, so that both can be told apart in a run",
            )
    return found


def _names_of_checks(step: Step) -> list[str]:
    return [f"check {spec.name} of {spec.asset_key}" for spec in step.check_specs.values()]


def workspace_steps(graph: AssetGraph) -> Iterator[Step]:
    """All steps that the assets and checks of a graph come to, with the versions of their code."""
    seen: set[int] = set()
    checks = (check.definition for several in graph.checks.values() for check in several)
    for definition in (*(node.definition for node in graph.nodes.values()), *checks):
        if id(definition) not in seen:
            seen.add(id(definition))
            spec = next(iter(definition.specs_by_output.values()), None)
            yield from steps_of(definition, **code_of(definition, spec).of_step)


def _needed(steps: tuple[Step, ...], wanted: set[str]) -> set[str]:
    """The steps that are wanted, and those that they need."""
    by_key = {step.key: step for step in steps}
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        key = waiting.pop()
        if key not in found and key in by_key:
            found.add(key)
            waiting.extend(by_key[key].needs)
    return found


def _chosen(by_output: Mapping[str, Any], selected: frozenset[str] | None) -> Mapping[str, Any]:
    if selected is None:
        return by_output
    return {name: one for name, one in by_output.items() if name in selected}
