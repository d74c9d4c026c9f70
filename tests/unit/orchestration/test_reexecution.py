"""What is run again of a run that failed, and what is reused."""

from __future__ import annotations

import pytest

from daglab import (
    DagsterInstance,
    DynamicOut,
    DynamicOutput,
    In,
    Nothing,
    Out,
    Output,
    ReexecutionOptions,
    execute_job,
    in_process_executor,
    instance_for_test,
    job,
    op,
    reconstructable,
)
from daglab.errors import ExecutionStepNotFoundError, InvariantViolationError
from daglab.orchestration.job_runs import JobExecutionResult

mended: set[str] = set()
values = ["a", "b", "c"]


@op(out=DynamicOut())
def fan():
    for one in values:
        yield DynamicOutput(one, mapping_key=one)


@op
def upper(text: str) -> str:
    if text == "b" and "b" not in mended:
        raise ValueError(text)
    return text.upper()


@op
def twice(text: str) -> str:
    return text * 2


@op(out=Out(Nothing))
def quiet():
    pass


@op(out={"left": Out(is_required=False), "right": Out(is_required=False)})
def either():
    yield Output(1, "left")


@op
def only_right(right):
    raise AssertionError("its input was left out")


@op(ins={"start": In(Nothing)})
def joined(texts, left):
    if "joined" not in mended:
        raise ValueError("joined")
    return "".join(texts), left


@job(executor_def=in_process_executor)
def branches():
    left, right = either()
    only_right(right)
    joined(fan().map(lambda one: twice(upper(one))).collect(), left, start=quiet())


@pytest.fixture(autouse=True)
def nothing_is_mended():
    mended.clear()
    values[:] = ["a", "b", "c"]


@pytest.fixture
def instance():
    with instance_for_test() as found:
        yield found


def run(instance: DagsterInstance, options: ReexecutionOptions | None = None) -> JobExecutionResult:
    return execute_job(reconstructable(branches), instance, reexecution_options=options)


def again(instance: DagsterInstance, earlier: JobExecutionResult, *selection: str) -> tuple[bool, list[str]]:
    options = (
        ReexecutionOptions(earlier.run_id, step_selection=selection)
        if selection
        else ReexecutionOptions.from_failure(earlier.run_id, instance)
    )
    result = run(instance, options)
    return result.success, [event.step_key for event in result.get_step_success_events()]


def test_only_the_branch_that_failed_and_what_follows(instance: DagsterInstance) -> None:
    first = run(instance)
    mended.update(("b", "joined"))
    result = run(instance, ReexecutionOptions.from_failure(first.run_id, instance))
    assert [one.step_key for one in result.get_step_success_events()] == ["upper[b]", "twice[b]", "joined"]
    assert result.output_for_node("joined") == ("AABBCC", 1)


def test_failure_of_a_repetition_is_repeated_with_what_both_made(instance: DagsterInstance) -> None:
    first = run(instance)
    mended.add("b")
    options = ReexecutionOptions.from_failure(first.run_id, instance)
    second = run(instance, options)
    assert not second.success
    mended.add("joined")
    third = run(instance, ReexecutionOptions.from_failure(second.run_id, instance))
    assert [one.step_key for one in third.get_step_success_events()] == ["joined"]
    assert third.output_for_node("joined") == ("AABBCC", 1)


@pytest.mark.parametrize(
    ("selection", "steps"),
    [
        (["joined"], ["joined"]),
        (["upper[b]"], ["upper[b]"]),
        (["upper[b]", "twice[b]"], ["upper[b]", "twice[b]"]),
        (["upper[?]"], ["upper[a]", "upper[b]", "upper[c]"]),
        (["either"], ["either"]),
        (["quiet*"], ["quiet", "joined"]),
    ],
)
def test_chosen_steps_alone(instance: DagsterInstance, selection: list[str], steps: list[str]) -> None:
    mended.update(("b", "joined"))
    assert again(instance, run(instance), *selection) == (True, steps)


def test_new_values_are_mapped_over_when_their_step_is_chosen(instance: DagsterInstance) -> None:
    mended.update(("b", "joined"))
    first = run(instance)
    values[:] = ["x"]
    assert again(instance, first, "fan*") == (True, ["fan", "upper[x]", "twice[x]", "joined"])


def test_no_values_at_all(instance: DagsterInstance) -> None:
    values.clear()
    first = run(instance)
    assert not first.success
    mended.add("joined")
    assert again(instance, first) == (True, ["joined"])


def test_more_outputs_than_a_page_of_events(instance: DagsterInstance) -> None:
    values[:] = [f"v{number}" for number in range(700)]
    first = run(instance)
    mended.add("joined")
    result = run(instance, ReexecutionOptions.from_failure(first.run_id, instance))
    assert len(result.output_for_node("joined")[0]) == sum(len(one) for one in values) * 2
    assert len(result.get_step_success_events()) == 1


def test_steps_that_are_not_there_are_refused(instance: DagsterInstance) -> None:
    first = run(instance)
    with pytest.raises(ExecutionStepNotFoundError, match="'joine'"):
        again(instance, first, "joine")
    with pytest.raises(ExecutionStepNotFoundError, match=r"'upper\[z\]'"):
        again(instance, first, "upper[z]")
    mended.update(("b", "joined"))
    with pytest.raises(InvariantViolationError, match="SUCCESS"):
        again(instance, run(instance))
