"""Stores of other versions, and files that are none."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from daglab.errors import RunStoreError, StoreUnavailableError, StoreVersionError
from daglab.run_store import schema
from daglab.run_store.database import Database
from daglab.run_store.migration import migrate
from daglab.run_store.opening import MIGRATIONS, bring_up_to_date
from daglab.run_store.store import RunStore

NEXT_MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision = "0003"
down_revision = "0002"
def upgrade():
    op.add_column("runs", sa.Column("mood", sa.Text()))
    op.execute("UPDATE runs SET mood = 'calm'")
    {more}
"""


def address(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def the_next_version(tmp_path: Path, *, more: str = "") -> Path:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "0003_third.py").write_text(NEXT_MIGRATION.format(more=more))
    return folder


def shape(path: Path) -> dict[str, Any]:
    """All that can be read of a database's schema, columns and indexes in any order."""
    engine = sa.create_engine(address(path))
    inspector = sa.inspect(engine)
    found = {}
    for table in inspector.get_table_names():
        columns = {column["name"]: repr(column) for column in inspector.get_columns(table)}
        indexes = {str(index["name"]): index["column_names"] for index in inspector.get_indexes(table)}
        unique = sorted(map(repr, inspector.get_unique_constraints(table)))
        found[table] = (columns, indexes, unique, inspector.get_pk_constraint(table)["constrained_columns"])
    with engine.connect() as connection:
        made = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        rowless = sorted(name for name, text in connection.execute(made) if "WITHOUT ROWID" in text)
        partial = sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'")
        found["partial indexes"] = sorted(connection.scalars(partial))  # type: ignore[assignment]
        found["rows"] = connection.exec_driver_sql("SELECT * FROM log_head").all()  # type: ignore[assignment]
    engine.dispose()
    return {**found, "without row ids": rowless}


def test_migrations_make_the_schema_that_a_new_store_has(tmp_path: Path) -> None:
    new, migrated = tmp_path / "new.db", tmp_path / "migrated.db"
    RunStore.open(address(new)).close()
    database = Database(address(migrated))
    with database.write() as connection:
        migrate(connection, MIGRATIONS)
    database.close()
    assert shape(migrated) == shape(new)


def test_the_last_migration_makes_the_version_of_this_code() -> None:
    assert max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).startswith(schema.HEAD)


def test_opening_does_not_import_alembic(place: Path) -> None:
    code = f"""
import sys
from daglab.run_store.store import RunStore
for _ in range(2): RunStore.open({address(place)!r}).close()
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_older_store_is_migrated_with_what_is_in_it(place: Path, tmp_path: Path) -> None:
    RunStore.open(address(place)).close()
    with sqlite3.connect(place) as connection:
        values = "'r', 'assets', 'SUCCESS', 'l', 't', 'python', 1, '{}', 0, 0, 0"
        names = "run_id, job, status, location, target, launched_by, created_at, request"
        connection.execute(f"INSERT INTO runs ({names}, steps_total, steps_done, steps_failed) VALUES ({values})")
    connection.close()
    database = Database(address(place))
    bring_up_to_date(database, migrations=the_next_version(tmp_path), head="0003")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT run_id, mood FROM runs").all() == [("r", "calm")]
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [("0003",)]
    database.close()


def test_a_store_of_the_first_version_becomes_one_of_this_version(place: Path, tmp_path: Path) -> None:
    folder = tmp_path / "first"
    (folder / "versions").mkdir(parents=True)
    shutil.copy(MIGRATIONS / "versions" / "0001_first.py", folder / "versions")
    database = Database(address(place))
    with database.write() as connection:
        migrate(connection, folder)
        values = "7, 'delays', '', 'r', 'delays', 1, 'c', 'd', '{}'"
        connection.exec_driver_sql(f"INSERT INTO materializations VALUES ({values})")
    database.close()
    with RunStore.open(address(place)) as store:
        assert store.removals("delays") == {}
        store.note_removals([7], datetime(2026, 1, 1, tzinfo=UTC), "by hand")
        assert list(store.removals("delays")) == [7]
    new = tmp_path / "new.db"
    RunStore.open(address(new)).close()
    assert {name: one for name, one in shape(place).items() if name != "rows"} == {
        name: one for name, one in shape(new).items() if name != "rows"
    }


def test_a_migration_that_fails_leaves_the_store_as_it_was(place: Path, tmp_path: Path) -> None:
    RunStore.open(address(place)).close()
    before = shape(place)
    database = Database(address(place))
    with pytest.raises(RunStoreError, match="no such table: nowhere"):
        bring_up_to_date(
            database,
            migrations=the_next_version(tmp_path, more='op.execute("DROP TABLE nowhere")'),
            head="0003",
        )
    database.close()
    assert shape(place) == before
    RunStore.open(address(place)).close()


def test_a_newer_store_is_refused_and_not_touched(place: Path) -> None:
    RunStore.open(address(place)).close()
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
        connection.execute("UPDATE settings SET value = '9.1.0'")
    connection.close()
    before = place.read_bytes()
    with pytest.raises(
        StoreVersionError, match=r"written by daglab 9\.1\.0 \(schema 0999\).*\n.*upgrade daglab"
    ) as found:
        RunStore.open(address(place))
    assert str(place) in str(found.value)
    assert place.read_bytes() == before
    assert [path.name for path in place.parent.iterdir()] == ["store.db"]


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"x" * 511,
        b"x" * 512,
        b"x" * 1500,
        b"x" * 4096,
        b"x" * 20_000,
        b"SQLite format 3\0" + b"\0" * 5000,
    ],
)
def test_a_file_that_is_no_database_is_named_and_kept(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    with pytest.raises(RunStoreError) as found:
        RunStore.open(address(place))
    assert str(place) in str(found.value)
    assert not isinstance(found.value, StoreUnavailableError)
    assert place.read_bytes() == content


def test_a_database_of_somebody_else_is_named_and_kept(place: Path) -> None:
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.close()
    before = place.read_bytes()
    with pytest.raises(RunStoreError, match="no run store: it holds alembic_version"):
        RunStore.open(address(place))
    assert place.read_bytes() == before


def test_an_empty_file_becomes_a_store(place: Path) -> None:
    place.touch()
    with RunStore.open(address(place)) as store:
        assert store.runs() == []


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://user:secret@host/db"])
def test_an_address_of_no_store_is_quoted_without_its_password(url: str) -> None:
    with pytest.raises(RunStoreError, match=r"no address of a run store.*\n.*sqlite:////folder") as found:
        RunStore.open(url)
    assert "secret" not in str(found.value)


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(RunStoreError, match="is a folder"):
        RunStore.open(address(tmp_path))


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with pytest.raises(StoreUnavailableError, match=r"127\.0\.0\.1:1/") as found:
        RunStore.open("postgresql://user:secret@127.0.0.1:1/store")
    assert "secret" not in str(found.value)
