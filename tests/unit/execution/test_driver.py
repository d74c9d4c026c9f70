from __future__ import annotations

import pytest
from running import Run

from daglab.definitions.asset_decorator import asset
from daglab.definitions.check_decorator import asset_check
from daglab.definitions.results import AssetCheckResult, AssetCheckSeverity
from daglab.execution.ports import StepOutcome, StepTask
from daglab.execution.progress import UNCHANGED
from daglab.execution.step import StepExecutor
from daglab.records.events import PlannedStep, RunEnded, RunPlanned
from daglab.records.failure import Failure
from daglab.records.runs import RunStatus


@asset
def orders() -> list[int]:
    return [1, 2, 3]


@asset
def total(orders: list[int]) -> int:
    return sum(orders)


@asset
def report(total: int) -> str:
    return f"total {total}"


def test_events_of_a_run_come_in_order() -> None:
    run = Run([orders, total])
    assert run.sink.story == [
        "RUN_START",
        "STEP_START orders",
        "STEP_OUTPUT orders",
        "ASSET_MATERIALIZATION orders",
        "STEP_SUCCESS orders",
        "STEP_START total",
        "STEP_INPUT total",
        "STEP_OUTPUT total",
        "ASSET_MATERIALIZATION total",
        "STEP_SUCCESS total",
        "RUN_SUCCESS",
    ]
    assert run.sink.events[0].payload == RunPlanned(
        steps=(
            PlannedStep(step_key="orders", asset_keys=("orders",)),
            PlannedStep(step_key="total", asset_keys=("total",)),
        )
    )
    assert run.sink.flushed == len(run.sink.events)
    assert (run.status, list(run.outcome.materializations)) == (RunStatus.SUCCESS, ["orders", "total"])
    assert run.outcome.materializations["total"].input_versions == {
        "orders": run.outcome.materializations["orders"].data_version
    }


def test_failure_stops_what_needs_it_and_nothing_else() -> None:
    @asset(name="total")
    def broken(orders: list[int]) -> int:
        return orders[9]

    @asset
    def alone(orders: list[int]) -> int:
        return len(orders)

    @asset
    def last(report: str) -> str:
        return report

    run = Run([orders, broken, report, alone, last])
    assert run.started == ["orders", "total", "alone"]
    assert run.skipped == {"report": "'total' failed.", "last": "'report' was skipped."}
    assert (run.status, run.outcome.success) == (RunStatus.FAILURE, False)
    assert list(run.outcome.failures) == ["total"]
    [ended] = run.sink.payloads(RunEnded)
    assert isinstance(ended, RunEnded)
    assert ended.failure == Failure(
        kind="StepsFailed", message="step 'total' failed", cause=run.outcome.failures["total"]
    )


@pytest.mark.parametrize(
    ("passed", "severity", "started"),
    [
        (True, AssetCheckSeverity.ERROR, ["orders", "orders_ok", "total", "report"]),
        (False, AssetCheckSeverity.ERROR, ["orders", "orders_ok"]),
        (False, AssetCheckSeverity.WARN, ["orders", "orders_ok", "total", "report"]),
    ],
)
def test_blocking_check_stops_what_comes_after_when_it_fails(
    passed: bool, severity: AssetCheckSeverity, started: list[str]
) -> None:
    @asset_check(asset="orders", name="ok", blocking=True)
    def check(orders: list[int]) -> AssetCheckResult:
        return AssetCheckResult(passed=passed, severity=severity)

    run = Run([orders, check, total, report])
    assert run.started == started
    assert run.status is (RunStatus.SUCCESS if len(started) == 4 else RunStatus.FAILURE)
    if len(started) == 2:
        assert run.skipped == {
            "total": "The blocking check 'orders_ok' did not pass.", "report": "'total' was skipped."
        }  # fmt: skip
        assert run.outcome.failure is not None
        assert run.outcome.failure.message == "step 'orders_ok' failed"
        assert run.outcome.failures["orders_ok"].message == "the blocking check 'ok' of 'orders' did not pass"


def test_blocking_check_that_raises_stops_what_comes_after() -> None:
    @asset_check(asset="orders", name="ok", blocking=True)
    def check(orders: list[int]) -> bool:
        raise ValueError("no verdict")

    run = Run([orders, check, total])
    assert run.skipped == {"total": "'orders_ok' failed."}


