"""What the function of a sensor of several assets is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.selection import AssetSelection
from daglab.definitions.automation.context import as_repository
from daglab.definitions.automation.multi_asset_cursor import AssetPosition, read_positions, write_positions
from daglab.definitions.automation.sensor_context import SensorEvaluationContext
from daglab.definitions.partitions.mapping.inference import infer_partition_mapping
from daglab.definitions.partitions.partitions_definition import PartitionsDefinition
from daglab.errors import InvalidInvocationError, InvariantViolationError

MOST_TRAILING_EVENTS = 25
_PAGE = 1000


class MultiAssetSensorEvaluationContext(SensorEvaluationContext):
    """What the function of a sensor of several assets is told: their materializations that it has not consumed.

    Args:
        instance_ref: the instance, where it is not given as `instance`.
        monitored_assets: the assets: their keys, or a selection.
        options: as for SensorEvaluationContext; `repository_def` or `definitions` is needed.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> from daglab.definitions.definitions import Definitions
        >>> @asset
        ... def orders(): ...
        >>> context = build_multi_asset_sensor_context(
        ...     monitored_assets=[orders.key], definitions=Definitions(assets=[orders])
        ... )
        >>> context.assets_defs_by_key[AssetKey("orders")] is orders
        True
    """

    def __init__(
        self, instance_ref: Any = None, monitored_assets: Sequence[AssetKey] | AssetSelection = (), **options: Any
    ) -> None:
        super().__init__(instance_ref, built_by="build_multi_asset_sensor_context", **options)
        if self.repository_def is None:
            raise InvalidInvocationError(
                "a sensor of several assets needs to know them", hint="give repository_def= or definitions="
            )
        graph = self.repository_def.asset_graph
        chosen = monitored_assets
        self._keys = sorted(chosen.resolve(graph)) if isinstance(chosen, AssetSelection) else list(chosen)
        self._nodes = {key: graph.get(key) if graph.has(key) else None for key in self._keys}
        self._positions = read_positions(self.cursor)
        self._advanced: dict[AssetKey, dict[int, str | None]] = defaultdict(dict)
        self._all_advanced = False

    @property
    def asset_keys(self) -> Sequence[AssetKey]:
        """The assets that are looked at."""
        return self._keys

    @property
    def assets_defs_by_key(self) -> Mapping[AssetKey, Any]:
        """Their definitions; None for those that are defined elsewhere."""
        return {key: node.assets_def if node else None for key, node in self._nodes.items()}

    # ---- events

    def latest_materialization_records_by_key(
        self, asset_keys: Sequence[AssetKey] | None = None
    ) -> Mapping[AssetKey, Any]:
        """For each asset the newest materialization, None if it is consumed or there is none."""
        found = {}
        for key in self._keys if asset_keys is None else asset_keys:
            newest = self.instance.fetch_materializations(key, limit=1).records
            consumed = self._position(key).event_id or 0
            found[key] = newest[0] if newest and newest[0].storage_id > consumed else None
        return found

    def materialization_records_for_key(self, asset_key: AssetKey, limit: int | None = None) -> Sequence[Any]:
        """The materializations of an asset after the last one that was consumed, the oldest first."""
        self._check_monitored(asset_key)
        return self._records_after(asset_key, self._position(asset_key).event_id or 0)[:limit]

    def latest_materialization_records_by_partition(
        self, asset_key: AssetKey, after_cursor_partition: bool | None = False
    ) -> Mapping[str, Any]:
        """For each partition of an asset the newest materialization that is not consumed, in the order of events.

        Args:
            asset_key: the asset.
            after_cursor_partition: only partitions after that of the last event that was consumed.
        """
        self._check_monitored(asset_key)
        wanted = list(self._partitions(asset_key).get_partition_keys(dynamic_partitions_store=self.instance))
        last = self._position(asset_key).partition
        if after_cursor_partition and last is not None:
            wanted = wanted[wanted.index(last) + 1 :]
        known, found = set(wanted), dict[str, Any]()
        events = [*self.get_trailing_unconsumed_events(asset_key), *self.materialization_records_for_key(asset_key)]
        for record in events:
            if record.partition_key in known:
                found.pop(record.partition_key, None)
                found[record.partition_key] = record
        return found

    def latest_materialization_records_by_partition_and_asset(self) -> Mapping[str, Mapping[AssetKey, Any]]:
        """For each partition the newest materialization of each asset that is not consumed."""
        definitions = [node.partitions_def if node else None for node in self._nodes.values()]
        if not definitions or any(one is None or one != definitions[0] for one in definitions):
            raise InvalidInvocationError("All assets must be partitioned and share the same partitions definition")
        found: dict[str, dict[AssetKey, Any]] = defaultdict(dict)
        for key in self._keys:
            for partition, record in self.latest_materialization_records_by_partition(key).items():
                found[partition][key] = record
        return found

    def get_trailing_unconsumed_events(self, asset_key: AssetKey) -> Sequence[Any]:
        """The events before the last one that was consumed that were not consumed themselves, the oldest first."""
        ids = set(self._position(asset_key).trailing.values())
        return [one for one in self._records_after(asset_key, min(ids) - 1) if one.storage_id in ids] if ids else []

    # ---- the cursor

    def advance_cursor(self, materialization_records_by_key: Mapping[AssetKey, Any]) -> None:
        """Marks events as consumed; the next tick does not see them."""
        for key, record in materialization_records_by_key.items():
            if record is not None:
                self._advanced[key][record.storage_id] = record.partition_key
        self._cursor_updated = True

    def advance_all_cursors(self) -> None:
        """Marks all events as consumed."""
        self.advance_cursor(self.latest_materialization_records_by_key())
        self._all_advanced = True

    def get_cursor_partition(self, asset_key: AssetKey | None) -> str | None:
        """The partition of the last event of an asset that was consumed."""
        if asset_key is None and len(self._keys) == 1:
            asset_key = self._keys[0]
        if asset_key is None:
            raise InvalidInvocationError("Asset key must be provided when multiple assets are defined")
        self._check_monitored(asset_key)
        return self._position(asset_key).partition

    def update_cursor_after_evaluation(self) -> None:
        """Writes what was marked as consumed into the cursor."""
        if any(self._advanced.values()):
            positions = {key: self._advanced_position(key) for key in self._keys}
            self._cursor = write_positions(positions)
            self._positions = read_positions(self._cursor)
            self._advanced = defaultdict(dict)
            self._all_advanced = False

    def _advanced_position(self, key: AssetKey) -> AssetPosition:
        before, consumed = self._position(key), self._advanced.get(key)
        if not consumed:
            return before
        last = max(consumed)
        trailing = {} if self._all_advanced else self._trailing(key, before, consumed)
        if last <= (before.event_id or 0):
            return AssetPosition(before.partition, before.event_id, trailing)
        return AssetPosition(consumed[last], last, trailing)

    def _trailing(self, key: AssetKey, before: AssetPosition, consumed: Mapping[int, str | None]) -> dict[str, int]:
        last = max(max(consumed), before.event_id or 0)
        passed = [one for one in self._records_after(key, before.event_id or 0) if one.storage_id < last]
        newest = {one.partition_key: one.storage_id for one in [*self.get_trailing_unconsumed_events(key), *passed]}
        done: dict[str | None, int] = {}
        for event_id, partition in consumed.items():
            done[partition] = max(event_id, done.get(partition, 0))
        trailing = {
            partition: event_id
            for partition, event_id in newest.items()
            if partition is not None and event_id > done.get(partition, 0)
        }
        if len(trailing) >= MOST_TRAILING_EVENTS:
            raise InvariantViolationError(
                f"the sensor has left {len(trailing)} partitions of {key} unconsumed, which are too many",
                hint="consume them: get_trailing_unconsumed_events() and advance_cursor(), or advance_all_cursors()",
            )
        return trailing

    # ---- partitions

    def all_partitions_materialized(self, asset_key: AssetKey, partitions: Sequence[str] | None = None) -> bool:
        """Whether all partitions of an asset, or those that are named, were ever materialized."""
        if partitions is not None and not partitions:
            raise InvalidInvocationError("Must provide at least one partition in list")
        if partitions is None:
            self._check_monitored(asset_key)
            partitions = self._partitions(asset_key).get_partition_keys(dynamic_partitions_store=self.instance)
        return set(partitions) <= set(self.instance.get_materialized_partitions(asset_key))

    def get_downstream_partition_keys(
        self, partition_key: str, from_asset_key: AssetKey, to_asset_key: AssetKey
    ) -> Sequence[str]:
        """The partitions of a downstream asset that need a partition of an upstream asset."""
        upstream, downstream = self._partitions(from_asset_key), self._partitions(to_asset_key)
        spec = self.repository_def.asset_graph.get(to_asset_key).assets_def.specs_by_key[to_asset_key]
        given = [dep.partition_mapping for dep in spec.deps if dep.asset_key == from_asset_key]
        mapping = infer_partition_mapping(given[0] if given else None, downstream, upstream)
        subset = upstream.subset_with_partition_keys([partition_key])
        found = mapping.get_downstream_partitions_for_partitions(
            subset, upstream, downstream, dynamic_partitions_store=self.instance
        )
        return list(found.get_partition_keys())

    def _partitions(self, key: AssetKey) -> PartitionsDefinition:
        graph = self.repository_def.asset_graph
        definition = graph.get(key).partitions_def if graph.has(key) else None
        if not isinstance(definition, PartitionsDefinition):
            raise InvalidInvocationError(f"Asset key {key} is not partitioned", hint="give the asset a partitions_def")
        return definition

    def _position(self, key: AssetKey) -> AssetPosition:
        return self._positions.get(str(key), AssetPosition())

    def _check_monitored(self, key: AssetKey) -> None:
        if key not in self._nodes:
            raise InvalidInvocationError(
                f"Asset key {key} not monitored by sensor.", hint=f"it looks at {', '.join(map(str, self._keys))}"
            )

    def _records_after(self, key: AssetKey, event_id: int) -> list[Any]:
        """The materializations after an event, the oldest first."""
        found: list[Any] = []
        cursor, more = None, True
        while more:
            page = self.instance.fetch_materializations(key, limit=_PAGE, cursor=cursor)
            new = [record for record in page.records if record.storage_id > event_id]
            found += new
            cursor, more = page.cursor, page.has_more and len(new) == len(page.records)
        return found[::-1]


def build_multi_asset_sensor_context(
    *,
    monitored_assets: Sequence[AssetKey] | AssetSelection,
    repository_def: Any = None,
    instance: Any = None,
    cursor: str | None = None,
    repository_name: str | None = None,
    cursor_from_latest_materializations: bool = False,
    resources: Mapping[str, object] | None = None,
    definitions: Any = None,
    last_sensor_start_time: float | None = None,
) -> MultiAssetSensorEvaluationContext:
    """The context for calling a sensor of several assets directly, in a test.

    Args:
        monitored_assets: the assets: their keys, or a selection.
        repository_def: the repository that the sensor belongs to.
        instance: the instance.
        cursor: what the last tick left.
        repository_name: the name of the repository.
        cursor_from_latest_materializations: begins after all materializations that there are.
        resources: resources by key.
        definitions: the Definitions that the sensor belongs to, instead of `repository_def`.
        last_sensor_start_time: when the sensor was started, in seconds since 1970.

    Raises:
        InvalidInvocationError: the repository is missing, or arguments exclude each other.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> from daglab.definitions.definitions import Definitions
        >>> @asset
        ... def orders(): ...
        >>> build_multi_asset_sensor_context(
        ...     monitored_assets=[orders.key], definitions=Definitions(assets=[orders])
        ... ).asset_keys
        [AssetKey(['orders'])]
    """
    if cursor_from_latest_materializations and (cursor or instance is None):
        raise InvalidInvocationError(
            "cursor_from_latest_materializations makes the cursor from an instance",
            hint="give an instance, and no cursor",
        )
    context = MultiAssetSensorEvaluationContext(
        monitored_assets=monitored_assets,
        cursor=cursor,
        repository_name=repository_name,
        instance=instance,
        repository_def=as_repository(definitions, repository_def),
        resources=resources,
        last_sensor_start_time=last_sensor_start_time,
    )
    if cursor_from_latest_materializations:
        context.advance_all_cursors()
        context.update_cursor_after_evaluation()
        context._cursor_updated = False
    return context
