"""What a worker process is told first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from daglab.orchestration.location_specs import LocationSpec


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
