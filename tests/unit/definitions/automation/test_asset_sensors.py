from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.automation.asset_sensor import asset_sensor
from daglab.definitions.automation.multi_asset_context import build_multi_asset_sensor_context
from daglab.definitions.automation.multi_asset_sensor import multi_asset_sensor
from daglab.definitions.automation.run_status_sensor import run_status_sensor
from daglab.definitions.automation.sensor_context import build_sensor_context
from daglab.definitions.run_request import RunRequest, SkipReason

A, B = AssetKey("a"), AssetKey("b")


@dataclass(frozen=True)
class Record:
    storage_id: int
    partition_key: str | None = None
    event_log_entry: object = None


@dataclass
class FakeInstance:
    records: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)

    def fetch_materializations(self, key, limit, cursor=None):
        found = sorted(self.records.get(key, []), key=lambda record: -record.storage_id)
        start = int(cursor or 0)
        page = found[start : start + limit]
        return SimpleNamespace(records=page, cursor=str(start + len(page)), has_more=start + limit < len(found))

    def latest_run_status_change(self, _status):
        return self.changes[-1] if self.changes else None

    def run_status_changes(self, _status, after, limit):
        return [change for change in self.changes if change.storage_id > after][:limit]


class FakeRepository:
    asset_graph = SimpleNamespace(has=lambda _key: False)
    name = "r"


def test_asset_sensor_sees_the_newest_event_once():
    @asset_sensor(A, job_name="report")
    def on_a(context, event):
        return RunRequest(run_key=event)

    instance = FakeInstance({A: [Record(3, event_log_entry="old"), Record(7, event_log_entry="new")]})
    data = on_a.evaluate_tick(build_sensor_context(instance))
    assert ([request.run_key for request in data.run_requests], data.cursor) == (["new"], "7")
    again = on_a.evaluate_tick(build_sensor_context(instance, cursor=data.cursor))
    assert (again.run_requests, again.cursor) == ([], "7")


def test_multi_asset_sensor_advances():
    @multi_asset_sensor([A, B], job_name="report")
    def on_both(context):
        if not all(context.latest_materialization_records_by_key().values()):
            return SkipReason("wait")
        context.advance_all_cursors()
        return RunRequest()

    instance = FakeInstance({A: [Record(1)]})
    assert on_both.evaluate_tick(build_sensor_context(instance, repository_def=FakeRepository())).skip_message == "wait"
    instance.records[B] = [Record(2)]
    data = on_both.evaluate_tick(build_sensor_context(instance, repository_def=FakeRepository()))
    assert len(data.run_requests) == 1
    again = on_both.evaluate_tick(build_sensor_context(instance, data.cursor, repository_def=FakeRepository()))
    assert again.skip_message == "wait"


def test_multi_asset_sensor_must_advance_when_it_asks_for_runs():
    @multi_asset_sensor([A], job_name="report")
    def forgets(context):
        return RunRequest()

    with pytest.raises(Exception, match="advance_cursor"):
        forgets.evaluate_tick(build_sensor_context(FakeInstance(), repository_def=FakeRepository()))


def test_consumed_and_trailing_events():
    instance = FakeInstance({A: [Record(1, "x"), Record(2, "y"), Record(3, "x")]})
    context = build_multi_asset_sensor_context(monitored_assets=[A], repository_def=FakeRepository(), instance=instance)
    records = context.materialization_records_for_key(A)
    assert [record.storage_id for record in records] == [1, 2, 3]
    context.advance_cursor({A: records[2]})
    context.update_cursor_after_evaluation()
    assert [record.storage_id for record in context.get_trailing_unconsumed_events(A)] == [2]
    assert context.materialization_records_for_key(A) == []
    assert context.get_cursor_partition(A) == "x"


def test_run_status_sensor_begins_with_what_comes_next():
    seen = []

    @run_status_sensor(run_status=SimpleNamespace(value="SUCCESS"), monitored_jobs=[SimpleNamespace(name="load")])
    def on_success(context):
        seen.append(context.dagster_run.job_name)

    def change(number, job_name):
        return SimpleNamespace(storage_id=number, run=SimpleNamespace(job_name=job_name, tags={}), event="event")

    instance = FakeInstance(changes=[change(1, "load")])
    first = on_success.evaluate_tick(build_sensor_context(instance))
    assert first.skip_message and not seen
    instance.changes += [change(2, "other"), change(3, "load")]
    second = on_success.evaluate_tick(build_sensor_context(instance, first.cursor))
    assert seen == ["load"] and len(second.dagster_run_reactions) == 1
    on_success.evaluate_tick(build_sensor_context(instance, second.cursor))
    assert seen == ["load"]
