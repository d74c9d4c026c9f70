"""Runs as the faces show them."""

from __future__ import annotations

from datetime import UTC, datetime

from daglab.records.runs import Run
from daglab.views.shapes import RunView


def run_view(run: Run) -> RunView:
    """One run."""
    return RunView(
        id=run.run_id,
        job=run.job,
        status=run.status.value,
        location=run.location,
        target=run.target,
        created_at=moment(run.created_at) or "",
        started_at=moment(run.started_at),
        ended_at=moment(run.ended_at),
        steps_total=run.steps_total,
        steps_done=run.steps_done,
        steps_failed=run.steps_failed,
        error=run.failure.headline if run.failure else None,
        launched_by=run.launched_by,
    )


def moment(at: datetime | None) -> str | None:
    """A moment in ISO 8601, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
