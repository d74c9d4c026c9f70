"""Run config that depends on the partition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any, Generic, TypeVar

from daglab.definitions.config.run_config import RunConfig
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.partitions.calendar_partitions import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from daglab.definitions.partitions.dynamic import DynamicPartitionsDefinition
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from daglab.errors import InvalidDefinitionError, InvalidInvocationError

Partitions = TypeVar("Partitions", bound=PartitionsDefinition)
Windows = TypeVar("Windows", bound=TimeWindowPartitionsDefinition)
KeyToConfig = Callable[[str], RunConfig | Mapping[str, Any]]
WindowToConfig = Callable[[datetime, datetime], Mapping[str, Any]]
KeyToTags = Callable[[str], Mapping[str, str]]
WindowToTags = Callable[[datetime, datetime], Mapping[str, str]]


class PartitionedConfig(Generic[Partitions]):
    """Partitions of a job, and the run config for each of them; give it to a job as its `config`.

    Args:
        partitions_def: the partitions.
        decorated_fn: what a direct call calls.
        run_config_for_partition_key_fn: gives the run config of a key.
        tags_for_partition_key_fn: gives tags for the runs of a key.

    Raises:
        InvalidDefinitionError: it has no partitions, or no function for the config.

    Example:
        >>> regions = StaticPartitionsDefinition(["north", "south"])
        >>> config = PartitionedConfig(regions, run_config_for_partition_key_fn=lambda key: {"tags": key})
        >>> config.get_run_config_for_partition_key("north")
        {'tags': 'north'}
    """

    def __init__(
        self,
        partitions_def: Partitions,
        decorated_fn: Callable[..., RunConfig | Mapping[str, Any]] | None = None,
        run_config_for_partition_key_fn: KeyToConfig | None = None,
        tags_for_partition_key_fn: KeyToTags | None = None,
    ) -> None:
        if not isinstance(partitions_def, PartitionsDefinition):
            raise InvalidDefinitionError(
                f"a PartitionedConfig was given {partitions_def!r} as its partitions_def",
                hint="give a partitions definition, such as DailyPartitionsDefinition(...)",
            )
        if not callable(run_config_for_partition_key_fn):
            raise InvalidDefinitionError(
                f"a PartitionedConfig was given {run_config_for_partition_key_fn!r} to make the run config",
                hint="give run_config_for_partition_key_fn=, a function from a partition key to run config",
            )
        self.partitions_def: Partitions = partitions_def
        self.run_config_for_partition_key_fn: KeyToConfig = run_config_for_partition_key_fn
        self.tags_for_partition_key_fn = tags_for_partition_key_fn
        self._decorated_fn = decorated_fn

    def get_partition_keys(self, current_time: datetime | None = None) -> Sequence[str]:
        """All keys, as of a time."""
        return self.partitions_def.get_partition_keys(current_time)

    def get_run_config_for_partition_key(self, partition_key: str) -> Mapping[str, Any]:
        """The run config of a key; the key itself is not checked."""
        given = self.run_config_for_partition_key_fn(partition_key)
        return deepcopy(given.to_config_dict() if isinstance(given, RunConfig) else given)

    def get_tags_for_partition_key(self, partition_key: str, job_name: str | None = None) -> Mapping[str, str]:
        """The tags for the runs of a key: those of the user and those of the partition."""
        given = self.tags_for_partition_key_fn(partition_key) if self.tags_for_partition_key_fn else {}
        partition = self.partitions_def.get_tags_for_partition_key(partition_key)
        named = {"dagster/partition_set": f"{job_name}_partition_set"} if job_name else {}
        return {**normalize_tags(given, "a partitioned config"), **partition, **named}

    @classmethod
    def from_flexible_config(cls, config: Any, partitions_def: Partitions) -> PartitionedConfig[Partitions]:
        """The config of a partitioned job: partitioned itself, or the same for all partitions."""
        if isinstance(config, PartitionedConfig):
            if config.partitions_def != partitions_def:
                raise InvalidDefinitionError(
                    "a job has one partitions_def, and its partitioned config has another",
                    hint="leave out the job's partitions_def",
                )
            return config
        if config is not None and not isinstance(config, Mapping | RunConfig):
            raise InvalidDefinitionError(
                f"a job with partitions was given {type(config).__name__} as its config",
                hint="give run config, or a PartitionedConfig",
            )
        return cls(partitions_def, run_config_for_partition_key_fn=lambda _key: config or {})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function that was decorated."""
        if self._decorated_fn is None:
            raise InvalidInvocationError(
                "this PartitionedConfig was not made by a decorator, so it has no function to call",
                hint="call get_run_config_for_partition_key(key)",
            )
        return self._decorated_fn(*args, **kwargs)


