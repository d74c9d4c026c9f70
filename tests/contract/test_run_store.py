"""What a run store does, whatever database it is in."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daglab.definitions.io_manager import StoredValue
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.results import AssetCheckSeverity
from daglab.errors import InvalidInvocationError, RunNotFoundError, RunStoreError
from daglab.foundation.ids import new_run_id
from daglab.records.assets import AssetActivity, AssetState, CheckEvaluation, Materialization, Observation, RemovedValue
from daglab.records.events import (
    Event,
    EventType,
    Expectation,
    HookRan,
    LogLine,
    OutputHandled,
    Payload,
    PlannedStep,
    ResourcesOpened,
    RunEnded,
    RunPlanned,
    StepEnded,
    StepFailed,
    StepSkipped,
    StepUpForRetry,
    ValuePassed,
)
from daglab.records.failure import Failure
from daglab.records.outputs import StepOutput
from daglab.records.runs import ProcessIdentity, Run, RunStatus, StepRecord, StepStatus
from daglab.run_store.store import RunStore

START = datetime(2013, 1, 1, tzinfo=UTC)
FAILURE = Failure(kind="KeyError", message="'carrier'", frames=('  File "cell 3", line 2',), hint="look at it")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """A PostgreSQL server of the tests' own; gives the address of a new database for each call."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")) or [shutil.which("pg_ctl")]
    if found[-1] is None:
        pytest.skip("PostgreSQL is not installed")
    programs = Path(found[-1]).parent
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    try:
        run_as = {"user": pwd.getpwnam(user).pw_uid} if os.geteuid() == 0 else {}
    except KeyError:
        pytest.skip("PostgreSQL refuses to run as root, and there is no user 'postgres'")
    folder = Path("/tmp") / f"daglab-postgresql-{os.getpid()}"
    folder.mkdir()
    if run_as:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, log = folder / "data", folder / "log"

    def call(program: str, *arguments: str) -> None:
        subprocess.run([programs / program, *arguments], check=True, cwd=folder, stdout=subprocess.DEVNULL, **run_as)

    call("initdb", "-D", str(data), "-A", "trust", "-U", user, "--locale=C.UTF-8", "--no-sync")
    settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
    call("pg_ctl", "-D", str(data), "-l", str(log), "-o", settings, "-w", "start")
    made = iter(range(1_000_000))

    def new_database() -> str:
        name = f"store_{next(made)}"
        call("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", user, name)
        return f"postgresql+psycopg://{user}@127.0.0.1:{port}/{name}"

    yield new_database
    call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/with spaces, ünïcode and #%41/store.db"
    address: str = request.getfixturevalue("postgresql")()
    return address


@pytest.fixture
def store(url: str) -> Iterator[RunStore]:
    with RunStore.open(url) as opened:
        yield opened


def a_run(number: int = 0, **facts: object) -> Run:
    run_id = new_run_id(nanoseconds=1_356_998_400_000_000_000 + number * 1_000_000_000)
    run = Run(
        run_id=run_id,
        job="assets",
        status=RunStatus.NOT_STARTED,
        location="flights.ipynb",
        target="flights",
        launched_by="python",
        created_at=at(number),
    )
    return replace(run, **facts)  # type: ignore[arg-type]


def begin(store: RunStore, *planned: PlannedStep, number: int = 0, second: float = 1) -> Run:
    """A run that has started, with those steps; by default of the one asset "flights"."""
    run = a_run(number)
    store.create_run(run)
    steps = planned or (PlannedStep(step_key="flights", asset_keys=("flights",)),)
    happens(store, run, EventType.RUN_START, second, payload=RunPlanned(steps=steps))
    return run


def happens(
    store: RunStore, run: Run, kind: EventType, second: float, step: str = "", payload: Payload | None = None
) -> int:
    return store.append([Event(run_id=run.run_id, type=kind, at=at(second), step_key=step, payload=payload)])