def test_check_that_fails_without_blocking_stops_nothing() -> None:
    @asset_check(asset="orders", name="ok")
    def check(orders: list[int]) -> bool:
        return False

    run = Run([orders, check, total])
    assert (run.status, run.started) == (RunStatus.SUCCESS, ["orders", "orders_ok", "total"])
    assert [(one.check_name, one.passed, one.data_version) for one in run.outcome.checks] == [
        ("ok", False, run.outcome.materializations["orders"].data_version)
    ]


def test_equal_input_leaves_a_step_unrun() -> None:
    first = Run([orders, total, report])

    @asset(name="orders")
    def same_orders() -> list[int]:
        return [3 - 2, 2, 3]

    again = Run([same_orders, total, report], known=first.outcome.materializations, io_manager=first.io_manager)
    assert again.started == ["orders"]
    assert again.skipped == {"total": UNCHANGED, "report": UNCHANGED}
    assert (again.status, again.outcome.unchanged, again.outcome.skipped) == (
        RunStatus.SUCCESS,
        ["total", "report"],
        {},
    )


def test_other_input_runs_the_step_after_all() -> None:
    first = Run([orders, total, report])

    @asset(name="orders")
    def other_orders() -> list[int]:
        return [1, 2, 4]

    again = Run([other_orders, total, report], known=first.outcome.materializations, io_manager=first.io_manager)
    assert again.started == ["orders", "total", "report"]


def test_cancel_between_steps_keeps_what_was_made() -> None:
    asked: list[None] = []

    def is_canceled() -> bool:
        asked.append(None)
        return len(asked) > 1

    run = Run([orders, total, report], is_canceled=is_canceled)
    assert run.started == ["orders"]
    assert run.sink.story[-2:] == ["RUN_CANCELING", "RUN_CANCELED"]
    assert (run.status, list(run.outcome.materializations)) == (RunStatus.CANCELED, ["orders"])


def test_interrupt_in_a_step_cancels_the_run() -> None:
    @asset(name="total")
    def interrupted(orders: list[int]) -> int:
        raise KeyboardInterrupt

    run = Run([orders, interrupted, report])
    assert run.sink.story[-4:] == ["STEP_INPUT total", "STEP_FAILURE total", "RUN_CANCELING", "RUN_CANCELED"]
    assert run.outcome.failure == Failure(kind="Interrupted", message="the run was asked to stop")
    assert (run.status, run.outcome.failures) == (RunStatus.CANCELED, {})


def test_interrupt_outside_of_user_code_cancels_the_run_too() -> None:
    class Interrupted(StepExecutor):
        def run(self, task: StepTask) -> StepOutcome:
            super().run(task)
            raise KeyboardInterrupt

    run = Run([orders, total], executor=Interrupted)
    assert (run.status, run.started) == (RunStatus.CANCELED, ["orders"])
    assert run.sink.story[-2:] == ["RUN_CANCELING", "RUN_CANCELED"]


def test_value_is_forgotten_as_soon_as_its_last_reader_is_done() -> None:
    held: list[tuple[str, list[str]]] = []

    class Watched(StepExecutor):
        def run(self, task: StepTask) -> StepOutcome:
            outcome = super().run(task)
            held.append((task.step_key, sorted(self.held_keys)))
            return outcome

    @asset
    def first() -> str:
        return "first"

    @asset
    def second(first: str) -> str:
        return first + "!"

    @asset
    def third(first: str, second: str) -> str:
        return first + second

    @asset
    def fourth(third: str) -> str:
        return third

    @asset
    def unread() -> str:
        return "unread"

    Run([unread, first, second, third, fourth], executor=Watched)
    assert held == [
        ("unread", ["unread"]),
        ("first", ["first"]),
        ("second", ["first", "second"]),
        ("third", ["first", "second", "third"]),
        ("fourth", ["fourth", "third"]),
    ]


def test_nothing_to_do_is_a_success() -> None:
    run = Run([])
    assert (run.status, run.sink.story) == (RunStatus.SUCCESS, ["RUN_START", "RUN_SUCCESS"])
