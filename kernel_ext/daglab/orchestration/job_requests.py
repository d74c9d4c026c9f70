"""What is to be run of a job, once all choices are made; and how a run's failure is raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn

from daglab.definitions.config.job_config import ResolvedRunConfig, resolve_run_config, run_config_of
from daglab.definitions.config.run_config import storable_run_config
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.user_errors import RetryRequested
from daglab.errors import (
    CheckFailedError,
    ExecutionInterruptedError,
    MaxRetriesExceededError,
    ResourceFunctionError,
    StepError,
    SubprocessError,
    UserCodeError,
)
from daglab.execution.progress import RunOutcome
from daglab.execution.setting import RunSetting
from daglab.execution.step import is_worth_a_retry
from daglab.history.event_story import public_events
from daglab.orchestration.instance import Instance
from daglab.orchestration.observed import read_states
from daglab.orchestration.runtime_limit import TIMED_OUT, RuntimeLimit
from daglab.planning.expansion import OpSettings
from daglab.planning.job_plan import plan_assets, plan_graph
from daglab.planning.steps import MAPPED, ExecutionPlan
from daglab.records.outputs import StepOutput
from daglab.records.runs import Run, RunStatus

PARTITION_TAG = "dagster/partition"
RANGE_TAGS = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@dataclass(frozen=True, kw_only=True)
class JobRequest:
    """What is to be run, once all choices are made.

    Args:
        job: the job.
        run_config: as it was given, plain.
        resolved: the same, processed.
        plan: the steps.
        resource_defs: by key.
        tags: of the run.
        partition_key: "" where it has none, or several.
        partition_range: from the first of several partitions to the last.
        earlier: outputs of steps that are not run again.
        parent_run_id: the run that this one repeats.
    """

    job: Any
    run_config: Mapping[str, Any]
    resolved: ResolvedRunConfig
    plan: ExecutionPlan
    resource_defs: Mapping[str, object]
    tags: Mapping[str, str] = field(default_factory=dict)
    partition_key: str = ""
    partition_range: PartitionKeyRange | None = None
    earlier: Mapping[str, tuple[StepOutput, ...]] = field(default_factory=dict)
    parent_run_id: str | None = None
    root_run_id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What the run's record tells of it; nothing that is secret."""
        job = self.job
        found: dict[str, Any] = {"step_keys_to_execute": list(self.plan.steps)}
        if self.run_config:
            found["run_config"] = dict(self.run_config)
        if job.op_selection:
            found["op_selection"] = list(job.op_selection)
        if job.selected_keys is not None:
            found["asset_selection"] = sorted(map(str, job.selected_keys))
        if job.selected_check_keys is not None:
            found["asset_check_selection"] = sorted(map(str, job.selected_check_keys))
        return found


def prepare_job(
    job: Any,
    instance: Instance,
    *,
    run_config: Any = None,
    resource_defs: Mapping[str, object] | None = None,
    partition_key: str | None = None,
    tags: Mapping[str, str] | None = None,
    any_execution: bool = True,
) -> JobRequest:
    """Makes all choices for a run, and refuses what can be refused before it.

    Args:
        job: the job.
        instance: where it is to run.
        run_config: by default the job's own, or that of the partition.
        resource_defs: instead of the job's own.
        partition_key: the partition.
        tags: more labels of the run.
        any_execution: whether the config of the executor is left unread.
    """
    if partition_key is not None:
        job.validate_partition_key(partition_key, instance)
        if run_config is None and job.partitioned_config is not None:
            run_config = job.get_run_config_for_partition_key(partition_key)
    resolved = resolve_run_config(job, run_config, any_execution=any_execution)
    given = run_config_of(job, run_config)
    plan = plan_job(job, instance, resolved)
    all_tags = {**job.run_tags, **(tags or {})}
    if partition_key is not None:
        all_tags = {**job.get_tags_for_partition_key(partition_key), PARTITION_TAG: partition_key, **all_tags}
    RuntimeLimit(all_tags)  # A tag that means nothing is refused before anything has happened.
    return JobRequest(
        job=job,
        run_config=storable_run_config(given) if given else {},
        resolved=resolved,
        plan=plan,
        resource_defs=resource_defs if resource_defs is not None else job.resource_defs,
        tags=all_tags,
        partition_key=partition_key or all_tags.get(PARTITION_TAG, ""),
        partition_range=_range_of(all_tags),
    )


def _range_of(tags: Mapping[str, str]) -> PartitionKeyRange | None:
    """Which partitions a run makes at once, as its labels say."""
    if not all(one in tags for one in RANGE_TAGS):
        return None
    start, end = (tags[one] for one in RANGE_TAGS)
    return PartitionKeyRange(start, end)


