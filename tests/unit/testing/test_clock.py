from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daglab.errors import InvalidInvocationError
from daglab.execution.driver import Driver
from daglab.foundation.clock import Clock
from daglab.planning.steps import ExecutionPlan
from daglab.records.events import EventType
from daglab.records.runs import RunStatus
from daglab.testing.clock import FakeClock
from daglab.testing.events import RecordingSink, printed_text


def test_it_stands_still():
    clock: Clock = FakeClock()
    assert clock.now() == clock.now() == datetime(2024, 1, 1, tzinfo=UTC)


def test_another_zone_becomes_utc():
    clock = FakeClock(datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin")))
    assert clock.now().isoformat() == "2024-07-01T10:00:00+00:00"
    assert clock.now().tzinfo is UTC


def test_an_hour_is_an_hour_when_clocks_are_set_forward():
    clock = FakeClock(datetime(2024, 3, 31, 1, 30, tzinfo=ZoneInfo("Europe/Berlin")))
    assert clock.advance(hours=1).astimezone(ZoneInfo("Europe/Berlin")).hour == 3


def test_it_goes_back_too():
    clock = FakeClock()
    assert clock.advance(-timedelta(days=1)) == clock.now() == datetime(2023, 12, 31, tzinfo=UTC)
    assert clock.set(datetime(1970, 1, 1, tzinfo=UTC)) == clock.now()


def test_a_moment_without_a_zone_is_refused_and_changes_nothing():
    clock = FakeClock()
    with pytest.raises(InvalidInvocationError, match="has no time zone"):
        clock.set(datetime(2024, 2, 1))
    with pytest.raises(InvalidInvocationError, match="has no time zone"):
        FakeClock(datetime(2024, 2, 1))
    assert clock.now() == datetime(2024, 1, 1, tzinfo=UTC)


def test_threads_lose_no_step():
    clock = FakeClock()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: clock.advance(seconds=1), range(2_000)))
    assert clock.now() == datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=2_000)


class NoRunner:
    """Of a plan without steps."""

    idle = 1

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_what_takes_a_clock_and_a_sink_takes_the_fakes():
    clock, sink = FakeClock(), RecordingSink()
    plan = ExecutionPlan(steps={})
    outcome = Driver(run_id="r", plan=plan, runner=NoRunner(), sink=sink, clock=clock).run()
    assert outcome.status is RunStatus.SUCCESS
    assert [(event.type, event.at) for event in sink.events] == [
        (EventType.RUN_START, clock.now()),
        (EventType.RUN_SUCCESS, clock.now()),
    ]
    assert sink.of_type(EventType.RUN_SUCCESS) == sink.events[1:]
    assert printed_text(sink.events) == ""


def test_it_says_where_it_stands():
    assert repr(FakeClock()) == "FakeClock(2024-01-01T00:00:00+00:00)"
