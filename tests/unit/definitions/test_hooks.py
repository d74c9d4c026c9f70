"""Hooks."""

from __future__ import annotations

import pytest

from daglab.definitions.graph_decorator import graph
from daglab.definitions.hooks import HookDefinition, event_list_hook, failure_hook, success_hook
from daglab.definitions.invocation.direct_hook import build_hook_context
from daglab.definitions.job_decorator import job
from daglab.definitions.op_decorator import op
from daglab.errors import InvalidDefinitionError, InvalidInvocationError


@op
def one(): ...


@success_hook
def cheer(context):
    return "done"


@failure_hook(name="alarm", required_resource_keys={"pager"})
def tell(context):
    return context.resources.pager


@event_list_hook
def count(context, event_list):
    return len(event_list)


def test_names_resources_and_when_they_run():
    assert (cheer.name, cheer.runs_on, cheer.required_resource_keys) == ("cheer", "success", frozenset())
    assert (tell.name, tell.runs_on, tell.required_resource_keys) == ("alarm", "failure", {"pager"})
    assert (count.name, count.runs_on) == ("count", None)


def test_called_directly():
    assert cheer(None) == cheer(build_hook_context()) == cheer(context=build_hook_context()) == "done"
    assert tell(build_hook_context(resources={"pager": 3})) == 3
    assert count(None, [1, 2]) == 2


def test_direct_calls_that_do_not_fit():
    for arguments in [(), (None, None), (5,)]:
        with pytest.raises(InvalidInvocationError):
            cheer(*arguments)
    with pytest.raises(InvalidDefinitionError, match="pager"):
        tell(None)
    with pytest.raises(InvalidInvocationError):
        HookDefinition(name="bare", hook_fn=lambda context, events: None)(None)


def test_as_a_decorator_of_jobs_and_graphs():
    @cheer
    @job
    def nightly():
        one()

    @graph
    def body():
        one()

    assert nightly.hook_defs == {cheer}
    assert cheer(body).hook_defs == {cheer}


def test_the_function_gets_the_context_alone():
    assert cheer.hook_fn("context", ["events"]) == "done"


@pytest.mark.parametrize("function", [lambda: 1, lambda ctx: 1])
def test_functions_without_context_are_refused(function):
    with pytest.raises(InvalidDefinitionError, match="context"):
        success_hook(name="x")(function)
