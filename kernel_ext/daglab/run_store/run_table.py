"""Runs, their tags and their steps: making them and finding them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from daglab.errors import RunNotFoundError, RunStoreError
from daglab.foundation.clock import from_micros, to_micros
from daglab.records.codec import from_text, to_text
from daglab.records.failure import Failure
from daglab.records.runs import FINISHED, ProcessIdentity, Run, RunStatus, StepRecord, StepStatus
from daglab.run_store.event_log import chunks, note_change
from daglab.run_store.schema import run_tags, runs, steps

_UNFINISHED = [status for status in RunStatus if status not in FINISHED]
_SHOWN = 5  # candidates in a message
_STEP_COLUMNS = [column for column in steps.c if column.name not in ("position", "asset_keys")]


def insert_run(connection: sa.Connection, run: Run) -> None:
    """Adds a run.

    Raises:
        RunStoreError: there is one of that id.
    """
    note_change(connection)
    try:
        connection.execute(sa.insert(runs), _run_row(run))
    except sa.exc.IntegrityError as error:
        hint = "every run needs an id of its own"
        raise RunStoreError(f"the run {run.run_id!r} exists already", hint=hint) from error
    if run.tags:
        labels = [{"run_id": run.run_id, "key": key, "value": value} for key, value in run.tags.items()]
        connection.execute(sa.insert(run_tags), labels)


def set_process(connection: sa.Connection, run_id: str, process: ProcessIdentity, at: datetime) -> None:
    """Notes which process drives a run."""
    note_change(connection)
    facts = {"host": process.host, "pid": process.pid, "process_started": process.started}
    _update(connection, run_id, {**facts, "heartbeat_at": to_micros(at)})


def set_heartbeat(connection: sa.Connection, run_id: str, at: int) -> None:
    """Notes that a run's driver was alive at that moment."""
    _update(connection, run_id, {"heartbeat_at": at})


def find_run(connection: sa.Connection, start: str) -> Run:
    """The run whose id is this, or alone begins so.

    Raises:
        RunNotFoundError: there is none, or there are several.
    """
    found = read_runs(connection, _starting_with(start).limit(_SHOWN + 1))
    exact = [run for run in found if run.run_id == start]
    if len(found) == 1 or exact:
        return (exact or found)[0]
    if not found:
        raise RunNotFoundError(f"no run has an id that begins with {start!r}", hint="`daglab runs` lists them")
    names = ", ".join(run.run_id for run in found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
    raise RunNotFoundError(f"several runs have an id that begins with {start!r}: {names}", hint="give more of the id")


def list_runs(
    connection: sa.Connection,
    *,
    limit: int | None,
    statuses: Collection[RunStatus] | None,
    before: str | None,
) -> list[Run]:
    """The latest runs, newest first."""
    query = sa.select(runs)
    if before is not None:
        query = query.where(runs.c.run_id < before)
    if statuses is None:
        return read_runs(connection, query.order_by(runs.c.run_id.desc()).limit(limit))
    # One read along the index for each status: a single one for all of them would sort all runs that ever were.
    found = [
        run
        for status in dict.fromkeys(statuses)
        for run in read_runs(
            connection, query.where(runs.c.status == status.value).order_by(runs.c.run_id.desc()).limit(limit)
        )
    ]
    return sorted(found, key=lambda run: run.run_id, reverse=True)[:limit]


def list_unfinished_runs(connection: sa.Connection) -> list[Run]:
    """All runs that have not ended, newest first."""
    return list_runs(connection, limit=None, statuses=_UNFINISHED, before=None)


def list_steps(connection: sa.Connection, run_id: str) -> list[StepRecord]:
    """The steps of a run, in the order of its plan."""
    query = sa.select(*_STEP_COLUMNS).where(steps.c.run_id == run_id).order_by(steps.c.position, steps.c.step_key)
    return [_step_of(row) for row in connection.execute(query)]


def _starting_with(start: str) -> sa.Select[Any]:
    if not start:
        return sa.select(runs).where(sa.false())
    beyond = start[:-1] + chr(ord(start[-1]) + 1)
    return sa.select(runs).where(runs.c.run_id >= start, runs.c.run_id < beyond).order_by(runs.c.run_id)


def _update(connection: sa.Connection, run_id: str, values: dict[str, Any]) -> None:
    if not connection.execute(sa.update(runs).where(runs.c.run_id == run_id).values(values)).rowcount:
        raise RunNotFoundError(f"there is no run {run_id!r}", hint="`daglab runs` lists them")


def read_runs(connection: sa.Connection, query: sa.Select[Any]) -> list[Run]:
    """The runs that a query over their table finds, with their labels."""
    rows = connection.execute(query).all()
    labels: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for names in chunks([row.run_id for row in rows]):
        wanted = sa.select(run_tags).where(run_tags.c.run_id.in_(names)).order_by(run_tags.c.key)
        for run_id, key, value in connection.execute(wanted):
            labels[run_id][key] = value
    return [_run_of(row, labels.get(row.run_id, {})) for row in rows]


def _run_row(run: Run) -> dict[str, Any]:
    process = run.process
    return {
        "run_id": run.run_id,
        "job": run.job,
        "status": run.status.value,
        "location": run.location,
        "target": run.target,
        "launched_by": run.launched_by,
        "created_at": to_micros(run.created_at),
        "request": json.dumps(dict(run.request), ensure_ascii=False, separators=(",", ":")),
        "parent_run_id": run.parent_run_id,
        "root_run_id": run.root_run_id,
        "started_at": _micros(run.started_at),
        "ended_at": _micros(run.ended_at),
        "heartbeat_at": _micros(run.heartbeat_at),
        "host": process.host if process else None,
        "pid": process.pid if process else None,
        "process_started": process.started if process else None,
        "steps_total": run.steps_total,
        "steps_done": run.steps_done,
        "steps_failed": run.steps_failed,
        "failure": to_text(run.failure) if run.failure else None,
    }


def _run_of(row: Any, labels: dict[str, str]) -> Run:
    process = None
    if row.host is not None:
        process = ProcessIdentity(host=row.host, pid=row.pid, started=row.process_started)
    return Run(
        run_id=row.run_id,
        job=row.job,
        status=RunStatus(row.status),
        location=row.location,
        target=row.target,
        launched_by=row.launched_by,
        created_at=from_micros(row.created_at),
        request=json.loads(row.request),
        tags=labels,
        parent_run_id=row.parent_run_id,
        root_run_id=row.root_run_id,
        started_at=_moment(row.started_at),
        ended_at=_moment(row.ended_at),
        heartbeat_at=_moment(row.heartbeat_at),
        process=process,
        steps_total=row.steps_total,
        steps_done=row.steps_done,
        steps_failed=row.steps_failed,
        failure=from_text(Failure, row.failure) if row.failure else None,
    )


def _step_of(row: Any) -> StepRecord:
    facts = dict(row._mapping)
    facts["status"] = StepStatus(facts["status"])
    facts["started_at"], facts["ended_at"] = _moment(facts["started_at"]), _moment(facts["ended_at"])
    facts["failure"] = from_text(Failure, facts["failure"]) if facts["failure"] else None
    return StepRecord(**facts)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
