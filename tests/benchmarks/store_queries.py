"""How long the run store takes for what pages and pollers ask, with a long history behind it.

    python tests/benchmarks/store_queries.py [events, by default 1,000,000] [address of an empty store]

Prints the median and the longest of many calls in milliseconds of wall time, each beside the figure to hold.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from daglab.definitions.io_manager import StoredValue
from daglab.definitions.metadata import MetadataValue
from daglab.foundation.ids import new_run_id
from daglab.foundation.text import format_bytes, format_count
from daglab.records.assets import Materialization
from daglab.records.events import (
    Event,
    EventType,
    LogLine,
    PlannedStep,
    RunEnded,
    RunPlanned,
    StepEnded,
    ValuePassed,
)
from daglab.records.runs import Run, RunStatus
from daglab.run_store import asset_table
from daglab.run_store.store import RunStore

ASSETS = 1000
STEPS = 100  # of each run
EVENTS_OF_A_STEP = 5
DAYS = 50  # partitions of one asset
REPEATS = 30


def a_step_of(run: Run, key: str, partition: str) -> list[Event]:
    now = datetime.now(UTC)
    made = Materialization(
        asset_key=key,
        run_id=run.run_id,
        step_key=key,
        at=now,
        code_version="0123456789abcdef0123456789abcdef",
        data_version="fedcba9876543210fedcba9876543210",
        partition=partition,
        input_versions={"upstream": "fedcba9876543210fedcba9876543210"},
        stored=StoredValue(reference={"path": f"{key}/fedcba98.parquet", "format": "parquet"}, size=12345, rows=678),
        metadata={"rows": MetadataValue.int(678)},
        seconds=0.25,
    )
    told = [
        (EventType.STEP_START, None),
        (EventType.LOG, LogLine(text="read 678 rows", level="INFO")),
        (EventType.STEP_OUTPUT, ValuePassed(name="result", asset_key=key, how="stored")),
        (EventType.ASSET_MATERIALIZATION, made),
        (EventType.STEP_SUCCESS, StepEnded(seconds=0.25, cpu_seconds=0.2, peak_bytes=100_000_000)),
    ]
    return [Event(run_id=run.run_id, type=kind, at=now, step_key=key, payload=payload) for kind, payload in told]


def one_run(store: RunStore, number: int) -> tuple[Run, float]:
    """Records a run of 100 steps; also the processor time that the store took for it."""
    run = Run(
        run_id=new_run_id(),
        job="assets",
        status=RunStatus.NOT_STARTED,
        location="flights.ipynb",
        target="all",
        launched_by="command line",
        created_at=datetime.now(UTC),
        tags={"daglab/number": str(number)},
    )
    keys = [f"asset_{(number * STEPS + place) % ASSETS:04d}" for place in range(STEPS)]
    plan = RunPlanned(steps=tuple(PlannedStep(step_key=key, asset_keys=(key,)) for key in keys))
    events = [event for key in keys for event in a_step_of(run, key, str(number % DAYS) if key[-2:] == "07" else "")]
    begun = time.process_time()
    store.create_run(run)
    with store.writer(run.run_id) as writer:
        writer.append(Event(run_id=run.run_id, type=EventType.RUN_START, at=run.created_at, payload=plan))
        for event in events:
            writer.append(event)
        end = EventType.RUN_FAILURE if number % 500 == 0 else EventType.RUN_SUCCESS
        writer.append(Event(run_id=run.run_id, type=end, at=datetime.now(UTC), payload=RunEnded()))
    return run, time.process_time() - begun


def fill(store: RunStore, events: int) -> Run:
    runs = max(1, events // (STEPS * EVENTS_OF_A_STEP))
    begun, seconds = time.perf_counter(), 0.0
    middle: Run | None = None
    for number in range(runs):
        run, took = one_run(store, number)
        seconds += took
        if number == runs // 2:
            middle = run
    assert middle is not None
    total = store.last_event_id()
    print(f"{format_count(total)} events written in {time.perf_counter() - begun:.1f} s, their making included")
    print(f"{total / seconds:,.0f} events per CPU second; {seconds / runs / STEPS * 1e6:.0f} µs of CPU per step")
    return middle


def measure(name: str, most: float, ask: Callable[[], object]) -> None:
    taken = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1000)
    print(f"{name:<42}{statistics.median(taken):>9.3f}{max(taken):>9.3f}{most:>9g}")


def states_read_for_the_first_time(store: RunStore) -> object:
    asset_table._materialization.cache_clear()
    return store.asset_states()


def main(events: int, address: str) -> None:
    with RunStore.open(address) as store:
        run = fill(store, events)
        print(f"{'ms':<42}{'median':>9}{'longest':>9}{'at most':>9}")
        measure("run list, 50 runs", 10, store.runs)
        measure("run list, failed ones", 10, lambda: store.runs(statuses=[RunStatus.FAILURE]))
        measure("unfinished runs", 10, store.unfinished_runs)
        measure("run by the start of its id", 10, lambda: store.run(run.run_id[:30]))
        measure("one run's steps (100)", 10, lambda: store.steps(run.run_id))
        measure("one run's events, page of 200", 10, lambda: store.events(run_id=run.run_id, limit=200))
        measure("end of the log, 200 events", 10, lambda: store.events(after=store.last_event_id() - 200))
        measure("states of 1,000 assets, first time", 50, lambda: states_read_for_the_first_time(store))
        measure("states of 1,000 assets, again", 10, store.asset_states)
        measure("states of 20 assets", 10, lambda: store.asset_states([f"asset_{n:04d}" for n in range(20)]))
        measure("one asset's history, 50", 10, lambda: store.materializations("asset_0507"))
        measure("one partition's history", 10, lambda: store.materializations("asset_0507", partition="5"))
        measure("change counter", 0.1, store.change_counter)
        measure("opening the store", 50, lambda: RunStore.open(address).close())


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        main(number, sys.argv[2])
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(number, f"sqlite:///{folder}/store.db")
            print("size:", format_bytes((Path(folder) / "store.db").stat().st_size))
