"""When an asset counts as fresh: by the time of its last update, or by its partitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from daglab.definitions.asset_dep import key_of
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.results import AssetCheckResult, AssetCheckSeverity
from daglab.errors import InvariantViolationError
from daglab.foundation.clock import SystemClock
from daglab.foundation.cron import Cron

FRESHNESS_PARAMETERS = "dagster/freshness_params"
LOWER_BOUND = "dagster/freshness_lower_bound_timestamp"
LATEST_DEADLINE = "dagster/latest_cron_tick_timestamp"
FRESH_UNTIL = "dagster/fresh_until_timestamp"
LAST_UPDATED = "dagster/last_updated_timestamp"
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class UpdateFreshness:
    """Fresh if it was updated since some time before now, or before the last deadline.

    Args:
        lower_bound_delta: how long before.
        deadline_cron: the deadlines; now where there are none.
        timezone: of the deadlines.
        severity: how bad it is if not.
    """

    lower_bound_delta: timedelta
    deadline_cron: str | None
    timezone: str
    severity: AssetCheckSeverity

    @property
    def parameters(self) -> dict[str, Any]:
        """What it was asked for, for the metadata."""
        found: dict[str, Any] = {
            "timezone": self.timezone,
            "lower_bound_delta_seconds": self.lower_bound_delta.total_seconds(),
        }
        return {**found, "deadline_cron": self.deadline_cron} if self.deadline_cron else found

    def evaluate(self, context: Any, key: AssetKey) -> AssetCheckResult:
        """The verdict for one asset."""
        now = SystemClock().now()
        deadline = _last_tick(self.deadline_cron, self.timezone, now)
        bound = (deadline or now) - self.lower_bound_delta
        updated = last_updated(context.instance, key)
        facts: dict[str, MetadataValue] = {
            FRESHNESS_PARAMETERS: MetadataValue.json(self.parameters),
            LOWER_BOUND: MetadataValue.timestamp(bound),
        }
        if deadline is not None:
            facts[LATEST_DEADLINE] = MetadataValue.timestamp(deadline)
        if updated is None:
            return self._result(False, "the asset was never materialized or observed", facts)
        facts[LAST_UPDATED] = MetadataValue.timestamp(updated)
        if updated < bound:
            said = f"the asset is overdue: it was last updated at {updated:%Y-%m-%d %H:%M:%S} UTC"
            return self._result(False, said, facts)
        until = _next_tick(self.deadline_cron, self.timezone, now) or updated + self.lower_bound_delta
        facts[FRESH_UNTIL] = MetadataValue.timestamp(until)
        return self._result(True, f"the asset is fresh: it was last updated at {updated:%Y-%m-%d %H:%M:%S} UTC", facts)

    def _result(self, passed: bool, said: str, facts: Mapping[str, Any]) -> AssetCheckResult:
        return AssetCheckResult(passed=passed, severity=self.severity, description=said, metadata=facts)


@dataclass(frozen=True, kw_only=True)
class TimePartitionFreshness:
    """Fresh if the partition that was complete at the last deadline is there.

    Args:
        deadline_cron: the deadlines.
        timezone: of the deadlines.
        severity: how bad it is if not.
        partitions: the partitions of the assets, as far as they are known here.
    """

    deadline_cron: str
    timezone: str
    severity: AssetCheckSeverity
    partitions: Mapping[AssetKey, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, Any]:
        """What it was asked for, for the metadata."""
        return {"timezone": self.timezone, "deadline_cron": self.deadline_cron}

    def evaluate(self, context: Any, key: AssetKey) -> AssetCheckResult:
        """The verdict for one asset.

        Raises:
            InvariantViolationError: it has no time partitions.
        """
        now = SystemClock().now()
        deadline = _last_tick(self.deadline_cron, self.timezone, now) or now
        partitions = self.partitions.get(key) or _partitions_in_job(context, key)
        if not hasattr(partitions, "get_prev_partition_window"):
            raise InvariantViolationError(
                f"asset {str(key)!r} has no time partitions, and is to be checked for them",
                hint="use build_last_update_freshness_checks",
            )
        window = partitions.get_prev_partition_window(deadline)
        facts: dict[str, MetadataValue] = {
            FRESHNESS_PARAMETERS: MetadataValue.json(self.parameters),
            LATEST_DEADLINE: MetadataValue.timestamp(deadline),
        }
        if window is None:
            return self._result(True, "no partition is due yet", facts)
        expected = partitions.get_partition_key_for_timestamp(window.start.timestamp())
        made = set(context.instance.get_materialized_partitions(key))
        if expected in made:
            following = _next_tick(self.deadline_cron, self.timezone, now) or now
            facts[FRESH_UNTIL] = MetadataValue.timestamp(following)
            return self._result(True, f"the asset is fresh: its partition {expected!r} is there", facts)
        said = f"partition {expected!r} was due, and is not there"
        return self._result(False, f"the asset is overdue: {said}" if made else f"never materialized: {said}", facts)

    def _result(self, passed: bool, said: str, facts: Mapping[str, Any]) -> AssetCheckResult:
        return AssetCheckResult(passed=passed, severity=self.severity, description=said, metadata=facts)


def last_updated(instance: Any, key: AssetKey) -> datetime | None:
    """When an asset was last made, or last seen to have changed."""
    made = instance.fetch_materializations(key, limit=1).records
    seen = instance.fetch_observations(key, limit=1).records
    moments = [datetime.fromtimestamp(one.timestamp, UTC) for one in made]
    for one in seen:
        told = one.asset_observation.metadata.get(LAST_UPDATED)
        moments.append(datetime.fromtimestamp(told.value if told else one.timestamp, UTC))
    return max(moments, default=None)


def partitions_of(assets: Iterable[object]) -> dict[AssetKey, Any]:
    """The partitions of the assets that were given as definitions."""
    found = {}
    for asset in assets:
        specs = getattr(asset, "specs_by_output", None)
        for one in specs.values() if specs else [asset]:
            partitions = getattr(one, "partitions_def", None)
            if partitions is not None:
                found[key_of(one)] = partitions
    return found


def _partitions_in_job(context: Any, key: AssetKey) -> Any:
    job = getattr(context, "job_def", None)
    return partitions_of(getattr(job, "assets", ())).get(key)


def _last_tick(cron: str | None, timezone: str, moment: datetime) -> datetime | None:
    if cron is None:
        return None
    return next(iter(Cron.of(cron, timezone).ticks_back_from(moment)), None)


def _next_tick(cron: str | None, timezone: str, moment: datetime) -> datetime | None:
    if cron is None:
        return None
    return next(iter(Cron.of(cron, timezone).ticks_from(moment + _TICK)), None)
