"""The rules alone; what they do to a store is tested with the stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from daglab.foundation.clock import to_micros
from daglab.records.assets import AssetActivity, CheckEvaluation, Materialization
from daglab.records.codec import to_text
from daglab.records.events import (
    Event,
    EventType,
    LogLine,
    Payload,
    PlannedStep,
    RunEnded,
    RunPlanned,
    StepFailed,
)
from daglab.records.failure import Failure
from daglab.records.runs import RunStatus, StepStatus
from daglab.run_store.projection import Changes, RunProgress, StepRow, SummaryChange, may_become, project

START = datetime(2013, 1, 1, tzinfo=UTC)
FAILURE = Failure(kind="ValueError", message="no")


def at(second: int) -> int:
    return to_micros(START + timedelta(seconds=second))


def event(kind: EventType, second: int = 0, step: str = "", payload: Payload | None = None) -> Event:
    return Event(run_id="r", type=kind, at=START + timedelta(seconds=second), step_key=step, payload=payload)


def making(key: str, **facts: str) -> Materialization:
    return Materialization(
        asset_key=key, run_id="r", step_key=key, at=START, code_version="c", data_version="d", **facts
    )


def planned(*names: str) -> RunPlanned:
    return RunPlanned(steps=tuple(PlannedStep(step_key=name, asset_keys=(f"asset/{name}",)) for name in names))


def test_talk_changes_nothing() -> None:
    talk = [
        event(EventType.LOG, payload=LogLine(text="x")),
        event(EventType.OUTPUT),
        event(EventType.STEP_INPUT),
    ]
    assert project(RunProgress(run_id="r"), talk) == Changes(run_id="r")


def test_a_batch_changes_each_row_once() -> None:
    progress = RunProgress(run_id="r")
    made = making("asset/a")
    batch = [
        event(EventType.RUN_START, 1, payload=planned("a", "b")),
        event(EventType.STEP_START, 2, "a"),
        event(EventType.ASSET_MATERIALIZATION, 3, "a", made),
        event(EventType.STEP_SUCCESS, 4, "a"),
        event(EventType.STEP_START, 5, "b"),
    ]
    ended = StepRow(
        step_key="a",
        position=0,
        asset_keys=("asset/a",),
        status=StepStatus.SUCCESS,
        started_at=at(2),
        ended_at=at(4),
    )
    begun = StepRow(step_key="b", position=1, asset_keys=("asset/b",), status=StepStatus.STARTED, started_at=at(5))
    assert project(progress, batch) == Changes(
        run_id="r",
        status=RunStatus.STARTED,
        started_at=at(1),
        steps_total=2,
        steps_done=1,
        steps={"a": ended, "b": begun},
        assets={
            "asset/a": SummaryChange(latest=2, made_times=1, activity=AssetActivity.NONE, activity_at=at(3)),
            "asset/b": SummaryChange(activity=AssetActivity.RUNNING, activity_at=at(5)),
        },
        materializations=[(2, made)],
    )
    assert progress == RunProgress(run_id="r", steps={"a": ended, "b": begun}, open_assets={"asset/b"})


def test_what_one_batch_began_the_next_one_ends() -> None:
    progress = RunProgress(run_id="r")
    project(
        progress,
        [event(EventType.RUN_START, 1, payload=planned("a", "b")), event(EventType.STEP_START, 2, "a")],
    )
    changes = project(progress, [event(EventType.RUN_FAILURE, 3, payload=RunEnded(failure=FAILURE))])
    text = to_text(FAILURE)
    assert changes.assets == {
        "asset/a": SummaryChange(activity=AssetActivity.FAILED, activity_at=at(3), failure=text),
        "asset/b": SummaryChange(activity=AssetActivity.NONE, activity_at=at(3)),
    }
    assert [(row.status, row.started_at, row.ended_at) for row in changes.steps.values()] == [
        (StepStatus.CANCELED, at(2), at(3)),
        (StepStatus.CANCELED, None, at(3)),
    ]
    assert (changes.status, changes.ended_at, changes.failure) == (RunStatus.FAILURE, at(3), text)
    assert not progress.open_assets


def test_steps_that_no_plan_named_come_last() -> None:
    progress = RunProgress(run_id="r")
    project(
        progress,
        [event(EventType.STEP_START, 1, "surprise"), event(EventType.RUN_START, 1, payload=planned("a"))],
    )
    assert sorted(progress.steps.values(), key=lambda row: row.position)[-1].step_key == "surprise"


def test_a_failed_step_counts_until_it_is_tried_again() -> None:
    progress = RunProgress(run_id="r")
    failed = StepFailed(failure=FAILURE)
    first = project(progress, [event(EventType.STEP_START, 1, "a"), event(EventType.STEP_FAILURE, 2, "a", failed)])
    again = project(progress, [event(EventType.STEP_START, 3, "a"), event(EventType.STEP_SUCCESS, 4, "a")])
    assert (first.steps_failed, again.steps_failed, again.steps_done) == (1, -1, 1)
    assert again.steps["a"] == StepRow(
        step_key="a",
        position=progress.steps["a"].position,
        status=StepStatus.SUCCESS,
        attempt=2,
        started_at=at(3),
        ended_at=at(4),
    )


def test_verdicts_on_a_partition_also_count_for_the_whole() -> None:
    verdict = CheckEvaluation(asset_key="a", check_name="c", run_id="r", at=START, passed=True, partition="2013")
    changes = project(RunProgress(run_id="r"), [event(EventType.ASSET_CHECK_EVALUATION, payload=verdict)])
    assert changes.checks == {("a", "c", "2013"): 0, ("a", "c", ""): 0}


def test_a_partition_is_summed_up_beside_its_asset() -> None:
    batch = [
        event(EventType.ASSET_MATERIALIZATION, second, payload=making("a", partition=day))
        for second, day in enumerate(["1", "2", "1"])
    ]
    changes = project(RunProgress(run_id="r"), batch)
    assert changes.assets == {"a": SummaryChange(latest=2, made_times=3, activity_at=at(2))}
    assert changes.partitions == {
        ("a", "1"): SummaryChange(latest=2, made_times=2, activity_at=at(2)),
        ("a", "2"): SummaryChange(latest=1, made_times=1, activity_at=at(1)),
    }


@pytest.mark.parametrize("kind", list(EventType))
def test_every_kind_of_event_is_borne_without_a_payload(kind: EventType) -> None:
    project(RunProgress(run_id="r"), [event(kind, step="a" if "RUN" not in kind else "")])


@pytest.mark.parametrize(
    ("status", "before"),
    [
        (RunStatus.QUEUED, {"QUEUED", "NOT_STARTED"}),
        (RunStatus.STARTED, {"QUEUED", "NOT_STARTED", "STARTING", "STARTED"}),
        (RunStatus.CANCELING, {"QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING"}),
        (RunStatus.FAILURE, {status.value for status in RunStatus}),
    ],
)
def test_a_status_replaces_those_before_it(status: RunStatus, before: set[str]) -> None:
    assert {one.value for one in may_become(status)} == before
