"""Partitions that are spans of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha1
from itertools import islice

from daglab.definitions.partitions.cadence import Cadence
from daglab.definitions.partitions.loading import DynamicPartitionsStore, partition_loading_context
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.schedule_type import ScheduleType
from daglab.definitions.partitions.ticks_given import check_exclusions, checked_cron
from daglab.definitions.partitions.time_window import TimeWindow
from daglab.definitions.partitions.time_window_subset import TimeWindowPartitionsSubset
from daglab.definitions.partitions.window_series import WindowSeries
from daglab.errors import InvalidDefinitionError, InvalidInvocationError
from daglab.foundation.cron import zone_of


class TimeWindowPartitionsDefinition(Cadence, PartitionsDefinition):
    """Partitions that are the spans of time between the ticks of a cron expression; each key is the start of its span.

    A partition exists once its span is over. Where the clock is set back and spans are an hour or shorter, the key of
    the second of two equal local times has its UTC offset appended.

    Args:
        start: the first partition starts at the first tick from then on; a time, or text in the format of the keys.
        fmt: how keys are written, as for strftime.
        end: the last partition ends then, at the latest.
        schedule_type: a usual cadence, instead of `cron_schedule`.
        timezone: an IANA name; UTC by default.
        end_offset: so many partitions more, or fewer, than those whose span is over.
        minute_offset: minutes past the hour, with `schedule_type`.
        hour_offset: the hour, with `schedule_type`.
        day_offset: the weekday (0 is Sunday) or the day of the month, with `schedule_type`.
        cron_schedule: the ticks.
        exclusions: partitions that start at one of these times, or at a tick of one of these cron expressions, are
            left out.

    Raises:
        InvalidDefinitionError: the cadence or the time zone cannot be.
        ValueError: `start` or `end` is text that is not in the format of the keys.

    Example:
        >>> weekdays = TimeWindowPartitionsDefinition("2024-01-05", "%Y-%m-%d", cron_schedule="0 0 * * 1-5")
        >>> weekdays.get_partition_keys(datetime(2024, 1, 10))
        ['2024-01-05', '2024-01-08', '2024-01-09']
        >>> weekdays.time_window_for_partition_key("2024-01-05").end.isoformat()
        '2024-01-08T00:00:00+00:00'
    """

    def __init__(
        self,
        start: datetime | str,
        fmt: str,
        end: datetime | str | None = None,
        schedule_type: ScheduleType | None = None,
        timezone: str | None = None,
        end_offset: int = 0,
        minute_offset: int | None = None,
        hour_offset: int | None = None,
        day_offset: int | None = None,
        cron_schedule: str | None = None,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        self.timezone = timezone or "UTC"
        self.fmt = fmt
        self.end_offset = end_offset
        self.cron_schedule = checked_cron(cron_schedule, schedule_type, minute_offset, hour_offset, day_offset)
        try:
            zone = zone_of(self.timezone)
        except ValueError as error:
            raise InvalidDefinitionError(str(error), hint="see zoneinfo.available_timezones()") from error
        given = list(exclusions or ())
        check_exclusions(given)
        times = tuple(time.replace(tzinfo=zone) for time in given if isinstance(time, datetime))
        self.exclusions = [time.replace(tzinfo=zone) if isinstance(time, datetime) else time for time in given] or None
        self.series = WindowSeries(
            cron_schedule=self.cron_schedule,
            timezone=self.timezone,
            fmt=fmt,
            excluded_crons=tuple(one for one in given if isinstance(one, str)),
            excluded_times=times,
        )
        self.start = self._time_of(start)
        self.end = self._time_of(end) if end else None

    def _time_of(self, given: datetime | str) -> datetime:
        return self.series.keys.parse(given) if isinstance(given, str) else given.replace(tzinfo=zone_of(self.timezone))

    # ---- all partitions

    def get_partition_keys(
        self,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> Sequence[str]:
        """All keys as of a time, in the order of time; a naive time is in the zone of the partitions."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            first, last = self.get_first_partition_window(), self.get_last_partition_window()
            return self.series.keys_between(first.start, last.end) if first and last else []

    def get_first_partition_window(self) -> TimeWindow | None:
        """The span of the first partition, None if there is no partition yet."""
        if self.end is not None and self.end <= self.start:
            return None
        window = next(self.series.windows_from(self.start))
        limit = self._now()
        if self.end_offset > 0:
            limit = next(islice(self.series.windows_from(limit), self.end_offset, None)).start
        elif self.end_offset < 0:
            limit = next(islice(self.series.windows_back_from(limit), -self.end_offset - 1, None)).start
        return window if window.end.timestamp() <= limit.timestamp() else None

    def get_last_partition_window(self) -> TimeWindow | None:
        """The span of the last partition, None if there is no partition yet."""
        return self._last_window(with_excluded=False)

    def get_last_partition_window_ignoring_exclusions(self) -> TimeWindow | None:
        """The last span, whether or not it is excluded."""
        return self._last_window(with_excluded=True)

    def _last_window(self, *, with_excluded: bool) -> TimeWindow | None:
        first = self.get_first_partition_window()
        if first is None:
            return None
        over = self.series.windows_back_from(self._now(), with_excluded=with_excluded)
        last = next(islice(over, max(0, -self.end_offset), None))
        if self.end_offset > 0:
            following = self.series.windows_from(last.end, with_excluded=with_excluded)
            last = next(islice(following, self.end_offset - 1, None))
        if self.end is not None:
            before_end = next(self.series.windows_back_from(self.end, with_excluded=with_excluded))
            last = min(last, before_end, key=lambda window: window.start.timestamp())
            if last.start.timestamp() < first.start.timestamp():
                return None
        return max(last, first, key=lambda window: window.start.timestamp())

    def get_first_partition_key(self) -> str | None:
        """The first key, None if there is no partition yet."""
        window = self.get_first_partition_window()
        return self.series.keys.key(window.start) if window else None

    def get_last_partition_key(self) -> str | None:
        """The last key, None if there is no partition yet."""
        window = self.get_last_partition_window()
        return self.series.keys.key(window.start) if window else None

    # ---- one partition

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether there is a partition of that key now."""
        try:
            start = self.start_time_for_partition_key(partition_key)
        except (ValueError, TypeError):
            return False
        first, last = self.get_first_partition_window(), self.get_last_partition_window()
        return (
            first is not None
            and last is not None
            and first.start.timestamp() <= start.timestamp() <= last.start.timestamp()
            and self.series.keys.key(start) == partition_key
        )

    def get_partition_key(self, key: str | date | datetime) -> str:
        """The key of a day or a time, checked.

        Raises:
            ValueError: there is no such partition.
        """
        text = key if isinstance(key, str) else key.strftime(self.fmt)
        if not self.has_partition_key(text):
            raise ValueError(f"there is no partition {text!r}; {self.suggest_key(text)}")
        return text

    def suggest_key(self, partition_key: str) -> str:
        """Between which keys it would have to be."""
        first, last = self.get_first_partition_key(), self.get_last_partition_key()
        return f"the keys go from {first!r} to {last!r}" if first and last else "there is no partition yet"

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The span of a key.

        Raises:
            ValueError: the key is not written in the format of the keys.
        """
        return next(self.series.windows_from(self.series.keys.parse(partition_key)))

    def time_windows_for_partition_keys(
        self, partition_keys: frozenset[str], validate: bool = True
    ) -> Sequence[TimeWindow]:
        """The spans of several keys, in the order of time; with `validate` only of those that exist."""
        windows = {key: self.time_window_for_partition_key(key) for key in partition_keys}
        known = (key for key in windows if not validate or self.has_partition_key(key))
        return sorted((windows[key] for key in known), key=lambda window: window.start.timestamp())

    def start_time_for_partition_key(self, partition_key: str) -> datetime:
        """When the span of a key starts."""
        return self.time_window_for_partition_key(partition_key).start

    def end_time_for_partition_key(self, partition_key: str) -> datetime:
        """When the span of a key ends."""
        return self.time_window_for_partition_key(partition_key).end

    def get_partition_key_for_timestamp(self, timestamp: float, end_closed: bool = False) -> str:
        """The key of the span around an instant, in seconds since 1970; with `end_closed` a border is the earlier's."""
        moment = datetime.fromtimestamp(timestamp, zone_of(self.timezone))
        return self.series.keys.key(self.series.start_around(moment, end_closed=end_closed))

    def less_than(self, partition_key1: str, partition_key2: str) -> bool:
        """Whether the first key's span starts before the second one's."""
        first, second = map(self.start_time_for_partition_key, (partition_key1, partition_key2))
        return first.timestamp() < second.timestamp()

    def get_next_partition_key(self, partition_key: str) -> str | None:
        """The key after a key, None after the last."""
        last = self.get_last_partition_window()
        windows = self.series.windows_from(self.series.keys.parse(partition_key))
        following = next(islice(windows, 1, None)).start
        beyond = last is None or following.timestamp() >= last.end.timestamp()
        return None if beyond else self.series.keys.key(following)

    def get_next_partition_window(self, end_dt: datetime, respect_bounds: bool = True) -> TimeWindow | None:
        """The first span from a time on; with `respect_bounds` None after the last partition."""
        window = next(self.series.windows_from(end_dt))
        if not respect_bounds:
            return window
        last = self.get_last_partition_window()
        return window if last and window.start.timestamp() < last.end.timestamp() else None

    def get_prev_partition_window(self, start_dt: datetime, respect_bounds: bool = True) -> TimeWindow | None:
        """The last span up to a time; with `respect_bounds` None before the first partition."""
        window = next(self.series.windows_back_from(start_dt))
        if not respect_bounds:
            return window
        first = self.get_first_partition_window()
        return window if first and window.start.timestamp() >= first.start.timestamp() else None

    # ---- several partitions

    def get_partition_keys_in_time_window(self, time_window: TimeWindow) -> Sequence[str]:
        """The keys of the spans that start in another span."""
        return self.series.keys_between(time_window.start, time_window.end)

    def get_num_partitions_in_window(self, time_window: TimeWindow) -> int:
        """How many spans start in another span."""
        return len(self.get_partition_keys_in_time_window(time_window))

    def get_partition_subset_in_time_window(self, time_window: TimeWindow) -> TimeWindowPartitionsSubset:
        """The partitions that start in a span."""
        return TimeWindowPartitionsSubset(self, None, [time_window])

    def get_partition_key_range_for_time_window(
        self, time_window: TimeWindow, respect_bounds: bool = True
    ) -> PartitionKeyRange:
        """The first and the last key of a span."""
        start = self.get_partition_key_for_timestamp(time_window.start.timestamp())
        last = self.get_prev_partition_window(time_window.end, respect_bounds=respect_bounds)
        if last is None:
            raise InvalidInvocationError(f"no partition ends before {time_window.end.isoformat()}")
        return PartitionKeyRange(start, self.get_partition_key_for_timestamp(last.start.timestamp()))

    def get_partition_keys_in_range(self, partition_key_range: PartitionKeyRange) -> Sequence[str]:
        """The keys from one to another, both included; none if the end comes first.

        Raises:
            InvalidInvocationError: the range reaches beyond the start or the end of the definition.
            ValueError: a key is not written in the format of the keys.
        """
        start = self.start_time_for_partition_key(partition_key_range.start)
        end = self.end_time_for_partition_key(partition_key_range.end)
        if start.timestamp() < self.start.timestamp():
            raise InvalidInvocationError(
                f"the range starts with {partition_key_range.start!r}, before the partitions do, {self.start}",
                hint="start the range later",
            )
        if self.end is not None and end.timestamp() > self.end.timestamp():
            raise InvalidInvocationError(
                f"the range ends with {partition_key_range.end!r}, after the partitions do, {self.end}",
                hint="end the range earlier",
            )
        return self.series.keys_between(start, end) if start < end else []

    def is_window_start_excluded(self, window_start: datetime) -> bool:
        """Whether the partition that starts then is excluded."""
        return self.series.is_excluded(window_start.replace(tzinfo=zone_of(self.timezone)))

    def empty_subset(self) -> TimeWindowPartitionsSubset:
        """No partition."""
        return TimeWindowPartitionsSubset(self)

    def subset_with_all_partitions(self) -> TimeWindowPartitionsSubset:
        """All partitions that exist now."""
        first, last = self.get_first_partition_window(), self.get_last_partition_window()
        return TimeWindowPartitionsSubset(self, None, [TimeWindow(first.start, last.end)] if first and last else [])

    # ---- the definition

    def validate_partition_definition(self) -> None:
        """Raises InvalidDefinitionError if two spans have the same key."""
        windows = self.series.windows_from(self.start)
        first, second = (self.series.keys.key(next(windows).start) for _ in range(2))
        if first == second:
            raise InvalidDefinitionError(
                f"two partitions would have the key {first!r}: the format {self.fmt!r} does not tell the ticks of"
                f" {self.cron_schedule!r} apart",
                hint="write more of the time into fmt",
            )

    def get_serializable_unique_identifier(self, dynamic_partitions_store: DynamicPartitionsStore | None = None) -> str:
        """A hash of the definition, which does not change when time passes."""
        return sha1(repr(self).encode()).hexdigest()

    def equal_except_for_start_or_end(self, other: TimeWindowPartitionsDefinition) -> bool:
        """Whether only start and end may differ."""
        return self.series == other.series and self.end_offset == other.end_offset

    def _now(self) -> datetime:
        with partition_loading_context() as context:
            now = context.effective_dt
            return now if now.tzinfo else now.replace(tzinfo=zone_of(self.timezone))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TimeWindowPartitionsDefinition)
            and self.equal_except_for_start_or_end(other)
            and (self.start, self.end) == (other.start, other.end)
        )

    def __hash__(self) -> int:
        return hash((self.series, self.start, self.end, self.end_offset))

    def __str__(self) -> str:
        cadence = self.schedule_type.value.capitalize() if self.schedule_type else self.cron_schedule
        text = f"{cadence}, starting {self.series.keys.key(self.start)} {self.timezone}."
        if self.end_offset:
            text += f" End offset by {self.end_offset} partition{'' if self.end_offset == 1 else 's'}."
        return text

    def __repr__(self) -> str:
        end = None if self.end is None else self.end.timestamp()
        excluded = f", exclusions={self.exclusions}" if self.exclusions else ""
        return (
            f"TimeWindowPartitionsDefinition(start={self.start.timestamp()}, end={end}, timezone={self.timezone!r},"
            f" fmt={self.fmt!r}, end_offset={self.end_offset}, cron_schedule={self.cron_schedule!r}{excluded})"
        )
