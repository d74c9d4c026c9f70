"""What an instance answers from its run store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.specs import AssetCheckKey
from daglab.definitions.user_events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from daglab.errors import InvalidInvocationError, RunNotFoundError
from daglab.history.instance_records import (
    AssetCheckExecutionRecordStatus,
    AssetPartitionStatus,
    AssetRecordsFilter,
    EventRecordsFilter,
    RunStatusChangeRecordsFilter,
    StepEventStatus,
)
from daglab.history.run_events import RunEventType
from daglab.orchestration.instance import Instance
from daglab.orchestration.testing_instance import instance_for_test
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import (
    Event,
    EventType,
    LogLine,
    Payload,
    PlannedStep,
    RunEnded,
    RunPlanned,
    StepEnded,
    ValuePassed,
)
from daglab.records.run_filter import RunsFilter
from daglab.records.runs import Run, RunStatus

START = datetime(2013, 1, 1, tzinfo=UTC)
UP = AssetKey("up")


class Known(Instance):  # type: ignore[misc]
    """An instance that can be asked."""


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Known]:
    with Known.open(tmp_path / "ünï home") as opened:
        yield opened


def add_run(instance: Known, number: int, **facts: object) -> Run:
    given = {"run_id": f"run{number}", "job": "nightly", "status": RunStatus.NOT_STARTED, **facts}
    run = Run(
        location="x.py",
        target="all",
        launched_by="python",
        created_at=START + timedelta(days=number),
        **given,  # type: ignore[arg-type]
    )
    instance.store.create_run(run)
    return run


def happens(instance: Known, run_id: str, kind: EventType, step: str = "", payload: Payload | None = None) -> int:
    return instance.store.append([Event(run_id=run_id, type=kind, at=START, step_key=step, payload=payload)])


def makes(instance: Known, run_id: str, partition: str = "", version: str = "a") -> int:
    made = Materialization(
        asset_key="up",
        run_id=run_id,
        step_key="up",
        at=START,
        code_version="c1",
        data_version=version,
        partition=partition,
        metadata={"rows": MetadataValue.int(3)},
        seconds=0.1,
    )
    return happens(instance, run_id, EventType.ASSET_MATERIALIZATION, "up", made)


def whole_run(instance: Known, number: int = 1) -> Run:
    run = add_run(instance, number)
    steps = (PlannedStep(step_key="up", asset_keys=("up",)),)
    happens(instance, run.run_id, EventType.RUN_START, payload=RunPlanned(steps=steps))
    happens(instance, run.run_id, EventType.STEP_START, "up")
    happens(instance, run.run_id, EventType.LOG, "up", LogLine(text="3 rows", level="WARNING"))
    happens(instance, run.run_id, EventType.OUTPUT, "up", LogLine(text="printed", stream="stdout"))
    happens(instance, run.run_id, EventType.STEP_OUTPUT, "up", ValuePassed(name="result", asset_key="up"))
    makes(instance, run.run_id)
    happens(instance, run.run_id, EventType.STEP_SUCCESS, "up", StepEnded(seconds=1.0, cpu_seconds=1.0))
    happens(instance, run.run_id, EventType.RUN_SUCCESS, payload=RunEnded())
    return run


# ---- runs


def test_runs_come_newest_first_and_page_by_page(instance: Known) -> None:
    for number in range(4):
        add_run(instance, number)
    assert instance.get_run_ids() == ["run3", "run2", "run1", "run0"]
    assert instance.get_run_ids(limit=2) == ["run3", "run2"]
    assert instance.get_run_ids(cursor="run2", limit=1) == ["run1"]
    assert [run.run_id for run in instance.get_runs(ascending=True, cursor="run1")] == ["run2", "run3"]
    assert instance.get_runs_count() == 4


def test_runs_are_found_by_what_is_known_of_them(instance: Known) -> None:
    add_run(instance, 0, tags={"team": "a", "x": "1"})
    add_run(instance, 1, tags={"team": "b"}, job="other", status=RunStatus.QUEUED)
    add_run(instance, 2, tags={"team": "a"})
    expected = [
        (RunsFilter(tags={"team": "a"}), ["run2", "run0"]),
        (RunsFilter(tags={"team": "a", "x": "1"}), ["run0"]),
        (RunsFilter(tags={"team": ["b", "c"]}), ["run1"]),
        (RunsFilter(job_name="other"), ["run1"]),
        (RunsFilter(statuses=[RunStatus.QUEUED, RunStatus.FAILURE]), ["run1"]),
        (RunsFilter(run_ids=["run0", "nope"]), ["run0"]),
        (RunsFilter(created_after=START + timedelta(hours=1)), ["run2", "run1"]),
        (RunsFilter(created_before=START + timedelta(hours=1)), ["run0"]),
        (RunsFilter(job_name="nobody"), []),
    ]
    for filters, found in expected:
        assert instance.get_run_ids(filters) == found
        assert instance.get_runs_count(filters) == len(found)


def test_a_filter_that_is_none_is_refused(instance: Known) -> None:
    with pytest.raises(InvalidInvocationError, match="nightly"):
        instance.get_runs("nightly")  # type: ignore[arg-type]
    with pytest.raises(InvalidInvocationError, match="empty"):
        RunsFilter(run_ids=[])


def test_one_run(instance: Known) -> None:
    add_run(instance, 1)
    assert instance.has_run("run1")
    assert not instance.has_run("run")
    assert instance.get_run_by_id("run") is None
    found = instance.get_run_by_id("run1")
    assert found is not None
    assert found.job_name == "nightly"
    record = instance.get_run_record_by_id("run1")
    assert record is not None
    assert (record.dagster_run, record.create_timestamp, record.start_time) == (found, found.created_at, None)


def test_tags_are_added_and_replaced(instance: Known) -> None:
    add_run(instance, 1, tags={"a": "1", "b": "1"})
    instance.add_run_tags("run1", {"b": "2", "c": "3"})
    found = instance.get_run_by_id("run1")
    assert found is not None
    assert found.tags == {"a": "1", "b": "2", "c": "3"}
    assert instance.get_run_tag_keys() == ["a", "b", "c"]
    assert instance.get_run_tags(["b", "nope"]) == [("b", {"2"})]
    with pytest.raises(RunNotFoundError, match="nope"):
        instance.add_run_tags("nope", {"a": "1"})


def test_a_deleted_run_is_gone_with_its_log_and_its_assets_stay(instance: Known) -> None:
    whole_run(instance)
    instance.delete_run("run1")
    instance.delete_run("run1")
    assert not instance.has_run("run1")
    assert instance.all_logs("run1") == []
    assert instance.has_asset_key(UP)


def test_the_log_of_a_run(instance: Known) -> None:
    whole_run(instance)
    entries = instance.all_logs("run1")
    assert [entry.message for entry in entries if not entry.is_dagster_event] == ["3 rows"]
    [logged] = [entry for entry in entries if not entry.is_dagster_event]
    assert (logged.level, logged.step_key, logged.run_id) == (30, "up", "run1")
    types = [entry.dagster_event_type for entry in entries]
    assert types[0] is RunEventType.ASSET_MATERIALIZATION_PLANNED
    assert types[1] is RunEventType.RUN_START
    assert types[-1] is RunEventType.RUN_SUCCESS
    [made] = instance.all_logs("run1", RunEventType.ASSET_MATERIALIZATION)
    assert made.asset_materialization is not None
    assert made.asset_materialization.metadata["rows"].value == 3
    both = {RunEventType.STEP_START, RunEventType.STEP_SUCCESS}
    assert len(instance.all_logs("run1", both)) == 2


def test_the_log_page_by_page(instance: Known) -> None:
    whole_run(instance)
    everything = instance.get_records_for_run("run1")
    first = instance.get_records_for_run("run1", limit=4)
    rest = instance.get_records_for_run("run1", cursor=first.cursor)
    assert first.has_more
    assert not rest.has_more
    assert [*first.records, *rest.records] == list(everything.records)
    assert list(instance.get_records_for_run("run1", ascending=False).records) == list(everything.records)[::-1]


def test_counts_and_steps_of_a_run(instance: Known) -> None:
    whole_run(instance)
    stats = instance.get_run_stats("run1")
    assert (stats.steps_succeeded, stats.steps_failed, stats.materializations) == (1, 0, 1)
    assert stats.start_time == START.timestamp()
    [step] = instance.get_run_step_stats("run1")
    assert (step.step_key, step.status, step.attempts) == ("up", StepEventStatus.SUCCESS, 1)
    assert len(step.materialization_events) == 1


# ---- assets


def test_makings_of_an_asset_page_by_page(instance: Known) -> None:
    add_run(instance, 1)
    places = [makes(instance, "run1", version=str(number)) for number in range(3)]
    first = instance.fetch_materializations(UP, limit=2)
    rest = instance.fetch_materializations(UP, limit=2, cursor=first.cursor)
    assert [one.storage_id for one in first.records] == places[:0:-1]
    assert [one.storage_id for one in rest.records] == places[:1]
    assert (first.has_more, rest.has_more) == (True, False)
    oldest = instance.fetch_materializations(UP, limit=1, ascending=True)
    assert [one.storage_id for one in oldest.records] == places[:1]
    assert instance.fetch_materializations(AssetKey("nope"), limit=1).records == []


def test_the_last_making_of_an_asset(instance: Known) -> None:
    add_run(instance, 1)
    makes(instance, "run1", version="a")
    makes(instance, "run1", version="b")
    found = instance.get_latest_materialization_event(UP)
    assert found is not None
    assert found.asset_materialization is not None
    assert found.asset_materialization.tags == {"dagster/code_version": "c1", "dagster/data_version": "b"}
    assert found.job_name == "nightly"
    no = AssetKey("no")
    assert instance.get_latest_materialization_events([UP, no]) == {UP: found, no: None}
    assert instance.get_latest_materialization_code_versions([UP, no]) == {UP: "c1", no: None}
    [record] = instance.get_asset_records([UP, no])
    assert record.asset_entry.last_materialization == found


def test_partitions_of_an_asset(instance: Known) -> None:
    add_run(instance, 1)
    first, second = makes(instance, "run1", "p1"), makes(instance, "run1", "p2")
    makes(instance, "run1")
    assert instance.get_materialized_partitions(UP) == {"p1", "p2"}
    assert instance.get_materialized_partitions(UP, after_cursor=first) == {"p2"}
    assert instance.get_materialized_partitions(UP, before_cursor=second) == {"p1"}
    made = RunEventType.ASSET_MATERIALIZATION
    assert instance.get_latest_storage_id_by_partition(UP, made) == {"p1": first, "p2": second}
    found = instance.fetch_materializations(AssetRecordsFilter(UP, ["p1"]), limit=10)
    assert [(one.storage_id, one.partition_key) for one in found.records] == [(first, "p1")]
    statuses = instance.get_status_by_partition(UP, ["p1", "p9"], None)
    assert statuses == {"p1": AssetPartitionStatus.MATERIALIZED, "p9": None}
    instance.wipe_asset_partitions(UP, ["p2"])
    assert instance.get_materialized_partitions(UP) == {"p1"}
    assert len(instance.fetch_materializations(UP, limit=10).records) == 2


def test_events_of_all_runs(instance: Known) -> None:
    whole_run(instance, 1)
    whole_run(instance, 2)
    filters = EventRecordsFilter(RunEventType.RUN_SUCCESS)
    assert [one.run_id for one in instance.get_event_records(filters)] == ["run2", "run1"]
    assert [one.run_id for one in instance.get_event_records(filters, limit=1, ascending=True)] == ["run1"]
    planned = EventRecordsFilter(RunEventType.ASSET_MATERIALIZATION_PLANNED, UP)
    assert [one.run_id for one in instance.get_event_records(planned)] == ["run2", "run1"]
    changes = instance.fetch_run_status_changes(RunEventType.RUN_START, limit=1)
    assert [one.run_id for one in changes.records] == ["run2"]
    nobody = RunStatusChangeRecordsFilter(RunEventType.RUN_START, job_names=["nobody"])
    assert instance.fetch_run_status_changes(nobody, limit=5).records == []
    with pytest.raises(InvalidInvocationError, match="PIPELINE_START"):
        EventRecordsFilter("PIPELINE_START")  # type: ignore[arg-type]


def test_keys_of_assets(instance: Known) -> None:
    whole_run(instance)
    instance.report_runless_asset_event(AssetObservation(["raw", "seen"]))
    raw = AssetKey(["raw", "seen"])
    assert instance.all_asset_keys() == [raw, UP]
    assert instance.get_asset_keys(prefix=["raw"]) == [raw]
    assert instance.get_asset_keys(limit=1) == [raw]
    assert instance.get_asset_keys(cursor=raw.to_string()) == [UP]
    assert instance.has_asset_key(raw)
    assert not instance.has_asset_key(AssetKey("raw"))


def test_what_is_reported_outside_of_runs(instance: Known) -> None:
    told = AssetMaterialization("ext", metadata={"a": 1}, partition="p1", description="by hand")
    instance.report_runless_asset_event(told)
    found = instance.get_latest_materialization_event(AssetKey("ext"))
    assert found is not None
    assert (found.asset_materialization, found.run_id, found.step_key) == (told, "", None)
    assert instance.get_materialized_partitions(AssetKey("ext")) == {"p1"}
    seen = AssetObservation("ext", tags={"dagster/data_version": "9"})
    instance.report_runless_asset_event(seen)
    [record] = instance.fetch_observations(AssetKey("ext"), limit=5).records
    assert record.asset_observation == seen
    with pytest.raises(InvalidInvocationError, match="no event"):
        instance.report_runless_asset_event("no event")  # type: ignore[arg-type]


def test_the_event_that_tells_the_data_version(instance: Known) -> None:
    key = AssetKey("ext")
    assert instance.get_latest_data_version_record(key) is None
    instance.report_runless_asset_event(AssetObservation(key))
    seen = instance.get_latest_data_version_record(key)
    assert seen is not None
    assert seen.asset_observation is not None
    instance.report_runless_asset_event(AssetMaterialization(key))
    made = instance.get_latest_data_version_record(key)
    assert made is not None
    assert made.asset_materialization is not None
    assert instance.get_latest_data_version_record(key, is_source=True) == seen
    assert instance.get_latest_data_version_record(key, after_cursor=made.storage_id) is None


def test_the_last_verdict_of_a_check(instance: Known) -> None:
    key = AssetCheckKey(UP, "ck")
    assert instance.get_latest_asset_check_evaluation_record(key) is None
    add_run(instance, 1)
    verdict = CheckEvaluation(asset_key="up", check_name="ck", run_id="run1", at=START, passed=False)
    happens(instance, "run1", EventType.ASSET_CHECK_EVALUATION, "up", verdict)
    failed = instance.get_latest_asset_check_evaluation_record(key)
    assert failed is not None
    assert (failed.status, failed.run_id) == (AssetCheckExecutionRecordStatus.FAILED, "run1")
    instance.report_runless_asset_event(AssetCheckEvaluation(UP, "ck", True))
    passed = instance.get_latest_asset_check_evaluation_record(key)
    assert passed is not None
    assert (passed.status, passed.run_id) == (AssetCheckExecutionRecordStatus.SUCCEEDED, "")
    assert passed.evaluation is not None
    assert passed.evaluation.passed


def test_a_wiped_asset_is_unknown_and_its_runs_keep_their_logs(instance: Known) -> None:
    whole_run(instance)
    instance.report_runless_asset_event(AssetObservation(UP))
    instance.wipe_assets([UP])
    assert not instance.has_asset_key(UP)
    assert instance.get_latest_materialization_event(UP) is None
    assert instance.fetch_observations(UP, limit=1).records == []
    assert len(instance.all_logs("run1", RunEventType.ASSET_MATERIALIZATION)) == 1


# ---- dynamic partitions


def test_dynamic_partitions_keep_their_order(instance: Known) -> None:
    instance.add_dynamic_partitions("regions", ["north", "east", "north"])
    instance.add_dynamic_partitions("regions", ["east", "ö|west"])
    assert instance.get_dynamic_partitions("regions") == ["north", "east", "ö|west"]
    assert instance.has_dynamic_partition("regions", "ö|west")
    assert not instance.has_dynamic_partition("other", "north")
    assert instance.get_existing_dynamic_partitions("regions", ["north", "nope"]) == {"north"}
    instance.delete_dynamic_partition("regions", "north")
    instance.delete_dynamic_partition("regions", "never there")
    instance.add_dynamic_partitions("regions", ["north"])
    assert instance.get_dynamic_partitions("regions") == ["east", "ö|west", "north"]
    assert instance.get_dynamic_partitions("other") == []


def test_dynamic_partitions_that_are_no_list_are_refused(instance: Known) -> None:
    with pytest.raises(InvalidInvocationError, match="abc"):
        instance.add_dynamic_partitions("regions", "abc")


# ---- the instance itself


def test_an_instance_for_tests_is_the_home_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGLAB_HOME", "/elsewhere")
    with instance_for_test() as one:
        folder = one.home.path
        assert os.environ["DAGLAB_HOME"] == str(folder)
        assert Instance.get().home.path == folder
        assert one.store.runs() == []
    assert os.environ["DAGLAB_HOME"] == "/elsewhere"
    assert not folder.exists()


def test_an_instance_for_tests_in_a_folder_that_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGLAB_HOME", raising=False)
    with instance_for_test(temp_dir=str(tmp_path), set_dagster_home=False) as one:
        assert one.home.path == tmp_path
        assert "DAGLAB_HOME" not in os.environ
    assert tmp_path.exists()
