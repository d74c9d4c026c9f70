"""The arguments of a job, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daglab.definitions.config.config_mapping import ConfigMapping
from daglab.definitions.config.run_config import RunConfig, as_run_config
from daglab.definitions.executor import Executor
from daglab.definitions.executors import ExecutorDefinition
from daglab.definitions.graph_definition import GraphDefinition
from daglab.errors import InvalidDefinitionError


def name_of(graph_def: Any) -> str:
    """The name of a job that was given none: that of its graph."""
    if not isinstance(graph_def, GraphDefinition):
        raise InvalidDefinitionError("a job has no name and no graph", hint="give it name=, or graph_def=")
    return graph_def.name


def is_partitioned(config: Any) -> bool:
    """Whether config is made by partition."""
    return hasattr(config, "partitions_def") and hasattr(config, "get_run_config_for_partition_key")


def checked_config(who: str, config: Any) -> Any:
    """Config as a job keeps it."""
    if config is None or isinstance(config, ConfigMapping) or is_partitioned(config):
        return config
    if isinstance(config, (Mapping, RunConfig)):
        return as_run_config(config)
    raise InvalidDefinitionError(
        f"{who}: its config is {config!r}", hint="give a dict, RunConfig, ConfigMapping or PartitionedConfig"
    )


def checked_partitions(who: str, config: Any, partitions_def: Any) -> Any:
    """How a job is divided, by its partitions or its config."""
    own = config.partitions_def if is_partitioned(config) else None
    if own is not None and partitions_def is not None and own != partitions_def:
        raise InvalidDefinitionError(
            f"{who}: its partitions_def {partitions_def!r} is not that of its config, {own!r}", hint="keep one of them"
        )
    return partitions_def if partitions_def is not None else own


def checked_executor(who: str, executor_def: Any) -> ExecutorDefinition | None:
    """The executor, if it is one."""
    if isinstance(executor_def, Executor):
        return ExecutorDefinition.hardcoded_executor(executor_def)
    if executor_def is not None and not isinstance(executor_def, ExecutorDefinition):
        raise InvalidDefinitionError(
            f"{who}: its executor is {executor_def!r}", hint="give in_process_executor, or what @executor makes"
        )
    return executor_def


def checked_resources(who: str, resource_defs: Any) -> dict[str, Any]:
    """The resources of a job, by key."""
    if resource_defs is not None and not isinstance(resource_defs, Mapping):
        raise InvalidDefinitionError(f"{who}: its resources are {resource_defs!r}", hint="give a dict, by key")
    for key in resource_defs or {}:
        if not isinstance(key, str) or not key.isidentifier():
            raise InvalidDefinitionError(f"{who}: {key!r} is no key of a resource", hint="use a name of Python")
    return dict(resource_defs or {})


def checked_input_values(who: str, graph: GraphDefinition | None, input_values: Any) -> dict[str, object]:
    """Values for inputs that the graph has."""
    if input_values is not None and not isinstance(input_values, Mapping):
        raise InvalidDefinitionError(f"{who}: input_values is {input_values!r}", hint="give a dict, by input")
    for name in input_values or {}:
        if graph is None or name not in graph.ins:
            raise InvalidDefinitionError(
                f"{who} has no input {name!r}, for which a value is given",
                hint=f"its inputs are {list(graph.ins) if graph is not None else []}",
            )
    return dict(input_values or {})
