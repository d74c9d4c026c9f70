"""The tables of the run store, for SQLite and PostgreSQL alike.

Moments are whole microseconds since 1970 (UTC), records are JSON as `records.codec` writes it. Whatever a page or a
poller asks for is one read along an index: the log (`events`) is the truth, the tables beside it are what follows from
it, kept up in the transaction that appends to it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0002"
"""The version that this code reads and writes; the last file of `migrations/versions` makes it."""

metadata = MetaData()

# Byte order, as Python sorts: prefixes are ranges then, whatever language the database speaks.
_Key = String().with_variant(String(collation="C"), "postgresql")
# SQLite's own row number is an INTEGER PRIMARY KEY, spelled exactly so.
_Id = BigInteger().with_variant(Integer(), "sqlite")


def _key(name: str, *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, _Key, primary_key=primary_key, nullable=nullable)


def _moment(name: str, *, nullable: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _text(name: str, *, nullable: bool = True) -> Column[str]:
    return Column(name, Text, nullable=nullable)


alembic_version = Table(
    "alembic_version", metadata, Column("version_num", String(32), primary_key=True, nullable=False)
)

settings = Table("settings", metadata, _key("name", primary_key=True), _text("value", nullable=False))
"""Facts about the store itself, such as the daglab that wrote its schema."""

log_head = Table(
    "log_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_event_id", BigInteger, nullable=False),
    Column("changes", BigInteger, nullable=False),
)
"""One row. Whoever appends moves `last_event_id` on and so holds this row until the commit: the order of event ids is
the order of commits, and a reader that follows the log misses none. `changes` counts changes that are no events."""

runs = Table(
    "runs",
    metadata,
    _key("run_id", primary_key=True),
    _text("job", nullable=False),
    _key("status"),
    _text("location", nullable=False),
    _text("target", nullable=False),
    _text("launched_by", nullable=False),
    _moment("created_at", nullable=False),
    _text("request", nullable=False),
    _key("parent_run_id", nullable=True),
    _key("root_run_id", nullable=True),
    _moment("started_at"),
    _moment("ended_at"),
    _moment("heartbeat_at"),
    _text("host"),
    Column("pid", Integer),
    Column("process_started", Float(53)),
    _count("steps_total"),
    _count("steps_done"),
    _count("steps_failed"),
    _text("failure"),
    Index("runs_by_status", "status", "run_id"),
    Index("runs_by_root", "root_run_id", "run_id"),
)

run_tags = Table(
    "run_tags",
    metadata,
    _key("run_id", primary_key=True),
    _key("key", primary_key=True),
    _key("value"),
    Index("run_tags_by_value", "key", "value", "run_id"),
    sqlite_with_rowid=False,
)

steps = Table(
    "steps",
    metadata,
    _key("run_id", primary_key=True),
    _key("step_key", primary_key=True),
    Column("position", Integer, nullable=False),
    _text("asset_keys", nullable=False),
    _text("status", nullable=False),
    Column("attempt", Integer, nullable=False),
    _moment("started_at"),
    _moment("ended_at"),
    Column("seconds", Float(53)),
    Column("cpu_seconds", Float(53)),
    Column("peak_bytes", BigInteger),
    _text("reason", nullable=False),
    _text("failure"),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    _key("run_id"),
    _moment("at", nullable=False),
    _text("type", nullable=False),
    _text("step_key", nullable=False),
    _key("asset_key", nullable=True),
    _text("payload"),
    Index("events_by_run", "run_id", "id"),
)
Index(
    "events_by_asset",
    events.c.asset_key,
    events.c.id,
    sqlite_where=events.c.asset_key.is_not(None),
    postgresql_where=events.c.asset_key.is_not(None),
)

materializations = Table(
    "materializations",
    metadata,
    Column("event_id", _Id, primary_key=True, autoincrement=False),
    _key("asset_key"),
    _key("partition"),
    _key("run_id"),
    _text("step_key", nullable=False),
    _moment("at", nullable=False),
    _text("code_version", nullable=False),
    _text("data_version", nullable=False),
    _text("record", nullable=False),
    Index("materializations_by_asset", "asset_key", "event_id"),
    Index("materializations_by_partition", "asset_key", "partition", "event_id"),
)


removed_values = Table(
    "removed_values",
    metadata,
    Column("event_id", _Id, primary_key=True, autoincrement=False),
    _moment("at", nullable=False),
    _text("reason", nullable=False),
)
"""Of which materializations the values were removed on purpose, when and why."""


def _summary() -> list[Column[Any]]:
    """What is known of an asset or of one partition of it, in one row.

    `latest_event_id` points to its last materialization; `activity_at` also tells which of two runs spoke last.
    """
    return [
        Column("latest_event_id", BigInteger),
        _key("activity"),
        _key("activity_run_id", nullable=True),
        _moment("activity_at"),
        _text("failure"),
        _count("made_times"),
    ]


assets = Table("assets", metadata, _key("asset_key", primary_key=True), *_summary(), sqlite_with_rowid=False)
"""Partitions left out of account: the latest of all of them counts."""

asset_partitions = Table(
    "asset_partitions",
    metadata,
    _key("asset_key", primary_key=True),
    _key("partition", primary_key=True),
    *_summary(),
    sqlite_with_rowid=False,
)

dynamic_partitions = Table(
    "dynamic_partitions",
    metadata,
    _key("name", primary_key=True),
    _key("key", primary_key=True),
    Column("position", BigInteger, nullable=False),
    Index("dynamic_partitions_in_order", "name", "position"),
    sqlite_with_rowid=False,
)

check_evaluations = Table(
    "check_evaluations",
    metadata,
    Column("event_id", _Id, primary_key=True, autoincrement=False),
    _key("asset_key"),
    _key("check_name"),
    _key("partition"),
    _key("run_id"),
    _moment("at", nullable=False),
    Column("passed", Integer, nullable=False),
    _text("record", nullable=False),
    Index("check_evaluations_by_check", "asset_key", "check_name", "event_id"),
)

check_states = Table(
    "check_states",
    metadata,
    _key("asset_key", primary_key=True),
    _key("check_name", primary_key=True),
    _key("partition", primary_key=True),
    Column("event_id", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The last verdict of each check; the row of partition "" is the last one of all partitions."""

