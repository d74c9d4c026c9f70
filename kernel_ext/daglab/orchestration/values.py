"""The values of assets, loaded outside of runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_manager import InputContext, OutputContext
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.definitions.partitions.loading import partition_loading_context
from daglab.definitions.resources.opening import Surroundings, open_resources
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.types.resolution import resolve_type
from daglab.errors import InvalidInvocationError
from daglab.execution.loading import input_context, io_manager_named
from daglab.orchestration.instance import Instance
from daglab.planning.job_plan import io_manager_key_of
from daglab.records.assets import Materialization


def load_asset_value(
    asset_key: AssetKey,
    *,
    assets_def: Any = None,
    job: Any = None,
    resource_defs: Mapping[str, Any] | None = None,
    instance: Instance | None = None,
    opened: ExitStack | None = None,
    resources: Any = None,
    python_type: type | None = None,
    partition_key: str | None = None,
    partition_key_range: Any = None,
    metadata: Mapping[str, Any] | None = None,
    resource_config: Mapping[str, Any] | None = None,
) -> Any:
    """Loads the value of an asset with its IO manager.

    Args:
        asset_key: the asset.
        assets_def: its definition; found in the job where it is left out.
        job: where to look for it.
        resource_defs: what the IO managers are, by key; those of the job by default.
        instance: the home; by default the one of the project.
        opened: keeps resources open; they are closed at once where it is left out.
        resources: resources that are open already.
        python_type: what the IO manager is told that the value should be.
        partition_key: which partition.
        partition_key_range: which partitions, instead.
        metadata: what the IO manager is told besides.
        resource_config: config of resources by key.

    Raises:
        ValueMissingError: nothing is stored.
    """
    definition = assets_def or _definition_in(job, asset_key)
    home = instance or Instance.get()
    defined = dict(resource_defs if resource_defs is not None else getattr(job, "resource_defs", None) or {})
    defined.update(getattr(definition, "resource_defs", None) or {})
    key = _io_manager_key(definition, asset_key)
    with ExitStack() as own:
        stack = opened or own
        managers: dict[str, Any] = {}
        if key in defined:
            configs = {name: one.get("config") for name, one in (resource_config or {}).items()}
            around = Surroundings(run_id="", instance=home)
            values = stack.enter_context(open_resources(defined, [key], configs, around))
            managers = dict(values.original_resource_dict)
        elif key == DEFAULT_IO_MANAGER_KEY:
            managers = home.io_managers()
        manager = io_manager_named(managers, key, f"asset {str(asset_key)!r}")
        told = {
            "dagster_type": resolve_type(python_type if python_type is not None else NO_VALUE),
            "definition_metadata": dict(metadata or {}),
            "resources": resources,
            "instance": home,
        }
        keys = _partition_keys(definition, home, partition_key, partition_key_range)
        if keys and len(keys) > 1 and getattr(manager, "hands_over", False):
            return {one: manager.load_input(_context(home, definition, asset_key, (one,), told)) for one in keys}
        return manager.load_input(_context(home, definition, asset_key, keys, told))


def _partition_keys(
    definition: Any, instance: Instance, partition_key: str | None, partition_key_range: Any
) -> tuple[str, ...] | None:
    """The partitions that are asked for; None where the asset is asked for as a whole."""
    if partition_key_range is None:
        return None if partition_key is None else (partition_key,)
    divided = getattr(definition, "partitions_def", None)
    if divided is None:
        raise InvalidInvocationError(
            f"partitions are asked for, {partition_key_range!r}, of an asset that has none",
            hint="leave partition_key_range out",
        )
    with partition_loading_context(dynamic_partitions_store=instance):
        return tuple(divided.get_partition_keys_in_range(partition_key_range))


def _context(
    instance: Instance, definition: Any, asset_key: AssetKey, keys: tuple[str, ...] | None, told: Mapping[str, Any]
) -> InputContext:
    partition = keys[0] if keys and len(keys) == 1 else None
    more: dict[str, Any] = {"asset_partitions_def": getattr(definition, "partitions_def", None)}
    if keys is not None:
        more |= {"asset_partition_keys": keys}
    spec = next((one for one in getattr(definition, "specs", ()) if one.key == asset_key), None)
    said = {"name": asset_key.path[-1], "definition_metadata": spec.metadata if spec else {}, "asset_spec": spec}
    made = _latest(instance, str(asset_key), partition)
    upstream = (
        input_context(made, producer=said).upstream
        if made is not None
        else OutputContext(asset_key=asset_key, partition_key=partition, **said)
    )
    return InputContext(
        asset_key=asset_key,
        partition_key=partition,
        upstream_output=upstream,
        stored=upstream.stored,
        **more,
        **told,
    )


def _latest(instance: Instance, key: str, partition: str | None) -> Materialization | None:
    if instance.is_ephemeral and not instance.asset_states([key]):
        return None
    found = instance.store.materializations(key, limit=1, partition=partition)
    return found[0][1] if found else None


def _definition_in(job: Any, asset_key: AssetKey) -> Any:
    return next((one for one in getattr(job, "assets", ()) if asset_key in one.keys), None)


def _io_manager_key(definition: Any, asset_key: AssetKey) -> str:
    if definition is None:
        return DEFAULT_IO_MANAGER_KEY
    for name, spec in definition.specs_by_output.items():
        if spec.key == asset_key:
            out = definition.node.outs.get(name)
            return io_manager_key_of(spec, out.io_manager_key if out else DEFAULT_IO_MANAGER_KEY)
    return DEFAULT_IO_MANAGER_KEY
