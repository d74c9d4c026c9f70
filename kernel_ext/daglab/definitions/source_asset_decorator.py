"""`@observable_source_asset`: a function looks at an asset that is made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, overload

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix, prefix_parts
from daglab.definitions.assets import AssetExecution, AssetsDefinition
from daglab.definitions.docstrings import read_description
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.source_asset import SourceAsset
from daglab.errors import InvalidDefinitionError


@overload
def observable_source_asset(observe_fn: Callable[..., Any], /) -> SourceAsset: ...


@overload
def observable_source_asset(
    *,
    key: CoercibleToAssetKey | None = None,
    name: str | None = None,
    key_prefix: CoercibleToAssetKeyPrefix | None = None,
    metadata: RawMetadata | None = None,
    io_manager_key: str | None = None,
    io_manager_def: Any = None,
    description: str | None = None,
    group_name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    partitions_def: Any = None,
    automation_condition: Any = None,
    op_tags: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], SourceAsset]: ...


def observable_source_asset(
    observe_fn: Callable[..., Any] | None = None,
    *,
    key: CoercibleToAssetKey | None = None,
    name: str | None = None,
    key_prefix: CoercibleToAssetKeyPrefix | None = None,
    metadata: RawMetadata | None = None,
    io_manager_key: str | None = None,
    io_manager_def: Any = None,
    description: str | None = None,
    group_name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    partitions_def: Any = None,
    automation_condition: Any = None,
    op_tags: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> SourceAsset | Callable[[Callable[..., Any]], SourceAsset]:
    """Makes a function the one that looks at an asset made elsewhere: it gives back a `DataVersion`.

    Args:
        observe_fn: the function; given by Python when the decorator is used bare.
        key: the whole key, instead of `name` and `key_prefix`.
        name: the last part of the key; the function's name by default.
        key_prefix: parts before it.
        metadata: facts about the asset.
        io_manager_key: the resource that loads its value.
        io_manager_def: the IO manager itself.
        description: Markdown; the docstring by default.
        group_name: the group it is shown in.
        required_resource_keys: resources that the function uses through the context.
        resource_defs: resources that come with it, by key.
        partitions_def: its partitions.
        automation_condition: when it is looked at without being asked for.
        op_tags: labels of the step that looks at it.
        tags: labels.

    Raises:
        InvalidDefinitionError: a key, and a name or prefix.

    Example:
        >>> @observable_source_asset(group_name="raw")
        ... def flights():
        ...     return DataVersion("2013")
        >>> flights.is_observable
        True
    """

    def decorate(function: Callable[..., Any]) -> SourceAsset:
        if key is not None and (name is not None or key_prefix is not None):
            raise InvalidDefinitionError(
                f"observable source asset {str(key)!r} has a key and also a name or a prefix",
                hint="give one or the other",
            )
        named = AssetKey([*prefix_parts(key_prefix), name or function.__name__])
        return SourceAsset(
            named if key is None else key,
            metadata=metadata,
            io_manager_key=io_manager_key,
            io_manager_def=io_manager_def,
            description=description or read_description(function),
            partitions_def=partitions_def,
            group_name=group_name,
            resource_defs=resource_defs,
            observe_fn=function,
            op_tags=op_tags,
            automation_condition=automation_condition,
            tags=tags,
            required_resource_keys=required_resource_keys,
        )

    return decorate(observe_fn) if observe_fn is not None else decorate


def assets_of_source(source: SourceAsset) -> AssetsDefinition:
    """A source asset as a definition like all others; running it, where that is possible, looks at the asset.

    Example:
        >>> assets_of_source(SourceAsset("flights")).is_executable
        False
    """
    if not source.is_observable:
        return AssetsDefinition(specs=[source.to_spec()], resource_defs=source.resource_defs)
    return AssetsDefinition(
        node=source.op,
        specs={"result": source.to_spec()},
        resource_defs=source.resource_defs,
        execution=AssetExecution.OBSERVATION,
    )