automations = Table(
    "automations",
    metadata,
    _key("name", primary_key=True),
    _text("kind", nullable=False),
    _text("state", nullable=False),
    _text("location", nullable=False),
    _text("cursor"),
    _moment("changed_at"),
    _moment("evaluated_at"),
)

ticks = Table(
    "ticks",
    metadata,
    Column("id", _Id, primary_key=True),
    _key("automation"),
    _moment("scheduled_at", nullable=False),
    _key("status"),
    _moment("started_at"),
    _moment("ended_at"),
    _text("run_ids", nullable=False),
    _text("reason", nullable=False),
    _text("failure"),
    _text("cursor"),
    UniqueConstraint("automation", "scheduled_at", name="one_tick_per_time"),
    Index("ticks_by_status", "status", "id"),
)

backfills = Table(
    "backfills",
    metadata,
    _key("backfill_id", primary_key=True),
    _key("status"),
    _text("title", nullable=False),
    _text("launched_by", nullable=False),
    _moment("created_at", nullable=False),
    _moment("ended_at"),
    _text("request", nullable=False),
    _text("progress", nullable=False),
    _text("tags", nullable=False),
    _text("failure"),
    Index("backfills_by_status", "status", "backfill_id"),
)

leases = Table(
    "leases",
    metadata,
    _key("name", primary_key=True),
    _text("holder", nullable=False),
    _moment("expires_at", nullable=False),
    _text("data"),
    sqlite_with_rowid=False,
)

slots = Table(
    "slots",
    metadata,
    _key("pool", primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    _key("run_id", nullable=True),
    _text("step_key"),
    _moment("expires_at"),
    Index("slots_by_run", "run_id"),
    sqlite_with_rowid=False,
)
