"""Runs by all that is known of them, and changes to them that are no events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from daglab.errors import RunNotFoundError
from daglab.foundation.clock import to_micros
from daglab.records.run_filter import RunsFilter
from daglab.records.runs import Run
from daglab.run_store.event_log import note_change
from daglab.run_store.run_table import read_runs
from daglab.run_store.schema import events, run_tags, runs, steps

_UPDATED = sa.func.coalesce(runs.c.ended_at, runs.c.started_at, runs.c.created_at)


def search_runs(
    connection: sa.Connection,
    filters: RunsFilter,
    *,
    cursor: str | None,
    limit: int | None,
    ascending: bool,
) -> list[Run]:
    """The runs that fit, newest first unless `ascending`; only those after the run of id `cursor`."""
    query = _narrowed(sa.select(runs), filters)
    column = runs.c.run_id
    if cursor is not None:
        query = query.where(column > cursor if ascending else column < cursor)
    query = query.order_by(column.asc() if ascending else column.desc()).limit(limit)
    return read_runs(connection, query)


def count_runs(connection: sa.Connection, filters: RunsFilter) -> int:
    """How many runs fit."""
    return int(connection.execute(_narrowed(sa.select(sa.func.count()).select_from(runs), filters)).scalar_one())


def read_tag_values(connection: sa.Connection, key: str) -> set[str]:
    """All values that a label has in some run."""
    return set(connection.scalars(sa.select(run_tags.c.value).where(run_tags.c.key == key).distinct()))


def read_tag_keys(connection: sa.Connection) -> list[str]:
    """All labels that some run has, sorted."""
    return list(connection.scalars(sa.select(run_tags.c.key).distinct().order_by(run_tags.c.key)))


def add_tags(connection: sa.Connection, run_id: str, tags: Mapping[str, str]) -> None:
    """Gives a run more labels, or other values of those it has.

    Raises:
        RunNotFoundError: there is no such run.
    """
    note_change(connection)
    if connection.execute(sa.select(runs.c.run_id).where(runs.c.run_id == run_id)).first() is None:
        raise RunNotFoundError(f"there is no run {run_id!r}", hint="`daglab runs` lists them")
    own = sa.delete(run_tags).where(run_tags.c.run_id == run_id, run_tags.c.key.in_(list(tags)))
    connection.execute(own)
    if tags:
        rows = [{"run_id": run_id, "key": key, "value": value} for key, value in tags.items()]
        connection.execute(sa.insert(run_tags), rows)


def delete_run(connection: sa.Connection, run_id: str) -> bool:
    """Deletes a run with its events; what is known of its assets stays. Says whether there was one."""
    note_change(connection)
    for table in (run_tags, steps, events):
        connection.execute(sa.delete(table).where(table.c.run_id == run_id))
    return bool(connection.execute(sa.delete(runs).where(runs.c.run_id == run_id)).rowcount)


def _narrowed(query: sa.Select[Any], filters: RunsFilter) -> sa.Select[Any]:
    if filters.run_ids is not None:
        query = query.where(runs.c.run_id.in_(list(filters.run_ids)))
    if filters.job_name is not None:
        query = query.where(runs.c.job == filters.job_name)
    if filters.statuses:
        query = query.where(runs.c.status.in_([status.value for status in filters.statuses]))
    for key, value in filters.tags.items():
        values = [value] if isinstance(value, str) else list(value)
        labeled = sa.select(run_tags.c.run_id).where(run_tags.c.key == key, run_tags.c.value.in_(values))
        query = query.where(runs.c.run_id.in_(labeled))
    bounds: list[tuple[datetime | None, Any]] = [
        (filters.created_after, runs.c.created_at.__gt__),
        (filters.created_before, runs.c.created_at.__lt__),
        (filters.updated_after, _UPDATED.__gt__),
        (filters.updated_before, _UPDATED.__lt__),
    ]
    for moment, compare in bounds:
        if moment is not None:
            query = query.where(compare(to_micros(moment)))
    return query
