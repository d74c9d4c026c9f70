"""What an instance knows: runs, assets, dynamic partitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from daglab.errors import InvalidInvocationError
from daglab.history.asset_queries import AssetQueries

if TYPE_CHECKING:
    from daglab.orchestration.home import Home


class InstanceQueries(AssetQueries):
    """The part of an instance that only asks and tells its run store."""

    if TYPE_CHECKING:
        is_ephemeral: bool

        @property
        def home(self) -> Home:
            """Where everything lies."""

    @property
    def is_persistent(self) -> bool:
        """Whether what it knows outlasts this process."""
        return not self.is_ephemeral

    @property
    def root_directory(self) -> str:
        """Where it keeps its things."""
        return str(self.home.path)

    def storage_directory(self) -> str:
        """Where it keeps values."""
        return str(self.home.storage)

    def info_str(self) -> str:
        """What it is, as text."""
        return f"home: {self.home.path}\nrun store: {self.home.store_url}\nstorage: {self.home.storage}\n"

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """The keys of dynamic partitions, in the order in which they were added."""
        return self.store.dynamic_partitions(partitions_def_name)

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether dynamic partitions have that key."""
        return bool(self.store.existing_dynamic_partitions(partitions_def_name, [partition_key]))

    def get_existing_dynamic_partitions(
        self, partitions_def_name: str, partition_keys: Sequence[str]
    ) -> frozenset[str]:
        """Those of some keys that dynamic partitions have."""
        return frozenset(self.store.existing_dynamic_partitions(partitions_def_name, partition_keys))

    def add_dynamic_partitions(self, partitions_def_name: str, partition_keys: Sequence[str]) -> None:
        """Adds keys to dynamic partitions, behind the others; those that are there already stay where they are.

        Raises:
            InvalidInvocationError: what is given is no list of texts.
        """
        if isinstance(partition_keys, str) or not all(isinstance(key, str) for key in partition_keys):
            raise InvalidInvocationError(
                f"{partition_keys!r} is no list of partition keys", hint="give a list of texts"
            )
        self.store.add_dynamic_partitions(partitions_def_name, list(partition_keys))

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Deletes a key of dynamic partitions, if it is there."""
        self.store.delete_dynamic_partition(partitions_def_name, partition_key)
