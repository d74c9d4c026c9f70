"""`InProcessExecutor` and `MultiprocessExecutor`: the two executors that daglab brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from daglab.definitions.executor import Executor, RetryMode, StepDependencyConfig
from daglab.errors import InvalidDefinitionError


class _AtHand(Executor):
    """What the executors that come with daglab have in common."""

    def __init__(self, retries: RetryMode, step_dependency_config: StepDependencyConfig | None) -> None:
        if not isinstance(retries, RetryMode):
            raise InvalidDefinitionError(
                f"{type(self).__name__}: retries is {retries!r}", hint="give RetryMode.ENABLED or RetryMode.DISABLED"
            )
        self._retries = retries
        self._step_dependency_config = step_dependency_config or StepDependencyConfig.default()

    @property
    def retries(self) -> RetryMode:
        """Whether steps that ask to be tried again are."""
        return self._retries

    @property
    def step_dependency_config(self) -> StepDependencyConfig:
        """What a step waits for."""
        return self._step_dependency_config

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[Any]:
        """Runs all steps of a plan, and yields what happens."""
        yield from plan_context.execute_plan(execution_plan)


class InProcessExecutor(_AtHand):
    """Runs one step after the other, in the process of the run.

    Args:
        retries: whether steps that ask to be tried again are.
        step_dependency_config: what a step waits for.
        marker_to_close: without meaning; kept for config that has it.

    Example:
        >>> InProcessExecutor(retries=RetryMode.DISABLED).retries
        <RetryMode.DISABLED: 'disabled'>
    """

    def __init__(
        self,
        retries: RetryMode = RetryMode.ENABLED,
        step_dependency_config: StepDependencyConfig | None = None,
        marker_to_close: str | None = None,
    ) -> None:
        super().__init__(retries, step_dependency_config)
        self.marker_to_close = marker_to_close


class MultiprocessExecutor(_AtHand):
    """Runs steps side by side, each in a process that does nothing else meanwhile.

    Args:
        retries: whether steps that ask to be tried again are.
        max_concurrent: how many processes; by default one a CPU.
        tag_concurrency_limits: how many steps with a label go at once: dicts with `key`, `value` and `limit`.
        start_method: "spawn" or "forkserver"; either way each process is a fresh one that serves the whole run.
        explicit_forkserver_preload: without meaning, as processes are fresh ones.
        step_dependency_config: what a step waits for.

    Example:
        >>> MultiprocessExecutor(max_concurrent=2).max_concurrent
        2
    """

    def __init__(
        self,
        retries: RetryMode = RetryMode.ENABLED,
        max_concurrent: int | None = None,
        tag_concurrency_limits: Sequence[Mapping[str, Any]] | None = None,
        start_method: str | None = None,
        explicit_forkserver_preload: Sequence[str] | None = None,
        step_dependency_config: StepDependencyConfig | None = None,
    ) -> None:
        super().__init__(retries, step_dependency_config)
        if max_concurrent is not None and (not isinstance(max_concurrent, int) or max_concurrent < 0):
            raise InvalidDefinitionError(
                f"{type(self).__name__}: max_concurrent is {max_concurrent!r}", hint="give a whole number, or None"
            )
        if start_method not in (None, "spawn", "forkserver"):
            raise InvalidDefinitionError(
                f"{type(self).__name__}: start_method is {start_method!r}", hint='give "spawn" or "forkserver"'
            )
        self.max_concurrent = max_concurrent
        self.tag_concurrency_limits = tuple(tag_concurrency_limits or ())
        self.start_method = start_method
        self.explicit_forkserver_preload = tuple(explicit_forkserver_preload or ())