def partitioned_config(
    partitions_def: PartitionsDefinition, tags_for_partition_key_fn: KeyToTags | None = None
) -> Callable[[KeyToConfig], PartitionedConfig[PartitionsDefinition]]:
    """Makes a function from a key to run config into a PartitionedConfig.

    Args:
        partitions_def: the partitions.
        tags_for_partition_key_fn: gives tags for the runs of a key.

    Example:
        >>> @partitioned_config(StaticPartitionsDefinition(["a"]))
        ... def letters(key):
        ...     return {"ops": {"read": {"config": {"letter": key}}}}
        >>> letters.get_partition_keys()
        ['a']
    """
    return _by_key(partitions_def, tags_for_partition_key_fn, None)


def static_partitioned_config(
    partition_keys: Sequence[str],
    tags_for_partition_fn: KeyToTags | None = None,
    tags_for_partition_key_fn: KeyToTags | None = None,
) -> Callable[[KeyToConfig], PartitionedConfig[StaticPartitionsDefinition]]:
    """Makes a function from a key to run config into a PartitionedConfig with the keys that are given.

    Args:
        partition_keys: the keys.
        tags_for_partition_fn: another name of `tags_for_partition_key_fn`.
        tags_for_partition_key_fn: gives tags for the runs of a key.

    Example:
        >>> @static_partitioned_config(["north", "south"])
        ... def regions(key):
        ...     return {"ops": {"read": {"config": {"region": key}}}}
        >>> regions("north")
        {'ops': {'read': {'config': {'region': 'north'}}}}
    """
    return _by_key(StaticPartitionsDefinition(partition_keys), tags_for_partition_key_fn, tags_for_partition_fn)


def dynamic_partitioned_config(
    partition_fn: Callable[[datetime | None], Sequence[str]],
    tags_for_partition_fn: KeyToTags | None = None,
    tags_for_partition_key_fn: KeyToTags | None = None,
) -> Callable[[KeyToConfig], PartitionedConfig[DynamicPartitionsDefinition]]:
    """Makes a function from a key to run config into a PartitionedConfig whose keys a function lists.

    Args:
        partition_fn: lists the keys, given the current time or None.
        tags_for_partition_fn: another name of `tags_for_partition_key_fn`.
        tags_for_partition_key_fn: gives tags for the runs of a key.

    Example:
        >>> @dynamic_partitioned_config(lambda now: ["a", "b"])
        ... def letters(key):
        ...     return {"ops": {"read": {"config": {"letter": key}}}}
        >>> letters.get_partition_keys()
        ['a', 'b']
    """
    return _by_key(DynamicPartitionsDefinition(partition_fn), tags_for_partition_key_fn, tags_for_partition_fn)


def hourly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowToTags | None = None,
    exclusions: Sequence[str | datetime] | None = None,
) -> Callable[[WindowToConfig], PartitionedConfig[HourlyPartitionsDefinition]]:
    """Makes a function from the start and end of an hour to run config into a PartitionedConfig.

    The arguments are those of HourlyPartitionsDefinition; `tags_for_partition_fn` gives tags, from start and end.

    Example:
        >>> @hourly_partitioned_config(start_date="2024-01-01-00:00")
        ... def hours(start, end):
        ...     return {"ops": {"read": {"config": {"hour": start.hour}}}}
        >>> hours.get_run_config_for_partition_key("2024-01-01-05:00")
        {'ops': {'read': {'config': {'hour': 5}}}}
    """
    definition = HourlyPartitionsDefinition(
        start_date,
        minute_offset=minute_offset,
        timezone=timezone,
        fmt=fmt,
        end_offset=end_offset,
        exclusions=exclusions,
    )
    return _by_window(definition, tags_for_partition_fn)