def making(run: Run, key: str = "flights", second: float = 3, **facts: object) -> Materialization:
    made = Materialization(
        asset_key=key,
        run_id=run.run_id,
        step_key=key.replace("/", "__"),
        at=at(second),
        code_version="code",
        data_version="data",
        input_versions={"raw": "1"},
        stored=StoredValue(reference={"path": "a/b"}, data_version="data", size=12, rows=3),
        metadata={"rows": MetadataValue.int(3), "share": MetadataValue.float(float("inf"))},
        tags={"a": "b"},
        seconds=0.5,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def verdict(run: Run, key: str = "flights", second: float = 3, **facts: object) -> CheckEvaluation:
    found = CheckEvaluation(
        asset_key=key,
        check_name="no_gaps",
        run_id=run.run_id,
        at=at(second),
        passed=False,
        severity=AssetCheckSeverity.WARN,
        blocking=True,
        message="3 rows without a carrier",
        metadata={"rows": MetadataValue.int(3)},
    )
    return replace(found, **facts)  # type: ignore[arg-type]


def test_a_new_store_is_empty(store: RunStore) -> None:
    assert store.is_writable
    assert store.runs() == store.unfinished_runs() == store.asset_keys() == store.events() == store.steps("x") == []
    assert store.asset_states() == store.asset_states(["a"]) == store.asset_states([]) == {}
    assert store.materializations("a") == []
    assert store.last_event_id() == 0
    assert store.append([]) == 0


def test_the_file_is_where_the_address_says(tmp_path: Path) -> None:
    place = tmp_path / "deep er" / "ünïcode #%41" / "store.db"
    RunStore.open(f"sqlite:///{place}").close()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [place]


def test_a_run_comes_back_as_it_was(store: RunStore) -> None:
    whole = a_run(
        status=RunStatus.STARTED,
        request={"selection": ["a", "b"], "größe": 1.5, "deep": {"x": None}},
        tags={"schlüssel": "wert", "b": ""},
        parent_run_id="p",
        root_run_id="r",
        started_at=at(1),
        ended_at=at(2.000001),
        heartbeat_at=at(3),
        process=ProcessIdentity(host="böx", pid=12, started=1.25),
        steps_total=3,
        steps_done=2,
        steps_failed=1,
        failure=FAILURE,
    )
    plain = a_run(1)
    store.create_run(whole)
    store.create_run(plain)
    assert store.run(whole.run_id) == whole
    assert store.runs() == [plain, whole]


def test_a_run_id_is_used_once(store: RunStore) -> None:
    store.create_run(a_run())
    again = store.runs()[0]
    with pytest.raises(RunStoreError, match="exists already"):
        store.create_run(again)
    assert store.runs() == [again]


def test_runs_are_found_by_the_start_of_their_id(store: RunStore) -> None:
    runs = [a_run(number) for number in range(7)]
    for run in runs:
        store.create_run(run)
    assert store.run(runs[3].run_id[:13]) == runs[3]
    with pytest.raises(RunNotFoundError, match=f"several.*{runs[0].run_id}, .*, …"):
        store.run(runs[0].run_id[:6])
    for nothing in ("f", "", runs[0].run_id + "0", "%", "_"):
        with pytest.raises(RunNotFoundError, match="no run"):
            store.run(nothing)


def test_the_run_whose_whole_id_is_given_wins(store: RunStore) -> None:
    for name in ("abc", "abcd"):
        store.create_run(a_run(run_id=name))
    assert store.run("abc").run_id == "abc"


def test_runs_come_newest_first_in_pages(store: RunStore) -> None:
    statuses = [RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.QUEUED]
    runs = [a_run(number, status=statuses[number % 3], tags={"n": str(number)}) for number in range(9)]
    for run in runs:
        store.create_run(run)
    newest = runs[::-1]
    assert store.runs(limit=4) == newest[:4]
    assert store.runs(limit=4, before=newest[3].run_id) == newest[4:8]
    ended = [run for run in newest if run.status is not RunStatus.QUEUED]
    assert store.runs(limit=4, statuses=[RunStatus.SUCCESS, RunStatus.FAILURE]) == ended[:4]
    assert store.runs(statuses=[]) == []
    assert store.unfinished_runs() == [run for run in newest if run.status is RunStatus.QUEUED]


def test_the_process_of_a_run_is_noted(store: RunStore) -> None:
    run = a_run()
    store.create_run(run)
    process = ProcessIdentity(host="box", pid=3, started=4.5)
    store.update_process(run.run_id, process, at(5))
    assert store.runs() == [replace(run, process=process, heartbeat_at=at(5))]
    with pytest.raises(RunNotFoundError, match="'none'"):
        store.update_process("none", process, at(1))


def test_every_kind_of_event_comes_back_as_it_was(store: RunStore) -> None:
    run = a_run()
    store.create_run(run)
    payloads: list[Payload | None] = [
        None,
        RunPlanned(steps=(PlannedStep(step_key="a", asset_keys=("a",), check_names=("c",)),)),
        StepEnded(seconds=1, cpu_seconds=0.5, peak_bytes=12),
        StepFailed(failure=replace(FAILURE, cause=FAILURE), seconds=2.5),
        StepSkipped(reason="'raw' failed"),
        RunEnded(failure=FAILURE),
        LogLine(text="größer\n", stream="stderr", level="INFO"),
        ValuePassed(name="x", asset_key="a", how="memory"),
        StepUpForRetry(failure=FAILURE, seconds_to_wait=0.5),
        OutputHandled(output=StepOutput(run_id="r", step_key="s", name="n", mapping_key="ä", io_manager_key="io")),
        Expectation(success=False, label="é", metadata={"n": MetadataValue.float(float("inf"))}),
        HookRan(hook="h", failure=FAILURE),
        ResourcesOpened(keys=("a", "b"), failure=FAILURE),
        Observation(asset_key="schlüssel/ä", run_id=run.run_id, step_key="é", at=at(3), tags={"a": "b"}),
        making(run, "schlüssel/ä", partition="2013-01-01"),
        verdict(run, partition="2013-01-01"),
    ]
    given = [
        Event(run_id=run.run_id, type=EventType.LOG, at=at(place), step_key="é", payload=payload)
        for place, payload in enumerate(payloads)
    ]
    assert store.append(given) == len(given)
    stored = [replace(event, event_id=place) for place, event in enumerate(given, 1)]
    assert store.events() == store.events(run_id=run.run_id) == stored
    assert store.events(after=2, limit=3) == stored[2:5]
    assert store.events(run_id="other") == []
    assert store.events(types=[EventType.LOG], limit=2) == stored[:2]
    assert store.events(types=[EventType.OUTPUT]) == []


def test_mapped_steps_are_counted_when_they_begin(store: RunStore) -> None:
    run = a_run()
    store.create_run(run)
    steps = (PlannedStep(step_key="fan"), PlannedStep(step_key="one[?]"), PlannedStep(step_key="total"))
    happens(store, run, EventType.RUN_START, 0, payload=RunPlanned(steps=steps))
    assert store.run(run.run_id).steps_total == 2
    for key in ("one[b]", "one[a]"):
        happens(store, run, EventType.STEP_START, 1, key)
        happens(store, run, EventType.STEP_SUCCESS, 2, key, StepEnded(seconds=1, cpu_seconds=1))
    found = store.run(run.run_id)
    assert (found.steps_total, found.steps_done) == (4, 2)
    assert {one.step_key for one in store.steps(run.run_id)} == {"fan", "one[a]", "one[b]", "total"}


def test_an_event_of_an_unknown_run_is_refused_and_nothing_kept(store: RunStore) -> None:
    run = a_run()
    store.create_run(run)
    known = Event(run_id=run.run_id, type=EventType.RUN_STARTING, at=at(0))
    with pytest.raises(RunNotFoundError, match="'nobody'"):
        store.append([known, replace(known, run_id="nobody")])
    assert (store.events(), store.runs(), store.last_event_id()) == ([], [run], 0)


def test_a_started_run_has_its_steps_planned_and_its_assets_queued(store: RunStore) -> None:
    planned = [PlannedStep(step_key=name, asset_keys=(name,)) for name in ("zebra", "äpfel", "ant")]
    run = begin(store, *planned)
    assert store.runs() == [replace(run, status=RunStatus.STARTED, started_at=at(1), steps_total=3)]
    assert store.steps(run.run_id) == [
        StepRecord(run_id=run.run_id, step_key=one.step_key, status=StepStatus.PLANNED) for one in planned
    ]
    assert store.asset_states() == {
        key: AssetState(asset_key=key, activity=AssetActivity.PLANNED, activity_run_id=run.run_id, activity_at=at(1))
        for key in ("ant", "zebra", "äpfel")
    }
    assert store.asset_keys() == ["ant", "zebra", "äpfel"]


def test_a_step_that_starts_puts_its_assets_to_work(store: RunStore) -> None:
    run = begin(store)
    happens(store, run, EventType.STEP_START, 2, "flights")
    started = StepRecord(run_id=run.run_id, step_key="flights", status=StepStatus.STARTED, started_at=at(2))
    assert store.steps(run.run_id) == [started]
    assert store.asset_states() == {
        "flights": AssetState(
            asset_key="flights",
            activity=AssetActivity.RUNNING,
            activity_run_id=run.run_id,
            activity_at=at(2),
        )
    }


def test_a_step_that_succeeds(store: RunStore) -> None:
    run = begin(store)
    happens(store, run, EventType.STEP_START, 2, "flights")
    made = making(run)
    number = happens(store, run, EventType.ASSET_MATERIALIZATION, 3, "flights", made)
    happens(store, run, EventType.STEP_SUCCESS, 4, "flights", StepEnded(seconds=2, cpu_seconds=1.5, peak_bytes=9))
    happens(store, run, EventType.RUN_SUCCESS, 5, payload=RunEnded())
    assert store.asset_states() == {"flights": AssetState(asset_key="flights", latest=made, made_times=1)}
    assert store.materializations("flights") == [(number, made)]
    assert store.steps(run.run_id) == [
        StepRecord(
            run_id=run.run_id,
            step_key="flights",
            status=StepStatus.SUCCESS,
            started_at=at(2),
            ended_at=at(4),
            seconds=2,
            cpu_seconds=1.5,
            peak_bytes=9,
        )
    ]
    assert store.runs() == [
        replace(run, status=RunStatus.SUCCESS, started_at=at(1), ended_at=at(5), steps_total=1, steps_done=1)
    ]


def test_a_step_that_succeeds_without_its_asset_leaves_it_at_rest(store: RunStore) -> None:
    run = begin(store)
    happens(store, run, EventType.STEP_SUCCESS, 4, "flights", StepEnded(seconds=2, cpu_seconds=1.5))
    assert store.asset_states() == {"flights": AssetState(asset_key="flights")}


def test_a_step_that_fails_keeps_the_failure_and_what_was_made_before(store: RunStore) -> None:
    earlier = begin(store)
    made = making(earlier)
    happens(store, earlier, EventType.ASSET_MATERIALIZATION, 3, "flights", made)
    run = begin(store, number=1, second=10)
    happens(store, run, EventType.STEP_START, 11, "flights")
    happens(store, run, EventType.STEP_FAILURE, 12, "flights", StepFailed(failure=FAILURE, seconds=1))
    happens(store, run, EventType.RUN_FAILURE, 13, payload=RunEnded(failure=FAILURE))
    assert store.asset_states() == {
        "flights": AssetState(
            asset_key="flights",
            latest=made,
            activity=AssetActivity.FAILED,
            activity_run_id=run.run_id,
            activity_at=at(12),
            failure=FAILURE,
            made_times=1,
        )
    }
    assert store.steps(run.run_id) == [
        StepRecord(
            run_id=run.run_id,
            step_key="flights",
            status=StepStatus.FAILURE,
            started_at=at(11),
            ended_at=at(12),
            seconds=1,
            failure=FAILURE,
        )
    ]
    ended = replace(run, status=RunStatus.FAILURE, started_at=at(10), ended_at=at(13), steps_total=1, steps_failed=1)
    assert store.run(run.run_id) == replace(ended, failure=FAILURE)
    again = making(earlier, second=20)
    happens(store, earlier, EventType.ASSET_MATERIALIZATION, 20, "flights", again)
    assert store.asset_states() == {"flights": AssetState(asset_key="flights", latest=again, made_times=2)}


def test_of_a_step_that_fails_halfway_the_assets_already_made_are_not_failed(store: RunStore) -> None:
    run = begin(store, PlannedStep(step_key="both", asset_keys=("a", "b")))
    happens(store, run, EventType.STEP_START, 2, "both")
    happens(store, run, EventType.ASSET_MATERIALIZATION, 3, "both", making(run, "a"))
    happens(store, run, EventType.STEP_FAILURE, 4, "both", StepFailed(failure=FAILURE))
    states = store.asset_states()
    assert states["a"] == AssetState(asset_key="a", latest=making(run, "a"), made_times=1)
    assert (states["b"].activity, states["b"].failure) == (AssetActivity.FAILED, FAILURE)


def test_a_step_that_is_stopped_or_skipped_leaves_its_asset_at_rest(store: RunStore) -> None:
    run = begin(store, *(PlannedStep(step_key=name, asset_keys=(name,)) for name in "ab"))
    happens(store, run, EventType.STEP_FAILURE, 4, "a", StepFailed(failure=FAILURE, canceled=True))
    happens(store, run, EventType.STEP_SKIPPED, 5, "b", StepSkipped(reason="'a' was stopped"))
    assert store.asset_states() == {key: AssetState(asset_key=key) for key in "ab"}
    assert store.steps(run.run_id) == [
        StepRecord(run_id=run.run_id, step_key="a", status=StepStatus.CANCELED, ended_at=at(4), failure=FAILURE),
        StepRecord(
            run_id=run.run_id,
            step_key="b",
            status=StepStatus.SKIPPED,
            ended_at=at(5),
            reason="'a' was stopped",
        ),
    ]
    assert (store.run(run.run_id).steps_done, store.run(run.run_id).steps_failed) == (0, 0)


def test_a_step_that_starts_again_is_another_attempt(store: RunStore) -> None:
    run = begin(store)
    happens(store, run, EventType.STEP_START, 2, "flights")
    happens(store, run, EventType.STEP_FAILURE, 3, "flights", StepFailed(failure=FAILURE))
    happens(store, run, EventType.STEP_START, 4, "flights")
    again = StepRecord(run_id=run.run_id, step_key="flights", status=StepStatus.STARTED, attempt=2, started_at=at(4))
    assert store.steps(run.run_id) == [again]
    assert store.run(run.run_id).steps_failed == 0
    assert store.asset_states()["flights"].failure is None


@pytest.mark.parametrize(
    ("kind", "failure", "activity"),
    [
        (EventType.RUN_CANCELED, None, AssetActivity.NONE),
        (EventType.RUN_FAILURE, None, AssetActivity.NONE),
        (EventType.RUN_FAILURE, FAILURE, AssetActivity.FAILED),
    ],
)
def test_a_run_that_ends_early_ends_its_steps(
    store: RunStore, kind: EventType, failure: Failure | None, activity: AssetActivity
) -> None:
    run = begin(store, *(PlannedStep(step_key=name, asset_keys=(name,)) for name in "ab"))
    happens(store, run, EventType.STEP_START, 2, "a")
    happens(store, run, kind, 5, payload=RunEnded(failure=failure))
    assert store.steps(run.run_id) == [
        StepRecord(run_id=run.run_id, step_key="a", status=StepStatus.CANCELED, started_at=at(2), ended_at=at(5)),
        StepRecord(run_id=run.run_id, step_key="b", status=StepStatus.CANCELED, ended_at=at(5)),
    ]
    failed = activity is AssetActivity.FAILED
    assert store.asset_states() == {
        "a": AssetState(
            asset_key="a",
            activity=activity,
            activity_run_id=run.run_id if failed else None,
            activity_at=at(5) if failed else None,
            failure=failure,
        ),
        "b": AssetState(asset_key="b"),
    }
    assert store.run(run.run_id).status.value == kind.value.removeprefix("RUN_")
    assert store.run(run.run_id).failure == failure


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ([EventType.RUN_ENQUEUED], RunStatus.QUEUED),
        ([EventType.RUN_ENQUEUED, EventType.RUN_STARTING], RunStatus.STARTING),
        ([EventType.RUN_CANCELING, EventType.RUN_START], RunStatus.CANCELING),
        ([EventType.RUN_START, EventType.RUN_STARTING], RunStatus.STARTED),
        ([EventType.RUN_SUCCESS, EventType.RUN_CANCELING], RunStatus.SUCCESS),
        ([EventType.RUN_FAILURE, EventType.RUN_SUCCESS], RunStatus.SUCCESS),
    ],
)
def test_the_status_of_a_run_only_moves_on(store: RunStore, kinds: list[EventType], status: RunStatus) -> None:
    run = a_run()
    store.create_run(run)
    for kind in kinds:
        happens(store, run, kind, 1)
    assert store.run(run.run_id).status is status


