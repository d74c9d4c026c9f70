"""What the contexts of inputs and outputs have in common."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Self

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_contexts.partition_scope import PartitionScope
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.time_window import TimeWindow
from daglab.definitions.resources.available import Resources
from daglab.definitions.resources.building import LooseResources, checked_mapping
from daglab.errors import InvariantViolationError


class ValueContext:
    """A value on its way in or out, as an IO manager may ask about it.

    Args:
        name: the input or output.
        job_name: the job.
        op_def: the op.
        config: what run config says for this input or output.
        definition_metadata: what its definition, or the asset's, says of it.
        dagster_type: its declared type.
        log_manager: where to log.
        resource_config: the config of the IO manager.
        resources: what the IO manager requires.
        step_context: the context of the step.
        asset_key: the asset.
        partition_key: the partition of the run.
        asset_partition_key_range: the partitions of the asset, from one to another; or
        asset_partition_keys: one by one.
        asset_partitions_def: how the asset is divided.
        instance: the instance.
        metadata: an older name of `definition_metadata`.
    """

    _built_by = ""

    def __init__(
        self,
        *,
        name: str | None = None,
        job_name: str | None = None,
        op_def: Any = None,
        config: Any = None,
        definition_metadata: Mapping[str, Any] | None = None,
        dagster_type: Any = None,
        log_manager: logging.Logger | None = None,
        resource_config: Mapping[str, Any] | None = None,
        resources: Resources | Mapping[str, Any] | None = None,
        step_context: Any = None,
        asset_key: AssetKey | None = None,
        partition_key: str | None = None,
        asset_partition_key_range: PartitionKeyRange | None = None,
        asset_partition_keys: Sequence[str] | None = None,
        asset_partitions_def: Any = None,
        instance: Any = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self._name = name
        self._job_name = job_name
        self._op_def = op_def
        self._config = config
        self._definition_metadata = dict(definition_metadata or metadata or {})
        self._dagster_type = dagster_type
        self._log = log_manager
        self._resource_config = resource_config
        self._loose = None if isinstance(resources, Resources) else self._opened(resources)
        self._resources = resources if isinstance(resources, Resources) else None
        self._step_context = step_context
        self._asset_key = asset_key
        self._partition_key = partition_key
        self._asset_partitions_def = asset_partitions_def
        self._instance = instance
        self._scope: PartitionScope | None = None
        if asset_partition_keys is None and asset_partition_key_range is None and partition_key and asset_key:
            asset_partition_keys = (partition_key,)
        if asset_partition_keys is not None or asset_partition_key_range is not None:
            self._scope = PartitionScope(
                label=f"asset {str(asset_key)!r}" if asset_key else "what this is about",
                definition=asset_partitions_def,
                key_range=asset_partition_key_range,
                listed=asset_partition_keys,
                instance=instance,
            )

    def _opened(self, resources: Mapping[str, Any] | None) -> LooseResources | None:
        given = checked_mapping(resources, "resources")
        return LooseResources(given, built_by=self._built_by) if given else None

    def __enter__(self) -> Self:
        if self._loose is not None:
            self._loose.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._loose is not None:
            self._loose.__exit__(*error)

    def _missing(self, attribute: str) -> NoReturn:
        raise InvariantViolationError(
            f"this {type(self).__name__} was made without {attribute}",
            hint=f"in a test, give it: {self._built_by}({attribute}=...)",
        )

    @property
    def name(self) -> str:
        """The name of the input or output."""
        return self._missing("name") if self._name is None else self._name

    @property
    def job_name(self) -> str:
        """The job."""
        return self._missing("job_name") if self._job_name is None else self._job_name

    @property
    def op_def(self) -> Any:
        """The op."""
        return self._missing("op_def") if self._op_def is None else self._op_def

    @property
    def config(self) -> Any:
        """What run config says for this input or output."""
        return self._config

    @property
    def definition_metadata(self) -> Mapping[str, Any]:
        """What the definition says of the input, output or asset."""
        return self._definition_metadata

    @property
    def metadata(self) -> Mapping[str, Any]:
        """An older name of `definition_metadata`."""
        return self._definition_metadata

    @property
    def dagster_type(self) -> Any:
        """The declared type."""
        return self._missing("dagster_type") if self._dagster_type is None else self._dagster_type

    @property
    def log(self) -> logging.Logger:
        """Where to log."""
        return self._log or logging.getLogger("daglab")

    @property
    def resource_config(self) -> Mapping[str, Any] | None:
        """The config of the IO manager."""
        return self._resource_config

    @property
    def resources(self) -> Any:
        """The resources that the IO manager requires."""
        if self._loose is not None:
            return self._loose.resources
        return Resources({}) if self._resources is None else self._resources

    @property
    def step_context(self) -> Any:
        """The context of the step."""
        return self._missing("step_context") if self._step_context is None else self._step_context

    @property
    def has_asset_key(self) -> bool:
        """Whether the value is an asset's."""
        return self._asset_key is not None

    @property
    def asset_key(self) -> AssetKey:
        """The asset."""
        return self._missing("asset_key") if self._asset_key is None else self._asset_key

    @property
    def asset_partitions_def(self) -> Any:
        """How the asset is divided."""
        if self._asset_partitions_def is None:
            raise InvariantViolationError(f"asset {str(self.asset_key)!r} has no partitions")
        return self._asset_partitions_def

    @property
    def has_partition_key(self) -> bool:
        """Whether the run is of one partition."""
        return self._partition_key is not None

    @property
    def partition_key(self) -> str:
        """The partition of the run."""
        if self._partition_key is None:
            raise InvariantViolationError("this run is not of one partition", hint="ask has_partition_key first")
        return self._partition_key

    @property
    def has_asset_partitions(self) -> bool:
        """Whether the asset has partitions."""
        return self._scope is not None

    @property
    def _partitions(self) -> PartitionScope:
        if self._scope is None:
            raise InvariantViolationError(
                "this value is not of an asset with partitions", hint="ask has_asset_partitions first"
            )
        return self._scope

    @property
    def asset_partition_key(self) -> str:
        """The one partition of the asset that this is about."""
        return self._partitions.the_key

    @property
    def asset_partition_key_range(self) -> PartitionKeyRange:
        """From the first partition to the last one."""
        return self._partitions.range

    @property
    def asset_partition_keys(self) -> Sequence[str]:
        """All partitions of the asset that this is about."""
        return self._partitions.keys

    @property
    def asset_partitions_time_window(self) -> TimeWindow:
        """The time that the partitions cover."""
        return self._partitions.time_window

    def get_asset_identifier(self) -> Sequence[str]:
        """The parts of the asset's key, and the partition if it has partitions."""
        return [*self.asset_key.path, *([self.asset_partition_key] if self.has_asset_partitions else [])]
