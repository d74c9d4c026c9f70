"""`Executor`: what takes the steps of a run to their end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from daglab.errors import InvalidConfigError


class RetryMode(Enum):
    """Whether steps that ask to be tried again are.

    DEFERRED is for a run within a run: it tells that a step is to be tried again and leaves that to the outer one.

    Example:
        >>> RetryMode.from_config({"disabled": {}})
        <RetryMode.DISABLED: 'disabled'>
    """

    ENABLED = "enabled"
    DISABLED = "disabled"
    DEFERRED = "deferred"

    @staticmethod
    def from_config(config_value: Mapping[str, Any]) -> RetryMode | None:
        """What config of the form `{"enabled": {}}` means; None where it says nothing.

        Raises:
            InvalidConfigError: it is no such mode.
        """
        for name in config_value:
            modes = {one.value: one for one in RetryMode}
            if name not in modes:
                raise InvalidConfigError(f"retries: there is no mode {name!r}", hint=f"there are {list(modes)}")
            return modes[name]
        return None

    @property
    def enabled(self) -> bool:
        """Whether it is ENABLED."""
        return self is RetryMode.ENABLED

    @property
    def disabled(self) -> bool:
        """Whether it is DISABLED."""
        return self is RetryMode.DISABLED

    @property
    def deferred(self) -> bool:
        """Whether it is DEFERRED."""
        return self is RetryMode.DEFERRED

    def for_inner_plan(self) -> RetryMode:
        """The mode of a run within a run of this one."""
        return RetryMode.DEFERRED if self.enabled else self


@dataclass(frozen=True)
class StepDependencyConfig:
    """What a step waits for.

    Args:
        require_upstream_step_success: whether all steps before it have to succeed; else it also runs when what it
            reads is there although the step that made it has failed since.

    Example:
        >>> StepDependencyConfig.from_config({"require_upstream_step_success": False})
        StepDependencyConfig(require_upstream_step_success=False)
    """

    require_upstream_step_success: bool = True

    @staticmethod
    def default() -> StepDependencyConfig:
        """All steps before it have to succeed."""
        return StepDependencyConfig()

    @staticmethod
    def from_config(config_value: Mapping[str, Any] | None) -> StepDependencyConfig:
        """What config of executors says of it."""
        return StepDependencyConfig((config_value or {}).get("require_upstream_step_success", True))


class Executor(ABC):
    """What takes the steps of a run to their end. Derive from it to decide where and in which order they run.

    `execute` is a generator that runs in the process of the run, on its main thread. It asks the plan which steps may
    go, runs each with `plan_context.execute_step`, on whichever thread it likes, and yields what that gives back. What
    a step makes, whether it is tried again, and what cannot run any more is noted by `execute_step`; so is all that
    happens, so that nothing is lost that is not yielded. A run whose executor ends before its steps do has failed.

    Example:
        >>> from daglab.definitions.executors import executor
        >>> class LastFirst(Executor):
        ...     retries = RetryMode.ENABLED
        ...
        ...     def execute(self, plan_context, execution_plan):
        ...         with execution_plan.start(retry_mode=self.retries) as active:
        ...             while not active.is_complete:
        ...                 steps = active.get_steps_to_execute()
        ...                 if not steps:
        ...                     active.sleep_til_ready()
        ...                 for step in reversed(steps):
        ...                     yield from plan_context.execute_step(step)
        >>> @executor
        ... def last_first(init_context):
        ...     return LastFirst()
        >>> last_first(None).step_dependency_config.require_upstream_step_success
        True
    """

    @abstractmethod
    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        """Runs all steps of a plan, and yields what happens.

        Args:
            plan_context: has `execute_step(step)`, which runs a step on the calling thread and gives what happened;
                `is_canceled`, which is true once the run is to stop; and `run`, `run_id`, `run_tags`, `run_config`,
                `job`, `job_name` and `instance`.
            execution_plan: has `steps`, `step_keys_to_execute`, `get_step_by_key(key)`, `get_all_steps_by_level()`, and
                `start(retry_mode, sort_key_fn, max_concurrent, tag_concurrency_limits)`, all of which may be left out.
                That gives, in a `with` block, what has `is_complete`, `get_steps_to_execute(limit)`, `get_next_step()`,
                `sleep_interval()` and `sleep_til_ready()`. A step has a `key`, `tags`, `needs` and its `op`.
        """

    @property
    @abstractmethod
    def retries(self) -> RetryMode:
        """Whether steps that ask to be tried again are."""

    @property
    def step_dependency_config(self) -> StepDependencyConfig:
        """What a step waits for."""
        return StepDependencyConfig.default()
