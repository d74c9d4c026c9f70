"""Contexts for tests of IO managers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.definitions.io_contexts.input_context import InputContext
from daglab.definitions.io_contexts.output_context import OutputContext
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.resources.available import Resources
from daglab.definitions.resources.building import checked_mapping
from daglab.errors import InvalidInvocationError

NO_RUN = "__EPHEMERAL_RUN_ID"
"""The run of an output that no run made."""


def build_output_context(
    step_key: str | None = None,
    name: str | None = None,
    definition_metadata: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    mapping_key: str | None = None,
    config: Any = None,
    dagster_type: Any = None,
    version: str | None = None,
    resource_config: Mapping[str, Any] | None = None,
    resources: Resources | Mapping[str, Any] | None = None,
    op_def: Any = None,
    asset_key: CoercibleToAssetKey | None = None,
    partition_key: str | None = None,
    asset_partitions_def: Any = None,
    asset_partition_key_range: PartitionKeyRange | None = None,
    instance: Any = None,
    asset_spec: Any = None,
    metadata: Mapping[str, Any] | None = None,
    output_metadata: Mapping[str, Any] | None = None,
) -> OutputContext:
    """A context to call `handle_output` with; a context manager where its resources have to be closed.

    Args:
        step_key: the step that made the value.
        name: the output.
        definition_metadata: what its definition, or the asset's, says of it.
        run_id: the run.
        mapping_key: which value of a dynamic output it is.
        config: what run config says for the output.
        dagster_type: its declared type.
        version: the version of the code that made it.
        resource_config: the config of the IO manager.
        resources: what the IO manager requires: definitions and plain objects by key.
        op_def: the op.
        asset_key: the asset.
        partition_key: the partition.
        asset_partitions_def: how the asset is divided.
        asset_partition_key_range: the asset's partitions, where there are several.
        instance: knows the keys of dynamic partitions.
        asset_spec: what is said of the asset.
        metadata: an older name of `definition_metadata`.
        output_metadata: what the code that made the value said of it.

    Example:
        >>> build_output_context(asset_key="orders", partition_key="2013").get_asset_identifier()
        ['orders', '2013']
    """
    _check_text(step_key=step_key, name=name, run_id=run_id, mapping_key=mapping_key, version=version)
    _check_text(partition_key=partition_key)
    return OutputContext(
        step_key=step_key,
        name=name,
        run_id=NO_RUN if run_id is None else run_id,
        mapping_key=mapping_key,
        version=version,
        output_metadata=checked_mapping(output_metadata, "output_metadata"),
        asset_spec=asset_spec,
        asset_key=AssetKey.from_coercible(asset_key) if asset_key else None,
        definition_metadata=_one_metadata(definition_metadata, metadata),
        config=config,
        dagster_type=dagster_type,
        resource_config=checked_mapping(resource_config, "resource_config"),
        resources=resources,
        op_def=op_def,
        partition_key=partition_key,
        asset_partitions_def=asset_partitions_def,
        asset_partition_key_range=asset_partition_key_range,
        instance=instance,
    )


def build_input_context(
    name: str | None = None,
    config: Any = None,
    definition_metadata: Mapping[str, Any] | None = None,
    upstream_output: OutputContext | None = None,
    dagster_type: Any = None,
    resource_config: Mapping[str, Any] | None = None,
    resources: Resources | Mapping[str, Any] | None = None,
    op_def: Any = None,
    step_context: Any = None,
    asset_key: CoercibleToAssetKey | None = None,
    partition_key: str | None = None,
    asset_partition_key_range: PartitionKeyRange | None = None,
    asset_partitions_def: Any = None,
    instance: Any = None,
    metadata: Mapping[str, Any] | None = None,
) -> InputContext:
    """A context to call `load_input` with; a context manager where its resources have to be closed.

    Args:
        name: the input.
        config: what run config says for the input.
        definition_metadata: what the input's definition says of it.
        upstream_output: the output that made the value, of `build_output_context`.
        dagster_type: the input's declared type.
        resource_config: the config of the IO manager.
        resources: what the IO manager requires: definitions and plain objects by key.
        op_def: the op that loads the value.
        step_context: the context of its step.
        asset_key: the asset to load.
        partition_key: the partition to load.
        asset_partition_key_range: the asset's partitions to load, where there are several.
        asset_partitions_def: how the asset is divided.
        instance: knows the keys of dynamic partitions.
        metadata: an older name of `definition_metadata`.

    Example:
        >>> output = build_output_context(step_key="load", name="result", run_id="r")
        >>> build_input_context(upstream_output=output).get_identifier()
        ['r', 'load', 'result']
    """
    _check_text(name=name, partition_key=partition_key)
    if upstream_output is not None and not isinstance(upstream_output, OutputContext):
        raise InvalidInvocationError(
            f"upstream_output={upstream_output!r} is no OutputContext", hint="make one with build_output_context()"
        )
    return InputContext(
        name=name,
        config=config,
        definition_metadata=_one_metadata(definition_metadata, metadata),
        upstream_output=upstream_output,
        stored=upstream_output.stored if upstream_output else None,
        dagster_type=dagster_type,
        resource_config=checked_mapping(resource_config, "resource_config"),
        resources=resources,
        op_def=op_def,
        step_context=step_context,
        asset_key=AssetKey.from_coercible(asset_key) if asset_key else None,
        partition_key=partition_key,
        asset_partition_key_range=asset_partition_key_range,
        asset_partitions_def=asset_partitions_def,
        instance=instance,
    )


def _check_text(**given: object) -> None:
    for name, value in given.items():
        if value is not None and not isinstance(value, str):
            raise InvalidInvocationError(f"{name}={value!r} is no text", hint=f"give {name}='...'")


def _one_metadata(new: Mapping[str, Any] | None, old: Mapping[str, Any] | None) -> dict[str, Any]:
    if new is not None and old is not None:
        raise InvalidInvocationError(
            "metadata= and definition_metadata= are the same, and both were given", hint="leave metadata= out"
        )
    return checked_mapping(old if new is None else new, "definition_metadata")
