"""`GraphDefinition`: ops and graphs that pass values to each other, as one thing with inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daglab.definitions.config.config_mapping import ConfigMapping
from daglab.definitions.config.configured_schema import ConfiguredSchema
from daglab.definitions.dependencies import FromNode, InputMapping, OutputMapping, Source
from daglab.definitions.doors import door
from daglab.definitions.graph_dependencies import build_nodes
from daglab.definitions.graph_nodes import Node
from daglab.definitions.graph_structure import GraphStructure, examine
from daglab.definitions.names import check_valid_name
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.nodes import In, Out
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.pending_invocation import PendingNodeInvocation
from daglab.definitions.retries import RetryPolicy
from daglab.errors import InvalidDefinitionError, InvariantViolationError, suggest

if TYPE_CHECKING:
    from daglab.definitions.hooks import HookDefinition


class GraphDefinition:
    """Ops and graphs that pass values to each other, as one thing with inputs and outputs.

    Usually made by `@graph`; this way of writing one down suits programs that make graphs.

    Args:
        name: unique among what runs together.
        description: Markdown.
        node_defs: the ops and graphs that it is made of.
        dependencies: for each node, by its name or as a `NodeInvocation`, where its inputs come from.
        input_mappings: which inputs of nodes the inputs of the graph are.
        output_mappings: which outputs of nodes the outputs of the graph are.
        config: makes the config of the nodes out of a config of the graph's own.
        tags: labels.
        input_assets: assets that inputs of nodes read, by node and input.
        composition_fn: the function that it was made of.
        positional_inputs: its inputs that may be given by position.
        nodes: the nodes, ready-made, instead of `node_defs`.
        sources: what they depend on, instead of `dependencies`.

    Raises:
        InvalidDefinitionError: names that do not exist, edges that cannot be, a circle.

    Example:
        >>> from daglab.definitions.dependencies import DependencyDefinition
        >>> one = OpDefinition(lambda context, inputs: 1, "one")
        >>> double = OpDefinition(lambda context, inputs: 2 * inputs["x"], "double", ins={"x": In(int)})
        >>> edges = {"double": {"x": DependencyDefinition("one")}}
        >>> list(GraphDefinition("g", node_defs=[one, double], dependencies=edges).node_dict)
        ['one', 'double']
    """

    node_type = "graph"

    def __init__(
        self,
        name: str,
        *,
        description: str | None = None,
        node_defs: Sequence[Any] | None = None,
        dependencies: Mapping[Any, Mapping[str, Any]] | None = None,
        input_mappings: Sequence[InputMapping] | None = None,
        output_mappings: Sequence[OutputMapping] | None = None,
        config: Any = None,
        tags: Mapping[str, Any] | None = None,
        input_assets: Mapping[str, Mapping[str, Any]] | None = None,
        composition_fn: Callable[..., Any] | None = None,
        positional_inputs: Sequence[str] | None = None,
        nodes: Mapping[str, Node] | None = None,
        sources: Mapping[str, Mapping[str, Source]] | None = None,
    ) -> None:
        self.name = check_valid_name(name, "a graph")
        self.description = description
        self.tags: Mapping[str, str] = normalize_tags(tags, f"graph {name!r}")
        self.config = config
        self.composition_fn = composition_fn
        if nodes is None:
            nodes, sources = build_nodes(name, node_defs or (), dependencies or {}, input_assets or {})
        self.structure: GraphStructure = examine(
            name, nodes, sources or {}, tuple(input_mappings or ()), tuple(output_mappings or ())
        )
        self._positional_inputs = tuple(self.structure.ins if positional_inputs is None else positional_inputs)

    @property
    def nodes(self) -> Sequence[Node]:
        """Its nodes, each after those that it depends on."""
        return list(self.structure.nodes.values())

    @property
    def node_dict(self) -> Mapping[str, Node]:
        """Its nodes by name, each after those that it depends on."""
        return self.structure.nodes

    @property
    def node_defs(self) -> Sequence[Any]:
        """The ops and graphs that it is made of, each once."""
        return list({id(node.definition): node.definition for node in self.node_dict.values()}.values())

    @property
    def nodes_in_topological_order(self) -> Sequence[Node]:
        """Its nodes, each after those that it depends on."""
        return list(self.node_dict.values())

    @property
    def dependencies(self) -> Mapping[str, Mapping[str, Source]]:
        """For each node, where its inputs come from; inputs of the graph itself are in `input_mappings`."""
        return self.structure.sources

    @property
    def input_mappings(self) -> Sequence[InputMapping]:
        """Which inputs of nodes the inputs of the graph are."""
        return self.structure.input_mappings

    @property
    def output_mappings(self) -> Sequence[OutputMapping]:
        """Which outputs of nodes the outputs of the graph are."""
        return self.structure.output_mappings

    @property
    def ins(self) -> Mapping[str, In]:
        """Its inputs, with the types and defaults of the inputs that they go to."""
        return self.structure.ins

    @property
    def outs(self) -> Mapping[str, Out]:
        """Its outputs, with the types of the outputs that they come from."""
        return self.structure.outs

    @property
    def input_dict(self) -> Mapping[str, In]:
        """Its inputs by name."""
        return self.ins

    @property
    def output_dict(self) -> Mapping[str, Out]:
        """Its outputs by name."""
        return self.outs

    @property
    def positional_inputs(self) -> tuple[str, ...]:
        """The inputs that may be given by position, in order."""
        return self._positional_inputs

    @property
    def config_mapping(self) -> Any:
        """What makes the config of the nodes out of a config of the graph's own; None where there is nothing."""
        return self.config

    @property
    def has_config_mapping(self) -> bool:
        """Whether the graph has a config of its own."""
        return self.config is not None

    @property
    def config_schema(self) -> Any:
        """What its own config may be; None where it has none."""
        return None if self.config is None else self.config.config_schema

    def dynamic_origin(self, node: str) -> FromNode | None:
        """The dynamic output for each of whose values a node runs once; None where it runs once in all."""
        return self.structure.dynamic_origins.get(node)

    def has_input(self, name: str) -> bool:
        """Whether it has an input of that name."""
        return name in self.ins

    def has_output(self, name: str) -> bool:
        """Whether it has an output of that name."""
        return name in self.outs

    def has_node_named(self, name: str) -> bool:
        """Whether it has a node of that name."""
        return name in self.node_dict

    def node_named(self, name: str) -> Node:
        """The node of that name.

        Raises:
            InvariantViolationError: there is none.
        """
        if name not in self.node_dict:
            raise InvariantViolationError(
                f"the graph {self.name!r} has no node {name!r}",
                hint=suggest(name, self.node_dict) or f"it has {', '.join(list(self.node_dict)[:20])}",
            )
        return self.node_dict[name]

    def node_names(self) -> Sequence[str]:
        """The names of its nodes."""
        return list(self.node_dict)

    def walk(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Every node at every depth, with the names that lead to it, each graph before what is in it.

        Example:
            >>> one = OpDefinition(lambda context, inputs: 1, "one")
            >>> inner = GraphDefinition("inner", node_defs=[one])
            >>> [".".join(path) for path, _ in GraphDefinition("outer", node_defs=[inner]).walk()]
            ['inner', 'inner.one']
        """
        waiting = [_with_paths((), self.node_dict)]
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
                continue
            yield found
            path, node = found
            if node.is_graph:
                waiting.append(_with_paths(path, node.definition.node_dict))

    def iterate_node_defs(self) -> Iterator[Any]:
        """Itself, and every op and graph in it at every depth, each once."""
        seen: set[int] = set()
        waiting: list[Any] = [self]
        while waiting:
            definition = waiting.pop()
            if id(definition) in seen:
                continue
            seen.add(id(definition))
            yield definition
            if definition.node_type == "graph":
                waiting.extend(reversed(definition.node_defs))

    def iterate_op_defs(self) -> Iterator[OpDefinition]:
        """Every op in it at every depth, each once."""
        return (one for one in self.iterate_node_defs() if one.node_type == "op")

    def all_dagster_types(self) -> Iterator[Any]:
        """The types of all inputs and outputs in it."""
        for definition in self.iterate_op_defs():
            yield from definition.all_dagster_types()

    def get_input_mapping(self, input_name: str) -> InputMapping:
        """The first input of a node that an input of the graph is."""
        for mapping in self.input_mappings:
            if mapping.graph_input_name == input_name:
                return mapping
        raise InvariantViolationError(f"the graph {self.name!r} has no input {input_name!r}")

    def get_output_mapping(self, output_name: str) -> OutputMapping:
        """The output of a node that an output of the graph is."""
        for mapping in self.output_mappings:
            if mapping.graph_output_name == output_name:
                return mapping
        raise InvariantViolationError(f"the graph {self.name!r} has no output {output_name!r}")

    def describe_node(self) -> str:
        """How messages call it."""
        return f"graph {self.name!r}"

    def copy(self, **changes: Any) -> GraphDefinition:
        """The same with some arguments changed."""
        kept: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "input_mappings": self.input_mappings,
            "output_mappings": self.output_mappings,
            "config": self.config,
            "tags": self.tags,
            "composition_fn": self.composition_fn,
            "positional_inputs": self.positional_inputs,
            "nodes": self.node_dict,
            "sources": self.dependencies,
        }
        return type(self)(**{**kept, **changes})

    def configured(
        self, config_or_config_fn: Any, name: str, config_schema: Any = None, description: str | None = None
    ) -> GraphDefinition:
        """A graph of another name, with its own config given.

        Args:
            config_or_config_fn: the config, or a function that makes it of other config.
            name: the name of the new graph.
            config_schema: what that other config may be.
            description: Markdown; that of this graph by default.

        Raises:
            InvalidDefinitionError: the graph has no config of its own.
        """
        if self.config is None:
            raise InvalidDefinitionError(
                f"the graph {self.name!r} has no config of its own", hint="give @graph a ConfigMapping"
            )
        schema = ConfiguredSchema.over(self.config.config_schema, config_or_config_fn, config_schema)
        mapping = ConfigMapping(self.config.config_fn, schema, self.config.receive_processed_config_values)
        return self.copy(name=name, config=mapping, description=description or self.description)

    def alias(self, name: str) -> PendingNodeInvocation:
        """The graph under another name, to be called in the body of another one."""
        return PendingNodeInvocation(self, given_alias=name)

    def tag(self, tags: Mapping[str, Any] | None) -> PendingNodeInvocation:
        """The graph with more tags, to be called in the body of another one."""
        return PendingNodeInvocation(self, tags=tags)

    def with_hooks(self, hook_defs: Iterable[HookDefinition]) -> PendingNodeInvocation:
        """The graph with hooks on all that is in it, to be called in the body of another one."""
        return PendingNodeInvocation(self).with_hooks(hook_defs)

    def with_retry_policy(self, retry_policy: RetryPolicy) -> PendingNodeInvocation:
        """The graph with a retry policy for all that is in it, to be called in the body of another one."""
        return PendingNodeInvocation(self, retry_policy=retry_policy)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Uses the graph in the body of another one."""
        return PendingNodeInvocation(self)(*args, **kwargs)

    def to_job(
        self,
        name: str | None = None,
        description: str | None = None,
        resource_defs: Mapping[str, object] | None = None,
        config: Any = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, Any] | None = None,
        logger_defs: Mapping[str, Any] | None = None,
        executor_def: Any = None,
        hooks: Iterable[HookDefinition] | None = None,
        op_retry_policy: RetryPolicy | None = None,
        op_selection: Sequence[str] | None = None,
        partitions_def: Any = None,
        input_values: Mapping[str, object] | None = None,
        run_tags: Mapping[str, object] | None = None,
        owners: Sequence[str] | None = None,
    ) -> Any:
        """A job that runs the graph.

        Args:
            name: the job's name; the graph's by default.
            description: Markdown; the graph's by default.
            resource_defs: the resources that it needs.
            config: the run config; or a `RunConfig`, `ConfigMapping` or `PartitionedConfig`.
            tags: labels of the job, and of its runs unless there are `run_tags`.
            metadata: facts about the job.
            logger_defs: loggers that a run's config may ask for.
            executor_def: how its steps are run.
            hooks: hooks of all that is in it.
            op_retry_policy: what happens when an op without a policy of its own raises.
            op_selection: the part of the graph that is run.
            partitions_def: how what it makes is divided; runs are for one partition.
            input_values: values for the graph's inputs.
            run_tags: labels of its runs.
            owners: who is responsible for it: e-mail addresses, or teams as "team:name".
        """
        job = door("make_job")(
            graph_def=self,
            name=name,
            description=description or self.description,
            resource_defs=resource_defs,
            config=config,
            tags=tags,
            metadata=metadata,
            logger_defs=logger_defs,
            executor_def=executor_def,
            hook_defs=hooks,
            op_retry_policy=op_retry_policy,
            partitions_def=partitions_def,
            input_values=input_values,
            run_tags=run_tags,
            owners=owners,
        )
        return job.get_subset(op_selection=op_selection) if op_selection else job

    def coerce_to_job(self) -> Any:
        """A job that runs the graph, with nothing else said."""
        return self.to_job()

    def execute_in_process(
        self,
        run_config: Any = None,
        instance: Any = None,
        resources: Mapping[str, object] | None = None,
        raise_on_error: bool = True,
        op_selection: Sequence[str] | None = None,
        run_id: str | None = None,
        input_values: Mapping[str, object] | None = None,
    ) -> Any:
        """Runs the graph in this process; values stay in memory.

        Args:
            run_config: the config of its nodes and resources.
            instance: where the run is recorded; by default nowhere that lasts.
            resources: the resources that it needs, ready-made or as definitions.
            raise_on_error: whether an error of a node is raised, or left in the result.
            op_selection: the part of the graph that is run.
            run_id: the run's id.
            input_values: values for the graph's inputs.
        """
        job = self.to_job(resource_defs=resources, input_values=input_values, op_selection=op_selection)
        return job.execute_in_process(
            run_config=run_config, instance=instance, raise_on_error=raise_on_error, run_id=run_id
        )

    def __repr__(self) -> str:
        return f"GraphDefinition({self.name!r})"


def _with_paths(path: tuple[str, ...], nodes: Mapping[str, Node]) -> Iterator[tuple[tuple[str, ...], Node]]:
    return (((*path, name), node) for name, node in nodes.items())
