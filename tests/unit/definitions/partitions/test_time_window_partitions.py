from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from daglab.definitions.partitions.calendar_partitions import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from daglab.definitions.partitions.loading import partition_loading_context
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from daglab.errors import InvalidDefinitionError, UnknownPartitionError

NEW_YORK = "America/New_York"


def hours_of(window):
    return (window.end.timestamp() - window.start.timestamp()) / 3600


def test_a_day_without_a_clock_change_has_24_hours_and_others_23_or_25():
    daily = DailyPartitionsDefinition("2023-01-01", timezone=NEW_YORK)
    spans = [hours_of(daily.time_window_for_partition_key(key)) for key in ("2023-03-11", "2023-03-12", "2023-11-05")]
    assert spans == [24, 23, 25]


def test_repeated_hour_has_a_key_of_its_own():
    hourly = HourlyPartitionsDefinition("2023-11-05-00:00", timezone=NEW_YORK)
    keys = hourly.get_partition_keys(datetime(2023, 11, 5, 3))
    assert keys == ["2023-11-05-00:00", "2023-11-05-01:00", "2023-11-05-01:00-0500", "2023-11-05-02:00"]
    windows = [hourly.time_window_for_partition_key(key) for key in keys]
    assert [hours_of(window) for window in windows] == [1, 1, 1, 1]
    assert [window.end.timestamp() for window in windows[:-1]] == [window.start.timestamp() for window in windows[1:]]


def test_skipped_hour_has_no_key():
    hourly = HourlyPartitionsDefinition("2023-03-12-01:00", timezone=NEW_YORK)
    assert hourly.get_partition_keys(datetime(2023, 3, 12, 4)) == ["2023-03-12-01:00", "2023-03-12-03:00"]


def test_fast_listing_agrees_with_windows_over_years_of_clock_changes():
    hourly = HourlyPartitionsDefinition("2019-01-01-00:00", timezone="Europe/Zurich", minute_offset=15)
    keys = hourly.get_partition_keys(datetime(2021, 1, 1))
    windows = hourly.series.windows_from(hourly.start)
    assert keys == [hourly.series.keys.key(next(windows).start) for _ in keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("offset", "last"), [(0, "2020-01-05"), (2, "2020-01-07"), (-2, "2020-01-03"), (1, "2020-01-06")]
)
def test_end_offset_moves_the_last_partition(offset, last):
    daily = DailyPartitionsDefinition("2020-01-01", end_offset=offset)
    assert daily.get_partition_keys(datetime(2020, 1, 6))[-1] == last


def test_end_limits_offset():
    daily = DailyPartitionsDefinition("2020-01-01", end_date="2020-01-04", end_offset=2)
    assert daily.get_partition_keys(datetime(2020, 1, 6)) == ["2020-01-01", "2020-01-02", "2020-01-03"]


def test_exclusions_by_time_and_by_cron():
    daily = DailyPartitionsDefinition("2020-01-01", "2020-01-08", exclusions=["0 0 * * 6", datetime(2020, 1, 2)])
    assert daily.get_partition_keys() == ["2020-01-01", "2020-01-03", "2020-01-05", "2020-01-06", "2020-01-07"]
    assert not daily.has_partition_key("2020-01-02")


def test_weekly_and_monthly_offsets():
    weekly = WeeklyPartitionsDefinition("2020-01-01", day_offset=3, hour_offset=6)
    assert weekly.cron_schedule == "0 6 * * 3"
    assert weekly.get_first_partition_key() == "2020-01-01"
    monthly = MonthlyPartitionsDefinition("2020-01-02", day_offset=31)
    assert monthly.get_partition_keys(datetime(2020, 6, 1)) == ["2020-01-31", "2020-03-31"]


def test_keys_that_do_not_exist():
    daily = DailyPartitionsDefinition("2020-01-01", end_date="2020-02-01")
    for key in ("2019-12-31", "2020-02-01", "2020-1-1", "nonsense", "", "２０２０-01-01"):
        assert not daily.has_partition_key(key)
    with pytest.raises(UnknownPartitionError, match="2020-01-31"):
        daily.validate_partition_key("2020-02-01")


def test_no_partition_before_the_first_window_is_over():
    daily = DailyPartitionsDefinition("2020-01-01")
    with partition_loading_context(datetime(2020, 1, 1, 23, 59)):
        assert daily.get_partition_keys() == []
        assert daily.get_first_partition_key() is None
        assert daily.get_last_partition_key() is None
        assert daily.get_num_partitions() == 0
    with partition_loading_context(datetime(2020, 1, 2)):
        assert daily.get_partition_keys() == ["2020-01-01"]


def test_ranges():
    daily = DailyPartitionsDefinition("2020-01-01", end_date="2020-02-01")
    keys = daily.get_partition_keys_in_range(PartitionKeyRange("2020-01-30", "2020-01-31"))
    assert keys == ["2020-01-30", "2020-01-31"]
    assert daily.get_partition_keys_in_range(PartitionKeyRange("2020-01-31", "2020-01-30")) == []


def test_key_for_timestamp_at_a_border():
    daily = DailyPartitionsDefinition("2020-01-01")
    border = daily.time_window_for_partition_key("2020-01-05").start.timestamp()
    assert daily.get_partition_key_for_timestamp(border) == "2020-01-05"
    assert daily.get_partition_key_for_timestamp(border, end_closed=True) == "2020-01-04"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"cron_schedule": "bad"},
        {"cron_schedule": "0 0 * * *", "hour_offset": 2},
        {"cron_schedule": "0 0 * * *", "exclusions": ["bad"]},
        {"cron_schedule": "0 0 * * *", "timezone": "Mars/Base"},
    ],
)
def test_what_cannot_be_is_refused(given):
    with pytest.raises(InvalidDefinitionError):
        TimeWindowPartitionsDefinition(start="2020-01-01", fmt="%Y-%m-%d", **given)


def test_format_that_tells_too_little():
    months = TimeWindowPartitionsDefinition(start="2020-01", fmt="%Y-%m", cron_schedule="0 0 * * *")
    with pytest.raises(InvalidDefinitionError):
        months.validate_partition_definition()


def test_twenty_years_of_hours_are_listed_at_once(calls_of: Callable[[Callable[[], object]], int]) -> None:
    hourly = HourlyPartitionsDefinition("2000-01-01-00:00", timezone=NEW_YORK)
    keys: list[str] = []
    calls = calls_of(lambda: keys.extend(hourly.get_partition_keys(datetime(2020, 1, 1))))
    assert len(keys) == 175320
    assert calls < 5 * len(keys)
