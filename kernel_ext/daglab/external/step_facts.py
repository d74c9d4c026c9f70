"""What a process that a step started knows of the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from daglab.errors import PipesError, suggest
from daglab.external.protocol import PipesContextData, PipesDataProvenance, PipesPartitionKeyRange, PipesTimeWindow

T = TypeVar("T")


class StepFacts:
    """The step's assets and partitions, its run, and what its code gave along.

    Args:
        data: what the step told.
    """

    def __init__(self, data: PipesContextData) -> None:
        self._data = data

    @property
    def is_asset_step(self) -> bool:
        """Whether the step makes assets."""
        return self._data["asset_keys"] is not None

    @property
    def asset_key(self) -> str:
        """The asset that the step makes.

        Raises:
            PipesError: it makes none, or several.
        """
        keys = self._of_assets(self._data["asset_keys"], "asset_key")
        self._require_one_asset("asset_key")
        return keys[0]

    @property
    def asset_keys(self) -> Sequence[str]:
        """The assets that the step makes.

        Raises:
            PipesError: it makes none.
        """
        return self._of_assets(self._data["asset_keys"], "asset_keys")

    @property
    def provenance(self) -> PipesDataProvenance | None:
        """What the last materialization of the asset was made from; None if there was none.

        Raises:
            PipesError: the step makes no asset, or several.
        """
        by_key = self._of_assets(self._data["provenance_by_asset_key"], "provenance")
        self._require_one_asset("provenance")
        return next(iter(by_key.values()))

    @property
    def provenance_by_asset_key(self) -> Mapping[str, PipesDataProvenance | None]:
        """What the last materialization of each asset was made from.

        Raises:
            PipesError: the step makes none.
        """
        return self._of_assets(self._data["provenance_by_asset_key"], "provenance_by_asset_key")

    @property
    def code_version(self) -> str | None:
        """The version of the code that was declared for the asset.

        Raises:
            PipesError: the step makes no asset, or several.
        """
        by_key = self._of_assets(self._data["code_version_by_asset_key"], "code_version")
        self._require_one_asset("code_version")
        return next(iter(by_key.values()))

    @property
    def code_version_by_asset_key(self) -> Mapping[str, str | None]:
        """The version of the code that was declared for each asset.

        Raises:
            PipesError: the step makes none.
        """
        return self._of_assets(self._data["code_version_by_asset_key"], "code_version_by_asset_key")

    @property
    def is_partition_step(self) -> bool:
        """Whether the step works on partitions."""
        return self._data["partition_key_range"] is not None

    @property
    def partition_key(self) -> str:
        """The partition that the step works on.

        Raises:
            PipesError: it works on none, or on several.
        """
        around = self._of_partitions(self._data["partition_key_range"], "partition_key")
        key = self._data["partition_key"]
        if key is None:
            raise PipesError(
                f"this step works on the partitions from {around['start']!r} to {around['end']!r}, not on one",
                hint="use partition_key_range",
            )
        return key

    @property
    def partition_key_range(self) -> PipesPartitionKeyRange:
        """The first and the last partition that the step works on.

        Raises:
            PipesError: it works on none.
        """
        return self._of_partitions(self._data["partition_key_range"], "partition_key_range")

    @property
    def partition_time_window(self) -> PipesTimeWindow | None:
        """The time that the partitions of the step cover; None where they are no spans of time.

        Raises:
            PipesError: it works on none.
        """
        self._of_partitions(self._data["partition_key_range"], "partition_time_window")
        return self._data["partition_time_window"]

    @property
    def run_id(self) -> str:
        """The run."""
        return self._data["run_id"]

    @property
    def job_name(self) -> str | None:
        """The job; None outside one."""
        return self._data["job_name"]

    @property
    def retry_number(self) -> int:
        """How often the step has been tried before: 0 the first time."""
        return self._data["retry_number"]

    @property
    def extras(self) -> Mapping[str, Any]:
        """All that the step's code gave along."""
        return self._data["extras"]

    def get_extra(self, key: str) -> Any:
        """One thing that the step's code gave along.

        Raises:
            PipesError: it gave no such thing.
        """
        extras = self._data["extras"]
        if key not in extras:
            given = f"it gave {', '.join(map(repr, extras))}" if extras else "pass it: run(..., extras={...})"
            raise PipesError(f"the step gave no extra {key!r}", hint=suggest(key, extras) or given)
        return extras[key]

    def _of_assets(self, value: T | None, name: str) -> T:
        if value is None:
            raise PipesError(f"there is no {name}: the step makes no assets", hint="ask is_asset_step first")
        return value

    def _require_one_asset(self, name: str) -> None:
        keys = self._data["asset_keys"] or ()
        if len(keys) != 1:
            made = f"several: {', '.join(map(repr, keys))}" if keys else "none"
            raise PipesError(f"{name} is that of one asset, and the step makes {made}", hint="use asset_keys")

    def _of_partitions(self, value: T | None, name: str) -> T:
        if value is None:
            raise PipesError(f"there is no {name}: the step has no partitions", hint="ask is_partition_step first")
        return value
