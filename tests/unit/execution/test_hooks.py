"""What hooks are told of the step that has ended."""

from __future__ import annotations

from typing import Any

from daglab import DagsterEvent, HookDefinition, RetryRequested, asset, job, materialize, op
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
