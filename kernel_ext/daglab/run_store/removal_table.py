"""Of which materializations the values were removed on purpose."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from daglab.foundation.clock import from_micros, to_micros
from daglab.records.assets import Materialization, RemovedValue
from daglab.run_store.bulk_insert import insert_rows
from daglab.run_store.event_log import note_change
from daglab.run_store.schema import materializations, removed_values

_R, _M = removed_values.c, materializations.c
_JOINED = sa.select(_R.event_id, _R.at, _R.reason).join_from(
    removed_values, materializations, _M.event_id == _R.event_id
)


def read_removals(connection: sa.Connection, asset_key: str) -> dict[int, RemovedValue]:
    """What was removed of an asset, by the ids of the materializations' events."""
    rows = connection.execute(_JOINED.where(_M.asset_key == asset_key))
    return {row.event_id: RemovedValue(at=from_micros(row.at), reason=row.reason) for row in rows}


def find_removal(connection: sa.Connection, made: Materialization) -> RemovedValue | None:
    """When and why the value of a materialization was removed; None where nobody did."""
    query = _JOINED.where(
        _M.asset_key == made.asset_key,
        _M.partition == made.partition,
        _M.run_id == made.run_id,
        _M.at == to_micros(made.at),
    )
    row = connection.execute(query).first()
    return RemovedValue(at=from_micros(row.at), reason=row.reason) if row else None


def add_removals(connection: sa.Connection, event_ids: Collection[int], at: datetime, reason: str) -> None:
    """Notes removals; what was noted before stays as it was."""
    note_change(connection)
    rows = [(number, to_micros(at), reason) for number in event_ids]
    insert_rows(connection, removed_values, rows, on_conflict="ON CONFLICT (event_id) DO NOTHING")
