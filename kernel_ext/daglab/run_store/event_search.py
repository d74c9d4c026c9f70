"""Events by the asset that they are of, and what follows from wiping an asset."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa

from daglab.foundation.clock import from_micros, to_micros
from daglab.records.assets import CheckEvaluation
from daglab.records.codec import from_text, payload_from_text
from daglab.records.event_query import EventQuery
from daglab.records.events import Event, EventType
from daglab.run_store.event_log import chunks, note_change
from daglab.run_store.schema import (
    asset_partitions,
    assets,
    check_evaluations,
    check_states,
    events,
    materializations,
)


def search_events(connection: sa.Connection, wanted: EventQuery) -> list[Event]:
    """The events that fit."""
    query = _narrowed(wanted)
    if wanted.partitions is None:
        return list(_read(connection, query.limit(wanted.limit)))
    parts, found = set(wanted.partitions), []
    for event in _read(connection, query):
        if getattr(event.payload, "partition", "") in parts:
            found.append(event)
            if len(found) == wanted.limit:
                break
    return found


def _narrowed(wanted: EventQuery) -> sa.Select[Any]:
    table = events.c
    query = sa.select(table.id, table.run_id, table.type, table.at, table.step_key, table.payload)
    conditions = (
        (wanted.run_id, lambda value: table.run_id == value),
        (wanted.asset_key, lambda value: table.asset_key == value),
        (wanted.types, lambda value: table.type.in_([one.value for one in value])),
        (wanted.event_ids, lambda value: table.id.in_(list(value))),
        (wanted.after, lambda value: table.id > value),
        (wanted.before, lambda value: table.id < value),
        (wanted.after_at, lambda value: table.at > to_micros(value)),
        (wanted.before_at, lambda value: table.at < to_micros(value)),
    )
    for value, condition in conditions:
        if value is not None:
            query = query.where(condition(value))
    return query.order_by(table.id.asc() if wanted.ascending else table.id.desc())


def _read(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Event]:
    for number, run, kind, at, step, text in connection.execute(query):
        payload = payload_from_text(text)
        yield Event(
            event_id=number, run_id=run, type=EventType(kind), at=from_micros(at), step_key=step, payload=payload
        )


def known_asset_keys(connection: sa.Connection) -> list[str]:
    """The keys of all assets that a run ever planned, made, observed or checked, sorted."""
    named = sa.select(events.c.asset_key).where(events.c.asset_key.is_not(None)).distinct()
    found = set(connection.scalars(named)) | set(connection.scalars(sa.select(assets.c.asset_key)))
    return sorted(key for key in found if key)


def materialized_partitions(
    connection: sa.Connection, asset_key: str, *, after: int | None, before: int | None
) -> dict[str, int]:
    """The partitions of an asset that were made, with the id of the last event of each."""
    table = materializations.c
    query = sa.select(table.partition, sa.func.max(table.event_id)).where(
        table.asset_key == asset_key, table.partition != ""
    )
    if after is not None:
        query = query.where(table.event_id > after)
    if before is not None:
        query = query.where(table.event_id < before)
    return {row[0]: row[1] for row in connection.execute(query.group_by(table.partition))}


def last_evaluation(
    connection: sa.Connection, asset_key: str, check_name: str, partition: str
) -> tuple[int, CheckEvaluation] | None:
    """The last verdict of a check, with the id of its event."""
    states, table = check_states.c, check_evaluations.c
    query = (
        sa.select(table.event_id, table.record)
        .join_from(check_states, check_evaluations, table.event_id == states.event_id)
        .where(states.asset_key == asset_key, states.check_name == check_name, states.partition == partition)
    )
    row = connection.execute(query).first()
    return None if row is None else (row[0], from_text(CheckEvaluation, row[1]))


def forget_assets(connection: sa.Connection, asset_keys: Collection[str]) -> None:
    """Forgets all that is known of assets; the events stay in the logs of their runs."""
    note_change(connection)
    for keys in chunks(set(asset_keys)):
        for table in (assets, asset_partitions, materializations, check_evaluations, check_states):
            connection.execute(sa.delete(table).where(table.c.asset_key.in_(keys)))
        connection.execute(sa.update(events).where(events.c.asset_key.in_(keys)).values(asset_key=None))


def forget_partitions(connection: sa.Connection, asset_key: str, partitions: Collection[str]) -> None:
    """Forgets that some partitions of an asset were made."""
    note_change(connection)
    for keys in chunks(set(partitions)):
        gone = sa.select(materializations.c.event_id).where(
            materializations.c.asset_key == asset_key, materializations.c.partition.in_(keys)
        )
        connection.execute(sa.update(events).where(events.c.id.in_(gone)).values(asset_key=None))
        for table in (asset_partitions, materializations):
            own = sa.delete(table).where(table.c.asset_key == asset_key, table.c.partition.in_(keys))
            connection.execute(own)
    latest = sa.select(sa.func.max(materializations.c.event_id)).where(materializations.c.asset_key == asset_key)
    connection.execute(
        sa.update(assets).where(assets.c.asset_key == asset_key).values(latest_event_id=latest.scalar_subquery())
    )