def test_partitions_have_states_of_their_own(store: RunStore) -> None:
    run = begin(store)
    made = [making(run, partition=day, second=second) for second, day in enumerate(["1", "2", "1"])]
    numbers = [
        happens(store, run, EventType.ASSET_MATERIALIZATION, second, "flights", one) for second, one in enumerate(made)
    ]
    assert store.asset_states()["flights"].latest == made[-1]
    assert store.asset_states()["flights"].made_times == 3
    history = list(zip(numbers, made, strict=True))[::-1]
    assert store.materializations("flights") == history
    assert store.materializations("flights", limit=1) == history[:1]
    assert store.materializations("flights", before=numbers[2]) == history[1:]
    assert store.materializations("flights", partition="1") == [history[0], history[2]]
    assert store.materializations("flights", partition="") == []


def test_materializations_are_found_by_run_version_and_moment(store: RunStore) -> None:
    runs = [begin(store, number=number) for number in range(3)]
    versions = ["Ab%1", "ab_1", "ab_2"]
    made = [making(run, second=number, data_version=versions[number]) for number, run in enumerate(runs)]
    for number, (run, one) in enumerate(zip(runs, made, strict=True)):
        happens(store, run, EventType.ASSET_MATERIALIZATION, number, "flights", one)

    def found(**wanted: object) -> list[Materialization]:
        return [one for _, one in store.materializations("flights", **wanted)]  # type: ignore[arg-type]

    assert found(limit=None) == found() == made[::-1]
    assert found(run_id=runs[1].run_id) == [made[1]]
    assert found(data_version="ab") == [made[2], made[1]]
    assert found(data_version="Ab%") == [made[0]]
    assert found(data_version="a%") == found(data_version="ab_3") == found(run_id="x") == []
    assert found(until=at(1)) == [made[1], made[0]]
    assert found(until=at(1), data_version="ab", limit=1) == [made[1]]
    assert found(until=at(-1)) == []


