"""What was recorded of a run, told as users know it; the runs here are written by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.metadata import MetadataValue
from daglab.errors import InvariantViolationError
from daglab.history.event_data import (
    ErrorSource,
    JobFailureData,
    LoadedInputData,
    ResolvedStepHandle,
    RunFailureReason,
    StepOutputHandle,
    StepSuccessData,
    UserFailureData,
)
from daglab.history.event_story import public_events
from daglab.history.run_events import RunEvent, RunEventType
from daglab.records.assets import CheckEvaluation, Materialization, Observation
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
    SkipCause,
    StepEnded,
    StepFailed,
    StepSkipped,
    StepUpForRetry,
    ValuePassed,
)
from daglab.records.failure import Failure
from daglab.records.outputs import StepOutput

START = datetime(2013, 1, 1, tzinfo=UTC)
BOOM = Failure(kind="ValueError", message="boom", frames=('  File "cell 3", line 2',))
OPENED = ["RUN_START", "ENGINE_EVENT", "RESOURCE_INIT_STARTED", "RESOURCE_INIT_SUCCESS", "LOGS_CAPTURED"]


def events(*told: tuple[EventType, str, Payload | None]) -> list[Event]:
    return [
        Event(
            run_id="r",
            type=kind,
            at=START + timedelta(seconds=place),
            step_key=step,
            payload=payload,
            event_id=place + 1,
        )
        for place, (kind, step, payload) in enumerate(told)
    ]


def tell(*told: tuple[EventType, str, Payload | None], **options: bool) -> list[RunEvent]:
    return public_events(events(*told), job_name="nightly", pid=7, **options)


def names(told: list[RunEvent]) -> list[str]:
    return [event.event_type.name for event in told]


def plan(*keys: str) -> tuple[EventType, str, Payload]:
    return (EventType.RUN_START, "", RunPlanned(steps=tuple(PlannedStep(step_key=key) for key in keys)))


def ended(seconds: float = 0.5) -> StepEnded:
    return StepEnded(seconds=seconds, cpu_seconds=0.1)


def made(key: str, **facts: object) -> Materialization:
    given = {"code_version": "1", "data_version": "a", "seconds": 0.1, **facts}
    return Materialization(asset_key=key, run_id="r", step_key=key, at=START, **given)  # type: ignore[arg-type]


def handled(step: str, name: str = "result", mapping_key: str = "") -> OutputHandled:
    output = StepOutput(run_id="r", step_key=step, name=name, mapping_key=mapping_key, io_manager_key="files")
    return OutputHandled(output=output, metadata={"path": MetadataValue.path("/x")})


def test_a_run_of_two_ops_is_told_in_order() -> None:
    told = tell(
        plan("a", "b"),
        (EventType.STEP_START, "a", None),
        (EventType.STEP_OUTPUT, "a", ValuePassed(name="result")),
        (EventType.HANDLED_OUTPUT, "a", handled("a")),
        (EventType.STEP_SUCCESS, "a", ended()),
        (EventType.STEP_START, "b", None),
        (EventType.STEP_INPUT, "b", ValuePassed(name="x", how="memory", sources=("a.result",))),
        (EventType.STEP_OUTPUT, "b", ValuePassed(name="result")),
        (EventType.STEP_SUCCESS, "b", ended()),
        (EventType.RUN_SUCCESS, "", RunEnded()),
    )
    assert names(told) == [
        *OPENED,
        "STEP_START",
        "STEP_OUTPUT",
        "HANDLED_OUTPUT",
        "STEP_SUCCESS",
        "STEP_START",
        "LOADED_INPUT",
        "STEP_INPUT",
        "STEP_OUTPUT",
        "STEP_SUCCESS",
        "ENGINE_EVENT",
        "RUN_SUCCESS",
    ]
    assert told[10].loaded_input_data == LoadedInputData("x", "files", "result", "a")
    assert told[8].step_success_data == StepSuccessData(500.0)
    assert told[6].step_output_data.metadata == {"path": MetadataValue.path("/x")}
    assert {event.job_name for event in told} == {"nightly"}
    assert {event.pid for event in told} == {7}


def test_an_asset_that_is_an_output_is_told_before_its_handling() -> None:
    told = tell(
        plan("up"),
        (EventType.STEP_START, "up", None),
        (EventType.STEP_OUTPUT, "up", ValuePassed(name="result", asset_key="up")),
        (EventType.ASSET_MATERIALIZATION, "up", made("up", input_versions={"raw/x": "b"}, tags={"own": "1"})),
    )
    assert names(told)[6:] == ["STEP_OUTPUT", "ASSET_MATERIALIZATION", "HANDLED_OUTPUT"]
    assert told[7].asset_key == AssetKey("up")
    assert told[7].partition is None
    assert told[7].materialization.tags == {
        "dagster/code_version": "1",
        "dagster/input_data_version/raw/x": "b",
        "dagster/data_version": "a",
        "own": "1",
    }


def test_an_asset_without_a_value_is_not_handled() -> None:
    told = tell(
        plan("up"),
        (EventType.STEP_OUTPUT, "up", ValuePassed(name="result", asset_key="up", type_name="Nothing")),
        (EventType.ASSET_MATERIALIZATION, "up", made("up")),
    )
    assert names(told)[5:] == ["STEP_OUTPUT", "ASSET_MATERIALIZATION"]


def test_an_asset_whose_code_stored_it_is_an_output_all_the_same() -> None:
    told = tell(plan("up"), (EventType.ASSET_MATERIALIZATION, "up", made("up")))
    assert names(told)[5:] == ["STEP_OUTPUT", "ASSET_MATERIALIZATION"]


def test_an_asset_that_an_op_reports_is_no_output_and_has_no_versions() -> None:
    report = made("foo", seconds=None, data_version="r", partition="p")
    told = tell(plan("op"), (EventType.ASSET_MATERIALIZATION, "op", report))
    assert names(told)[5:] == ["ASSET_MATERIALIZATION"]
    assert told[5].materialization.tags is None
    assert told[5].partition == "p"


def test_an_input_that_was_known_beforehand_is_not_loaded() -> None:
    told = tell(plan("a"), (EventType.STEP_INPUT, "a", ValuePassed(name="x")))
    assert names(told)[5:] == ["STEP_INPUT"]


def test_a_list_of_dynamic_values_is_loaded_one_by_one() -> None:
    collected = ValuePassed(name="xs", how="memory", sources=("g.m[a].result", "g.m[b].result"))
    told = tell(plan("col"), (EventType.STEP_INPUT, "col", collected))
    assert names(told)[5:] == ["LOADED_INPUT", "LOADED_INPUT", "STEP_INPUT"]
    assert [event.loaded_input_data.upstream_step_key for event in told[5:7]] == ["g.m[a]", "g.m[b]"]


def test_an_asset_of_an_earlier_run_has_no_upstream_step() -> None:
    told = tell(
        plan("dn"),
        (EventType.STEP_INPUT, "dn", ValuePassed(name="up", asset_key="up", how="stored", sources=("up.up",))),
    )
    assert told[5].loaded_input_data == LoadedInputData("up", "io_manager", None, None)


def test_a_mapped_step_is_of_its_node() -> None:
    told = tell(plan("g.m[?]"), (EventType.STEP_START, "g.m[a_1]", None))
    assert told[5].step_handle == ResolvedStepHandle(told[5].node_handle, "a_1", "g.m[a_1]")
    assert (str(told[5].node_handle), told[5].node_name) == ("g.m", "m")


def test_dynamic_outputs_tell_their_mapping_keys() -> None:
    told = tell(plan("d"), (EventType.STEP_OUTPUT, "d", ValuePassed(name="result", mapping_key="a")))
    assert told[5].step_output_data.step_output_handle == StepOutputHandle("d", "result", "a")


def test_a_type_check_that_did_not_pass_is_told() -> None:
    told = tell(
        plan("d"), (EventType.STEP_OUTPUT, "d", ValuePassed(name="x", type_name="Int", fits=False, description="no"))
    )
    check = told[5].step_output_data.type_check_data
    assert check is not None
    assert (check.success, check.label, check.description) == (False, "x", "no")


def test_only_steps_whose_inputs_were_left_out_are_skipped() -> None:
    told = tell(
        plan("a", "b"),
        (EventType.STEP_SKIPPED, "a", StepSkipped(reason="left out", cause=SkipCause.NO_INPUT)),
        (EventType.STEP_SKIPPED, "b", StepSkipped(reason="failed")),
    )
    assert [(event.event_type.name, event.step_key) for event in told[5:]] == [("STEP_SKIPPED", "a")]


def test_a_retry_and_its_failure_are_told_with_the_user_error_as_cause() -> None:
    told = tell(
        plan("f"),
        (EventType.STEP_START, "f", None),
        (EventType.STEP_UP_FOR_RETRY, "f", StepUpForRetry(failure=BOOM, seconds_to_wait=2.0)),
        (EventType.STEP_RESTARTED, "f", None),
        (EventType.STEP_FAILURE, "f", StepFailed(failure=BOOM)),
        (EventType.RUN_FAILURE, "", RunEnded(failure=Failure(kind="StepsFailed", message="step 'f' failed"))),
    )
    assert names(told)[5:] == [
        "STEP_START",
        "STEP_UP_FOR_RETRY",
        "STEP_RESTARTED",
        "STEP_FAILURE",
        "ENGINE_EVENT",
        "RUN_FAILURE",
    ]
    assert told[6].step_retry_data.seconds_to_wait == 2.0
    failed = told[8].step_failure_data
    assert failed.error is not None
    assert failed.error.cls_name == "DagsterExecutionStepExecutionError"
    assert failed.error.cause is not None
    assert failed.error.cause.message == "ValueError: boom\n"
    assert 'File "cell 3", line 2' in failed.error.to_string()
    assert failed.error_source is ErrorSource.USER_CODE_ERROR
    assert told[10].job_failure_data == JobFailureData(failed.error, RunFailureReason.STEP_FAILURE, told[8])
    assert "(attempt 2)" in (told[7].message or "")


def test_a_failure_of_the_users_tells_its_metadata() -> None:
    facts = {"x": MetadataValue.int(1)}
    failure = Failure(kind="Failure", message="no rows")
    told = tell(plan("f"), (EventType.STEP_FAILURE, "f", StepFailed(failure=failure, metadata=facts)))
    assert told[5].step_failure_data.user_failure_data == UserFailureData("intentional-failure", "no rows", facts)


def test_an_error_of_daglab_is_told_by_the_name_that_tests_know() -> None:
    failure = Failure(kind="TypeCheckDidNotPass", message="no", hint="look")
    told = tell(plan("f"), (EventType.STEP_FAILURE, "f", StepFailed(failure=failure)))
    error = told[5].step_failure_data.error
    assert error is not None
    assert (error.cls_name, error.message) == ("DagsterTypeCheckDidNotPass", "TypeCheckDidNotPass: no\n  → look\n")


def test_resources_are_told_as_they_were_opened() -> None:
    told = tell(
        plan("a"),
        (EventType.RESOURCE_INIT_STARTED, "", ResourcesOpened(keys=("db", "api"))),
        (EventType.RESOURCE_INIT_SUCCESS, "", ResourcesOpened(keys=("db", "api"))),
        (EventType.STEP_START, "a", None),
    )
    assert names(told) == [*OPENED, "STEP_START"]
    assert "[api, db]" in (told[2].message or "")


def test_a_run_whose_resources_failed_executed_nothing() -> None:
    told = tell(
        plan("a"),
        (EventType.RESOURCE_INIT_STARTED, "", ResourcesOpened(keys=("db",))),
        (EventType.RESOURCE_INIT_FAILURE, "", ResourcesOpened(keys=("db",), failure=BOOM)),
        (EventType.RUN_FAILURE, "", RunEnded(failure=BOOM)),
    )
    assert names(told) == [*OPENED[:3], "RESOURCE_INIT_FAILURE", "RUN_FAILURE"]
    assert told[4].job_failure_data.failure_reason is RunFailureReason.RUN_EXCEPTION
    assert told[3].engine_event_data.error is not None


def test_hooks_checks_observations_and_expectations_are_told() -> None:
    verdict = CheckEvaluation(asset_key="up", check_name="ck", run_id="r", at=START, passed=False, message="why")
    told = tell(
        plan("up"),
        (EventType.ASSET_MATERIALIZATION, "up", made("up")),
        (EventType.ASSET_CHECK_EVALUATION, "up", verdict),
        (EventType.ASSET_OBSERVATION, "up", Observation(asset_key="o", run_id="r", step_key="up", at=START)),
        (EventType.STEP_EXPECTATION_RESULT, "up", Expectation(success=False, label="l")),
        (EventType.HOOK_COMPLETED, "up", HookRan(hook="h")),
        (EventType.HOOK_ERRORED, "up", HookRan(hook="h", failure=BOOM)),
    )
    found = told[7].asset_check_evaluation_data
    assert (found.check_name, found.passed, found.description) == ("ck", False, "why")
    assert found.target_materialization_data.storage_id == 2
    assert told[8].asset_observation_data.asset_observation.asset_key == AssetKey("o")
    assert told[9].step_expectation_result_data.expectation_result.label == "l"
    assert [event.is_hook_event for event in told[9:]] == [False, True, True]
    assert told[11].hook_errored_data.error.message == "ValueError: boom\n"


def test_what_was_printed_and_logged_is_no_event() -> None:
    line = LogLine(text="hi")
    assert names(tell(plan(), (EventType.LOG, "a", line), (EventType.OUTPUT, "a", line))) == OPENED[:2]


def test_the_plan_is_told_before_the_run_on_demand() -> None:
    steps = (PlannedStep(step_key="ms", asset_keys=("s1", "raw/s2")),)
    told = tell((EventType.RUN_START, "", RunPlanned(steps=steps)), tells_plan=True)
    assert names(told) == [
        "ASSET_MATERIALIZATION_PLANNED",
        "ASSET_MATERIALIZATION_PLANNED",
        "RUN_START",
        "ENGINE_EVENT",
    ]
    assert [event.asset_key for event in told[:2]] == [AssetKey("s1"), AssetKey(["raw", "s2"])]
    assert told[0].step_key == "ms"


def test_a_canceled_run_ends_so() -> None:
    told = tell(plan("a"), (EventType.RUN_CANCELING, "", None), (EventType.RUN_CANCELED, "", RunEnded(failure=BOOM)))
    assert names(told)[-1] == "RUN_CANCELED"
    assert told[-1].is_failure


def test_what_does_not_go_with_an_event_cannot_be_asked_of_it() -> None:
    told = tell(plan("a"))
    with pytest.raises(InvariantViolationError, match="RUN_START"):
        _ = told[0].materialization
    with pytest.raises(InvariantViolationError):
        _ = told[0].node_name
    assert told[0].asset_key is None


def test_events_of_steps_of_runs_and_of_failures_are_told_apart() -> None:
    kinds = {one: RunEvent(one.value, "j") for one in RunEventType}
    assert {one.name for one, event in kinds.items() if event.is_failure} == {
        "STEP_FAILURE",
        "RUN_FAILURE",
        "RUN_CANCELED",
    }
    assert not kinds[RunEventType.HOOK_COMPLETED].is_step_event
    assert kinds[RunEventType.HANDLED_OUTPUT].is_step_event
    assert RunEventType("PIPELINE_START") is RunEventType.RUN_START


def test_a_long_run_is_told_in_linear_time() -> None:
    many = [event for n in range(20_000) for event in ((EventType.STEP_START, f"s{n}", None),)]
    assert len(tell(plan(), *many)) == 20_005
