"""`JobFacts`: what a job is, as far as it can be read off without running it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from daglab.definitions.config.config_mapping import ConfigMapping
from daglab.definitions.dependencies import Source
from daglab.definitions.executors import ExecutorDefinition, multi_or_in_process_executor
from daglab.definitions.graph_definition import GraphDefinition
from daglab.definitions.graph_nodes import Node
from daglab.definitions.hooks import HookDefinition
from daglab.definitions.job_arguments import (
    checked_config,
    checked_executor,
    checked_input_values,
    checked_partitions,
    checked_resources,
    is_partitioned,
    name_of,
)
from daglab.definitions.job_requirements import check_inputs, check_resources, required_resources
from daglab.definitions.labels import checked_owners
from daglab.definitions.loggers import LoggerDefinition, default_loggers
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.definitions.names import check_valid_name
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.op_selection import resolve_op_selection
from daglab.definitions.pending_invocation import checked_hooks
from daglab.definitions.retries import RetryPolicy
from daglab.definitions.run_request import RunRequest
from daglab.errors import InvalidDefinitionError, InvalidInvocationError


class JobFacts:
    """What a job is: its graph or assets, and what is said of them; see `JobDefinition`."""

    def __init__(
        self,
        *,
        graph_def: GraphDefinition | None = None,
        resource_defs: Mapping[str, Any] | None = None,
        executor_def: ExecutorDefinition | None = None,
        logger_defs: Mapping[str, LoggerDefinition] | None = None,
        name: str | None = None,
        config: Any = None,
        description: str | None = None,
        partitions_def: Any = None,
        tags: Mapping[str, Any] | None = None,
        run_tags: Mapping[str, Any] | None = None,
        metadata: RawMetadata | None = None,
        hook_defs: Iterable[HookDefinition] | None = None,
        op_retry_policy: RetryPolicy | None = None,
        input_values: Mapping[str, object] | None = None,
        owners: Sequence[str] | None = None,
        assets: Sequence[Any] = (),
        selected_keys: Iterable[Any] | None = None,
        selected_check_keys: Iterable[Any] | None = None,
        read_specs: Sequence[Any] = (),
        parent_job: Any = None,
        op_selection: Sequence[str] | None = None,
    ) -> None:
        self._given = {name: value for name, value in locals().items() if name != "self"}
        self.name = check_valid_name(name, "a job") if name else name_of(graph_def)
        who = f"job {self.name!r}"
        self._graph = graph_def
        self.description = description
        self.assets = tuple(assets)
        self.selected_keys = None if selected_keys is None else frozenset(selected_keys)
        self.selected_check_keys = None if selected_check_keys is None else frozenset(selected_check_keys)
        self.read_specs = tuple(read_specs)
        self.parent_job = parent_job
        self.op_selection = None if op_selection is None else list(op_selection)
        self._tags = normalize_tags(tags, who)
        self._run_tags = None if run_tags is None else normalize_tags(run_tags, who)
        self.metadata: Mapping[str, MetadataValue] = normalize_metadata(metadata)
        self.hook_defs = checked_hooks(hook_defs or ())
        self.op_retry_policy = op_retry_policy
        self.owners = None if owners is None else checked_owners(owners, who)
        self._config = checked_config(who, config)
        self._partitions_def = checked_partitions(who, config, partitions_def)
        self._executor_def = checked_executor(who, executor_def)
        self.logger_defs = None if logger_defs is None else dict(logger_defs)
        self.resource_defs = checked_resources(who, resource_defs)
        self.input_values = checked_input_values(who, graph_def, input_values)
        if graph_def is not None:
            check_inputs(graph_def)
            if resource_defs:
                self.validate_resource_requirements_satisfied()

    @property
    def graph(self) -> Any:
        """The graph; None for a job of assets."""
        return self._graph

    @property
    def nodes(self) -> Sequence[Node]:
        """The nodes of the graph, each after those that it depends on."""
        return list(self.node_dict.values())

    nodes_in_topological_order = nodes

    @property
    def node_dict(self) -> Mapping[str, Node]:
        """The nodes of the graph, by name."""
        return self._graph.node_dict if self._graph is not None else {}

    @property
    def dependencies(self) -> Mapping[str, Mapping[str, Source]]:
        """For each node of the graph, where its inputs come from."""
        return self._graph.dependencies if self._graph is not None else {}

    @property
    def all_node_defs(self) -> Sequence[Any]:
        """Every op and graph in it, at every depth, each once."""
        return [] if self._graph is None else [one for one in self._graph.iterate_node_defs() if one is not self._graph]

    @property
    def top_level_node_defs(self) -> Sequence[Any]:
        """The ops and graphs that the graph is made of."""
        return [] if self._graph is None else self._graph.node_defs

    def walk(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Every node at every depth, with the names that lead to it."""
        return iter(()) if self._graph is None else self._graph.walk()

    def has_node_named(self, name: str) -> bool:
        """Whether the graph has a node of that name."""
        return name in self.node_dict

    def get_node_named(self, name: str) -> Node:
        """The node of that name.

        Raises:
            InvariantViolationError: there is none.
        """
        graph: GraphDefinition = self._need_graph()
        return graph.node_named(name)

    def node_def_named(self, name: str) -> Any:
        """The op or graph of that name, at any depth.

        Raises:
            InvalidInvocationError: there is none.
        """
        for one in self.all_node_defs:
            if one.name == name:
                return one
        raise InvalidInvocationError(f"the job {self.name!r} has no op or graph {name!r}")

    def has_node(self, name: str) -> bool:
        """Whether there is an op or graph of that name, at any depth."""
        return any(one.name == name for one in self.all_node_defs)

    @property
    def tags(self) -> Mapping[str, str]:
        """Its labels; those of the graph included where runs have no labels of their own."""
        return dict(self._tags) if self._run_tags is not None else {**self._graph_tags, **self._tags}

    @property
    def run_tags(self) -> Mapping[str, str]:
        """The labels of its runs."""
        return self.tags if self._run_tags is None else {**self._graph_tags, **self._run_tags}

    @property
    def _graph_tags(self) -> Mapping[str, str]:
        return self._graph.tags if self._graph is not None else {}

    @property
    def has_separately_defined_run_tags(self) -> bool:
        """Whether its runs have labels of their own."""
        return self._run_tags is not None

    @property
    def executor_def(self) -> ExecutorDefinition:
        """How its steps are run: as said, else in processes, unless the run's config says otherwise."""
        return self._executor_def or multi_or_in_process_executor

    @property
    def has_specified_executor(self) -> bool:
        """Whether it was said how its steps are run."""
        return self._executor_def is not None

    @property
    def loggers(self) -> Mapping[str, LoggerDefinition]:
        """The loggers that a run's config may ask for."""
        return self.logger_defs or default_loggers()

    @property
    def has_specified_loggers(self) -> bool:
        """Whether it was given loggers."""
        return self.logger_defs is not None

    @property
    def run_config(self) -> Mapping[str, Any] | None:
        """The config of its runs, if it was given; empty where nothing was given."""
        if isinstance(self._config, Mapping):
            return self._config
        return {} if self._config is None else None

    @property
    def config_mapping(self) -> ConfigMapping | None:
        """What makes the config of its runs, if it was given."""
        return self._config if isinstance(self._config, ConfigMapping) else None

    @property
    def partitioned_config(self) -> Any:
        """The config of its runs by partition, if it was given."""
        return self._config if is_partitioned(self._config) else None

    @property
    def partitions_def(self) -> Any:
        """How what it makes is divided; None where it is not."""
        return self._partitions_def

    @property
    def backfill_policy(self) -> Any:
        """How many partitions one run takes; None where nothing was said."""
        return next((one.backfill_policy for one in self.assets if getattr(one, "backfill_policy", None)), None)

    def get_partition_keys(self) -> Sequence[str]:
        """The partitions, by key.

        Raises:
            InvalidDefinitionError: it has none.
        """
        if self._partitions_def is None:
            raise InvalidDefinitionError(f"the job {self.name!r} has no partitions", hint="give it a partitions_def")
        keys: Sequence[str] = self._partitions_def.get_partition_keys()
        return keys

    def get_run_config_for_partition_key(self, partition_key: str) -> Mapping[str, Any]:
        """The config of the run of one partition."""
        if self.partitioned_config is not None:
            made: Mapping[str, Any] = self.partitioned_config.get_run_config_for_partition_key(partition_key)
            return made
        return self.run_config or {}

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """The labels of the run of one partition."""
        if self.partitioned_config is not None:
            made: Mapping[str, str] = self.partitioned_config.get_tags_for_partition_key(
                partition_key, job_name=self.name
            )
            return made
        found: Mapping[str, str] = self._partitions_def.get_tags_for_partition_key(partition_key)
        return found

    def run_request_for_partition(self, partition_key: str, run_key: str | None = None, **options: Any) -> RunRequest:
        """The request for a run of one partition, for schedules and sensors."""
        given_tags = options.pop("tags", None) or {}
        return RunRequest(
            run_key=run_key,
            job_name=self.name,
            run_config=options.pop("run_config", None) or self.get_run_config_for_partition_key(partition_key),
            tags={**self.run_tags, **given_tags, **self.get_tags_for_partition_key(partition_key)},
            partition_key=partition_key,
            **options,
        )

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that it needs."""
        if self._graph is None:
            nodes = [one.node for one in self.assets]
            return frozenset().union(
                *(one.required_resource_keys for one in nodes if hasattr(one, "required_resource_keys"))
            )
        return frozenset(required_resources(self._graph, self.hook_defs))

    def is_missing_required_resources(self) -> bool:
        """Whether a resource that it needs is not defined."""
        return not self.required_resource_keys <= self.resource_defs.keys()

    def validate_resource_requirements_satisfied(self) -> None:
        """Refuses a job whose resources are not all defined.

        Raises:
            InvalidDefinitionError: resources that its graph needs are missing; all of them are listed.
            InvariantViolationError: a resource needs another one that is missing.
        """
        if self._graph is not None:
            check_resources(self.name, required_resources(self._graph, self.hook_defs), self.resource_defs)

    @property
    def is_asset_job(self) -> bool:
        """Whether it makes assets."""
        return bool(self.assets)

    @property
    def asset_selection(self) -> frozenset[Any] | None:
        """The assets that are asked for, where it is a part of a job."""
        return self.selected_keys

    @property
    def asset_check_selection(self) -> frozenset[Any] | None:
        """The checks that are asked for, where it is a part of a job."""
        return self.selected_check_keys

    @property
    def is_subset(self) -> bool:
        """Whether it is a part of a job."""
        return self.parent_job is not None

    @property
    def resolved_op_selection(self) -> frozenset[str] | None:
        """The selected nodes, as dotted paths, where it is a part of a job."""
        if self.op_selection is None or self.parent_job is None:
            return None
        return resolve_op_selection(self.parent_job.graph, self.op_selection)

    def _need_graph(self) -> GraphDefinition:
        if self._graph is None:
            raise InvalidInvocationError(f"the job {self.name!r} is made of assets, not of ops")
        return self._graph

    def retry_policy_for(self, path: Sequence[str]) -> RetryPolicy | None:
        """What happens when an op raises: as its use says, else the op, else the graphs around it, else the job.

        Args:
            path: the names that lead to the op, outermost first.
        """
        nodes = self._nodes_on(path)
        policy = nodes[-1].effective_retry_policy
        around = (node.retry_policy for node in reversed(nodes[:-1]))
        return policy or next((one for one in around if one), None) or self.op_retry_policy

    def hooks_for(self, path: Sequence[str]) -> frozenset[HookDefinition]:
        """The hooks of an op: its own, those of the graphs around it, and the job's.

        Args:
            path: the names that lead to the op, outermost first.
        """
        return frozenset(self.hook_defs).union(*(node.hooks for node in self._nodes_on(path)))

    def _nodes_on(self, path: Sequence[str]) -> list[Node]:
        inside = self._need_graph()
        nodes = []
        for name in path:
            nodes.append(inside.node_named(name))
            inside = nodes[-1].definition
        return nodes

    def describe_target(self) -> str:
        """How messages call it."""
        return f"job {self.name!r}"

    def __repr__(self) -> str:
        return f"JobDefinition({self.name!r})"