def test_removals_are_noted_once_and_told_of_their_materialization(store: RunStore) -> None:
    run = begin(store)
    made = [making(run, second=number, partition=partition) for number, partition in ((1, ""), (2, "a"), (2, "b"))]
    numbers = [happens(store, run, EventType.ASSET_MATERIALIZATION, 2, "flights", one) for one in made]
    before = store.change_counter()
    store.note_removals(numbers[:2], at(5), "by retention")
    assert store.change_counter() != before
    store.note_removals(numbers[1:2], at(9), "by somebody else")
    store.note_removals([], at(9), "")
    told = RemovedValue(at=at(5), reason="by retention")
    assert store.removals("flights") == dict.fromkeys(numbers[:2], told)
    assert [store.removal_of(one) for one in made] == [told, told, None]
    assert store.removals("nothing") == {}
    many = range(100_000, 105_000)
    store.note_removals(many, at(6), "more than fit into one statement")


def test_checks_show_their_last_verdict(store: RunStore) -> None:
    run = begin(store)
    bad, good = verdict(run), verdict(run, second=4, passed=True)
    other = verdict(run, check_name="another", partition="2013")
    for one in (bad, other, good):
        happens(store, run, EventType.ASSET_CHECK_EVALUATION, 3, "flights", one)
    elsewhere = verdict(run, key="never/planned")
    happens(store, run, EventType.ASSET_CHECK_EVALUATION, 3, "flights", elsewhere)
    states = store.asset_states()
    assert states["flights"].checks == {"another": other, "no_gaps": good}
    assert states["never/planned"] == AssetState(asset_key="never/planned", checks={"no_gaps": elsewhere})
    assert store.asset_states(["never/planned"]) == {"never/planned": states["never/planned"]}


