"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Copied from `schema.py` as it was then: a migration says what it does, whatever the schema becomes later.
_KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes all tables."""
    _create_log()
    _create_runs()
    _create_assets()
    _create_checks()
    _create_automation()
    _create_shared_limits()


def _create_log() -> None:
    op.create_table(
        "settings",
        sa.Column("name", _KEY, primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last_event_id", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
    )
    op.execute("INSERT INTO log_head VALUES (1, 0, 0)")
    op.create_table(
        "events",
        sa.Column("id", _ID, primary_key=True, autoincrement=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("step_key", sa.Text(), nullable=False),
        sa.Column("asset_key", _KEY, nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
    )
    op.create_index(
        "events_by_asset",
        "events",
        ["asset_key", "id"],
        sqlite_where=sa.text("asset_key IS NOT NULL"),
        postgresql_where=sa.text("asset_key IS NOT NULL"),
    )
    op.create_index("events_by_run", "events", ["run_id", "id"])


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", _KEY, primary_key=True),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("status", _KEY, nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("launched_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("parent_run_id", _KEY, nullable=True),
        sa.Column("root_run_id", _KEY, nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("heartbeat_at", sa.BigInteger(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("pid", sa.Integer(), nullable=True),
        sa.Column("process_started", sa.Float(53), nullable=True),
        sa.Column("steps_total", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("steps_done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("steps_failed", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failure", sa.Text(), nullable=True),
    )
    op.create_index("runs_by_root", "runs", ["root_run_id", "run_id"])
    op.create_index("runs_by_status", "runs", ["status", "run_id"])
    op.create_table(
        "run_tags",
        sa.Column("run_id", _KEY, primary_key=True),
        sa.Column("key", _KEY, primary_key=True),
        sa.Column("value", _KEY, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("run_tags_by_value", "run_tags", ["key", "value", "run_id"])
    op.create_table(
        "steps",
        sa.Column("run_id", _KEY, primary_key=True),
        sa.Column("step_key", _KEY, primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asset_keys", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Float(53), nullable=True),
        sa.Column("cpu_seconds", sa.Float(53), nullable=True),
        sa.Column("peak_bytes", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sqlite_with_rowid=False,
    )


def _create_assets() -> None:
    op.create_table(
        "materializations",
        sa.Column("event_id", _ID, primary_key=True, autoincrement=False),
        sa.Column("asset_key", _KEY, nullable=False),
        sa.Column("partition", _KEY, nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("step_key", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_index("materializations_by_asset", "materializations", ["asset_key", "event_id"])
    op.create_index("materializations_by_partition", "materializations", ["asset_key", "partition", "event_id"])
    op.create_table(
        "assets",
        sa.Column("asset_key", _KEY, primary_key=True),
        sa.Column("latest_event_id", sa.BigInteger(), nullable=True),
        sa.Column("activity", _KEY, nullable=False),
        sa.Column("activity_run_id", _KEY, nullable=True),
        sa.Column("activity_at", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("made_times", sa.Integer(), nullable=False, server_default="0"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "asset_partitions",
        sa.Column("asset_key", _KEY, primary_key=True),
        sa.Column("partition", _KEY, primary_key=True),
        sa.Column("latest_event_id", sa.BigInteger(), nullable=True),
        sa.Column("activity", _KEY, nullable=False),
        sa.Column("activity_run_id", _KEY, nullable=True),
        sa.Column("activity_at", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("made_times", sa.Integer(), nullable=False, server_default="0"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dynamic_partitions",
        sa.Column("name", _KEY, primary_key=True),
        sa.Column("key", _KEY, primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("dynamic_partitions_in_order", "dynamic_partitions", ["name", "position"])


def _create_checks() -> None:
    op.create_table(
        "check_evaluations",
        sa.Column("event_id", _ID, primary_key=True, autoincrement=False),
        sa.Column("asset_key", _KEY, nullable=False),
        sa.Column("check_name", _KEY, nullable=False),
        sa.Column("partition", _KEY, nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
    )
    op.create_index("check_evaluations_by_check", "check_evaluations", ["asset_key", "check_name", "event_id"])
    op.create_table(
        "check_states",
        sa.Column("asset_key", _KEY, primary_key=True),
        sa.Column("check_name", _KEY, primary_key=True),
        sa.Column("partition", _KEY, primary_key=True),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )


def _create_automation() -> None:
    op.create_table(
        "automations",
        sa.Column("name", _KEY, primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=True),
        sa.Column("evaluated_at", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "ticks",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("automation", _KEY, nullable=False),
        sa.Column("scheduled_at", sa.BigInteger(), nullable=False),
        sa.Column("status", _KEY, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("run_ids", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.UniqueConstraint("automation", "scheduled_at", name="one_tick_per_time"),
    )
    op.create_index("ticks_by_status", "ticks", ["status", "id"])
    op.create_table(
        "backfills",
        sa.Column("backfill_id", _KEY, primary_key=True),
        sa.Column("status", _KEY, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("launched_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
    )
    op.create_index("backfills_by_status", "backfills", ["status", "backfill_id"])


def _create_shared_limits() -> None:
    op.create_table(
        "leases",
        sa.Column("name", _KEY, primary_key=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slots",
        sa.Column("pool", _KEY, primary_key=True),
        sa.Column("slot", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("run_id", _KEY, nullable=True),
        sa.Column("step_key", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("slots_by_run", "slots", ["run_id"])
