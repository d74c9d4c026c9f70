"""The contexts that tests and scripts build: `build_op_context`, `build_asset_context`, `build_asset_check_context`."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Collection, Mapping
from typing import Any, Self

from daglab.definitions.contexts.asset_context import AssetExecutionContext
from daglab.definitions.contexts.check_context import AssetCheckExecutionContext
from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.contexts.state import StepView
from daglab.definitions.invocation.direct_state import DirectState
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.resources.building import checked_mapping
from daglab.errors import InvalidInvocationError, InvariantViolationError


class DirectContext(StepView):
    """What all contexts have that are built by hand; a `with` block closes their resources."""

    _state: DirectState

    @property
    def is_bound(self) -> bool:
        """Whether something is being called with this context."""
        return self._state.is_bound

    @property
    def resource_keys(self) -> Collection[str]:
        """The resources that it was built with."""
        return self._state.loose.given.keys()

    def __enter__(self) -> Self:
        self._state.loose.__enter__()
        return self

    def __exit__(self, *_error: object) -> None:
        self._state.close()


class DirectOpExecutionContext(DirectContext, OpExecutionContext):
    """The context of an op that is called directly."""

    def __init__(self, state: DirectState) -> None:
        StepView.__init__(self, state)


class DirectAssetExecutionContext(DirectContext, AssetExecutionContext):
    """The context of an asset that is called directly."""

    def __init__(self, state: DirectState) -> None:
        AssetExecutionContext.__init__(self, DirectOpExecutionContext(state))


class DirectAssetCheckExecutionContext(DirectContext, AssetCheckExecutionContext):
    """The context of an asset check that is called directly."""

    def __init__(self, state: DirectState) -> None:
        AssetCheckExecutionContext.__init__(self, DirectOpExecutionContext(state))


def build_op_context(
    resources: Mapping[str, Any] | None = None,
    op_config: Any = None,
    resources_config: Mapping[str, Any] | None = None,
    instance: Any = None,
    config: Any = None,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    mapping_key: str | None = None,
    run_tags: Mapping[str, str] | None = None,
    event_loop: AbstractEventLoop | None = None,
) -> DirectOpExecutionContext:
    """Builds a context to call an op with.

    Use it in a `with` block where a resource has to be closed.

    Args:
        resources: definitions and plain objects by key.
        op_config: the op's config, as in run config.
        resources_config: config of the resources by key, as in run config.
        instance: the instance; an ephemeral one is made when it is asked for.
        config: the same as `op_config`.
        partition_key: the partition to work on.
        partition_key_range: the partitions to work on.
        mapping_key: which of the values of a dynamic output to work on.
        run_tags: the tags of the run.
        event_loop: runs what is asynchronous in resources.

    Raises:
        InvalidInvocationError: arguments that exclude each other or are of a wrong type.

    Example:
        >>> build_op_context(op_config={"limit": 3}, partition_key="2024-01-01").partition_key
        '2024-01-01'
    """
    if op_config and config:
        raise InvalidInvocationError("build_op_context was given both op_config and config", hint="give op_config")
    return DirectOpExecutionContext(
        _state(
            "build_op_context",
            resources=resources,
            resources_config=resources_config,
            op_config=op_config if op_config is not None else config,
            instance=instance,
            partition_key=partition_key,
            partition_key_range=partition_key_range,
            mapping_key=mapping_key,
            run_tags=run_tags,
            event_loop=event_loop,
        )
    )


def build_asset_context(
    resources: Mapping[str, Any] | None = None,
    resources_config: Mapping[str, Any] | None = None,
    asset_config: Mapping[str, Any] | None = None,
    instance: Any = None,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    run_tags: Mapping[str, str] | None = None,
    event_loop: AbstractEventLoop | None = None,
) -> DirectAssetExecutionContext:
    """Builds a context to call an asset with.

    Use it in a `with` block where a resource has to be closed.

    Args:
        resources: definitions and plain objects by key.
        resources_config: config of the resources by key, as in run config.
        asset_config: the asset's config, as in run config.
        instance: the instance; an ephemeral one is made when it is asked for.
        partition_key: the partition to make.
        partition_key_range: the partitions to make.
        run_tags: the tags of the run.
        event_loop: runs what is asynchronous in resources.

    Raises:
        InvalidInvocationError: arguments that exclude each other or are of a wrong type.

    Example:
        >>> build_asset_context(run_tags={"team": "fares"}).get_tag("team")
        'fares'
    """
    return DirectAssetExecutionContext(
        _state(
            "build_asset_context",
            resources=resources,
            resources_config=resources_config,
            op_config=asset_config,
            instance=instance,
            partition_key=partition_key,
            partition_key_range=partition_key_range,
            run_tags=run_tags,
            event_loop=event_loop,
        )
    )


def build_asset_check_context(
    resources: Mapping[str, Any] | None = None,
    resources_config: Mapping[str, Any] | None = None,
    asset_config: Mapping[str, Any] | None = None,
    instance: Any = None,
) -> DirectAssetCheckExecutionContext:
    """Builds a context to call an asset check with.

    Use it in a `with` block where a resource has to be closed.

    Args:
        resources: definitions and plain objects by key.
        resources_config: config of the resources by key, as in run config.
        asset_config: the check's config, as in run config.
        instance: the instance; an ephemeral one is made when it is asked for.

    Example:
        >>> build_asset_check_context(resources={"limit": 3}).resources.limit
        3
    """
    return DirectAssetCheckExecutionContext(
        _state(
            "build_asset_check_context",
            resources=resources,
            resources_config=resources_config,
            op_config=asset_config,
            instance=instance,
        )
    )


def _state(
    built_by: str,
    *,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    mapping_key: str | None = None,
    run_tags: Mapping[str, str] | None = None,
    resources_config: Mapping[str, Any] | None = None,
    **others: Any,
) -> DirectState:
    for name, text in (("partition_key", partition_key), ("mapping_key", mapping_key)):
        if text is not None and not isinstance(text, str):
            raise InvalidInvocationError(f"{built_by} was given {name}={text!r}", hint="give text")
    if partition_key is not None and partition_key_range is not None:
        raise InvariantViolationError(
            f"{built_by} was given partition_key={partition_key!r} and partition_key_range={partition_key_range!r}",
            hint="give one of them",
        )
    if partition_key_range is not None and not isinstance(partition_key_range, PartitionKeyRange):
        raise InvalidInvocationError(
            f"{built_by} was given partition_key_range={partition_key_range!r}", hint="give a PartitionKeyRange"
        )
    return DirectState(
        built_by=built_by,
        partition_key=partition_key,
        partition_key_range=partition_key_range,
        mapping_key=mapping_key,
        run_tags=checked_mapping(run_tags, "run_tags"),
        resources_config=checked_mapping(resources_config, "resources_config"),
        **others,
    )
