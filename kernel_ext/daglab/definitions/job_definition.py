"""`JobDefinition`: a graph, or a set of assets, with all that is needed to run it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from daglab.definitions.config.run_config import RunConfig
from daglab.definitions.doors import door
from daglab.definitions.executors import ExecutorDefinition
from daglab.definitions.hooks import HookDefinition
from daglab.definitions.job_arguments import checked_input_values
from daglab.definitions.job_facts import JobFacts
from daglab.definitions.loggers import LoggerDefinition
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.op_selection import resolve_op_selection, subset_graph
from daglab.definitions.partitions.loading import partition_loading_context
from daglab.definitions.pending_invocation import checked_hooks
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvalidSubsetError


class JobDefinition(JobFacts):
    """A graph, or a set of assets, with all that is needed to run it.

    Usually made by `@job`, `GraphDefinition.to_job`, or `define_asset_job`.

    Args:
        graph_def: the graph; None for a job of assets.
        resource_defs: the resources that it needs, as definitions or ready-made, by key.
        executor_def: how its steps are run.
        logger_defs: loggers that a run's config may ask for.
        name: the job's name; the graph's by default.
        config: the run config; or a `RunConfig`, `ConfigMapping` or `PartitionedConfig`.
        description: Markdown.
        partitions_def: how what it makes is divided; runs are for one partition.
        tags: labels of the job, and of its runs unless there are `run_tags`.
        run_tags: labels of its runs.
        metadata: facts about the job.
        hook_defs: hooks of all that is in it.
        op_retry_policy: what happens when an op without a policy of its own raises.
        input_values: values for the graph's inputs.
        owners: who is responsible for it: e-mail addresses, or teams as "team:name".
        assets: the assets that it makes, where it is a job of assets.
        selected_keys: those of them that are asked for; None for all.
        selected_check_keys: the checks that are asked for; None for those of the assets.
        read_specs: what is said of the assets that they read.
        parent_job: the whole job, of which this is a part.
        op_selection: the selection that made it a part.

    Raises:
        InvalidDefinitionError: names, config or inputs that cannot be; a resource that is missing while others are
            given.

    Example:
        >>> from daglab.definitions.graph_definition import GraphDefinition
        >>> from daglab.definitions.op_definition import OpDefinition
        >>> hello = OpDefinition(lambda context, inputs: print("hello"), "hello")
        >>> JobDefinition(graph_def=GraphDefinition("greet", node_defs=[hello]), tags={"team": "data"}).tags
        {'team': 'data'}
    """

    def get_subset(
        self,
        *,
        op_selection: Iterable[str] | None = None,
        asset_selection: Iterable[Any] | None = None,
        asset_check_selection: Iterable[Any] | None = None,
    ) -> JobDefinition:
        """A part of the job.

        Args:
            op_selection: clauses such as `load`, `*report`, `load+`, `inner.load`.
            asset_selection: keys of assets.
            asset_check_selection: keys of checks.

        Raises:
            InvalidSubsetError: a selection that names nothing, or leaves an op without its inputs.
            InvalidInvocationError: ops and assets at once.
        """
        if op_selection and (asset_selection or asset_check_selection):
            raise InvalidInvocationError("op_selection and asset_selection are given at once", hint="give one of them")
        if op_selection:
            return self._subset_of_ops([op_selection] if isinstance(op_selection, str) else list(op_selection))
        if asset_selection or asset_check_selection:
            return self._subset_of_assets(
                frozenset(asset_selection or ()), None if asset_check_selection is None else asset_check_selection
            )
        return self

    def _subset_of_ops(self, op_selection: list[str]) -> JobDefinition:
        graph = self._need_graph()
        paths = resolve_op_selection(graph, op_selection)
        try:
            part = subset_graph(graph, paths)
            inputs = {name: value for name, value in self.input_values.items() if name in part.ins}
            return self.replaced(
                graph_def=part,
                name=self.name,
                config=None if isinstance(self._config, Mapping) else self._config,
                input_values=inputs,
                parent_job=self,
                op_selection=op_selection,
            )
        except InvalidDefinitionError as error:
            raise InvalidSubsetError(
                f"the selection {sorted(paths)} of {graph.name!r} cannot be run: {error.message}", hint=error.hint
            ) from error

    def _subset_of_assets(self, keys: frozenset[Any], check_keys: Iterable[Any] | None) -> JobDefinition:
        made = frozenset().union(*(one.keys for one in self.assets))
        unknown = sorted(str(one) for one in keys - made)
        if unknown:
            raise InvalidSubsetError(
                f"the job {self.name!r} does not make {', '.join(unknown)}",
                hint=f"it makes {', '.join(sorted(map(str, made)))}",
            )
        return self.replaced(selected_keys=keys, selected_check_keys=check_keys, parent_job=self)

    def replaced(self, **changes: Any) -> JobDefinition:
        """The same with some arguments changed."""
        return type(self)(**{**self._given, **changes})

    def with_hooks(self, hook_defs: Iterable[HookDefinition]) -> JobDefinition:
        """The same with more hooks of all that is in it."""
        return self.replaced(hook_defs=self.hook_defs | checked_hooks(hook_defs))

    def with_executor_def(self, executor_def: ExecutorDefinition) -> JobDefinition:
        """The same, run in another way."""
        return self.replaced(executor_def=executor_def)

    def with_logger_defs(self, logger_defs: Mapping[str, LoggerDefinition]) -> JobDefinition:
        """The same with other loggers."""
        return self.replaced(logger_defs=logger_defs)

    def with_metadata(self, metadata: RawMetadata) -> JobDefinition:
        """The same with other facts about it."""
        return self.replaced(metadata=metadata)

    def with_top_level_resources(self, resource_defs: Mapping[str, Any]) -> JobDefinition:
        """The same with resources for what it needs and has not; its own ones stay."""
        return self.replaced(resource_defs={**resource_defs, **self.resource_defs})

    def execute_in_process(
        self,
        run_config: Mapping[str, Any] | RunConfig | None = None,
        instance: Any = None,
        partition_key: str | None = None,
        raise_on_error: bool = True,
        op_selection: Sequence[str] | None = None,
        asset_selection: Sequence[Any] | None = None,
        run_id: str | None = None,
        input_values: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
        resources: Mapping[str, object] | None = None,
    ) -> Any:
        """Runs the job in this process; values stay in memory.

        Args:
            run_config: the config; the job's own by default.
            instance: where the run is recorded; by default nowhere that lasts.
            partition_key: the partition to run for.
            raise_on_error: whether an error of a step is raised, or left in the result.
            op_selection: the part of the graph that is run.
            asset_selection: the assets that are made.
            run_id: the run's id.
            input_values: values for the graph's inputs, besides the job's own.
            tags: labels of the run.
            resources: resources, as definitions or ready-made, instead of the job's own.

        Raises:
            InvalidDefinitionError: a resource that is needed is missing.
            InvalidConfigError: config that does not fit.
            InvalidSubsetError: a selection that names nothing.
        """
        part = self.get_subset(op_selection=op_selection, asset_selection=asset_selection)
        values = {
            name: one for name, one in (input_values or {}).items() if part.graph is None or name in part.graph.ins
        }
        checked_input_values(f"job {self.name!r}", self._graph, input_values)
        if values or resources:
            part = part.replaced(
                input_values={**part.input_values, **values}, resource_defs={**self.resource_defs, **(resources or {})}
            )
        part.validate_resource_requirements_satisfied()
        if run_config is None and op_selection and self.run_config:
            run_config = self.run_config
        return door("execute_in_process")(
            part,
            run_config=run_config,
            instance=instance,
            partition_key=partition_key,
            raise_on_error=raise_on_error,
            run_id=run_id,
            tags=tags,
        )

    def validate_partition_key(self, partition_key: str, dynamic_partitions_store: Any = None) -> None:
        """Refuses a partition that no run of the job can be for.

        Args:
            partition_key: the partition.
            dynamic_partitions_store: an instance, which knows the keys of dynamic partitions.

        Raises:
            InvalidInvocationError: the job has no partitions.
            UnknownPartitionError: it has no partition of that key.
        """
        if self.partitions_def is None:
            raise InvalidInvocationError(
                f"the job {self.name!r} has no partitions, so it cannot be run for {partition_key!r}",
                hint="leave partition_key out, or give the job or its assets a partitions_def",
            )
        with partition_loading_context(dynamic_partitions_store=dynamic_partitions_store):
            self.partitions_def.validate_partition_key(partition_key)
