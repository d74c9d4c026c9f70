"""What only concerns a store in an SQLite file: processes, locks, disks, and how queries are answered."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from daglab.errors import DaglabError, StoreUnavailableError
from daglab.foundation.ids import new_run_id
from daglab.records.events import Event, EventType, LogLine, PlannedStep, RunPlanned
from daglab.records.runs import Run, RunStatus
from daglab.run_store import database, run_writer
from daglab.run_store.store import RunStore

START = datetime(2013, 1, 1, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(place: Path) -> Iterator[RunStore]:
    with RunStore.open(address(place)) as opened:
        yield opened


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def new_run(store: RunStore) -> Run:
    run = Run(
        run_id=new_run_id(),
        job="assets",
        status=RunStatus.NOT_STARTED,
        location="a.ipynb",
        target="a",
        launched_by="python",
        created_at=START,
    )
    store.create_run(run)
    return run


def line(run: Run, text: object) -> Event:
    return Event(run_id=run.run_id, type=EventType.LOG, at=START, payload=LogLine(text=str(text)))


def test_many_events_make_few_commits(store: RunStore) -> None:
    run = new_run(store)
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    sa.event.listen(store._database.engine, "commit", count)
    begun = time.monotonic()
    with store.writer(run.run_id) as writer:
        writer.flush()  # asks for haste once, not for good
        for number in range(200):
            writer.append(line(run, number))
            time.sleep(0.001)
    groups = (time.monotonic() - begun) / run_writer.GROUP_SECONDS
    assert 2 <= commits <= groups + 2
    assert [event.payload for event in store.events()] == [LogLine(text=str(number)) for number in range(200)]


def test_the_heartbeat_goes_on_while_nothing_happens(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_writer, "HEARTBEAT_SECONDS", 0.05)
    run = new_run(store)
    with store.writer(run.run_id):
        beats = set()
        end = time.monotonic() + 10
        while len(beats) < 3 and time.monotonic() < end:
            beats.add(store.run(run.run_id).heartbeat_at)
            time.sleep(0.02)
    assert len(beats) >= 3


def test_what_was_flushed_survives_a_kill(place: Path, store: RunStore) -> None:
    run = new_run(store)
    code = f"""
import sys
from datetime import datetime, UTC
from daglab.records.events import *
from daglab.run_store.store import RunStore
writer = RunStore.open({address(place)!r}).writer({run.run_id!r})
number = 0
while True:
    for _ in range(500):
        number += 1
        line = LogLine(text=str(number) + "x" * 200)
        writer.append(Event(run_id={run.run_id!r}, type=EventType.LOG, at=datetime.now(UTC), payload=line))
    writer.flush()
    print(number, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(5):
            flushed = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    found = store.events(limit=1_000_000)
    assert len(found) >= flushed
    assert [event.event_id for event in found] == list(range(1, len(found) + 1))
    assert store.last_event_id() == len(found)
    connection = sqlite3.connect(place)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_many_processes_make_and_write_one_store_at_once(place: Path) -> None:
    code = f"""
import sys
from datetime import datetime, UTC
from daglab.foundation.ids import new_run_id
from daglab.records.events import *
from daglab.records.runs import *
from daglab.run_store.store import RunStore
sys.stdin.read(1)
now = datetime.now(UTC)
with RunStore.open({address(place)!r}) as store:
    for _ in range(3):
        run = Run(run_id=new_run_id(), job="assets", status=RunStatus.NOT_STARTED, location="l", target="t",
                  launched_by="python", created_at=now)
        store.create_run(run)
        with store.writer(run.run_id) as writer:
            steps = tuple(PlannedStep(step_key=f"s{{n}}", asset_keys=(f"a{{n}}",)) for n in range(20))
            writer.append(Event(run_id=run.run_id, type=EventType.RUN_START, at=now, payload=RunPlanned(steps=steps)))
            for step in steps:
                for kind in (EventType.STEP_START, EventType.STEP_SUCCESS):
                    writer.append(Event(run_id=run.run_id, type=kind, at=now, step_key=step.step_key))
                writer.flush()
            writer.append(Event(run_id=run.run_id, type=EventType.RUN_SUCCESS, at=now))
"""
    processes = [subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) for _ in range(8)]
    for process in processes:
        process.communicate(b"g")
    assert [process.returncode for process in processes] == [0] * 8
    with RunStore.open(address(place)) as store:
        runs = store.runs()
        assert [(run.status, run.steps_done) for run in runs] == [(RunStatus.SUCCESS, 20)] * 24
        assert [e.event_id for e in store.events(limit=10_000)] == list(range(1, 24 * 42 + 1))
        assert {state.activity.value for state in store.asset_states().values()} == {"NONE"}


