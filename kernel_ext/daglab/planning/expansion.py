"""Graphs become steps: each op at every depth, with the sources of its inputs traced to other steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from daglab.definitions import dependencies as declared
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.graph_nodes import Node
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.specs import key_of
from daglab.errors import InvalidDefinitionError
from daglab.foundation.graphs import levels
from daglab.planning.steps import (
    MAPPED,
    FromAsset,
    FromConfig,
    FromEvery,
    FromManager,
    FromMany,
    FromStep,
    FromValue,
    Source,
    Step,
    step_sources,
)

Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OpSettings:
    """What a run says of one op.

    Args:
        config: processed.
        inputs: config of inputs that nothing is connected to.
        outputs: config of outputs, for their IO managers.
    """

    config: Any = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)


_NO_SETTINGS = OpSettings()


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """What one node of a graph, or a whole graph, comes to.

    Args:
        steps: in order.
        outputs: where each output of it comes from.
    """

    steps: tuple[Step, ...]
    outputs: Mapping[str, Source]


@dataclass(frozen=True, kw_only=True)
class Expander:
    """Makes steps out of nodes.

    Args:
        settings: what the run says of ops, by path.
        retry_policy: of ops that have none.
        origins: by mapped step, the dynamic output over which it is mapped; filled as steps are made.
    """

    settings: Mapping[Path, OpSettings] = field(default_factory=dict)
    retry_policy: Any = None
    origins: dict[str, FromStep] = field(default_factory=dict)

    def graph(
        self, graph: GraphDefinition, path: Path, inputs: Mapping[str, Source], hooks: frozenset[Any] = frozenset()
    ) -> Expansion:
        """The steps of a graph.

        Args:
            graph: the graph.
            path: the names of the nodes that lead to it; () for a job's own.
            inputs: where the graph's inputs come from.
            hooks: those that hold for all that is in it.

        Raises:
            InvalidDefinitionError: an input that passes a value has no source at all.
        """
        found: dict[str, Mapping[str, Source]] = {}
        steps: list[Step] = []
        for name in _in_order(graph):
            node = graph.node_dict[name]
            expanded = self.node(node, (*path, name), self._sources(graph, name, inputs, found), hooks)
            found[name] = expanded.outputs
            steps.extend(expanded.steps)
        outputs = {
            one.graph_output_name: found[one.mapped_node_name][one.mapped_node_output_name]
            for one in graph.output_mappings
        }
        return Expansion(steps=tuple(steps), outputs=outputs)

    def node(self, node: Node, path: Path, sources: Mapping[str, Source], hooks: frozenset[Any]) -> Expansion:
        """The steps of one node."""
        hooks = hooks | node.hooks
        if isinstance(node.definition, GraphDefinition):
            policy = node.retry_policy or self.retry_policy
            inner = replace(self, retry_policy=policy) if policy is not self.retry_policy else self
            return inner.graph(node.definition, path, sources, hooks)
        return self.op(node.definition, path, sources, hooks, node.effective_retry_policy, node.all_tags)

    def op(
        self,
        op: OpDefinition,
        path: Path,
        given: Mapping[str, Source],
        hooks: Iterable[Any] = (),
        retry_policy: Any = None,
        tags: Mapping[str, str] | None = None,
    ) -> Expansion:
        """The step of one op, with its outputs."""
        step = self.step(op, path, given, hooks, retry_policy, tags)
        outputs = {name: FromStep(step.key, name, out.is_dynamic) for name, out in op.outs.items()}
        return Expansion(steps=(step,), outputs=outputs)

    def step(
        self,
        op: OpDefinition,
        path: Path,
        given: Mapping[str, Source],
        hooks: Iterable[Any] = (),
        retry_policy: Any = None,
        tags: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> Step:
        """The step of one op; `fields` are further fields of it."""
        settings = self.settings.get(path, _NO_SETTINGS)
        found = ((name, _source_of(op, path, name, given.get(name), settings)) for name in op.ins)
        sources = {name: source for name, source in found if source is not None}
        nearest = _mapped_over(sources.values())
        mapped_over = self.origins.get(nearest.step_key, nearest) if nearest else None
        key = ".".join(path) + (MAPPED if mapped_over else "")
        if mapped_over:
            self.origins[key] = mapped_over
        parts = [one for source in sources.values() for one in step_sources(source)]
        return Step(
            key=key,
            op=op,
            path=path,
            sources=sources,
            needs=tuple(dict.fromkeys(one.step_key for one in parts)),
            mapped_over=mapped_over,
            config=settings.config if path in self.settings else _default_config(op),
            output_configs=settings.outputs,
            hooks=tuple(sorted(hooks, key=lambda hook: str(hook.name))) if hooks else (),
            retry_policy=retry_policy or op.retry_policy or self.retry_policy,
            tags=op.tags if tags is None else tags,
            **fields,
        )

    def _sources(
        self, graph: GraphDefinition, name: str, inputs: Mapping[str, Source], found: Mapping[str, Mapping[str, Source]]
    ) -> dict[str, Source]:
        given = graph.dependencies.get(name, {})
        sources = {input_name: _traced(source, inputs, found) for input_name, source in given.items()}
        for one in graph.input_mappings:
            if one.mapped_node_name == name and one.fan_in_index is None and one.graph_input_name in inputs:
                sources[one.mapped_node_input_name] = inputs[one.graph_input_name]
        return sources


def _in_order(graph: GraphDefinition) -> Iterator[str]:
    """The nodes, level by level, each level by name."""
    needs = {
        name: [one.node for source in graph.dependencies.get(name, {}).values() for one in _edges(source)]
        for name in graph.node_dict
    }
    for level in levels(needs):
        yield from sorted(level)


def _edges(source: declared.Source) -> Iterator[declared.FromNode]:
    if isinstance(source, declared.FromNode):
        yield source
    elif isinstance(source, declared.Collect):
        yield source.source
    elif isinstance(source, declared.FanIn):
        yield from (one for one in source.sources if isinstance(one, declared.FromNode))


def _traced(source: declared.Source, inputs: Mapping[str, Source], found: Mapping[str, Mapping[str, Source]]) -> Source:
    """Where a value really comes from, through the borders of graphs."""
    if isinstance(source, declared.FromNode):
        return found[source.node][source.output]
    if isinstance(source, declared.Collect):
        inner = found[source.source.node][source.source.output]
        return FromEvery(inner) if isinstance(inner, FromStep) else inner
    if isinstance(source, declared.FromAsset):
        return FromAsset(str(key_of(source.asset)))
    parts = []
    for one in source.sources:
        if isinstance(one, declared.FromNode):
            parts.append(found[one.node][one.output])
        elif one.graph_input in inputs:
            parts.append(inputs[one.graph_input])
    return FromMany(tuple(parts))


def _source_of(op: OpDefinition, path: Path, name: str, given: Source | None, settings: OpSettings) -> Source | None:
    """What an input gets: what it is connected to, else what the run says, else its default."""
    one = op.ins[name]
    if given is not None:
        return given
    if name in settings.inputs:
        config = settings.inputs[name]
        return FromConfig(config) if one.input_manager_key is None else FromManager(config)
    if one.asset_key is not None:
        return FromAsset(str(key_of(one.asset_key)))
    if one.input_manager_key is not None:
        return FromManager()
    if one.default_value is not NO_VALUE:
        return FromValue(one.default_value)
    if not one.passes_value:
        return None
    if one.type.loader is not None:
        return FromConfig(NO_VALUE)
    raise InvalidDefinitionError(
        f"the input {name!r} of op {'.'.join(path)!r} is not connected to anything, and has no default",
        hint="connect it, give it a default, or a type with a loader so that run config can give it",
    )


def _default_config(op: OpDefinition) -> Any:
    """The config of an op of which the run says nothing.

    Raises:
        InvalidConfigError: it needs some.
    """
    if op.config is None:
        return None
    return op.config.process(NO_VALUE).or_raise(f"the config of op {op.name!r}")


def _mapped_over(sources: Iterable[Source]) -> FromStep | None:
    """The source that makes a step with these sources run once for each of several values."""
    for source in sources:
        parts = () if isinstance(source, FromEvery) else step_sources(source)
        for one in parts:
            if one.is_dynamic:
                return one
            if one.step_key.endswith(MAPPED):
                return one
    return None
