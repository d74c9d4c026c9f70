"""`define_asset_job`: a job that makes, or looks at, a selection of assets."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.declared_assets import check_specs_of, specs_of
from daglab.definitions.asset_selection.declared_graph import DeclaredGraph
from daglab.definitions.asset_selection.declared_node import DeclaredAsset
from daglab.definitions.asset_selection.selection import AssetSelection, CoercibleToAssetSelection
from daglab.definitions.job_definition import JobDefinition
from daglab.definitions.labels import checked_owners
from daglab.definitions.metadata import RawMetadata
from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.partitioned_requests import with_partition
from daglab.definitions.partitions.loading import partition_loading_context
from daglab.definitions.partitions.partitioned_config import PartitionedConfig
from daglab.definitions.run_request import RunRequest
from daglab.errors import DaglabError, InvalidDefinitionError, InvariantViolationError

if TYPE_CHECKING:
    from daglab.definitions.hooks import HookDefinition
    from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
    from daglab.definitions.retries import RetryPolicy

IMPLICIT_ASSET_JOB_NAME = "__ASSET_JOB"


@dataclass(frozen=True)
class UnresolvedAssetJobDefinition:
    """A job for assets that are selected once all of them are known.

    Made by `define_asset_job`; its fields are that function's parameters.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> from daglab.definitions.definitions import Definitions
        >>> @asset
        ... def orders(): ...
        >>> nightly = define_asset_job("nightly", selection="orders")
        >>> sorted(Definitions(assets=[orders], jobs=[nightly]).resolve_job_def("nightly").selected_keys)
        [AssetKey(['orders'])]
    """

    name: str
    selection: AssetSelection
    config: Any = None
    description: str | None = None
    tags: Mapping[str, str] | None = None
    run_tags: Mapping[str, str] | None = None
    metadata: RawMetadata | None = None
    partitions_def: PartitionsDefinition | None = None
    executor_def: Any = None
    hooks: AbstractSet[HookDefinition] | None = None
    op_retry_policy: RetryPolicy | None = None
    owners: Sequence[str] | None = None
    automation_condition: Any = None

    def resolve(
        self,
        asset_graph: DeclaredGraph,
        default_executor_def: Any = None,
        resource_defs: Mapping[str, object] | None = None,
    ) -> JobDefinition:
        """Selects the assets.

        Args:
            asset_graph: all assets there are.
            default_executor_def: what runs its steps where the job does not say.
            resource_defs: what its assets are given by name.

        Raises:
            InvalidDefinitionError: no run can make one of the assets, or they have different partitions.
            InvalidSubsetError: it names an asset that is not there.
        """
        keys = self.selection.resolve(asset_graph)
        try:
            _refuse_unexecutable(asset_graph, keys)
            partitions_def = self._common_partitions(asset_graph, keys)
        except InvalidDefinitionError as error:
            raise InvalidDefinitionError(f"asset job {self.name!r}: {error.message}", hint=error.hint) from error
        self._refuse_mixed_backfills([asset_graph.get(key) for key in keys])
        return asset_job(
            self.name,
            asset_graph,
            keys,
            self.selection.resolve_checks(asset_graph),
            config=self.config,
            description=self.description,
            tags=self.tags,
            run_tags=self.run_tags,
            metadata=self.metadata,
            partitions_def=partitions_def,
            executor_def=self.executor_def or default_executor_def,
            hook_defs=self.hooks,
            op_retry_policy=self.op_retry_policy,
            owners=self.owners,
            resource_defs=resource_defs,
        )

    @property
    def partitioned_config(self) -> PartitionedConfig[Any] | None:
        """The config of its runs by partition, if it was given."""
        return self.config if isinstance(self.config, PartitionedConfig) else None

    def run_request_for_partition(
        self,
        partition_key: str,
        run_key: str | None = None,
        tags: Mapping[str, str] | None = None,
        asset_selection: Sequence[AssetKey] | None = None,
        run_config: Mapping[str, Any] | None = None,
        current_time: datetime | None = None,
        dynamic_partitions_store: Any = None,
    ) -> RunRequest:
        """The request for a run of one partition, for schedules and sensors.

        Args:
            partition_key: the partition.
            run_key: under which key it runs at most once.
            tags: labels of the run.
            asset_selection: of which of its assets.
            run_config: config of the run; by default that of the partition.
            current_time: what time it is taken to be.
            dynamic_partitions_store: where the keys of dynamic partitions are kept.

        Raises:
            InvariantViolationError: its `partitions_def` was not given.
        """
        if self.partitions_def is None:
            raise InvariantViolationError(
                f"asset job {self.name!r} was given no partitions_def",
                hint=f"use RunRequest(partition_key={partition_key!r})",
            )
        request = RunRequest(
            job_name=self.name,
            run_key=run_key,
            run_config=run_config,
            tags=tags,
            asset_selection=asset_selection,
            partition_key=partition_key,
        )
        with partition_loading_context(current_time, dynamic_partitions_store):
            return with_partition(request, self, (), dynamic_partitions_store, self.partitions_def)

    def with_metadata(self, metadata: RawMetadata) -> UnresolvedAssetJobDefinition:
        """The same with other facts said of it."""
        return replace(self, metadata=metadata)

    def _common_partitions(self, graph: DeclaredGraph, keys: AbstractSet[AssetKey]) -> Any:
        partitions_def = common_partitions(graph, keys)
        if self.partitions_def is not None and partitions_def not in (None, self.partitions_def):
            raise InvalidDefinitionError(
                "its partitions_def is another than that of its assets", hint="leave partitions_def out"
            )
        return self.partitions_def if partitions_def is None else partitions_def

    def _refuse_mixed_backfills(self, nodes: Iterable[DeclaredAsset]) -> None:
        policies = {node.backfill_policy for node in nodes if node.is_partitioned}
        sizes = {getattr(policy, "max_partitions_per_run", 1) for policy in policies}
        if len(policies) > 1:
            warnings.warn(
                f"asset job {self.name!r} makes assets of different backfill policies; the smallest counts",
                stacklevel=3,
            )
        if sizes and sizes != {1} and 1 not in sizes and self.partitioned_config is not None:
            raise InvalidDefinitionError(
                f"asset job {self.name!r} has config for one partition and assets that are made several at a time",
                hint="give plain config, or BackfillPolicy.multi_run(1)",
            )


def define_asset_job(
    name: str,
    selection: CoercibleToAssetSelection | None = None,
    config: Any = None,
    description: str | None = None,
    tags: Mapping[str, object] | None = None,
    run_tags: Mapping[str, object] | None = None,
    metadata: RawMetadata | None = None,
    partitions_def: PartitionsDefinition | None = None,
    executor_def: Any = None,
    hooks: AbstractSet[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    owners: Sequence[str] | None = None,
    automation_condition: Any = None,
) -> UnresolvedAssetJobDefinition:
    """Declares a job that makes, or looks at, a selection of assets.

    Args:
        name: unique among the jobs.
        selection: the assets: an `AssetSelection`, its text, or a list of texts, keys or assets; all by default.
        config: run config, or a `RunConfig`, `ConfigMapping` or `PartitionedConfig` that makes it.
        description: Markdown.
        tags: labels of the job, and of its runs where `run_tags` is left out.
        run_tags: labels of its runs.
        metadata: facts about it.
        partitions_def: partitions, if the assets have none of their own.
        executor_def: what runs its steps.
        hooks: what is called when one of its steps succeeds or fails.
        op_retry_policy: what happens when a step fails whose asset does not say.
        owners: e-mail addresses, or teams as "team:name".
        automation_condition: when it runs of itself.

    Raises:
        InvalidDefinitionError: an owner is none.
        InvalidSubsetError: the selection cannot be read.

    Example:
        >>> define_asset_job("nightly", selection="group:raw").selection
        AssetSelection(operand=Groups(groups=('raw',), include_sources=False))
    """
    checked_owners(owners, f"job {name!r}")
    own_tags = normalize_tags(tags, f"job {name!r}")
    return UnresolvedAssetJobDefinition(
        name=name,
        selection=AssetSelection.all() if selection is None else AssetSelection.from_coercible(selection),
        config=config.to_config_dict() if hasattr(config, "to_config_dict") else config,
        description=description,
        tags=own_tags,
        run_tags=normalize_tags(run_tags, f"job {name!r}") if run_tags else own_tags,
        metadata=metadata,
        partitions_def=partitions_def,
        executor_def=executor_def,
        hooks=hooks,
        op_retry_policy=op_retry_policy,
        owners=owners,
        automation_condition=automation_condition,
    )


def asset_job(
    name: str,
    graph: DeclaredGraph,
    keys: AbstractSet[AssetKey],
    check_keys: AbstractSet[Any],
    *,
    resource_defs: Mapping[str, object] | None = None,
    **values: Any,
) -> JobDefinition:
    """A job for some assets and checks.

    Raises:
        InvalidSubsetError: a part of something is selected that can only be made as a whole.
    """
    assets = tuple(
        one
        for one in graph.all_definitions
        if any(spec.key in keys for spec in specs_of(one))
        or any(spec.key in check_keys for spec in check_specs_of(one))
    )
    for one in assets:
        one.subset_for(keys, check_keys)
    read = {key for one in assets for key in one.keys_by_input.values()}
    elsewhere = [one for one in graph.made_elsewhere if any(spec.key in read for spec in specs_of(one))]
    return JobDefinition(
        name=name,
        assets=assets,
        selected_keys=frozenset(keys),
        selected_check_keys=frozenset(check_keys),
        read_specs=tuple(graph.get(key).spec for key in read if graph.has(key)),
        resource_defs={**(resource_defs or {}), **_own_resources((*assets, *elsewhere))},
        **values,
    )


def common_partitions(graph: DeclaredGraph, keys: Iterable[AssetKey]) -> Any:
    """The partitions that assets have in common, None where none of them has any.

    Raises:
        InvalidDefinitionError: they have different ones.
    """
    found: dict[str, Any] = {}
    for key in sorted(keys):
        partitions_def = graph.get(key).partitions_def
        if partitions_def is not None and partitions_def not in found.values():
            found[str(key)] = partitions_def
    if len(found) > 1:
        raise InvalidDefinitionError(
            f"its assets have different partitions: {', '.join(map(repr, found))}",
            hint="select assets of the same partitions",
        )
    return next(iter(found.values()), None)


def _refuse_unexecutable(graph: DeclaredGraph, keys: AbstractSet[AssetKey]) -> None:
    wrong = sorted(keys - graph.executable_asset_keys)
    if wrong:
        raise InvalidDefinitionError(
            f"no run can make {', '.join(repr(str(key)) for key in wrong)}",
            hint="select assets that have a computation",
        )


def _own_resources(assets: Iterable[Any]) -> dict[str, object]:
    return {key: value for one in assets for key, value in (getattr(one, "resource_defs", None) or {}).items()}


def fail_to_resolve(name: str, error: DaglabError) -> InvalidDefinitionError:
    """What is raised where an asset job cannot be resolved."""
    return InvalidDefinitionError(f"asset job {name!r} cannot be resolved: {error.message}", hint=error.hint)
