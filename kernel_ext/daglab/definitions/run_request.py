"""What schedules and sensors answer: runs to launch, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.config.run_config import RunConfig
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.specs import AssetCheckKey
from daglab.errors import InvalidDefinitionError

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"


@dataclass(frozen=True)
class SkipReason:
    """Why a schedule or a sensor asks for no run.

    Args:
        skip_message: the reason, for people.

    Example:
        >>> SkipReason("nothing new").skip_message
        'nothing new'
    """

    skip_message: str | None = None

    def __post_init__(self) -> None:
        if self.skip_message is not None and not isinstance(self.skip_message, str):
            raise InvalidDefinitionError(f"{self.skip_message!r} is no reason to skip", hint="give text")


@dataclass(frozen=True, eq=True)
class RunRequest:
    """A run to launch.

    Args:
        run_key: runs of a sensor, or of one tick of a schedule, are launched once per key; None is always launched.
        run_config: the config of the run; it takes the place of that of a partitioned config.
        tags: tags of the run; values that are no text become JSON.
        job_name: which job, where the sensor has several.
        asset_selection: only these assets of the job.
        stale_assets_only: only assets that are stale.
        partition_key: the partition.
        asset_check_keys: only these checks.

    Example:
        >>> RunRequest(run_key="new.csv", tags={"files": ["new.csv"]}).tags
        {'files': '["new.csv"]'}
    """

    run_key: str | None = None
    run_config: Any = None
    tags: Any = None
    job_name: str | None = None
    asset_selection: Sequence[AssetKey] | None = None
    stale_assets_only: bool = False
    partition_key: str | None = None
    asset_check_keys: Sequence[AssetCheckKey] | None = None

    def __post_init__(self) -> None:
        for name in ("run_key", "job_name", "partition_key"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise InvalidDefinitionError(f"a RunRequest has the {name} {value!r}", hint="give text")
        config = self.run_config.to_config_dict() if isinstance(self.run_config, RunConfig) else self.run_config
        if config is not None and not isinstance(config, Mapping):
            raise InvalidDefinitionError(f"a RunRequest has the run_config {config!r}", hint="give a dict or RunConfig")
        object.__setattr__(self, "run_config", config or {})
        object.__setattr__(self, "tags", normalize_tags(self.tags, "a RunRequest"))

    def with_replaced_attrs(self, **kwargs: Any) -> RunRequest:
        """A copy with other values."""
        return replace(self, **kwargs)

    def has_resolved_partition(self) -> bool:
        """Whether its tags tell its partition, or it has none."""
        return self.partition_key is None or "dagster/partition" in self.tags

    @property
    def partition_key_range(self) -> PartitionKeyRange | None:
        """The range of partitions that its tags tell."""
        if RANGE_START_TAG in self.tags and RANGE_END_TAG in self.tags:
            return PartitionKeyRange(self.tags[RANGE_START_TAG], self.tags[RANGE_END_TAG])
        return None

    @property
    def entity_keys(self) -> Sequence[AssetKey | AssetCheckKey]:
        """The keys of its assets and checks."""
        return [*(self.asset_selection or ()), *(self.asset_check_keys or ())]

    def _asdict(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __hash__(self) -> int:
        return hash((self.run_key, self.job_name, self.partition_key))