def test_of_two_runs_on_one_asset_the_later_one_is_shown(store: RunStore) -> None:
    first = begin(store, second=1)
    second = begin(store, number=1, second=2)
    waiting = AssetState(
        asset_key="flights", activity=AssetActivity.PLANNED, activity_run_id=second.run_id, activity_at=at(2)
    )
    assert store.asset_states() == {"flights": waiting}
    happens(store, first, EventType.RUN_CANCELED, 3, payload=RunEnded())
    assert store.asset_states() == {"flights": waiting}, "the end of one run says nothing about the other"
    happens(store, second, EventType.STEP_START, 4, "flights")
    happens(store, first, EventType.STEP_START, 3.5, "flights")
    assert store.asset_states()["flights"].activity_run_id == second.run_id, "what comes late is older"
    happens(store, first, EventType.ASSET_MATERIALIZATION, 5, "flights", making(first))
    shown = store.asset_states()["flights"]
    assert (shown.activity, shown.activity_run_id, shown.made_times) == (
        AssetActivity.RUNNING,
        second.run_id,
        1,
    )


def test_the_writer_commits_within_some_tens_of_milliseconds(store: RunStore) -> None:
    run = begin(store)
    with store.writer(run.run_id) as writer:
        writer.append(Event(run_id=run.run_id, type=EventType.STEP_START, at=at(2), step_key="flights"))
        for _ in range(100):
            if store.last_event_id() == 2:
                break
            threading.Event().wait(0.02)
        assert store.steps(run.run_id)[0].status is StepStatus.STARTED
        assert store.run(run.run_id).heartbeat_at is not None
    with pytest.raises(InvalidInvocationError, match="closed"):
        writer.append(Event(run_id=run.run_id, type=EventType.LOG, at=at(3)))


