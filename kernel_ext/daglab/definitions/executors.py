"""How the steps of a run are run: one after the other in one process, or in several processes.

`in_process_executor` and `multiprocess_executor` are the two; `multi_or_in_process_executor`, that of jobs which name
none, is either, as the config of the run says.

Example:
    >>> [one.name for one in (in_process_executor, multiprocess_executor, multi_or_in_process_executor)]
    ['in_process', 'multiprocess', 'multi_or_in_process_executor']
    >>> multiprocess_executor.configured({"max_concurrent": 2}, name="two_at_a_time").name
    'two_at_a_time'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import update_wrapper
from typing import Any, overload

from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.configured_schema import ConfiguredSchema
from daglab.definitions.config.execution_config import (
    DEFAULT_EXECUTOR,
    DEFAULT_EXECUTOR_CONFIG,
    IN_PROCESS_CONFIG,
    MULTIPROCESS_CONFIG,
)
from daglab.definitions.executor import Executor, RetryMode, StepDependencyConfig
from daglab.definitions.executors_at_hand import InProcessExecutor, MultiprocessExecutor
from daglab.errors import InvalidDefinitionError


class ExecutorRequirement(Enum):
    """What an executor asks of a job and of the instance.

    Example:
        >>> ExecutorRequirement.RECONSTRUCTABLE_JOB.value
        'RECONSTRUCTABLE_PIPELINE'
    """

    RECONSTRUCTABLE_JOB = "RECONSTRUCTABLE_PIPELINE"
    RECONSTRUCTABLE_PIPELINE = "RECONSTRUCTABLE_PIPELINE"  # noqa: PIE796 - an older name of the same
    NON_EPHEMERAL_INSTANCE = "NON_EPHEMERAL_INSTANCE"
    PERSISTENT_OUTPUTS = "PERSISTENT_OUTPUTS"


def multiple_process_executor_requirements() -> list[ExecutorRequirement]:
    """What an executor asks for that runs steps in other processes.

    Example:
        >>> [one.name for one in multiple_process_executor_requirements()]
        ['RECONSTRUCTABLE_JOB', 'NON_EPHEMERAL_INSTANCE', 'PERSISTENT_OUTPUTS']
    """
    return list(ExecutorRequirement)


@dataclass(frozen=True, kw_only=True)
class InitExecutorContext:
    """What the function that makes an executor is told.

    Args:
        job: the job's definition.
        executor_def: the executor's definition.
        executor_config: its config, checked, with defaults filled in.
        instance: where the run is recorded.

    Example:
        >>> context = InitExecutorContext(
        ...     job=None, executor_def=in_process_executor, executor_config={"retries": {"disabled": {}}}, instance=None
        ... )
        >>> in_process_executor(context).retries.disabled
        True
    """

    job: Any
    executor_def: ExecutorDefinition
    executor_config: Mapping[str, Any]
    instance: Any


class ExecutorDefinition:
    """A way to run the steps of a run.

    Args:
        name: the executor's name.
        config_schema: what its config may be.
        requirements: what it asks of jobs and of the instance; or a function of its config that says so.
        executor_creation_fn: makes the executor, of its `InitExecutorContext`.
        description: Markdown.

    Example:
        >>> multiprocess_executor.configured({"max_concurrent": 2}, name="two").name
        'two'
    """

    def __init__(
        self,
        name: str,
        config_schema: Any = None,
        requirements: Callable[[Mapping[str, object]], Sequence[ExecutorRequirement]]
        | Sequence[ExecutorRequirement]
        | None = None,
        executor_creation_fn: Callable[..., Any] | None = None,
        description: str | None = None,
    ) -> None:
        if not isinstance(name, str) or not name:
            raise InvalidDefinitionError(f"an executor is named {name!r}", hint="give it a name")
        self.name = name
        self.config_schema: ConfigSchema | None = ConfigSchema.of(config_schema)
        self.executor_creation_fn = executor_creation_fn
        self.description = description
        self._requirements = requirements

    @staticmethod
    def hardcoded_executor(executor: Executor) -> ExecutorDefinition:
        """The definition of an executor that is there already."""
        return ExecutorDefinition("__executor__", executor_creation_fn=lambda _init_context: executor)

    def get_requirements(self, executor_config: Mapping[str, object]) -> Sequence[ExecutorRequirement]:
        """What it asks of jobs and of the instance, with this config."""
        if callable(self._requirements):
            return list(self._requirements(executor_config))
        return list(self._requirements or ())

    def configured(
        self,
        config_or_config_fn: Any,
        name: str | None = None,
        config_schema: Any = None,
        description: str | None = None,
    ) -> ExecutorDefinition:
        """The same with its config given.

        Args:
            config_or_config_fn: the config, or a function that makes it of other config.
            name: another name.
            config_schema: what that other config may be.
            description: Markdown.
        """
        return ExecutorDefinition(
            name=name or self.name,
            config_schema=ConfiguredSchema.over(self.config_schema, config_or_config_fn, config_schema),
            requirements=self._requirements,
            executor_creation_fn=self.executor_creation_fn,
            description=description or self.description,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Makes the executor."""
        if self.executor_creation_fn is None:
            raise InvalidDefinitionError(
                f"the executor {self.name!r} has no function that makes it",
                hint="give executor_creation_fn=, or write that function and decorate it with @executor",
            )
        return self.executor_creation_fn(*args, **kwargs)

    def __repr__(self) -> str:
        return f"ExecutorDefinition({self.name!r})"


