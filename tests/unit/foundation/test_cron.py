from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest

from daglab.foundation.cron import Cron, is_valid_cron, ticks_from

NEW_YORK = "America/New_York"


def texts(ticks, count):
    return [tick.isoformat() for tick in islice(ticks, count)]


def test_time_that_does_not_exist_fires_once_after_the_gap():
    ticks = Cron("15,45 2 * * *", NEW_YORK).ticks_from(datetime(2023, 3, 12, tzinfo=UTC))
    assert texts(ticks, 2) == ["2023-03-12T03:00:00-04:00", "2023-03-13T02:15:00-04:00"]


def test_time_that_comes_twice_fires_first():
    ticks = Cron("30 1 * * *", NEW_YORK).ticks_from(datetime(2023, 11, 5, tzinfo=UTC))
    assert texts(ticks, 2) == ["2023-11-05T01:30:00-04:00", "2023-11-06T01:30:00-05:00"]


def test_hourly_fires_every_real_hour_in_both_directions():
    cron = Cron("0 * * * *", NEW_YORK)
    forth = list(islice(cron.ticks_from(datetime(2023, 11, 5, 3, tzinfo=UTC)), 6))
    back = list(islice(cron.ticks_back_from(forth[-1]), 6))
    assert back == forth[::-1]
    assert [tick.astimezone(UTC).hour for tick in forth] == [3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("zone", [NEW_YORK, "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "UTC"])
@pytest.mark.parametrize("text", ["0 0 * * *", "30 2 * * *", "*/20 * * * *", "0 0 1 * *", "0 6 * * 1"])
def test_back_is_forth_reversed_over_a_year(zone, text):
    cron = Cron(text, zone)
    start, end = datetime(2011, 12, 1, tzinfo=UTC), datetime(2012, 11, 30, tzinfo=UTC)
    forth, back = [], []
    for tick in cron.ticks_from(start):
        if tick > end:
            break
        forth.append(tick.timestamp())
    for tick in cron.ticks_back_from(end):
        if tick < start:
            break
        back.append(tick.timestamp())
    assert forth == back[::-1]
    assert forth == sorted(set(forth))


def test_union_fires_once_where_two_meet():
    ticks = ticks_from(["0 0 * * *", "0 */12 * * *"], "UTC", datetime(2024, 1, 1, tzinfo=UTC))
    assert [tick.hour for tick in islice(ticks, 4)] == [0, 12, 0, 12]


@pytest.mark.parametrize("text", ["", "a", "* * * * * *", "60 * * * *", "0 0 30 2 *", "@reboot", "0 0 * * 8"])
def test_unreadable(text):
    assert not is_valid_cron(text)