def daily_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowToTags | None = None,
    exclusions: Sequence[str | datetime] | None = None,
) -> Callable[[WindowToConfig], PartitionedConfig[DailyPartitionsDefinition]]:
    """Makes a function from the start and end of a day to run config into a PartitionedConfig.

    The arguments are those of DailyPartitionsDefinition; `tags_for_partition_fn` gives tags, from start and end.

    Example:
        >>> @daily_partitioned_config(start_date="2024-01-01")
        ... def days(start, end):
        ...     return {"ops": {"read": {"config": {"day": str(start.date())}}}}
        >>> days(datetime(2024, 1, 31), datetime(2024, 2, 1))
        {'ops': {'read': {'config': {'day': '2024-01-31'}}}}
    """
    definition = DailyPartitionsDefinition(
        start_date,
        minute_offset=minute_offset,
        hour_offset=hour_offset,
        timezone=timezone,
        fmt=fmt,
        end_offset=end_offset,
        exclusions=exclusions,
    )
    return _by_window(definition, tags_for_partition_fn)


def weekly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowToTags | None = None,
    exclusions: Sequence[str | datetime] | None = None,
) -> Callable[[WindowToConfig], PartitionedConfig[WeeklyPartitionsDefinition]]:
    """Makes a function from the start and end of a week to run config into a PartitionedConfig.

    The arguments are those of WeeklyPartitionsDefinition; `tags_for_partition_fn` gives tags, from start and end.

    Example:
        >>> @weekly_partitioned_config(start_date="2024-01-07")
        ... def weeks(start, end):
        ...     return {"ops": {"read": {"config": {"since": str(start.date())}}}}
        >>> weeks.get_run_config_for_partition_key("2024-01-14")
        {'ops': {'read': {'config': {'since': '2024-01-14'}}}}
    """
    definition = WeeklyPartitionsDefinition(
        start_date,
        minute_offset=minute_offset,
        hour_offset=hour_offset,
        day_offset=day_offset,
        timezone=timezone,
        fmt=fmt,
        end_offset=end_offset,
        exclusions=exclusions,
    )
    return _by_window(definition, tags_for_partition_fn)


def monthly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 1,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowToTags | None = None,
    exclusions: Sequence[str | datetime] | None = None,
) -> Callable[[WindowToConfig], PartitionedConfig[MonthlyPartitionsDefinition]]:
    """Makes a function from the start and end of a month to run config into a PartitionedConfig.

    The arguments are those of MonthlyPartitionsDefinition; `tags_for_partition_fn` gives tags, from start and end.

    Example:
        >>> @monthly_partitioned_config(start_date="2024-01-01")
        ... def months(start, end):
        ...     return {"ops": {"read": {"config": {"until": str(end.date())}}}}
        >>> months.get_run_config_for_partition_key("2024-02-01")
        {'ops': {'read': {'config': {'until': '2024-03-01'}}}}
    """
    definition = MonthlyPartitionsDefinition(
        start_date,
        minute_offset=minute_offset,
        hour_offset=hour_offset,
        day_offset=day_offset,
        timezone=timezone,
        fmt=fmt,
        end_offset=end_offset,
        exclusions=exclusions,
    )
    return _by_window(definition, tags_for_partition_fn)


def _by_key(
    definition: Partitions, tags: KeyToTags | None, same_tags: KeyToTags | None
) -> Callable[[KeyToConfig], PartitionedConfig[Partitions]]:
    if tags and same_tags:
        raise InvalidDefinitionError(
            "tags_for_partition_fn and tags_for_partition_key_fn mean the same; both were given", hint="give one"
        )
    return lambda function: PartitionedConfig(definition, function, function, tags or same_tags)


def _by_window(
    definition: Windows, tags: WindowToTags | None
) -> Callable[[WindowToConfig], PartitionedConfig[Windows]]:
    def decorate(function: WindowToConfig) -> PartitionedConfig[Windows]:
        def config_of(key: str) -> Mapping[str, Any]:
            return function(*definition.time_window_for_partition_key(key))

        def tags_of(key: str) -> Mapping[str, str]:
            return tags(*definition.time_window_for_partition_key(key)) if tags else {}

        return PartitionedConfig(definition, function, config_of, tags_of)

    return decorate
