"""What a worker process is told first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daglab.orchestration.job_sources import JobSource
from daglab.orchestration.location_specs import LocationSpec
from daglab.records.runs import Run


@dataclass(frozen=True, kw_only=True)
class WorkerSetup:
    """What a worker process needs to know the steps of a run.

    Args:
        home: the home.
        root: the project.
        run_id: the run.
        locations: where the definitions are.
        code_versions: of each step, as planned.
    """

    home: Path
    root: Path
    run_id: str
    locations: tuple[LocationSpec, ...]
    code_versions: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class JobWorkerSetup:
    """What a worker process needs to know the steps of a run of a job.

    Args:
        home: the home.
        root: the project.
        run: the run's record.
        source: where the job is found.
        run_config: as it was given; variables of the environment are read in each process.
        tags: of the run.
        partition_key: "" where the run has none.
        step_keys: of the plan.
        retries_enabled: whether steps that ask to be tried again are.
    """

    home: Path
    root: Path
    run: Run
    source: JobSource
    run_config: Mapping[str, Any]
    tags: Mapping[str, str]
    partition_key: str
    step_keys: tuple[str, ...]
    retries_enabled: bool = True
