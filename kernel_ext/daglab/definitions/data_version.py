"""The versions of data, and what a value was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from daglab.definitions.asset_key import AssetKey
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True)
class DataVersion:
    """A word that changes when the data does.

    Args:
        value: the word.

    Example:
        >>> DataVersion("2013-01").value
        '2013-01'
    """

    value: str

    def __post_init__(self) -> None:
        if not isinstance(self.value, str):
            raise InvalidDefinitionError(f"a DataVersion is {self.value!r}", hint="give a string")


@dataclass(frozen=True, init=False)
class DataVersionsByPartition:
    """The version of each partition of some data.

    Args:
        data_versions_by_partition: partition key to version.

    Example:
        >>> DataVersionsByPartition({"2013": "v1"}).data_versions_by_partition["2013"]
        DataVersion(value='v1')
    """

    data_versions_by_partition: Mapping[str, DataVersion]

    def __init__(self, data_versions_by_partition: Mapping[str, str | DataVersion]) -> None:
        versions = {
            key: one if isinstance(one, DataVersion) else DataVersion(one)
            for key, one in data_versions_by_partition.items()
        }
        object.__setattr__(self, "data_versions_by_partition", versions)


DATA_VERSION_TAG = "dagster/data_version"
"""The label under which events carry the version of the data."""


@dataclass(frozen=True)
class DataProvenance:
    """What a materialization was made from.

    Args:
        code_version: the version of the code.
        input_data_versions: the version of each input.
        input_storage_ids: the event that told of each input.
        is_user_provided: whether the user said which version the data has.

    Example:
        >>> made = DataProvenance("1", {AssetKey("flights"): DataVersion("a")}, {AssetKey("flights"): 7}, False)
        >>> made.has_input_asset(AssetKey("flights"))
        True
    """

    code_version: str
    input_data_versions: Mapping[AssetKey, DataVersion]
    input_storage_ids: Mapping[AssetKey, int | None]
    is_user_provided: bool

    def has_input_asset(self, key: AssetKey) -> bool:
        """Whether it was made from that asset."""
        return key in self.input_data_versions
