from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daglab.foundation.clock import SystemClock, from_micros, to_micros


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_survives_as_microseconds(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment


def test_zones_are_only_another_way_to_write_a_moment() -> None:
    new_york = timezone(timedelta(hours=-5))
    midnight = datetime(2013, 1, 1, tzinfo=new_york)
    assert to_micros(midnight) == to_micros(datetime(2013, 1, 1, 5, tzinfo=UTC))


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        to_micros(datetime(2013, 1, 1))


def test_the_system_clock_speaks_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
