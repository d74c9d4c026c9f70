"""What is known of assets: their states and their history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from daglab.foundation.clock import from_micros, to_micros
from daglab.records.assets import AssetActivity, AssetState, CheckEvaluation, Materialization
from daglab.records.codec import from_text
from daglab.records.failure import Failure
from daglab.run_store.event_log import chunks
from daglab.run_store.schema import assets, check_evaluations, check_states, materializations

_STATES = sa.select(assets, materializations.c.record).outerjoin_from(
    assets, materializations, materializations.c.event_id == assets.c.latest_event_id
)
_VERDICTS = (
    sa.select(check_states.c.asset_key, check_states.c.check_name, check_evaluations.c.record)
    .join_from(check_states, check_evaluations, check_evaluations.c.event_id == check_states.c.event_id)
    .where(check_states.c.partition == "")
    .order_by(check_states.c.asset_key, check_states.c.check_name)
)


def read_states(connection: sa.Connection, keys: Collection[str] | None) -> dict[str, AssetState]:
    """The states of those assets of which anything is known; of all of them for None."""
    checks: defaultdict[str, dict[str, CheckEvaluation]] = defaultdict(dict)
    for key, name, record in _rows(connection, _VERDICTS, check_states.c.asset_key, keys):
        checks[key][name] = _evaluation(record)
    rows = _rows(connection, _STATES.order_by(assets.c.asset_key), assets.c.asset_key, keys)
    states = {row.asset_key: _state_of(row, checks.get(row.asset_key, {})) for row in rows}
    for key, verdicts in checks.items():
        if key not in states:
            states[key] = AssetState(asset_key=key, checks=verdicts)
    return states


def read_materializations(
    connection: sa.Connection,
    asset_key: str,
    *,
    limit: int | None,
    before: int | None = None,
    partition: str | None = None,
    run_id: str = "",
    data_version: str = "",
    until: datetime | None = None,
) -> list[tuple[int, Materialization]]:
    """The latest makings of an asset with the ids of their events, newest first."""
    table = materializations.c
    query = sa.select(table.event_id, table.record).where(table.asset_key == asset_key)
    if partition is not None:
        query = query.where(table.partition == partition)
    if before is not None:
        query = query.where(table.event_id < before)
    if until is not None:
        query = query.where(table.at <= to_micros(until))
    for column, start in ((table.run_id, run_id), (table.data_version, data_version)):
        if start:  # LIKE would take upper case for lower case
            query = query.where(sa.func.substr(column, 1, len(start)) == start)
    rows = connection.execute(query.order_by(table.event_id.desc()).limit(limit))
    return [(number, _materialization(record)) for number, record in rows]


def read_keys(connection: sa.Connection) -> list[str]:
    """The keys of all assets that were ever planned or made, sorted."""
    return list(connection.scalars(sa.select(assets.c.asset_key).order_by(assets.c.asset_key)))


def _rows(
    connection: sa.Connection, query: sa.Select[Any], column: sa.Column[str], keys: Collection[str] | None
) -> list[Any]:
    if keys is None:
        return list(connection.execute(query))
    return [row for names in chunks(set(keys)) for row in connection.execute(query.where(column.in_(names)))]


def _state_of(row: Any, checks: dict[str, CheckEvaluation]) -> AssetState:
    activity = AssetActivity(row.activity)
    at_work = activity is not AssetActivity.NONE
    return AssetState(
        asset_key=row.asset_key,
        latest=_materialization(row.record) if row.record else None,
        activity=activity,
        activity_run_id=row.activity_run_id if at_work else None,
        activity_at=from_micros(row.activity_at) if at_work else None,
        failure=from_text(Failure, row.failure) if row.failure else None,
        checks=checks,
        made_times=row.made_times,
    )


# Whoever looks at a graph asks again after every change, and most of what is found is what it was.
@lru_cache(maxsize=4096)
def _materialization(text: str) -> Materialization:
    return from_text(Materialization, text)


@lru_cache(maxsize=4096)
def _evaluation(text: str) -> CheckEvaluation:
    return from_text(CheckEvaluation, text)
