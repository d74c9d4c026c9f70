from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import Any

import pytest

from daglab.errors import PipesError
from daglab.pipes import (
    PipesContext,
    PipesDefaultContextLoader,
    PipesMappingParamsLoader,
    PipesMessageWriter,
    PipesMessageWriterChannel,
    encode_param,
)

FACTS: dict[str, Any] = {
    "asset_keys": ["orders"],
    "code_version_by_asset_key": {"orders": "c1"},
    "provenance_by_asset_key": {"orders": None},
    "partition_key": None,
    "partition_key_range": None,
    "partition_time_window": None,
    "run_id": "r1",
    "job_name": "nightly",
    "retry_number": 2,
    "extras": {"rows": 3},
}
TWO = {"asset_keys": ["a", "b"], "code_version_by_asset_key": {"a": None, "b": "2"}}
NONE = {"asset_keys": None, "code_version_by_asset_key": None, "provenance_by_asset_key": None}
DAYS = {"partition_key_range": {"start": "d1", "end": "d2"}, "partition_time_window": {"start": "s", "end": "e"}}


class ListWriter(PipesMessageWriter[Any], PipesMessageWriterChannel):
    """Keeps messages in a list."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    @contextmanager
    def open(self, params):
        yield self

    def write_message(self, message):
        self.messages.append(message)

    @property
    def told(self):
        return [(one["method"], one["params"]) for one in self.messages]


def opened(**facts):
    """A context, and what it writes."""
    data = {"data": {**FACTS, **facts}}
    given = {"DAGSTER_PIPES_CONTEXT": encode_param(data), "DAGSTER_PIPES_MESSAGES": encode_param({})}
    writer = ListWriter()
    return PipesContext(PipesMappingParamsLoader(given), PipesDefaultContextLoader(), writer), writer


def test_what_the_step_told():
    context, _ = opened()
    names = ["asset_key", "code_version", "run_id", "job_name", "retry_number", "is_asset_step", "is_partition_step"]
    assert [getattr(context, name) for name in names] == ["orders", "c1", "r1", "nightly", 2, True, False]
    assert (context.provenance, context.extras, context.get_extra("rows")) == (None, {"rows": 3}, 3)


@pytest.mark.parametrize(
    ("facts", "name", "expected"),
    [
        (NONE, "asset_key", "no asset_key: the step makes no assets"),
        (NONE, "code_version_by_asset_key", "the step makes no assets"),
        (TWO, "asset_key", "asset_key is that of one asset, and the step makes several: 'a', 'b'"),
        (TWO, "provenance", "provenance is that of one asset"),
        ({"asset_keys": []}, "asset_key", "the step makes none"),
        ({}, "partition_key", "no partition_key: the step has no partitions"),
        ({}, "partition_time_window", "the step has no partitions"),
        (DAYS, "partition_key", "from 'd1' to 'd2', not on one"),
    ],
)
def test_what_the_step_does_not_have_is_an_error(facts, name, expected):
    context, _ = opened(**facts)
    with pytest.raises(PipesError, match=expected):
        getattr(context, name)


def test_range_of_partitions():
    context, _ = opened(**DAYS)
    assert context.is_partition_step
    assert context.partition_key_range == {"start": "d1", "end": "d2"}
    assert context.partition_time_window == {"start": "s", "end": "e"}


def test_extra_that_was_not_given_names_the_nearest():
    context, _ = opened()
    with pytest.raises(PipesError, match=r"no extra 'row'\n.*did you mean 'rows'"):
        context.get_extra("row")
    with pytest.raises(PipesError, match=r"pass it: run\(\.\.\., extras=\{\.\.\.\}\)"):
        opened(extras={})[0].get_extra("row")


def test_context_that_lacks_something_is_refused():
    data = {key: value for key, value in FACTS.items() if key not in ("run_id", "extras")}
    given = {"DAGSTER_PIPES_CONTEXT": encode_param({"data": data}), "DAGSTER_PIPES_MESSAGES": encode_param({})}
    with pytest.raises(PipesError, match="the context lacks run_id, extras"):
        PipesContext(PipesMappingParamsLoader(given), PipesDefaultContextLoader(), ListWriter())


def test_messages_in_the_form_of_the_protocol():
    context, writer = opened()
    with context:
        context.report_asset_materialization({"rows": 3}, data_version="v1")
        context.report_asset_check("ok", False, "WARN")
        context.report_custom_message([None])
        context.log_external_stream("stdout", "x")
        context.log.error("%d rows", 3)
    rows = {"rows": {"raw_value": 3, "type": "__infer__"}}
    check = {"asset_key": "orders", "check_name": "ok", "passed": False, "metadata": None, "severity": "WARN"}
    assert writer.told == [
        ("opened", {"extras": {}}),
        ("report_asset_materialization", {"asset_key": "orders", "data_version": "v1", "metadata": rows}),
        ("report_asset_check", check),
        ("report_custom_message", {"payload": [None]}),
        ("log_external_stream", {"stream": "stdout", "text": "x", "extras": {}}),
        ("log", {"message": "3 rows", "level": "ERROR"}),
        ("closed", {}),
    ]
    assert {one["__dagster_pipes_version"] for one in writer.messages} == {"0.1"}


@pytest.mark.parametrize(
    ("facts", "call", "expected"),
    [
        ({}, lambda c: c.report_asset_materialization(asset_key="ordres"), "did you mean 'orders'"),
        (TWO, lambda c: c.report_asset_materialization(), "the step makes 2 assets, 'a', 'b'"),
        (NONE, lambda c: c.report_asset_check("ok", True), "the step makes no asset"),
        ({}, lambda c: c.report_asset_materialization(data_version=3), "data_version=3"),
        ({}, lambda c: c.report_asset_materialization(asset_key=3), "asset_key=3"),
        ({}, lambda c: c.report_asset_check(3, True), "check_name=3"),
        ({}, lambda c: c.report_asset_check("ok", 1), "passed=1"),
        ({}, lambda c: c.report_asset_check("ok", True, severity="warn"), "severity='warn'"),
        ({}, lambda c: c.report_custom_message({1, 2}), "has no JSON form"),
        ({}, lambda c: c.report_asset_materialization([1]), r"metadata=\[1\]"),
        ({}, lambda c: c.report_asset_materialization({3: 1}), "the name 3 is no text"),
        ({}, lambda c: c.report_asset_materialization({"a": {"b": 1}}), "which has not just 'raw_value' and 'type'"),
        ({}, lambda c: c.report_asset_materialization({"a": {"raw_value": 1, "type": "itn"}}), "did you mean 'int'"),
        ({}, lambda c: c.report_asset_materialization({"a": object(), "b": {1}}), "'a' has no .*'b' has no JSON form"),
    ],
)
def test_what_cannot_be_reported_is_refused_and_not_written(facts, call, expected):
    context, writer = opened(**facts)
    with pytest.raises(PipesError, match=expected):
        call(context)
    assert [method for method, _ in writer.told] == ["opened"]


def test_asset_is_reported_once():
    context, _ = opened(**TWO)
    context.report_asset_materialization(asset_key="a")
    context.report_asset_materialization(asset_key="b")
    with pytest.raises(PipesError, match="called twice for 'a'"):
        context.report_asset_materialization(asset_key="a")


def test_step_without_assets_may_report_any():
    context, writer = opened(**NONE)
    context.report_asset_check("ok", True, asset_key="elsewhere")
    assert writer.told[1][1]["asset_key"] == "elsewhere"


def test_nothing_is_told_after_the_end():
    context, writer = opened()
    context.close()
    context.close()
    assert context.is_closed
    with pytest.raises(PipesError, match="report_custom_message comes after the context was closed"):
        context.report_custom_message(1)
    assert [method for method, _ in writer.told] == ["opened", "closed"]


def test_exception_and_what_led_to_it_are_told():
    context, writer = opened()

    def fail():
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise ValueError("outer") from error

    with pytest.raises(ValueError, match="outer"), context:
        fail()
    told = writer.told[-1][1]["exception"]
    assert (told["name"], told["message"]) == ("ValueError", "ValueError: outer\n")
    assert (told["cause"]["name"], told["cause"]["message"]) == ("KeyError", "KeyError: 'inner'\n")
    assert "raise ValueError" in "".join(told["stack"])


@pytest.mark.parametrize(("code", "is_told"), [(None, False), (0, False), (3, True), ("no rows", True)])
def test_exit_is_told_where_it_is_an_error(code, is_told):
    context, writer = opened()
    with pytest.raises(SystemExit), context:
        raise SystemExit(code)
    assert ("exception" in writer.told[-1][1]) is is_told


def test_context_of_this_process_is_the_one_that_was_opened(monkeypatch):
    monkeypatch.setattr(PipesContext, "_instance", None)
    with pytest.raises(PipesError, match=r"call open_pipes\(\) first"):
        PipesContext.get()
    context, _ = opened()
    PipesContext.set(context)
    assert PipesContext.get() is context and PipesContext.is_initialized()


def test_log_takes_every_level():
    context, writer = opened()
    context.log.log(1, "low")
    assert writer.told[-1] == ("log", {"message": "low", "level": "Level 1"})
    assert isinstance(context.log, logging.Logger)
