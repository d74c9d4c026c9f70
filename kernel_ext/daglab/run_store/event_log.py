"""The log: events go in together with all that follows from them, and come out in order."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

import sqlalchemy as sa

from daglab.errors import RunNotFoundError
from daglab.foundation.clock import from_micros, to_micros
from daglab.records.assets import AssetActivity, CheckEvaluation, Materialization, Observation
from daglab.records.codec import payload_from_text, payload_to_text
from daglab.records.events import Event, EventType
from daglab.records.runs import StepStatus
from daglab.run_store import schema
from daglab.run_store.bulk_insert import Row, insert_rows, replacing
from daglab.run_store.projection import Changes, RunProgress, StepRow, SummaryChange, may_become, project

_OPEN = (AssetActivity.PLANNED, AssetActivity.RUNNING)
_IN_CHUNK = 8000  # names in one IN list; SQLite takes 32,766

# Who may say what goes on with an asset: the run that spoke last on it; else one that speaks later, if that one is at
# work on it or the other one is not.
_OURS = """(old.activity_run_id = excluded.activity_run_id
    OR (excluded.activity_at >= COALESCE(old.activity_at, 0)
        AND (old.activity NOT IN ('PLANNED', 'RUNNING') OR excluded.activity IN ('PLANNED', 'RUNNING'))))"""


def _summary_conflict(table: sa.Table) -> str:
    keys = ", ".join(column.name for column in table.primary_key)
    ours = _OURS.replace("old.", f"{table.name}.")
    changes = [
        f"latest_event_id = COALESCE(excluded.latest_event_id, {table.name}.latest_event_id)",
        f"made_times = {table.name}.made_times + excluded.made_times",
    ]
    for name in ("activity", "activity_run_id", "activity_at", "failure"):
        changes.append(f"{name} = CASE WHEN {ours} THEN excluded.{name} ELSE {table.name}.{name} END")
    return f"ON CONFLICT ({keys}) DO UPDATE SET " + ", ".join(changes)


_encode = json.JSONEncoder(ensure_ascii=False).encode
_ON_ASSET = _summary_conflict(schema.assets)
_ON_PARTITION = _summary_conflict(schema.asset_partitions)
_ON_STEP = replacing(schema.steps)
_ON_CHECK = replacing(schema.check_states)


class Batch:
    """Events of one run, worked out and encoded, ready to be written; writing may be tried again.

    Args:
        progress: of that run; it is moved on at once.
        events: in their order.
    """

    def __init__(self, progress: RunProgress, events: Sequence[Event]) -> None:
        self.run_id = progress.run_id
        self.size = len(events)
        self._texts = [payload_to_text(event.payload) for event in events]
        self._events = events
        self._changes = project(progress, events)

    def write(self, connection: sa.Connection, *, heartbeat_at: int | None = None) -> int:
        """Writes all of it in the transaction of that connection; returns the id of the last event.

        Raises:
            RunNotFoundError: there is no such run.
        """
        last_id = _advance(connection, self.size)
        first_id = last_id - self.size + 1
        insert_rows(connection, schema.events, self._event_rows(first_id))
        _write_run(connection, self._changes, heartbeat_at)
        _write_steps(connection, self._changes)
        self._write_materializations(connection, first_id)
        self._write_checks(connection, first_id)
        return last_id

    def _event_rows(self, first_id: int) -> list[Row]:
        return [
            (
                position,
                self.run_id,
                to_micros(event.at),
                event.type.value,
                event.step_key,
                _asset_of(event),
                text,
            )
            for position, (event, text) in enumerate(zip(self._events, self._texts, strict=True), first_id)
        ]

    def _write_materializations(self, connection: sa.Connection, first_id: int) -> None:
        changes = self._changes
        rows: list[Row] = []
        for position, one in changes.materializations:
            place = (
                first_id + position,
                one.asset_key,
                one.partition,
                self.run_id,
                one.step_key,
                to_micros(one.at),
            )
            rows.append((*place, one.code_version, one.data_version, self._texts[position]))
        insert_rows(connection, schema.materializations, rows)
        found = [((key,), change) for key, change in changes.assets.items()]
        insert_rows(connection, schema.assets, self._summary_rows(found, first_id), on_conflict=_ON_ASSET)
        parts = self._summary_rows(changes.partitions.items(), first_id)
        insert_rows(connection, schema.asset_partitions, parts, on_conflict=_ON_PARTITION)

    def _summary_rows(self, found: Iterable[tuple[tuple[str, ...], SummaryChange]], first_id: int) -> list[Row]:
        return [
            (
                *place,
                None if one.latest is None else first_id + one.latest,
                one.activity.value,
                self.run_id,
                one.activity_at,
                one.failure,
                one.made_times,
            )
            for place, one in found
        ]

    def _write_checks(self, connection: sa.Connection, first_id: int) -> None:
        rows: list[Row] = []
        for position, one in self._changes.evaluations:
            place = (first_id + position, one.asset_key, one.check_name, one.partition, self.run_id)
            rows.append((*place, to_micros(one.at), int(one.passed), self._texts[position]))
        insert_rows(connection, schema.check_evaluations, rows)
        states = [(*place, first_id + position) for place, position in self._changes.checks.items()]
        insert_rows(connection, schema.check_states, states, on_conflict=_ON_CHECK)


def append_events(connection: sa.Connection, events: Sequence[Event]) -> int:
    """Writes events that do not come from their run's own writer; returns the last id."""
    last_id = last_event_id(connection)
    for run_id, group in groupby(events, key=lambda event: event.run_id):
        last_id = Batch(load_progress(connection, run_id), list(group)).write(connection)
    return last_id


