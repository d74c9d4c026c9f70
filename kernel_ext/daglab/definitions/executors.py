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
from daglab.errors import InvalidDefinitionError

IN_PROCESS = "in_process"
MULTIPROCESS = "multiprocess"


class ExecutorRequirement(Enum):
    """What an executor asks of a job and of the instance.

    Example:
        >>> ExecutorRequirement.RECONSTRUCTABLE_JOB.value
        'RECONSTRUCTABLE_PIPELINE'
    """

    RECONSTRUCTABLE_JOB = "RECONSTRUCTABLE_PIPELINE"
    NON_EPHEMERAL_INSTANCE = "NON_EPHEMERAL_INSTANCE"
    PERSISTENT_OUTPUTS = "PERSISTENT_OUTPUTS"


_ACROSS_PROCESSES = (
    ExecutorRequirement.RECONSTRUCTABLE_JOB,
    ExecutorRequirement.NON_EPHEMERAL_INSTANCE,
    ExecutorRequirement.PERSISTENT_OUTPUTS,
)


class ExecutorDefinition:
    """A way to run the steps of a run.

    Args:
        name: the executor's name.
        config_schema: what its config may be.
        requirements: what it asks of jobs and of the instance; or a function of its config that says so.
        executor_creation_fn: makes the executor, of its `InitExecutorContext`; None for those that daglab brings.
        description: Markdown.
        kind: which of those that daglab brings it is; None for others.

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
        *,
        kind: str | None = None,
    ) -> None:
        if not isinstance(name, str) or not name:
            raise InvalidDefinitionError(f"an executor is named {name!r}", hint="give it a name")
        self.name = name
        self.config_schema: ConfigSchema | None = ConfigSchema.of(config_schema)
        self.executor_creation_fn = executor_creation_fn
        self.description = description
        self.kind = kind
        self._requirements = requirements

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
            kind=self.kind,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Makes the executor."""
        if self.executor_creation_fn is None:
            raise InvalidDefinitionError(f"the executor {self.name!r} cannot be made by hand")
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

    Args:
        name: the executor's name, the function's by default; or the function, when the decorator is used bare.
        config_schema: what its config may be.
        requirements: what it asks of jobs and of the instance.

    Example:
        >>> @executor(name="cluster", config_schema={"workers": int})
        ... def cluster_executor(init_context): ...
        >>> cluster_executor.name
        'cluster'
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


def _needs_processes(config: Mapping[str, object]) -> Sequence[ExecutorRequirement]:
    return () if IN_PROCESS in config else _ACROSS_PROCESSES


in_process_executor = ExecutorDefinition(
    "in_process", IN_PROCESS_CONFIG, description="One step after the other, in the process of the run.", kind=IN_PROCESS
)
multiprocess_executor = ExecutorDefinition(
    "multiprocess",
    MULTIPROCESS_CONFIG,
    requirements=_ACROSS_PROCESSES,
    description="Each step in a process of its own.",
    kind=MULTIPROCESS,
)
multi_or_in_process_executor = ExecutorDefinition(
    DEFAULT_EXECUTOR,
    DEFAULT_EXECUTOR_CONFIG,
    requirements=_needs_processes,
    description="Each step in a process of its own, unless the config of the run says in_process.",
)