def plan_job(job: Any, instance: Instance, resolved: ResolvedRunConfig) -> ExecutionPlan:
    """The steps of a job."""
    settings = {
        path: OpSettings(config=one.config, inputs=one.inputs, outputs=one.outputs)
        for path, one in resolved.ops.items()
        if path
    }
    if job.graph is not None:
        return plan_graph(
            job.graph,
            settings=settings,
            input_values=job.input_values,
            hooks=job.hook_defs,
            retry_policy=job.op_retry_policy,
        )
    plan = plan_assets(
        job.assets,
        keys=job.selected_keys,
        check_keys=job.selected_check_keys,
        read_specs=job.read_specs,
        settings=settings,
        hooks=job.hook_defs,
        retry_policy=job.op_retry_policy,
    )
    made = set(plan.asset_keys)
    read = {key for step in plan.steps.values() for key in step.parents if key not in made}
    return replace(plan, states=read_states(instance, read))


def setting_of(request: JobRequest, run: Run, instance: Instance, *, retries_enabled: bool = True) -> RunSetting:
    """What all steps of a run of a job share."""
    return RunSetting(
        run_id=run.run_id,
        job=request.job,
        job_name=request.job.name,
        run_tags=request.tags,
        run_config=request.run_config,
        run=lambda: run,
        instance=instance,
        partition_key=request.partition_key,
        partition_range=request.partition_range,
        io_managers={} if DEFAULT_IO_MANAGER_KEY in request.resource_defs else instance.io_managers(),
        resource_defs=request.resource_defs,
        resource_configs=request.resolved.resources,
        logger_configs=request.resolved.loggers,
        retries_enabled=retries_enabled,
        tell=partial(public_events, job_name=request.job.name, plan=request.plan),
    )


def raise_failure(outcome: RunOutcome, plan: ExecutionPlan | None = None) -> None:
    """Raises what made a run fail, as the user's own code raised it.

    Args:
        outcome: how the run ended.
        plan: of the run; where it is given, a step that was tried as often as its policy allows is told as such.
    """
    if outcome.status is RunStatus.CANCELED:
        raise ExecutionInterruptedError("the run was interrupted", hint="what it made until then is kept")
    if outcome.failure is not None and outcome.failure.kind == TIMED_OUT:
        raise ExecutionInterruptedError(outcome.failure.message, hint=outcome.failure.hint)
    for step_key, error in outcome.errors.items():
        _raise_error(step_key, error, plan)
    died = [failure.headline for failure in outcome.failures.values() if failure.kind == "WorkerDied"]
    if died:
        lines = "\n".join(f"{key}: {failure.render()}" for key, failure in outcome.failures.items())
        raise SubprocessError(f"processes that ran steps ended early\n{lines}", failures=died)
    for step_key, failure in outcome.failures.items():
        raise StepError(f"step {step_key!r} failed:\n{failure.render()}", step_key=step_key)
    for check in outcome.checks:
        if check.blocking and not check.passed and outcome.status is RunStatus.FAILURE:
            raise CheckFailedError(f"the blocking check {check.check_name!r} of {check.asset_key!r} did not pass")


def _raise_error(step_key: str, error: BaseException, plan: ExecutionPlan | None) -> NoReturn:
    """Raises what a step raised; where that was to be tried again once too often, says so."""
    if isinstance(error, RetryRequested):
        raise MaxRetriesExceededError(
            f"step {step_key!r} asked to be tried again more often than its max_retries of {error.max_retries} allows",
            hint="see what it raised before",
        ) from error
    unwrapped = isinstance(error, UserCodeError) and not isinstance(error, ResourceFunctionError) and step_key
    raised = error.user_exception if unwrapped and isinstance(error, UserCodeError) else None
    last = raised or error
    most = _retries_used_up(plan, step_key, error) if plan is not None else None
    if most is None:
        raise last
    raise MaxRetriesExceededError(
        f"step {step_key!r} failed again when its max_retries of {most} were used up: {type(last).__name__}: {last}",
        hint="the error that it raised is the cause of this one",
    ) from last


def _retries_used_up(plan: ExecutionPlan, step_key: str, error: BaseException) -> int | None:
    """How many retries a step had; None where it had no policy, or the error is none of those that it is for."""
    step = plan.steps.get(step_key) or plan.steps.get(step_key.partition("[")[0] + MAPPED)
    if step is None or step.retry_policy is None or not is_worth_a_retry(error):
        return None
    return int(step.retry_policy.max_retries)
