"""Hooks called directly."""

from __future__ import annotations

from typing import Any

import pytest

from daglab.definitions.contexts.facts import StepFacts
from daglab.definitions.contexts.hook_context import HookContext
from daglab.definitions.hooks import event_list_hook, success_hook
from daglab.definitions.invocation.direct_hook import build_hook_context
from daglab.definitions.op_decorator import op
from daglab.definitions.resources.resource_decorator import resource
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError


def call(function: Any, *args: Any, needs: tuple[str, ...] = (), **kwargs: Any) -> Any:
    decorate = event_list_hook if function.__code__.co_argcount == 2 else success_hook
    return decorate(required_resource_keys=set(needs))(function)(*args, **kwargs)


def run_of(context):
    return context.run_id


@op
def load():
    return 1


def test_what_was_given_is_told():
    failure = ValueError("x")
    context = build_hook_context(run_id="r1", job_name="nightly", op=load, op_exception=failure, instance="here")
    assert call(run_of, context) == call(run_of, context=context) == "r1"
    assert (context.job_name, context.op.name, context.op.definition) == ("nightly", "load", load)
    assert (context.op_exception, context.instance) == (failure, "here")


def test_op_under_an_alias():
    assert build_hook_context(op=load.alias("again")).op.name == "again"


@pytest.mark.parametrize(
    "name",
    [
        *("run_id", "job_name", "op", "hook_def", "step_key", "op_config", "op_output_values", "op_output_metadata"),
        *("instance", "required_resource_keys"),
    ],
)
def test_what_was_not_given(name):
    with pytest.raises(InvariantViolationError, match="not set"):
        getattr(build_hook_context(), name)


def test_context_may_be_none():
    def tell(context):
        return context.op_exception

    assert call(tell, None) is None


def test_hook_is_told_while_it_runs():
    def tell(context):
        return context.hook_def.name, context.required_resource_keys

    assert call(tell, build_hook_context(resources={"a": 1}), needs=("a",)) == ("tell", {"a"})


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), ((1, 2), {}), ((), {"ctx": None}), ((4,), {})])
def test_arguments_that_do_not_fit(args, kwargs):
    with pytest.raises(InvalidInvocationError):
        call(run_of, *args, **kwargs)


def test_events():
    def count(context, event_list):
        return len(event_list)

    context = build_hook_context()
    assert call(count, context, [1]) == call(count, context, event_list=[1]) == 1
    assert call(count, event_list=[1], context=context) == 1
    with pytest.raises(InvalidInvocationError):
        call(count, context)


def test_resources():
    def limit(context):
        return context.resources.limit

    assert call(limit, build_hook_context(resources={"limit": 4}), needs=("limit",)) == 4
    with pytest.raises(InvalidDefinitionError, match="limit"):
        call(limit, None, needs=("limit",))


def test_resource_that_is_closed():
    closed = []

    @resource
    def limit(_):
        yield 4
        closed.append(True)

    with pytest.raises(InvariantViolationError):
        _ = build_hook_context(resources={"limit": limit}).resources
    closed.clear()
    with build_hook_context(resources={"limit": limit}) as context:
        assert (context.resources.limit, closed) == (4, [])
    assert closed == [True]


@pytest.mark.parametrize("wrong", [{"op_exception": "x"}, {"run_id": 3}, {"job_name": 3}, {"resources": 3}])
def test_what_cannot_be_given(wrong):
    with pytest.raises(InvalidInvocationError):
        build_hook_context(**wrong)


def test_hook_context_of_a_run():
    facts = StepFacts(run_id="r1", step_key="load", op=load, path=("outer", "load_2"), job_name="nightly", op_config=3)
    told = HookContext(facts, op_output_values={"result": 1}, op_output_metadata={"result": {}})
    assert (told.op.name, told.step_key, told.op_config, told.op_exception) == ("load_2", "load", 3, None)
    assert (told.op_output_values, told.op_output_metadata) == ({"result": 1}, {"result": {}})
