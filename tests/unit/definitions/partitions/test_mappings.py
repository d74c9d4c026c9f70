from __future__ import annotations

from datetime import datetime

import pytest

from daglab.definitions.partitions.calendar_partitions import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from daglab.definitions.partitions.mapping.dimension import DimensionPartitionMapping
from daglab.definitions.partitions.mapping.identity import IdentityPartitionMapping
from daglab.definitions.partitions.mapping.last_partition import LastPartitionMapping
from daglab.definitions.partitions.mapping.multi import MultiPartitionMapping
from daglab.definitions.partitions.mapping.multi_to_single import MultiToSingleDimensionPartitionMapping
from daglab.definitions.partitions.mapping.static import StaticPartitionMapping
from daglab.definitions.partitions.mapping.time_window import TimeWindowPartitionMapping
from daglab.definitions.partitions.multi import MultiPartitionsDefinition
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.errors import InvalidDefinitionError

NOW = datetime(2024, 3, 1)
DAILY = DailyPartitionsDefinition("2024-01-01")
HOURLY = HourlyPartitionsDefinition("2024-01-01-00:00")
WEEKLY = WeeklyPartitionsDefinition("2024-01-01")
LETTERS, DIGITS = StaticPartitionsDefinition(["a", "b"]), StaticPartitionsDefinition(["1", "2"])
BOTH = MultiPartitionsDefinition({"digit": DIGITS, "letter": LETTERS})


def upstream(mapping, downstream, keys, definition):
    result = mapping.get_upstream_mapped_partitions_result_for_partitions(
        downstream.subset_with_partition_keys(keys), downstream, definition, NOW
    )
    missing = result.required_but_nonexistent_subset.get_partition_keys()
    return sorted(result.partitions_subset.get_partition_keys()), sorted(missing)


def downstream(mapping, definition, keys, other):
    subset = definition.subset_with_partition_keys(keys)
    return sorted(mapping.get_downstream_partitions_for_partitions(subset, definition, other, NOW).get_partition_keys())


def test_finer_and_coarser_windows():
    mapping = TimeWindowPartitionMapping()
    assert len(upstream(mapping, DAILY, ["2024-01-05"], HOURLY)[0]) == 24
    assert upstream(mapping, HOURLY, ["2024-01-05-07:00"], DAILY) == (["2024-01-05"], [])
    assert upstream(mapping, DAILY, ["2024-01-08"], WEEKLY) == (["2024-01-07"], [])
    assert downstream(mapping, HOURLY, ["2024-01-05-07:00"], DAILY) == ["2024-01-05"]


def test_offsets_and_what_does_not_exist():
    mapping = TimeWindowPartitionMapping(start_offset=-1)
    assert upstream(mapping, DAILY, ["2024-01-05"], DAILY) == (["2024-01-04", "2024-01-05"], [])
    assert downstream(mapping, DAILY, ["2024-01-05"], DAILY) == ["2024-01-05", "2024-01-06"]
    later = DailyPartitionsDefinition("2024-02-01")
    assert upstream(TimeWindowPartitionMapping(), DAILY, ["2024-01-31"], later) == ([], ["2024-01-31"])
    lenient = TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)
    assert upstream(lenient, DAILY, ["2024-01-31"], later) == ([], [])


def test_other_time_zone_is_refused():
    other = DailyPartitionsDefinition("2024-01-01", timezone="Europe/Zurich")
    with pytest.raises(InvalidDefinitionError):
        TimeWindowPartitionMapping().validate_partition_mapping(other, DAILY)


def test_static_mapping_both_ways():
    mapping = StaticPartitionMapping({"a": "1", "b": ["1", "2"]})
    assert upstream(mapping, DIGITS, ["1"], LETTERS) == (["a", "b"], [])
    assert downstream(mapping, LETTERS, ["b"], DIGITS) == ["1", "2"]
    with pytest.raises(ValueError, match="z"):
        StaticPartitionMapping({"z": "1"}).validate_partition_mapping(LETTERS, DIGITS)


def test_last_partition():
    assert upstream(LastPartitionMapping(), LETTERS, ["a"], DAILY) == (["2024-02-29"], [])
    assert downstream(LastPartitionMapping(), DAILY, ["2024-02-28"], LETTERS) == []


def test_multi_to_single_both_ways():
    mapping = MultiToSingleDimensionPartitionMapping()
    assert upstream(mapping, LETTERS, ["a"], BOTH) == (["1|a", "2|a"], [])
    assert upstream(mapping, BOTH, ["1|a"], LETTERS) == (["a"], [])
    with pytest.raises(InvalidDefinitionError):
        mapping.validate_partition_mapping(LETTERS, DIGITS)


def test_multi_to_multi_maps_unnamed_dimensions_to_all():
    days = MultiPartitionsDefinition(
        {"day": DailyPartitionsDefinition("2024-01-01", end_date="2024-01-03"), "letter": LETTERS}
    )
    mapping = MultiPartitionMapping({"letter": DimensionPartitionMapping("letter", IdentityPartitionMapping())})
    assert upstream(mapping, BOTH, ["1|a"], days) == (["2024-01-01|a", "2024-01-02|a"], [])
    wrong = MultiPartitionMapping({"leter": DimensionPartitionMapping("letter", IdentityPartitionMapping())})
    with pytest.raises(InvalidDefinitionError, match="letter"):
        wrong.validate_partition_mapping(days, BOTH)