@overload
def executor(name: Callable[..., Any], /) -> ExecutorDefinition: ...


@overload
def executor(
    name: str | None = None, config_schema: Any = None, requirements: Any = None
) -> Callable[[Callable[..., Any]], ExecutorDefinition]: ...


def executor(
    name: Callable[..., Any] | str | None = None, config_schema: Any = None, requirements: Any = None
) -> ExecutorDefinition | Callable[[Callable[..., Any]], ExecutorDefinition]:
    """Makes a function that makes an executor a definition of one.

    The function is called once for each run, with an `InitExecutorContext`.

    Args:
        name: the executor's name, the function's by default; or the function, when the decorator is used bare.
        config_schema: what its config may be.
        requirements: what it asks of jobs and of the instance.

    Example:
        >>> @executor(name="few", config_schema={"workers": int})
        ... def few_workers(init_context):
        ...     return MultiprocessExecutor(max_concurrent=init_context.executor_config["workers"])
        >>> few_workers.name
        'few'
    """
    own_name = name if isinstance(name, str) else None

    def decorate(function: Callable[..., Any]) -> ExecutorDefinition:
        made = ExecutorDefinition(
            name=own_name or function.__name__,
            config_schema=config_schema,
            requirements=requirements,
            executor_creation_fn=function,
        )
        update_wrapper(made, function)
        return made

    return decorate(name) if callable(name) else decorate


def _in_process(config: Mapping[str, Any]) -> InProcessExecutor:
    return InProcessExecutor(
        retries=RetryMode.from_config(config.get("retries", {})) or RetryMode.ENABLED,
        step_dependency_config=StepDependencyConfig.from_config(config.get("step_dependency_config")),
        marker_to_close=config.get("marker_to_close"),
    )


def _multiprocess(config: Mapping[str, Any]) -> MultiprocessExecutor:
    start_method: Mapping[str, Any] = config.get("start_method") or {}
    method = next(iter(start_method), None)
    return MultiprocessExecutor(
        retries=RetryMode.from_config(config.get("retries", {})) or RetryMode.ENABLED,
        max_concurrent=config.get("max_concurrent"),
        tag_concurrency_limits=config.get("tag_concurrency_limits"),
        start_method=method,
        explicit_forkserver_preload=start_method.get("forkserver", {}).get("preload_modules"),
        step_dependency_config=StepDependencyConfig.from_config(config.get("step_dependency_config")),
    )


def _either(config: Mapping[str, Any]) -> Executor:
    if "in_process" in config:
        return _in_process(config["in_process"])
    return _multiprocess(config.get("multiprocess", {}))


def _needs_processes(config: Mapping[str, object]) -> Sequence[ExecutorRequirement]:
    return () if "in_process" in config else multiple_process_executor_requirements()


in_process_executor = ExecutorDefinition(
    "in_process",
    IN_PROCESS_CONFIG,
    executor_creation_fn=lambda init_context: _in_process(init_context.executor_config),
    description="One step after the other, in the process of the run.",
)
multiprocess_executor = ExecutorDefinition(
    "multiprocess",
    MULTIPROCESS_CONFIG,
    requirements=multiple_process_executor_requirements(),
    executor_creation_fn=lambda init_context: _multiprocess(init_context.executor_config),
    description="Each step in a process of its own.",
)
multi_or_in_process_executor = ExecutorDefinition(
    DEFAULT_EXECUTOR,
    DEFAULT_EXECUTOR_CONFIG,
    requirements=_needs_processes,
    executor_creation_fn=lambda init_context: _either(init_context.executor_config),
    description="Each step in a process of its own, unless the config of the run says in_process.",
)
