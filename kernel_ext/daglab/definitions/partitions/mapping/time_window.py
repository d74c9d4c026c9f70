"""Each partition needs the upstream partitions whose time overlaps its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from daglab.definitions.partitions.loading import DynamicPartitionsStore, partition_loading_context
from daglab.definitions.partitions.mapping.partition_mapping import (
    PartitionMapping,
    UpstreamPartitionsResult,
    required,
)
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.subset import PartitionsSubset
from daglab.definitions.partitions.time_window import TimeWindow
from daglab.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from daglab.definitions.partitions.time_window_subset import TimeWindowPartitionsSubset
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True)
class TimeWindowPartitionMapping(PartitionMapping):
    """Each downstream partition needs the upstream partitions whose time overlaps its own.

    Args:
        start_offset: moves the start of what is needed by so many downstream partitions: -1 adds the one before.
        end_offset: moves the end of what is needed by so many downstream partitions.
        allow_nonexistent_upstream_partitions: whether partitions that upstream does not have are simply left out.

    Example:
        >>> from daglab.definitions.partitions.calendar_partitions import DailyPartitionsDefinition
        >>> daily = DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")
        >>> list(
        ...     TimeWindowPartitionMapping(start_offset=-2)
        ...     .get_upstream_mapped_partitions_result_for_partitions(
        ...         daily.subset_with_partition_keys(["2024-01-10"]), daily, daily
        ...     )
        ...     .partitions_subset
        ... )
        ['2024-01-08', '2024-01-09', '2024-01-10']
    """

    start_offset: int = 0
    end_offset: int = 0
    allow_nonexistent_upstream_partitions: bool = False

    def __post_init__(self) -> None:
        wrong = [offset for offset in (self.start_offset, self.end_offset) if not isinstance(offset, int)]
        if wrong:
            raise InvalidDefinitionError(f"{wrong[0]!r} is no number of partitions", hint="give whole numbers")

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """Those that overlap."""
        subset = required(downstream_partitions_subset, "downstream")
        source, target = _checked(upstream_partitions_def, downstream_partitions_def)
        with partition_loading_context(current_time, dynamic_partitions_store):
            exists = _existing(source)
            spans = []
            for span in _spans_of(subset, target):
                start = _moved_within(target, span.start, self.start_offset, exists)
                end = _moved_within(target, span.end, self.end_offset, exists)
                spans.append(_aligned(source, target, TimeWindow(start, end)))
            return self._result(source, [span for span in spans if span.start < span.end], exists)

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition | None,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """Those that overlap, and exist."""
        subset = required(upstream_partitions_subset, "upstream")
        source, target = _checked(upstream_partitions_def, downstream_partitions_def)
        with partition_loading_context(current_time, dynamic_partitions_store):
            exists = _existing(target)
            spans = []
            for span in _spans_of(subset, source):
                aligned = _aligned(target, source, span)
                start = _moved_within(target, aligned.start, -self.end_offset, exists)
                end = _moved_within(target, aligned.end, -self.start_offset, exists)
                spans.append(TimeWindow(start, end))
            return self._result(target, [span for span in spans if span.start < span.end], exists).partitions_subset

    def _result(
        self, definition: TimeWindowPartitionsDefinition, spans: list[TimeWindow], exists: TimeWindow | None
    ) -> UpstreamPartitionsResult:
        if exists is None:
            return UpstreamPartitionsResult(definition.empty_subset(), self._missing(definition, spans))
        inside, outside = [], []
        for span in spans:
            start, end = _later(span.start, exists.start), _earlier(span.end, exists.end)
            if start < end:
                inside.append(TimeWindow(start, end))
            if span.start < exists.start:
                outside.append(TimeWindow(span.start, _earlier(span.end, exists.start)))
            if span.end > exists.end:
                outside.append(TimeWindow(_later(span.start, exists.end), span.end))
        found = TimeWindowPartitionsSubset(definition, None, inside)
        return UpstreamPartitionsResult(found, self._missing(definition, outside))

    def _missing(
        self, definition: TimeWindowPartitionsDefinition, spans: list[TimeWindow]
    ) -> TimeWindowPartitionsSubset:
        wanted = [] if self.allow_nonexistent_upstream_partitions else spans
        return TimeWindowPartitionsSubset(definition, None, wanted)

    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """Both definitions must be of time windows, in one time zone."""
        _checked(upstream_partitions_def, downstream_partitions_def)

    @property
    def description(self) -> str:
        """What it does."""
        text = "Each downstream partition depends on the upstream partitions whose time overlaps its own."
        if self.start_offset or self.end_offset:
            text += f" Start and end are moved by {self.start_offset} and {self.end_offset} partitions."
        return text


def _checked(
    upstream: PartitionsDefinition | None, downstream: PartitionsDefinition | None
) -> tuple[TimeWindowPartitionsDefinition, TimeWindowPartitionsDefinition]:
    for which, definition in (("upstream", upstream), ("downstream", downstream)):
        if not isinstance(definition, TimeWindowPartitionsDefinition):
            raise InvalidDefinitionError(
                f"a TimeWindowPartitionMapping is between time windows; the {which} partitions are"
                f" {type(definition).__name__}",
                hint="use another partition_mapping",
            )
    assert isinstance(upstream, TimeWindowPartitionsDefinition)
    assert isinstance(downstream, TimeWindowPartitionsDefinition)
    if upstream.timezone != downstream.timezone:
        raise InvalidDefinitionError(
            f"the upstream partitions are in the time zone {upstream.timezone}, the downstream ones in"
            f" {downstream.timezone}",
            hint="give both the same timezone",
        )
    return upstream, downstream


def _existing(definition: TimeWindowPartitionsDefinition) -> TimeWindow | None:
    first, last = definition.get_first_partition_window(), definition.get_last_partition_window()
    return TimeWindow(first.start, last.end) if first and last else None


def _spans_of(subset: PartitionsSubset, definition: TimeWindowPartitionsDefinition) -> tuple[TimeWindow, ...]:
    if not isinstance(subset, TimeWindowPartitionsSubset):
        subset = definition.empty_subset().with_partition_keys(subset.get_partition_keys())
    return subset.included_time_windows


def _aligned(
    definition: TimeWindowPartitionsDefinition, other: TimeWindowPartitionsDefinition, span: TimeWindow
) -> TimeWindow:
    """The span, widened to where the definition's windows start and end."""
    if definition.cron_schedule == other.cron_schedule:
        return span
    key_of = definition.get_partition_key_for_timestamp
    first, last = key_of(span.start.timestamp()), key_of(span.end.timestamp(), end_closed=True)
    return TimeWindow(definition.start_time_for_partition_key(first), definition.end_time_for_partition_key(last))


def _moved_within(
    definition: TimeWindowPartitionsDefinition, moment: datetime, offset: int, exists: TimeWindow | None
) -> datetime:
    """A border between windows moved by so many windows, no further than partitions exist."""
    if offset < 0:
        moved = next(islice(definition.series.windows_back_from(moment), -offset - 1, None)).start
        return _later(moved, exists.start) if exists else moved
    if offset > 0:
        moved = next(islice(definition.series.windows_from(moment), offset - 1, None)).end
        return _earlier(moved, exists.end) if exists else moved
    return moment


def _later(one: datetime, other: datetime) -> datetime:
    return max(one, other, key=datetime.timestamp)


def _earlier(one: datetime, other: datetime) -> datetime:
    return min(one, other, key=datetime.timestamp)
