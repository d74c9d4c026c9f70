"""What a run's record tells of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.specs import AssetCheckKey
from daglab.records.run_filter import RunsFilter
from daglab.records.runs import Run, RunStatus

RUN = Run(
    run_id="r",
    job="nightly",
    status=RunStatus.STARTED,
    location="x.py",
    target="all",
    launched_by="python",
    created_at=datetime(2013, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("status", "finished", "success", "failure", "cancelable"),
    [
        (RunStatus.QUEUED, False, False, False, True),
        (RunStatus.STARTED, False, False, False, True),
        (RunStatus.CANCELING, False, False, False, False),
        (RunStatus.SUCCESS, True, True, False, False),
        (RunStatus.FAILURE, True, False, True, False),
        (RunStatus.CANCELED, True, False, False, False),
    ],
)
def test_how_far_it_is(status: RunStatus, finished: bool, success: bool, failure: bool, cancelable: bool) -> None:
    run = RUN.with_status(status)
    assert (run.is_finished, run.is_success, run.is_failure) == (finished, success, failure)
    assert run.is_cancelable == cancelable
    assert run.is_failure_or_canceled == (finished and not success)


def test_what_was_asked_for_is_read_from_the_request() -> None:
    request = {
        "run_config": {"ops": {"a": 1}},
        "step_keys_to_execute": ["a"],
        "asset_selection": ["raw/x"],
        "asset_check_selection": ["raw/x:ck"],
        "op_selection": ["a", "b"],
    }
    run = replace(RUN, request=request)
    assert run.job_name == "nightly"
    assert run.run_config == {"ops": {"a": 1}}
    assert run.step_keys_to_execute == ["a"]
    assert run.asset_selection == {AssetKey(["raw", "x"])}
    assert run.asset_check_selection == {AssetCheckKey(AssetKey(["raw", "x"]), "ck")}
    assert run.resolved_op_selection == {"a", "b"}


def test_nothing_was_asked_for_in_particular() -> None:
    assert RUN.run_config == {}
    assert (RUN.step_keys_to_execute, RUN.asset_selection, RUN.asset_check_selection) == (None, None, None)


def test_the_family_of_a_run() -> None:
    run = RUN.with_tags({"dagster/root_run_id": "a", "dagster/is_resume_retry": "true"})
    assert (run.get_root_run_id(), run.get_parent_run_id(), run.is_resume_retry) == ("a", None, True)
    assert replace(run, root_run_id="b", parent_run_id="c").get_root_run_id() == "b"


def test_filters_for_what_started_runs() -> None:
    assert RunsFilter.for_schedule("s").tags == {"dagster/schedule_name": "s"}
    assert RunsFilter.for_sensor("s").tags == {"dagster/sensor_name": "s"}
    assert RunsFilter.for_backfill("b").tags == {"dagster/backfill": "b"}