def test_the_writer_takes_events_from_many_threads(store: RunStore) -> None:
    names = [f"step_{number}" for number in range(8)]
    run = a_run()
    store.create_run(run)

    def work(name: str) -> None:
        def tell(kind: EventType, payload: Payload | None = None) -> None:
            writer.append(Event(run_id=run.run_id, type=kind, at=at(2), step_key=name, payload=payload))

        tell(EventType.STEP_START)
        for number in range(50):
            tell(EventType.LOG, LogLine(text=str(number)))
        tell(EventType.ASSET_MATERIALIZATION, making(run, name))
        tell(EventType.STEP_SUCCESS, StepEnded(seconds=1, cpu_seconds=1))
        writer.flush()

    with store.writer(run.run_id) as writer:
        plan = RunPlanned(steps=tuple(PlannedStep(step_key=name, asset_keys=(name,)) for name in names))
        writer.append(Event(run_id=run.run_id, type=EventType.RUN_START, at=at(1), payload=plan))
        threads = [threading.Thread(target=work, args=[name]) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.last_event_id() == 1 + 8 * 53
    for name in names:
        lines = [
            e.payload.text for e in store.events(run_id=run.run_id) if e.step_key == name and type(e.payload) is LogLine
        ]
        assert lines == [str(number) for number in range(50)]
    assert {step.status for step in store.steps(run.run_id)} == {StepStatus.SUCCESS}
    assert store.run(run.run_id).steps_done == 8
    assert {state.activity for state in store.asset_states().values()} == {AssetActivity.NONE}


def test_the_writer_refuses_events_of_another_run_and_of_one_that_is_none(store: RunStore) -> None:
    run = begin(store)
    with store.writer(run.run_id) as writer, pytest.raises(InvalidInvocationError, match="'x'"):
        writer.append(Event(run_id="x", type=EventType.LOG, at=at(1)))
    nobody = store.writer("nobody")
    nobody.append(Event(run_id="nobody", type=EventType.LOG, at=at(1)))
    with pytest.raises(RunNotFoundError, match="'nobody'"):
        nobody.flush()
    with pytest.raises(RunNotFoundError, match="'nobody'"):
        nobody.append(Event(run_id="nobody", type=EventType.LOG, at=at(1)))
    with pytest.raises(RunNotFoundError, match="'nobody'"):
        nobody.close()
    assert store.last_event_id() == 1


def test_a_writer_goes_on_where_another_one_stopped(store: RunStore) -> None:
    run = begin(store)
    for kind in (EventType.STEP_START, EventType.STEP_SUCCESS):
        with store.writer(run.run_id) as writer:
            writer.append(Event(run_id=run.run_id, type=kind, at=at(2), step_key="flights"))
    assert store.asset_states() == {"flights": AssetState(asset_key="flights")}
    assert store.run(run.run_id).steps_done == 1


def test_a_plan_of_ten_thousand_steps(store: RunStore) -> None:
    planned = [PlannedStep(step_key=f"s{number}", asset_keys=(f"a{number}",)) for number in range(10_000)]
    run = a_run()
    store.create_run(run)
    with store.writer(run.run_id) as writer:
        payload = RunPlanned(steps=tuple(planned))
        writer.append(Event(run_id=run.run_id, type=EventType.RUN_START, at=at(1), payload=payload))
        writer.flush()
        assert [step.step_key for step in store.steps(run.run_id)] == [one.step_key for one in planned]
        assert len(store.asset_states([f"a{number}" for number in range(10_000)])) == 10_000
        writer.append(Event(run_id=run.run_id, type=EventType.RUN_CANCELED, at=at(2), payload=RunEnded()))
    assert {step.status for step in store.steps(run.run_id)} == {StepStatus.CANCELED}
    assert {state.activity for state in store.asset_states().values()} == {AssetActivity.NONE}


def test_the_change_counter_tells_every_change_and_nothing_else(url: str, store: RunStore) -> None:
    run = a_run()
    seen = [store.change_counter()]
    store.create_run(run)
    seen.append(store.change_counter())
    happens(store, run, EventType.RUN_STARTING, 1)
    seen.append(store.change_counter())
    with RunStore.open(url) as other:
        other.update_process(run.run_id, ProcessIdentity(host="box", pid=3, started=4.5), at(5))
    seen.append(store.change_counter())
    assert len(set(seen)) == len(seen)
    assert [token[1] for token in seen] == [0, 0, 1, 1]
    store.runs()
    assert store.change_counter() == seen[-1]


def test_two_stores_on_one_database_see_the_same(url: str, store: RunStore) -> None:
    run = begin(store)
    with RunStore.open(url) as other:
        assert other.runs() == store.runs()
        happens(other, run, EventType.STEP_START, 2, "flights")
        assert other.events() == store.events()


def test_a_child_of_a_fork_works_on_its_own(store: RunStore) -> None:
    run = begin(store)
    with store.writer(run.run_id) as writer:
        before = store.change_counter()
        child = os.fork()
        if child == 0:
            try:
                with pytest.raises(RunStoreError, match="did not survive a fork"):
                    writer.append(Event(run_id=run.run_id, type=EventType.LOG, at=at(3)))
                happens(store, run, EventType.LOG, 2, payload=LogLine(text=json.dumps(store.asset_keys())))
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        writer.append(Event(run_id=run.run_id, type=EventType.LOG, at=at(3), payload=LogLine(text="parent")))
        writer.flush()
        assert store.change_counter() != before
    assert [event.payload for event in store.events(after=1)] == [
        LogLine(text='["flights"]'),
        LogLine(text="parent"),
    ]
