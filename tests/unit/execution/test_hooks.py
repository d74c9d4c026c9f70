"""What hooks are told of the step that has ended."""

from __future__ import annotations

from typing import Any

from daglab import (
    DagsterEvent,
    DynamicOut,
    DynamicOutput,
    HookDefinition,
    Out,
    Output,
    RetryRequested,
    asset,
    job,
    materialize,
    op,
    success_hook,
)
from daglab.definitions.hooks import event_list_hook

heard: list[tuple[str, list[Any]]] = []


@event_list_hook
def listen(context: Any, event_list: list[Any]) -> None:
    heard.append((context.step_key, event_list))


second = HookDefinition(name="second", hook_fn=lambda context, events: listen.hook_fn(context, events))


def kinds(events: list[Any]) -> list[str]:
    assert all(isinstance(event, DagsterEvent) for event in events)
    return [event.event_type_value for event in events]


def test_a_step_that_succeeds() -> None:
    @op
    def one(context: Any) -> int:
        context.log.info("not an event")
        print("neither is this")
        return 1

    @job(hooks={listen, second})
    def made() -> None:
        one()

    heard.clear()
    result = made.execute_in_process()
    story = ["STEP_START", "STEP_OUTPUT", "HANDLED_OUTPUT", "STEP_SUCCESS"]
    assert [(key, kinds(events)) for key, events in heard] == [("one", story)] * 2
    [_, events] = heard[0]
    assert [event.is_step_success for event in events] == [False, False, False, True]
    assert events[1].step_output_data.output_name == "result"
    assert [event.step_key for event in result.all_events if event.event_type_value == "HOOK_COMPLETED"] == ["one"] * 2


def test_a_step_that_is_tried_again_and_fails() -> None:
    @op
    def flaky(context: Any) -> None:
        if context.retry_number == 0:
            raise RetryRequested(max_retries=1)
        raise KeyError("lost")

    @job(hooks={listen})
    def made() -> None:
        flaky()

    heard.clear()
    made.execute_in_process(raise_on_error=False)
    assert [kinds(events) for _, events in heard] == [
        ["STEP_START", "STEP_UP_FOR_RETRY"],
        ["STEP_RESTARTED", "STEP_FAILURE"],
    ]
    failed = heard[1][1][-1]
    assert failed.is_step_failure
    assert "KeyError" in failed.step_failure_data.error_display_string


def test_an_asset() -> None:
    @asset(hooks={listen})
    def orders() -> list[int]:
        return [1]

    heard.clear()
    materialize([orders])
    [(_, events)] = heard
    [made] = [event for event in events if event.is_step_materialization]
    assert made.asset_key.to_user_string() == "orders"


def test_what_was_said_of_outputs_is_told_by_output() -> None:
    said: list[Any] = []

    @success_hook
    def look(context: Any) -> None:
        said.append((context.op_output_metadata, context.op_output_values))

    @op(out={"a": Out(), "b": DynamicOut()})
    def two(context: Any) -> Any:
        context.add_output_metadata({"x": 1}, output_name="a")
        yield Output(1, "a", metadata={"y": 2})
        yield DynamicOutput(2, mapping_key="k", output_name="b", metadata={"z": 3})
        yield DynamicOutput(3, mapping_key="l", output_name="b")

    @job(hooks={look})
    def made() -> None:
        two()

    made.execute_in_process()
    [(metadata, values)] = said
    assert values == {"a": 1, "b": {"k": 2, "l": 3}}
    assert {name: one.value for name, one in metadata["a"].items()} == {"x": 1, "y": 2}
    assert (metadata["b"]["k"]["z"].value, metadata["b"]["l"]) == (3, {})


def test_outputs_that_are_wanted_come_in_their_order() -> None:
    asked: list[Any] = []
    names = [f"out{number}" for number in range(12)]

    @op(out={name: Out(is_required=False) for name in names})
    def many(context: Any) -> Any:
        asked.append(context.selected_output_names)
        yield Output(1, "out3")

    @job
    def made() -> None:
        many()

    made.execute_in_process()
    assert list(asked[0]) == names
    assert asked[0] == set(names)