def load_progress(connection: sa.Connection, run_id: str) -> RunProgress:
    """Reads how far a run has come."""
    columns = [column for column in schema.steps.c if column.name != "run_id"]
    found = connection.execute(sa.select(*columns).where(schema.steps.c.run_id == run_id)).mappings()
    rows = [
        StepRow(**{**row, "asset_keys": tuple(json.loads(row["asset_keys"])), "status": StepStatus(row["status"])})
        for row in found
    ]
    table = schema.assets.c
    mine = sa.select(table.asset_key).where(table.activity_run_id == run_id, table.activity.in_(_OPEN))
    open_assets: set[str] = set()
    for keys in chunks({key for row in rows if row.is_open for key in row.asset_keys}):
        open_assets.update(connection.scalars(mine.where(table.asset_key.in_(keys))))
    return RunProgress(run_id=run_id, steps={row.step_key: row for row in rows}, open_assets=open_assets)


def read_events(
    connection: sa.Connection,
    *,
    run_id: str | None,
    after: int,
    limit: int,
    types: Collection[EventType] | None,
) -> list[Event]:
    """Events in the order of their ids, from the first one after that id."""
    table = schema.events.c
    query = sa.select(table.id, table.run_id, table.type, table.at, table.step_key, table.payload)
    query = query.where(table.id > after).order_by(table.id).limit(limit)
    if run_id is not None:
        query = query.where(table.run_id == run_id)
    if types is not None:
        query = query.where(table.type.in_([one.value for one in types]))
    return [
        Event(
            event_id=number,
            run_id=run,
            type=EventType(kind),
            at=from_micros(at),
            step_key=step,
            payload=payload_from_text(text),
        )
        for number, run, kind, at, step, text in connection.execute(query)
    ]


def last_event_id(connection: sa.Connection) -> int:
    """The id of the last event of all; 0 if there is none."""
    return int(connection.execute(sa.select(schema.log_head.c.last_event_id)).scalar_one())


def note_change(connection: sa.Connection) -> None:
    """Says that something changed that is no event; comes first in a transaction, as all take this row first."""
    connection.execute(sa.update(schema.log_head).values(changes=schema.log_head.c.changes + 1))


def chunks(names: Collection[str]) -> Iterable[list[str]]:
    """Names in lists that are short enough for a statement."""
    ordered = sorted(names)
    return (ordered[start : start + _IN_CHUNK] for start in range(0, len(ordered), _IN_CHUNK))


def _advance(connection: sa.Connection, number: int) -> int:
    head = schema.log_head.c.last_event_id
    moved = sa.update(schema.log_head).values(last_event_id=head + number).returning(head)
    return int(connection.execute(moved).scalar_one())


def _asset_of(event: Event) -> str | None:
    payload = event.payload
    return payload.asset_key if isinstance(payload, (Materialization, Observation, CheckEvaluation)) else None


def _write_run(connection: sa.Connection, changes: Changes, heartbeat_at: int | None) -> None:
    table = schema.runs
    mine = table.c.run_id == changes.run_id
    counted = {
        "steps_total": table.c.steps_total + changes.steps_added,
        "steps_done": table.c.steps_done + changes.steps_done,
        "steps_failed": table.c.steps_failed + changes.steps_failed,
        "heartbeat_at": sa.func.coalesce(sa.bindparam("seen", heartbeat_at, sa.BigInteger), table.c.heartbeat_at),
    }
    if not changes.run_id:
        return  # reported from outside; no run tells of it
    if not connection.execute(sa.update(table).where(mine).values(counted)).rowcount:
        message = f"events of the run {changes.run_id!r} cannot be stored: the store has no such run"
        raise RunNotFoundError(message, hint="create the run first")
    if changes.status is None:
        return
    facts = {"started_at": changes.started_at, "ended_at": changes.ended_at, "failure": changes.failure}
    given = {name: value for name, value in facts.items() if value is not None}
    if changes.steps_total is not None:
        given["steps_total"] = changes.steps_total + changes.steps_added
    if given:
        connection.execute(sa.update(table).where(mine).values(given))
    before = [one.value for one in may_become(changes.status)]
    connection.execute(sa.update(table).where(mine, table.c.status.in_(before)).values(status=changes.status.value))


def _write_steps(connection: sa.Connection, changes: Changes) -> None:
    rows = [
        (
            changes.run_id,
            one.step_key,
            one.position,
            _encode(one.asset_keys),
            one.status.value,
            one.attempt,
            one.started_at,
            one.ended_at,
            one.seconds,
            one.cpu_seconds,
            one.peak_bytes,
            one.reason,
            one.failure,
        )
        for one in changes.steps.values()
    ]
    insert_rows(connection, schema.steps, rows, on_conflict=_ON_STEP)
