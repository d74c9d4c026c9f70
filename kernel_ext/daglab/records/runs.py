"""Runs: one execution of a plan, from request to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.specs import AssetCheckKey
from daglab.records.failure import Failure

RESUME_RETRY_TAG = "dagster/is_resume_retry"
PARENT_RUN_TAG = "dagster/parent_run_id"
ROOT_RUN_TAG = "dagster/root_run_id"


class RunStatus(StrEnum):
    """How far a run has come.

    Example:
        >>> RunStatus.SUCCESS.is_finished
        True
    """

    QUEUED = "QUEUED"
    NOT_STARTED = "NOT_STARTED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen."""
        return self in FINISHED


FINISHED = frozenset({RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.CANCELED})


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessIdentity:
    """Which process drives a run: enough to tell later, on the same machine, whether it still lives.

    Args:
        host: the machine.
        pid: the process.
        started: seconds since the epoch at which it started; process ids are used again.
    """

    host: str
    pid: int
    started: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One execution of a plan.

    Args:
        run_id: time-ordered, unique everywhere.
        job: the job's name; "assets" for assets that were asked for directly.
        location: the notebook or module.
        target: what was asked for, as text.
        launched_by: "command line", "notebook", "widget", "lab" or "python".
        request: all that is needed to do the same again; JSON.
        tags: labels.
        parent_run_id: the run that this one repeats or resumes.
        root_run_id: the first of that family.
        process: who drives it.
        heartbeat_at: when its driver was last seen alive.

    Example:
        >>> from datetime import UTC
        >>> run = Run(
        ...     run_id="r1", job="etl", status=RunStatus.SUCCESS, location="etl.ipynb", target="orders",
        ...     launched_by="python", created_at=datetime(2024, 1, 31, tzinfo=UTC),
        ... )
        >>> run.status.is_finished, run.tags
        (True, {})
    """

    run_id: str
    job: str
    status: RunStatus
    location: str
    target: str
    launched_by: str
    created_at: datetime
    request: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    parent_run_id: str | None = None
    root_run_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    heartbeat_at: datetime | None = None
    process: ProcessIdentity | None = None
    steps_total: int = 0
    steps_done: int = 0
    steps_failed: int = 0
    failure: Failure | None = None

    @property
    def job_name(self) -> str:
        """The job's name."""
        return self.job

    @property
    def run_config(self) -> Mapping[str, Any]:
        """The run's config, as it was given."""
        found: Mapping[str, Any] = self.request.get("run_config") or {}
        return found

    @property
    def step_keys_to_execute(self) -> list[str] | None:
        """The steps that were asked for; None for all."""
        return self.request.get("step_keys_to_execute")

    @property
    def op_selection(self) -> list[str] | None:
        """The selection of ops that was asked for; None for all."""
        return self.request.get("op_selection")

    @property
    def resolved_op_selection(self) -> frozenset[str] | None:
        """The ops that were asked for, by name; None for all."""
        return None if self.op_selection is None else frozenset(self.op_selection)

    @property
    def asset_selection(self) -> frozenset[AssetKey] | None:
        """The assets that were asked for; None for all."""
        keys = self.request.get("asset_selection")
        return None if keys is None else frozenset(map(AssetKey.from_user_string, keys))

    @property
    def asset_check_selection(self) -> frozenset[AssetCheckKey] | None:
        """The checks that were asked for; None for those of the assets."""
        keys = self.request.get("asset_check_selection")
        return None if keys is None else frozenset(map(AssetCheckKey.from_user_string, keys))

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.status.is_finished

    @property
    def is_success(self) -> bool:
        """Whether everything that was asked for is there."""
        return self.status is RunStatus.SUCCESS

    @property
    def is_failure(self) -> bool:
        """Whether it failed."""
        return self.status is RunStatus.FAILURE

    @property
    def is_failure_or_canceled(self) -> bool:
        """Whether it ended without all that was asked for."""
        return self.status in (RunStatus.FAILURE, RunStatus.CANCELED)

    @property
    def is_cancelable(self) -> bool:
        """Whether it can still be stopped."""
        return self.status in (RunStatus.QUEUED, RunStatus.STARTING, RunStatus.STARTED)

    @property
    def is_resume_retry(self) -> bool:
        """Whether it repeats only what failed in the run before."""
        return self.tags.get(RESUME_RETRY_TAG) == "true"

    @property
    def previous_run_id(self) -> str | None:
        """The run that it repeats."""
        return self.parent_run_id

    def get_root_run_id(self) -> str | None:
        """The first of the runs that it repeats."""
        return self.root_run_id or self.tags.get(ROOT_RUN_TAG)

    def get_parent_run_id(self) -> str | None:
        """The run that it repeats."""
        return self.parent_run_id or self.tags.get(PARENT_RUN_TAG)

    def with_status(self, status: RunStatus) -> Run:
        """The same with another status."""
        return replace(self, status=status)

    def with_tags(self, tags: Mapping[str, str]) -> Run:
        """The same with other tags."""
        return replace(self, tags=tags)


class StepStatus(StrEnum):
    """How far a step has come."""

    PLANNED = "PLANNED"
    STARTED = "STARTED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    SKIPPED = "SKIPPED"
    CANCELED = "CANCELED"


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRecord:
    """One step of a run.

    Args:
        seconds: wall time.
        cpu_seconds: processor time of the process that ran it, children excluded.
        peak_bytes: the most memory that this process held until then.
        reason: why it was skipped.
    """

    run_id: str
    step_key: str
    status: StepStatus
    attempt: int = 1
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    peak_bytes: int | None = None
    reason: str = ""
    failure: Failure | None = None
