"""`@job`: a function that calls ops becomes a job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import update_wrapper
from typing import Any, overload

from daglab.definitions.executors import ExecutorDefinition
from daglab.definitions.graph_decorator import compose_graph
from daglab.definitions.hooks import HookDefinition
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.loggers import LoggerDefinition
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.retries import RetryPolicy


@overload
def job(compose_fn: Callable[..., Any], /) -> JobDefinition: ...


@overload
def job(
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config: Any = None,
    tags: Mapping[str, Any] | None = None,
    run_tags: Mapping[str, Any] | None = None,
    metadata: RawMetadata | None = None,
    logger_defs: Mapping[str, LoggerDefinition] | None = None,
    executor_def: ExecutorDefinition | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    partitions_def: Any = None,
    input_values: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
) -> Callable[[Callable[..., Any]], JobDefinition]: ...


def job(
    compose_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config: Any = None,
    tags: Mapping[str, Any] | None = None,
    run_tags: Mapping[str, Any] | None = None,
    metadata: RawMetadata | None = None,
    logger_defs: Mapping[str, LoggerDefinition] | None = None,
    executor_def: ExecutorDefinition | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    partitions_def: Any = None,
    input_values: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
) -> JobDefinition | Callable[[Callable[..., Any]], JobDefinition]:
    """Makes a function that calls ops a job: a graph that can be run.

    Args:
        compose_fn: the function, as for `@graph`; it returns nothing.
        name: the job's name; the function's by default.
        description: Markdown; the docstring by default.
        resource_defs: the resources that it needs, as definitions or ready-made.
        config: the run config; or a `RunConfig`, `ConfigMapping` or `PartitionedConfig`.
        tags: labels of the job, and of its runs unless there are `run_tags`.
        run_tags: labels of its runs.
        metadata: facts about the job.
        logger_defs: loggers that a run's config may ask for.
        executor_def: how its steps are run.
        hooks: hooks of all that is in it.
        op_retry_policy: what happens when an op without a policy of its own raises.
        partitions_def: how what it makes is divided; runs are for one partition.
        input_values: values for its inputs.
        owners: who is responsible for it: e-mail addresses, or teams as "team:name".

    Raises:
        InvalidDefinitionError: a body that makes no graph, or arguments that do not fit it.

    Example:
        >>> from daglab.definitions.op_decorator import op
        >>> @op
        ... def load(): return [1, 2]
        >>> @op
        ... def add_up(numbers): return sum(numbers)
        >>> @job(tags={"team": "data"})
        ... def nightly():
        ...     add_up(load())
        >>> nightly.run_tags
        {'team': 'data'}
    """

    def decorate(function: Callable[..., Any]) -> JobDefinition:
        own_name = str(name or getattr(function, "__name__", ""))
        composed = compose_graph(
            function,
            name=own_name,
            decorator="@job",
            out={},
            description=description,
            tags=run_tags,
        )
        made: JobDefinition = composed.to_job(
            resource_defs=resource_defs,
            config=config,
            tags=tags,
            run_tags=run_tags,
            metadata=metadata,
            logger_defs=logger_defs,
            executor_def=executor_def,
            hooks=hooks,
            op_retry_policy=op_retry_policy,
            partitions_def=partitions_def,
            input_values=input_values,
            owners=owners,
        )
        update_wrapper(made, function)  # type: ignore[arg-type]  # a job is no function, but is found under its name
        return made

    return decorate(compose_fn) if compose_fn is not None else decorate
