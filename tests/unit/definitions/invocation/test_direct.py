"""Ops called directly."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from daglab.definitions.dynamic import DynamicOutput
from daglab.definitions.invocation.direct_contexts import build_asset_context, build_op_context
from daglab.definitions.nodes import DynamicOut, In, Out
from daglab.definitions.op_decorator import op
from daglab.definitions.results import Output
from daglab.definitions.types.nothing import Nothing
from daglab.definitions.user_events import AssetMaterialization, AssetObservation, ExpectationResult
from daglab.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    TypeCheckDidNotPass,
    UnknownResourceError,
)


@op
def plus_three(context, x: int = 3):
    return x


@op
def to_text(x: int, y) -> str:
    return 3 if x == 3 else str(x)  # type: ignore[return-value]


def test_context_may_be_none_or_built_or_named():
    assert plus_three(None) == 3
    assert plus_three(None, 5) == 5
    assert plus_three(None, x=4) == 4
    assert plus_three(build_op_context()) == 3
    assert plus_three(context=build_op_context()) == 3


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), ((4,), {}), ((), {"x": 4}), ((), {"context": 4})])
def test_context_is_asked_for(args, kwargs):
    with pytest.raises(InvalidInvocationError, match="context"):
        plus_three(*args, **kwargs)


def test_context_may_be_given_where_none_is_taken():
    assert to_text(build_op_context(), 4, 1) == "4"


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((1,), {}), ((1, 2, 3), {}), ((1, 2), {"x": 1}), ((1,), {"z": 2, "y": 1})],
    ids=["missing", "too many", "twice", "unknown"],
)
def test_arguments_that_do_not_fit(args, kwargs):
    with pytest.raises(InvalidInvocationError):
        to_text(*args, **kwargs)


def test_types_of_inputs_and_outputs_are_checked():
    with pytest.raises(TypeCheckDidNotPass, match="'x'"):
        plus_three(None, "three")
    with pytest.raises(TypeCheckDidNotPass, match="'result'"):
        to_text(3, 1)


def test_default_of_an_input():
    @op(ins={"q": In(default_value=9)})
    def give(q):
        return q

    assert give() == 9


def test_nothing_cannot_be_given():
    @op(ins={"after": In(Nothing)})
    def wait():
        return 3

    assert wait() == 3
    for args, kwargs in (((1,), {}), ((), {"after": 1})):
        with pytest.raises(InvalidInvocationError):
            wait(*args, **kwargs)


def test_keyword_only_input():
    @op
    def both(a, *, b):
        return a, b

    assert both(1, b=2) == (1, 2)
    with pytest.raises(InvalidInvocationError):
        both(1, 2)


def test_asset_context_is_none_for_an_op():
    with pytest.raises(InvariantViolationError):
        plus_three(build_asset_context())


def test_outputs_come_as_they_are():
    given = Output(3, metadata={"a": 1})

    @op
    def give() -> Output[int]:
        return given

    assert give() is given


def test_output_without_its_annotation():
    @op
    def wrapped() -> int:
        return Output(3)  # type: ignore[return-value]

    @op
    def plain() -> Output[int]:
        return 3  # type: ignore[return-value]

    for one in (wrapped, plain):
        with pytest.raises(InvariantViolationError, match="annotated"):
            one()


@op(out={"a": Out(), "b": Out()})
def two(what=None):
    return what


def test_several_outputs_as_a_tuple():
    assert two((1, 2)) == (1, 2)
    assert two((Output(1), Output(2, "b")))[1].value == 2
    for wrong in (1, None, (1, 2, 3), [1, 2], (Output(3, "b"), Output(4, "a"))):
        with pytest.raises(InvariantViolationError):
            two(wrong)


def test_no_outputs():
    @op(out={})
    def nothing(what):
        return what

    assert nothing(None) is None
    with pytest.raises(InvariantViolationError, match="no outputs"):
        nothing(3)


def test_returned_event():
    @op
    def give():
        return AssetMaterialization("x")

    with pytest.raises(InvariantViolationError, match="yield"):
        give()


def test_generator_is_checked_on_the_way():
    @op(out={"a": Out(int), "b": Out(Nothing), "c": Out(is_required=False)})
    def make():
        yield AssetMaterialization("x")
        yield ExpectationResult(True)
        yield Output(1, "a")

    events = list(make())
    assert [type(one).__name__ for one in events] == ["AssetMaterialization", "ExpectationResult", "Output", "Output"]
    assert (events[-1].output_name, events[-1].value) == ("b", None)


@pytest.mark.parametrize(
    ("yielded", "error"),
    [
        ([1], InvariantViolationError),
        ([Output("text", "a")], TypeCheckDidNotPass),
        ([Output(1, "a"), Output(1, "a")], InvariantViolationError),
        ([Output(1, "none")], InvariantViolationError),
        ([], InvariantViolationError),
    ],
    ids=["bare value", "type", "twice", "unknown", "missing"],
)
def test_generator_that_is_wrong(yielded: list[Any], error: type[Exception]):
    @op(out={"a": Out(int)})
    def make():
        yield from yielded

    with pytest.raises(error):
        list(make())


def test_dynamic_outputs():
    @op(out=DynamicOut(int))
    def split(what):
        return what

    given = [DynamicOutput(1, "a"), DynamicOutput(2, "b")]
    assert split(given) is given
    with pytest.raises(TypeCheckDidNotPass):
        split([DynamicOutput("b", "b")])
    for wrong in (3, [3], (DynamicOutput(1, "a"),)):
        with pytest.raises(InvariantViolationError):
            split(wrong)


def test_dynamic_generator():
    @op(out=DynamicOut(int))
    def split():
        yield DynamicOutput(1, "a")
        yield DynamicOutput(2, "b")

    assert [one.mapping_key for one in split()] == ["a", "b"]


def test_coroutine_and_async_generator():
    @op
    async def wait(context) -> int:
        return 3

    @op
    async def wrong() -> int:
        return "3"  # type: ignore[return-value]

    @op
    async def stream():
        yield Output(4)

    async def all_of(events):
        return [one.value async for one in events]

    assert asyncio.run(wait(None)) == 3
    assert asyncio.run(all_of(stream())) == [4]
    with pytest.raises(TypeCheckDidNotPass):
        asyncio.run(wrong())


def test_alias_and_tags():
    assert plus_three.alias("other")(None, 4) == 4
    assert plus_three.tag({"a": "b"})(None, 4) == 4


def test_what_code_raises_is_raised_as_it_is():
    @op
    def fail(context):
        raise ZeroDivisionError("none")

    context = build_op_context()
    with pytest.raises(ZeroDivisionError):
        fail(context)
    assert not context.is_bound
    assert plus_three(context) == 3


def test_context_serves_one_call_at_a_time():
    @op
    def again(context):
        return again(context)

    with pytest.raises(InvalidInvocationError, match="in use"):
        again(build_op_context())


def test_context_is_in_use_until_a_generator_ends():
    @op
    def make(context):
        yield Output(1)

    context = build_op_context()
    events = make(context)
    assert context.is_bound
    list(events)
    assert not context.is_bound


def test_config_schema():
    @op(config_schema={"a": int})
    def give(context):
        return context.op_config

    assert give(build_op_context(op_config={"a": 2})) == {"a": 2}
    assert give(build_op_context(config={"a": 2})) == {"a": 2}
    for wrong in (None, {"a": "x"}, {"b": 1}):
        with pytest.raises(InvalidConfigError):
            give(build_op_context(op_config=wrong))
    with pytest.raises(InvalidConfigError):
        give(None)
    with pytest.raises(InvalidInvocationError):
        build_op_context(op_config={"a": 2}, config={"a": 3})


def test_config_without_schema_is_passed_on():
    @op
    def give(context):
        return context.op_config

    assert give(build_op_context(op_config={"any": [1]})) == {"any": [1]}
    assert give(None) is None


def test_run_config_of_a_call():
    @op(config_schema={"a": int})
    def give(context):
        return context.run_config

    assert give(build_op_context(op_config={"a": 9})) == {"ops": {"give": {"config": {"a": 9}}}, "resources": {}}


def test_resources():
    @op(required_resource_keys={"rows"})
    def give(context):
        return context.resources.rows

    assert give(build_op_context(resources={"rows": 5})) == 5
    for resources in (None, {"row": 5}):
        with pytest.raises(InvalidDefinitionError, match="rows"):
            give(build_op_context(resources=resources))


def test_resource_that_is_not_asked_for():
    @op
    def give(context):
        return context.resources.rows

    with pytest.raises(UnknownResourceError):
        give(None)


@op(out={"a": Out(), "b": Out()})
def with_metadata(context):
    context.add_output_metadata({"rows": 1}, output_name="a")
    return 1, 2


def test_metadata_is_there_after_the_call():
    context = build_op_context()
    for _ in range(2):
        with_metadata(context)
        assert context.get_output_metadata("a") == {"rows": 1}
        assert context.get_output_metadata("b") is None


def test_metadata_of_dynamic_outputs():
    @op(out=DynamicOut())
    def split(context):
        for key in "ab":
            context.add_output_metadata({"key": key}, mapping_key=key)
            yield DynamicOutput(1, key)

    context = build_op_context()
    list(split(context))
    assert context.get_output_metadata("result", "a") == {"key": "a"}
    assert context.get_output_metadata("result") == {"a": {"key": "a"}, "b": {"key": "b"}}


@pytest.mark.parametrize(
    ("out", "calls"),
    [
        (None, [{}, {}]),
        ({"a": Out(), "b": Out()}, [{}]),
        ({"a": Out(), "b": Out()}, [{"output_name": "q"}]),
        (DynamicOut(), [{}]),
    ],
    ids=["twice", "which", "unknown", "no key"],
)
def test_metadata_that_is_refused(out, calls):
    @op(out=out)
    def add(context):
        for call in calls:
            context.add_output_metadata({"k": 1}, **call)

    with pytest.raises(InvariantViolationError):
        add(build_op_context())


def test_metadata_after_the_output():
    @op
    def add(context):
        yield Output(1)
        context.add_output_metadata({"k": 1})

    with pytest.raises(InvariantViolationError, match="already"):
        list(add(None))


def test_events_that_code_logs():
    @op
    def tell(context):
        context.log_event(AssetMaterialization("x"))
        context.log_event(AssetObservation("y"))
        context.log_event(ExpectationResult(True))

    context = build_op_context()
    tell(context)
    kinds = [type(one).__name__ for one in context.get_events()]
    assert kinds == ["AssetMaterialization", "AssetObservation", "ExpectationResult"]

    @op
    def wrong(context):
        context.log_event(3)

    with pytest.raises(InvariantViolationError):
        wrong(build_op_context())


def test_log_is_heard(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]):
    @op
    def tell(context):
        context.log.info("read %s rows", 3, extra={"rows": 3})
        context.log.debug("quietly")

    tell(None)
    assert [(one.levelno, one.getMessage()) for one in caplog.records] == [
        (logging.INFO, "read 3 rows"),
        (logging.DEBUG, "quietly"),
    ]
    assert "read 3 rows" in capsys.readouterr().err


def test_optional_output_that_is_none(caplog: pytest.LogCaptureFixture):
    @op(out=Out(is_required=False))
    def maybe():
        return None

    assert maybe() is None
    assert "optional" in caplog.text


def test_what_a_context_tells():
    @op
    def ask(context):
        return context.run_id, context.alias, context.op_def, context.get_mapping_key(), context.describe_op()

    context = build_op_context(mapping_key="m", run_tags={"a": "b"}, partition_key="p")
    assert ask(context) == ("EPHEMERAL", "ask", ask, "m", 'op "ask"')
    assert (context.partition_key, context.has_partition_key, context.get_tag("a")) == ("p", True, "b")
    assert (context.has_tag("a"), context.get_tag("z"), context.run_tags) == (True, None, {"a": "b"})


@pytest.mark.parametrize("name", ["job_def", "job_name", "run", "repository_def", "dagster_run"])
def test_what_is_only_there_in_a_run(name):
    @op
    def ask(context):
        return getattr(context, name)

    with pytest.raises(InvariantViolationError, match="not set"):
        ask(None)


@pytest.mark.parametrize("name", ["op_def", "alias", "has_assets_def", "asset_key", "run_config"])
def test_what_is_only_there_in_a_call(name):
    with pytest.raises(InvariantViolationError):
        getattr(build_op_context(), name)