def test_a_store_that_stays_locked_is_said_to_be_so(
    place: Path, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.05)
    monkeypatch.setattr(run_writer, "_RETRY_AFTER", (0.01,))
    run = new_run(store)
    store._database.engine.dispose()
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert store.runs() == [run], "reading goes on"
    with pytest.raises(StoreUnavailableError, match=r"locked for more than 0\.05 s"):
        store.append([line(run, 1)])
    writer = store.writer(run.run_id)
    writer.append(line(run, 2))
    with pytest.raises(StoreUnavailableError, match="locked"):
        writer.flush()
    with pytest.raises(StoreUnavailableError, match="locked"):
        writer.append(line(run, 3))
    other.execute("ROLLBACK")
    other.close()
    with pytest.raises(StoreUnavailableError, match="locked"):
        writer.close()


def test_the_writer_outlasts_a_lock_that_is_let_go(
    place: Path, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.05)
    run = new_run(store)
    store._database.engine.dispose()
    other = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, other.execute, ["ROLLBACK"])
    timer.start()
    with store.writer(run.run_id) as writer:
        writer.append(line(run, 1))
        writer.flush()
    timer.join()
    other.close()
    assert [event.payload for event in store.events()] == [LogLine(text="1")]


def test_a_commit_that_is_tried_again_counts_once(store: RunStore) -> None:
    run = new_run(store)
    failing = [True]

    @sa.event.listens_for(store._database.engine, "before_cursor_execute")
    def _fail_once(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith('INSERT INTO "events"') and failing:
            failing.clear()
            raise StoreUnavailableError("not now")

    with store.writer(run.run_id) as writer:
        for kind in (EventType.STEP_START, EventType.STEP_SUCCESS):
            writer.append(Event(run_id=run.run_id, type=kind, at=START, step_key="a"))
    assert not failing
    assert (store.run(run.run_id).steps_done, store.steps(run.run_id)[0].attempt) == (1, 1)
    assert [event.event_id for event in store.events()] == [1, 2]


def test_a_full_disk_is_said_to_be_so_and_what_was_committed_is_kept(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_writer, "_RETRY_AFTER", (0.01,))
    run = new_run(store)
    store.append([line(run, "kept")])
    store._database.engine.dispose()

    @sa.event.listens_for(store._database.engine, "connect")
    def _small(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    with pytest.raises(StoreUnavailableError, match="no space is left"):
        store.append([line(run, "x" * 1_000_000)])
    writer = store.writer(run.run_id)
    writer.append(line(run, "x" * 1_000_000))
    with pytest.raises(StoreUnavailableError, match="no space is left"):
        writer.close()
    assert [event.payload for event in store.events()] == [LogLine(text="kept")]


def as_somebody_else(work: Callable[[], None]) -> None:
    """Runs something in a child that may not write where this process may."""
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setresuid(65534, 65534, 65534)
            work()
            os._exit(0)
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.fixture
def foreign() -> Iterator[Path]:
    """A folder that everybody may read and nobody else may write."""
    folder = Path(tempfile.mkdtemp(prefix="daglab-read-only-"))
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("in_use", [True, False])
def test_a_store_that_is_read_only_can_be_read(foreign: Path, in_use: bool) -> None:
    place = foreign / "store.db"
    store = RunStore.open(address(place))
    run = new_run(store)
    store.append([line(run, 1)])
    if not in_use:
        store.close()
    foreign.chmod(0o555 if os.geteuid() else 0o755)

    def work() -> None:
        with RunStore.open(address(place)) as mine:
            assert not mine.is_writable
            assert mine.runs() == [run]
            assert mine.last_event_id() == 1
            mine.change_counter()
            for write in (lambda: mine.create_run(run), lambda: mine.append([line(run, 2)])):
                with pytest.raises(StoreUnavailableError, match=f"{place} is read-only.*\n.*DAGLAB_HOME"):
                    write()
        missing = foreign / "sub" / "other.db"
        for path in (missing, foreign / "other.db"):
            with pytest.raises(StoreUnavailableError, match=f"{path.parent}.*cannot be made"):
                RunStore.open(address(path))

    as_somebody_else(work)
    store.close()


def test_a_fork_waits_for_transactions_and_both_sides_go_on(store: RunStore) -> None:
    run = new_run(store)
    stop = threading.Event()
    problems: list[Exception] = []

    def write() -> None:
        while not stop.is_set():
            try:
                store.append([line(run, "parent")])
            except DaglabError as error:
                problems.append(error)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        child = os.fork()
        if child == 0:
            try:
                store.append([line(run, "child")])
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    texts = [event.payload.text for event in store.events(limit=100_000) if isinstance(event.payload, LogLine)]
    assert texts.count("child") == 10
    assert len(texts) == store.last_event_id()


def test_a_network_drive_is_warned_about(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from daglab.run_store import network_drive

    monkeypatch.setattr(network_drive, "file_system_of", lambda _path: "nfs4")
    with pytest.warns(RuntimeWarning, match=rf"{place} lies on a network drive \(nfs4\).*DAGLAB_HOME"):
        RunStore.open(address(place)).close()
    monkeypatch.undo()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        RunStore.open(address(place)).close()


# ---- every hot query is answered along an index, however long the history


def plans(store: RunStore, ask: Callable[[], object]) -> list[str]:
    """How SQLite answers the queries that a call makes."""
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    sa.event.listen(store._database.engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(store._database.engine, "before_cursor_execute", note)
    with store._database.read() as connection:
        return [
            row[3]
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
        ]


ASKED: dict[str, Callable[[RunStore, Run], object]] = {
    "newest runs": lambda store, _run: store.runs(),
    "next page of runs": lambda store, run: store.runs(before=run.run_id),
    "runs of a status": lambda store, run: store.runs(statuses=[RunStatus.FAILURE], before=run.run_id),
    "unfinished runs": lambda store, _run: store.unfinished_runs(),
    "run by prefix": lambda store, run: store.run(run.run_id[:8]),
    "log": lambda store, _run: store.events(after=5),
    "log of a run": lambda store, run: store.events(run_id=run.run_id, after=5),
    "log of a run, some types": lambda store, run: store.events(run_id=run.run_id, types=[EventType.LOG]),
    "asset states": lambda store, _run: store.asset_states(["a", "b"]),
    "history": lambda store, _run: store.materializations("a", before=9),
    "history of a partition": lambda store, _run: store.materializations("a", partition="2013", before=9),
    "last event": lambda store, _run: store.last_event_id(),
}


@pytest.mark.parametrize("name", ASKED)
def test_queries_read_along_an_index(store: RunStore, name: str) -> None:
    run = new_run(store)
    found = plans(store, lambda: ASKED[name](store, run))
    assert found
    ordered_by_key = {"SCAN runs USING INDEX sqlite_autoindex_runs_1", "SCAN log_head"}
    assert [step for step in found if not step.startswith("SEARCH") and step not in ordered_by_key] == []


def test_the_steps_of_a_run_are_read_along_an_index(store: RunStore) -> None:
    run = new_run(store)
    steps = RunPlanned(steps=(PlannedStep(step_key="a"),))
    store.append([Event(run_id=run.run_id, type=EventType.RUN_START, at=START, payload=steps)])
    found = plans(store, lambda: store.steps(run.run_id))
    assert found == ["SEARCH steps USING PRIMARY KEY (run_id=?)", "USE TEMP B-TREE FOR ORDER BY"]


@pytest.mark.parametrize(("durable", "level"), [(False, 1), (True, 2)])
def test_commits_wait_for_the_disk_where_they_are_to_survive_a_power_cut(
    place: Path, durable: bool, level: int
) -> None:
    with RunStore.open(address(place), durable=durable) as store, store._database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
