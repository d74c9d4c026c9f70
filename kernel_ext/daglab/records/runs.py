"""Runs: one execution of a plan, from request to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from daglab.records.failure import Failure


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
