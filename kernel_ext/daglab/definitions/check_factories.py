"""Checks that many assets need, made ready: of freshness, of metadata within bounds, of columns that stay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.check_decorator import AssetChecksDefinition, multi_asset_check
from daglab.definitions.freshness_checks import (
    FRESHNESS_PARAMETERS,
    TimePartitionFreshness,
    UpdateFreshness,
    partitions_of,
)
from daglab.definitions.freshness_policy import check_cron, check_zone
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.results import AssetCheckResult, AssetCheckSeverity
from daglab.definitions.specs import AssetCheckSpec, key_of
from daglab.definitions.table_metadata import TableSchema
from daglab.errors import InvalidDefinitionError, InvariantViolationError

COLUMN_SCHEMA = "dagster/column_schema"
Verdict = Callable[[Any, AssetKey], AssetCheckResult]


def build_last_update_freshness_checks(
    *,
    assets: Sequence[object],
    lower_bound_delta: timedelta,
    deadline_cron: str | None = None,
    timezone: str = "UTC",
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    blocking: bool = False,
) -> Sequence[AssetChecksDefinition]:
    """Checks that assets were made, or seen to have changed, not too long ago.

    Args:
        assets: keys or definitions.
        lower_bound_delta: how long ago, counted from now or from the last deadline.
        deadline_cron: the deadlines.
        timezone: of the deadlines.
        severity: how bad it is.
        blocking: whether assets downstream wait.

    Raises:
        InvalidDefinitionError: a cron expression or zone that cannot be.
        InvariantViolationError: an asset twice.

    Example:
        >>> checks = build_last_update_freshness_checks(assets=["flights"], lower_bound_delta=timedelta(hours=1))
        >>> [str(key) for key in checks[0].check_keys]
        ['flights:freshness_check']
    """
    if deadline_cron is not None:
        check_cron(deadline_cron)
    check_zone(timezone)
    freshness = UpdateFreshness(
        lower_bound_delta=lower_bound_delta, deadline_cron=deadline_cron, timezone=timezone, severity=severity
    )
    return _build(
        assets,
        name="freshness_check",
        step="freshness_check",
        description="Looks at when the asset was last updated.",
        metadata={FRESHNESS_PARAMETERS: MetadataValue.json(freshness.parameters)},
        blocking=blocking,
        verdict=freshness.evaluate,
    )


def build_time_partition_freshness_checks(
    *,
    assets: Sequence[object],
    deadline_cron: str,
    timezone: str = "UTC",
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    blocking: bool = False,
) -> Sequence[AssetChecksDefinition]:
    """Checks that the partition that was complete at the last deadline has been made.

    Args:
        assets: keys or definitions of assets with time partitions.
        deadline_cron: the deadlines.
        timezone: of the deadlines.
        severity: how bad it is.
        blocking: whether assets downstream wait.

    Raises:
        InvalidDefinitionError: a cron expression or zone that cannot be.
        InvariantViolationError: an asset twice.

    Example:
        >>> checks = build_time_partition_freshness_checks(assets=["flights"], deadline_cron="0 9 * * *")
        >>> [str(key) for key in checks[0].check_keys]
        ['flights:freshness_check']
    """
    check_cron(deadline_cron)
    check_zone(timezone)
    freshness = TimePartitionFreshness(
        deadline_cron=deadline_cron, timezone=timezone, severity=severity, partitions=partitions_of(assets)
    )
    return _build(
        assets,
        name="freshness_check",
        step="freshness_check",
        description="Looks at whether the latest partition that is due is there.",
        metadata={FRESHNESS_PARAMETERS: MetadataValue.json(freshness.parameters)},
        blocking=blocking,
        verdict=freshness.evaluate,
    )


def build_metadata_bounds_checks(
    *,
    assets: Sequence[object],
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    metadata_key: str,
    min_value: float | None = None,
    max_value: float | None = None,
    exclusive_min: bool = False,
    exclusive_max: bool = False,
) -> Sequence[AssetChecksDefinition]:
    """Checks that a number among the metadata of the last materialization is within bounds.

    Args:
        assets: keys or definitions.
        severity: how bad it is.
        metadata_key: the name of the number.
        min_value: the least that it may be.
        max_value: the most that it may be.
        exclusive_min: whether it must be more than `min_value`.
        exclusive_max: whether it must be less than `max_value`.

    Raises:
        InvalidDefinitionError: no bound, or bounds in the wrong order.
        InvariantViolationError: an asset twice.

    Example:
        >>> checks = build_metadata_bounds_checks(assets=["flights"], metadata_key="rows", min_value=1)
        >>> [str(key) for key in checks[0].check_keys]
        ['flights:rows_bounds_check']
    """
    if min_value is None and max_value is None:
        raise InvalidDefinitionError(f"bounds of {metadata_key!r}: there are none", hint="give min_value or max_value")
    if min_value is not None and max_value is not None and min_value > max_value:
        raise InvalidDefinitionError(
            f"bounds of {metadata_key!r}: min_value {min_value} is above max_value {max_value}", hint="swap them"
        )

    bounds = _Bounds(
        metadata_key=metadata_key,
        min_value=min_value,
        max_value=max_value,
        exclusive_min=exclusive_min,
        exclusive_max=exclusive_max,
    )

    def verdict(context: Any, key: AssetKey) -> AssetCheckResult:
        passed, said = bounds.judge(_latest(context, key, 1))
        return AssetCheckResult(passed=passed, severity=severity, description=said)

    return _build(
        assets,
        name=f"{metadata_key}_bounds_check",
        step="asset_check",
        description=f"`{metadata_key}` of the last materialization is {bounds}.",
        metadata={},
        blocking=False,
        verdict=verdict,
    )


def build_column_schema_change_checks(
    *, assets: Sequence[object], severity: AssetCheckSeverity = AssetCheckSeverity.WARN
) -> Sequence[AssetChecksDefinition]:
    """Checks that the columns are the same as in the materialization before; they are read from the metadata.

    Args:
        assets: keys or definitions.
        severity: how bad it is.

    Raises:
        InvariantViolationError: an asset twice.

    Example:
        >>> checks = build_column_schema_change_checks(assets=["flights"])
        >>> [str(key) for key in checks[0].check_keys]
        ['flights:column_schema_change']
    """

    def verdict(context: Any, key: AssetKey) -> AssetCheckResult:
        latest = _latest(context, key, 2)
        if len(latest) < 2:
            return AssetCheckResult(
                passed=True, severity=severity, description="the asset was materialized fewer than 2 times"
            )
        schemas = [one.metadata.get(COLUMN_SCHEMA) for one in latest]
        for schema, which in zip(schemas, ("last", "previous"), strict=True):
            if schema is None:
                return AssetCheckResult(
                    passed=False, severity=severity, description=f"the {which} materialization tells no column schema"
                )
        changes = _changes(old=schemas[1].value, new=schemas[0].value)
        said = "\n\n".join(changes) or "the columns are the same as in the previous materialization"
        return AssetCheckResult(passed=not changes, severity=severity, description=said)

    return _build(
        assets,
        name="column_schema_change",
        step="asset_check",
        description="Compares the columns of the last two materializations.",
        metadata={},
        blocking=False,
        verdict=verdict,
    )


@dataclass(frozen=True, kw_only=True)
class _Bounds:
    metadata_key: str
    min_value: float | None
    max_value: float | None
    exclusive_min: bool
    exclusive_max: bool

    def judge(self, latest: Sequence[Any]) -> tuple[bool, str]:
        """Whether the last of these materializations is within bounds, and what there is to say."""
        if not latest:
            return False, "the asset was never materialized"
        if self.metadata_key not in latest[0].metadata:
            return False, f"its metadata has no {self.metadata_key!r}"
        value = latest[0].metadata[self.metadata_key].value
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return False, f"{self.metadata_key!r} is {value!r}, which is no number"
        if self._is_within(value):
            return True, f"{self.metadata_key!r} is {value}, which is {self}"
        return False, f"{self.metadata_key!r} is {value}, which is not {self}"

    def _is_within(self, value: float) -> bool:
        low, high = self.min_value, self.max_value
        if low is not None and (value <= low if self.exclusive_min else value < low):
            return False
        return high is None or (value < high if self.exclusive_max else value <= high)

    def __str__(self) -> str:
        low = f"{'more than' if self.exclusive_min else 'at least'} {self.min_value}"
        high = f"{'less than' if self.exclusive_max else 'at most'} {self.max_value}"
        return " and ".join([low] * (self.min_value is not None) + [high] * (self.max_value is not None))


def _changes(*, old: TableSchema, new: TableSchema) -> list[str]:
    before, after = ({one.name: one.type for one in schema.columns} for schema in (old, new))
    added = [name for name in after if name not in before]
    removed = [name for name in before if name not in after]
    changed = [f"- {name}: {before[name]} -> {kind}" for name, kind in after.items() if before.get(name, kind) != kind]
    found = []
    if added:
        found.append(f"Added columns: {', '.join(added)}")
    if removed:
        found.append(f"Removed columns: {', '.join(removed)}")
    if changed:
        found.append("\n".join(["Changed types:", *changed]))
    return found


def _latest(context: Any, key: AssetKey, count: int) -> list[Any]:
    records = context.instance.fetch_materializations(key, limit=count).records
    return [record.asset_materialization for record in records]


def _build(
    assets: Sequence[object],
    *,
    name: str,
    step: str,
    description: str,
    metadata: Mapping[str, Any],
    blocking: bool,
    verdict: Verdict,
) -> Sequence[AssetChecksDefinition]:
    """One step that evaluates the check of every asset."""
    keys = [key for one in assets for key in _keys_of(one)]
    twice = sorted({str(key) for key in keys if keys.count(key) > 1})
    if twice:
        raise InvariantViolationError(f"the checks {name!r} are asked for {twice} twice", hint="name each asset once")
    specs = [
        AssetCheckSpec(name, asset=key, description=description, metadata=metadata, blocking=blocking) for key in keys
    ]
    # The step's name must tell it from those of other assets, and be the same in every process.
    digest = hashlib.sha256("|".join([name, *sorted(map(str, keys))]).encode()).hexdigest()[:8]

    @multi_asset_check(specs=specs, name=f"{step}_{digest}", can_subset=True)
    def evaluate(context: Any) -> Iterator[AssetCheckResult]:
        selected = context.selected_asset_check_keys
        for spec in specs:
            if spec.key in selected:
                found = verdict(context, spec.asset_key)
                yield AssetCheckResult(
                    passed=found.passed,
                    asset_key=spec.asset_key,
                    check_name=spec.name,
                    metadata=found.metadata,
                    severity=found.severity,
                    description=found.description,
                )

    return [evaluate]


def _keys_of(asset: object) -> list[AssetKey]:
    specs = getattr(asset, "specs_by_output", None)
    return [spec.key for spec in specs.values()] if specs else [key_of(asset)]
