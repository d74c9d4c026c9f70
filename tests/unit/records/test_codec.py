"""Whatever a record holds comes back as it was, and earlier and later versions can read each other."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daglab.definitions.io_manager import StoredValue
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.results import AssetCheckSeverity
from daglab.records.assets import AssetActivity, AssetState, CheckEvaluation, Materialization, Observation
from daglab.records.codec import from_json, from_text, payload_from_text, payload_to_text, to_json, to_text
from daglab.records.events import (
    PAYLOAD_KINDS,
    Expectation,
    HookRan,
    LogLine,
    OutputHandled,
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
from daglab.records.runs import ProcessIdentity, Run, RunStatus, StepRecord, StepStatus

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MAYBE = st.none() | TEXT
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(0, 2**62)
MOMENT = st.datetimes(timezones=st.just(UTC))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
TEXTS = st.dictionaries(TEXT, TEXT, max_size=3)
METADATA = st.dictionaries(
    TEXT,
    st.one_of(
        TEXT.map(MetadataValue.text),
        st.integers(-(2**62), 2**62).map(MetadataValue.int),
        st.floats(allow_nan=False).map(MetadataValue.float),
        st.booleans().map(MetadataValue.bool),
        MOMENT.map(MetadataValue.timestamp),
        st.just(MetadataValue.null()),
        st.dictionaries(TEXT, st.lists(st.integers(0, 9), max_size=2), max_size=2).map(MetadataValue.json),
    ),
    max_size=4,
)
FAILURE: st.SearchStrategy[Failure] = st.recursive(
    st.builds(
        Failure, kind=TEXT, message=TEXT, frames=st.lists(TEXT, max_size=2).map(tuple), cause=st.none(), hint=TEXT
    ),
    lambda cause: st.builds(Failure, kind=TEXT, message=TEXT, cause=cause),
    max_leaves=3,
)
STORED = st.builds(
    StoredValue,
    reference=st.dictionaries(TEXT, JSON, max_size=2), data_version=MAYBE,
    size=st.none() | WHOLE, rows=st.none() | WHOLE,
)  # fmt: skip
MATERIALIZATION = st.builds(
    Materialization,
    asset_key=TEXT, run_id=TEXT, step_key=TEXT, at=MOMENT, code_version=TEXT, data_version=TEXT, partition=TEXT,
    input_versions=TEXTS, stored=st.none() | STORED, io_manager_key=TEXT, metadata=METADATA, tags=TEXTS,
    seconds=st.none() | NUMBER,
)  # fmt: skip
EVALUATION = st.builds(
    CheckEvaluation,
    asset_key=TEXT, check_name=TEXT, run_id=TEXT, at=MOMENT, passed=st.booleans(), partition=TEXT,
    severity=st.sampled_from(AssetCheckSeverity), blocking=st.booleans(), code_version=TEXT, data_version=TEXT,
    message=TEXT, metadata=METADATA,
)  # fmt: skip
OBSERVATION = st.builds(
    Observation,
    asset_key=TEXT, run_id=TEXT, step_key=TEXT, at=MOMENT, partition=TEXT, data_version=TEXT, description=TEXT,
    metadata=METADATA, tags=TEXTS,
)  # fmt: skip
STEP = st.builds(
    PlannedStep,
    step_key=TEXT, asset_keys=st.lists(TEXT, max_size=2).map(tuple), check_names=st.lists(TEXT, max_size=2).map(tuple),
)  # fmt: skip
OUTPUT = st.builds(
    StepOutput,
    run_id=TEXT, step_key=TEXT, name=TEXT, mapping_key=TEXT, io_manager_key=TEXT, asset_key=TEXT, partition=TEXT,
    stored=st.none() | STORED,
)  # fmt: skip
WORDS = st.lists(TEXT, max_size=3).map(tuple)
PAYLOADS: dict[type, st.SearchStrategy[Any]] = {
    RunPlanned: st.builds(RunPlanned, steps=st.lists(STEP, max_size=3).map(tuple)),
    StepEnded: st.builds(StepEnded, seconds=NUMBER, cpu_seconds=NUMBER, peak_bytes=st.none() | WHOLE),
    StepFailed: st.builds(
        StepFailed, failure=FAILURE, seconds=st.none() | NUMBER, canceled=st.booleans(), metadata=METADATA
    ),
    StepUpForRetry: st.builds(StepUpForRetry, failure=FAILURE, seconds_to_wait=NUMBER),
    StepSkipped: st.builds(StepSkipped, reason=TEXT, cause=st.sampled_from(SkipCause)),
    RunEnded: st.builds(RunEnded, failure=st.none() | FAILURE),
    LogLine: st.builds(LogLine, text=TEXT, stream=TEXT, level=TEXT),
    ValuePassed: st.builds(
        ValuePassed,
        name=TEXT, asset_key=TEXT, how=TEXT, mapping_key=TEXT, type_name=TEXT, fits=st.booleans(), description=TEXT,
        metadata=METADATA, sources=WORDS,
    ),
    OutputHandled: st.builds(OutputHandled, output=OUTPUT, metadata=METADATA),
    Expectation: st.builds(Expectation, success=st.booleans(), label=TEXT, description=TEXT, metadata=METADATA),
    HookRan: st.builds(HookRan, hook=TEXT, failure=st.none() | FAILURE),
    ResourcesOpened: st.builds(ResourcesOpened, keys=WORDS, failure=st.none() | FAILURE),
    Materialization: MATERIALIZATION,
    Observation: OBSERVATION,
    CheckEvaluation: EVALUATION,
}  # fmt: skip
RECORDS: dict[type, st.SearchStrategy[Any]] = {
    Run: st.builds(
        Run,
        run_id=TEXT, job=TEXT, status=st.sampled_from(RunStatus), location=TEXT, target=TEXT, launched_by=TEXT,
        created_at=MOMENT, request=st.dictionaries(TEXT, JSON, max_size=3), tags=TEXTS, parent_run_id=MAYBE,
        root_run_id=MAYBE, started_at=st.none() | MOMENT, ended_at=st.none() | MOMENT, heartbeat_at=st.none() | MOMENT,
        process=st.none() | st.builds(ProcessIdentity, host=TEXT, pid=WHOLE, started=NUMBER), steps_total=WHOLE,
        steps_done=WHOLE, steps_failed=WHOLE, failure=st.none() | FAILURE,
    ),
    StepRecord: st.builds(
        StepRecord,
        run_id=TEXT, step_key=TEXT, status=st.sampled_from(StepStatus), attempt=WHOLE, started_at=st.none() | MOMENT,
        ended_at=st.none() | MOMENT, seconds=st.none() | NUMBER, cpu_seconds=st.none() | NUMBER,
        peak_bytes=st.none() | WHOLE, reason=TEXT, failure=st.none() | FAILURE,
    ),
    AssetState: st.builds(
        AssetState,
        asset_key=TEXT, partition=TEXT, latest=st.none() | MATERIALIZATION, activity=st.sampled_from(AssetActivity),
        activity_run_id=MAYBE, activity_at=st.none() | MOMENT, failure=st.none() | FAILURE,
        checks=st.dictionaries(TEXT, EVALUATION, max_size=2), made_times=WHOLE,
    ),
}  # fmt: skip


@given(st.one_of(*PAYLOADS.values()))
def test_payload_comes_back_equal(payload: Any) -> None:
    text = payload_to_text(payload)
    assert text is not None and "\n" not in text
    back = payload_from_text(text)
    assert (back, type(back)) == (payload, type(payload))


@given(st.one_of(*RECORDS.values()))
def test_record_comes_back_equal(record: Any) -> None:
    assert from_text(type(record), to_text(record)) == record


def test_every_kind_of_payload_is_tried_here() -> None:
    assert set(PAYLOADS) == set(PAYLOAD_KINDS.values())


def test_no_payload_is_no_text() -> None:
    assert (payload_to_text(None), payload_from_text(None)) == (None, None)


def test_form_is_stable() -> None:
    made = Materialization(
        asset_key="raw/a", run_id="r", step_key="raw__a",
        at=datetime(2013, 1, 1, 12, tzinfo=timezone(timedelta(hours=1))),
        code_version="c", data_version="d", input_versions={"b": "1"},
        stored=StoredValue(reference={"path": "raw/a/d.json"}, size=3), metadata={"n": MetadataValue.int(3)},
    )  # fmt: skip
    assert payload_to_text(made) == (
        '{"kind":"materialization","asset_key":"raw/a","run_id":"r","step_key":"raw__a",'
        '"at":"2013-01-01T11:00:00+00:00","code_version":"c","data_version":"d","input_versions":{"b":"1"},'
        '"stored":{"reference":{"path":"raw/a/d.json"},"size":3},"metadata":{"n":["int",3]}}'
    )


def test_fields_at_their_default_are_left_out() -> None:
    assert to_json(LogLine(text="hello")) == {"text": "hello"}
    assert to_json(StepFailed(failure=Failure(kind="E", message=""))) == {"failure": {"kind": "E", "message": ""}}


def test_field_of_a_later_version_is_ignored_however_deep() -> None:
    data = {"failure": {"kind": "E", "message": "m", "advice": "new"}, "retries": 3}
    assert from_json(StepFailed, data) == StepFailed(failure=Failure(kind="E", message="m"))


def test_kind_of_a_later_version_is_no_payload() -> None:
    assert payload_from_text('{"kind":"step_retried","after":3}') is None


def test_missing_field_takes_its_default_and_one_without_is_refused() -> None:
    assert from_json(StepRecord, {"run_id": "r", "step_key": "s", "status": "PLANNED"}) == StepRecord(
        run_id="r", step_key="s", status=StepStatus.PLANNED
    )
    with pytest.raises(TypeError):
        from_json(StepRecord, {"run_id": "r"})


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_json_lacks_are_kept_in_metadata(value: float) -> None:
    evaluation = CheckEvaluation(
        asset_key="a", check_name="c", run_id="r", at=datetime(2013, 1, 1, tzinfo=UTC), passed=True,
        metadata={"n": MetadataValue.float(value)},
    )  # fmt: skip
    text = to_text(evaluation)
    assert json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert repr(from_text(CheckEvaluation, text).metadata["n"].value) == repr(value)


def test_verdict_is_written_as_a_word() -> None:
    assert to_json(StepRecord(run_id="r", step_key="s", status=StepStatus.SKIPPED))["status"] == "SKIPPED"
