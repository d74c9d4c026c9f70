"""The executor of a run: made of its definition, checked, and turned into what runs steps."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from daglab.definitions.executor import Executor
from daglab.definitions.executors import ExecutorDefinition, ExecutorRequirement, InitExecutorContext
from daglab.definitions.executors_at_hand import InProcessExecutor, MultiprocessExecutor
from daglab.errors import DaglabError, InvariantViolationError, UnmetExecutorRequirementsError, UserCodeError
from daglab.execution.in_process import InProcessRunner
from daglab.execution.ports import EventSink, StepRunner
from daglab.execution.progress import Progress, StepRules
from daglab.execution.step import StepExecutor
from daglab.execution.tag_limits import TagLimits
from daglab.execution.worker_pool import WorkerPool
from daglab.foundation.clock import SystemClock
from daglab.history.run_events import RunEvent
from daglab.io_managers.memory import InMemoryIOManager, mem_io_manager
from daglab.orchestration.active_execution import refuse_incomplete
from daglab.orchestration.instance import Instance
from daglab.orchestration.job_requests import JobRequest, setting_of
from daglab.orchestration.job_sources import JobSource
from daglab.orchestration.plan_context import PlanContext
from daglab.orchestration.worker_setup import JobWorkerSetup
from daglab.records.events import Event
from daglab.records.runs import Run


def executor_of(request: JobRequest, instance: Instance, *, processes: int | None = None) -> Executor:
    """Makes the executor of a run.

    Args:
        request: what is to be run.
        instance: where it is recorded.
        processes: how many steps go side by side, whatever the job says; 0 for this process.

    Raises:
        UnmetExecutorRequirementsError: it cannot work with this instance or this job.
        UserCodeError: the function that makes it raised.
        InvariantViolationError: that function gave something else.
    """
    definition: ExecutorDefinition = request.job.executor_def
    config: Mapping[str, Any] = request.resolved.execution or {}
    executor = _made(
        definition,
        InitExecutorContext(job=request.job, executor_def=definition, executor_config=config, instance=instance),
    )
    if processes is not None:
        executor = _with_processes(executor, processes)
        needed = MultiprocessExecutor if processes else InProcessExecutor
        requirements = frozenset(ExecutorRequirement) if needed is MultiprocessExecutor else frozenset()
    else:
        requirements = frozenset(definition.get_requirements(config))
        if isinstance(executor, MultiprocessExecutor):
            requirements = frozenset(ExecutorRequirement)
    _refuse_unmet(request, instance, requirements)
    return executor


def _made(definition: ExecutorDefinition, context: InitExecutorContext) -> Executor:
    try:
        made = definition(context)
    except DaglabError:
        raise
    except Exception as error:
        raise UserCodeError(
            f"the function of the executor {definition.name!r} raised {type(error).__name__}: {error}",
            user_exception=error,
        ) from error
    if not isinstance(made, Executor):
        raise InvariantViolationError(
            f"the function of the executor {definition.name!r} gave {made!r}",
            hint="let it return an InProcessExecutor, a MultiprocessExecutor, or what derives from Executor",
        )
    return made


def _with_processes(executor: Executor, processes: int) -> Executor:
    retries, waits_for = executor.retries, executor.step_dependency_config
    if processes == 0:
        return InProcessExecutor(retries=retries, step_dependency_config=waits_for)
    return MultiprocessExecutor(
        retries=retries,
        max_concurrent=processes,
        tag_concurrency_limits=getattr(executor, "tag_concurrency_limits", None),
        step_dependency_config=waits_for,
    )


def _refuse_unmet(request: JobRequest, instance: Instance, requirements: frozenset[ExecutorRequirement]) -> None:
    name = request.job.name
    if ExecutorRequirement.NON_EPHEMERAL_INSTANCE in requirements and instance.is_ephemeral:
        raise UnmetExecutorRequirementsError(
            f"job {name!r} runs its steps in processes of their own, which cannot see an ephemeral instance",
            hint="use DagsterInstance.get() or instance_for_test(), or in_process_executor",
        )
    if ExecutorRequirement.PERSISTENT_OUTPUTS not in requirements:
        return
    for step in request.plan.steps.values():
        for output, out in step.op.outs.items():
            manager = request.resource_defs.get(out.io_manager_key)
            if out.carries_value and (manager is mem_io_manager or isinstance(manager, InMemoryIOManager)):
                raise UnmetExecutorRequirementsError(
                    f"job {name!r} runs its steps in processes of their own, and the output {output!r} of step "
                    f"{step.key!r} is kept in the memory of one of them",
                    hint=f"give {out.io_manager_key!r} an IO manager that stores values, such as fs_io_manager",
                )


@dataclass(frozen=True, kw_only=True)
class ExecutorAtWork:
    """An executor, and the run that it is for.

    Args:
        executor: the executor.
        run: the run's record.
        request: what is to be run.
        source: where the job is found.
        instance: where it is recorded.
    """

    executor: Executor
    run: Run
    request: JobRequest
    source: JobSource
    instance: Instance

    @property
    def is_own(self) -> bool:
        """Whether it decides itself in which order steps go."""
        ours = (InProcessExecutor.execute, MultiprocessExecutor.execute)
        return type(self.executor).execute not in ours

    @property
    def _processes(self) -> int:
        """How many processes run steps; 0 where this one does."""
        if not isinstance(self.executor, MultiprocessExecutor) or os.name != "posix":
            return 0
        count = self.executor.max_concurrent or os.cpu_count() or 1
        return min(count, len(self.request.plan.steps)) or 1

    @property
    def rules(self) -> StepRules:
        """When steps may go."""
        limits = getattr(self.executor, "tag_concurrency_limits", None)
        return StepRules(
            by_length=self._processes > 1,
            limits=TagLimits(limits) if limits else None,
            needs_success=self.executor.step_dependency_config.require_upstream_step_success,
        )

    def runner(self, sink: EventSink) -> StepRunner:
        """What runs the steps."""
        request, instance, clock = self.request, self.instance, SystemClock()
        retries_enabled = not self.executor.retries.disabled
        if not self._processes:
            setting = setting_of(request, self.run, instance, retries_enabled=retries_enabled)
            return InProcessRunner(
                StepExecutor(setting=setting, steps=request.plan.steps, emit=sink.append, clock=clock)
            )
        setup = JobWorkerSetup(
            home=instance.home.path,
            root=instance.home.root,
            run=self.run,
            source=self.source,
            run_config=dict(request.run_config),
            tags=dict(request.tags),
            partition_key=request.partition_key,
            step_keys=tuple(request.plan.steps),
            retries_enabled=retries_enabled,
        )
        return WorkerPool(
            command=[sys.executable, "-P", "-m", "daglab.orchestration.worker_process"],
            setup=setup,
            count=self._processes,
            run_id=self.run.run_id,
            emit=sink.append,
            clock=clock,
            log_dir=instance.home.run_dir(self.run.run_id),
        )

    def conduct(
        self, runner: StepRunner, is_stopping: Callable[[], bool], told: list[Event]
    ) -> Callable[[Progress], None]:
        """What takes the run to its end.

        Args:
            runner: runs the steps.
            is_stopping: whether the run is to stop.
            told: takes what happens; emptied by the executor.
        """
        name = self.request.job.executor_def.name

        def conducted(progress: Progress) -> None:
            context = PlanContext(
                run=self.run,
                job=self.request.job,
                run_config=self.request.run_config,
                instance=self.instance,
                runner=runner,
                plan=self.request.plan,
                progress=progress,
                is_canceled=is_stopping,
                told=told,
            )
            try:
                for event in self.executor.execute(context, context.plan):
                    if not isinstance(event, RunEvent):
                        raise InvariantViolationError(
                            f"the executor {name!r} yielded {event!r}",
                            hint="yield the events that plan_context.execute_step gives",
                        )
            except DaglabError:
                raise
            except Exception as error:
                raise UserCodeError(f"the executor {name!r} raised", user_exception=error) from error
            refuse_incomplete(progress)

        return conducted
