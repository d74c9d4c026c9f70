"""Events of assets that no run tells of."""

from __future__ import annotations

from daglab.definitions.data_version import DATA_VERSION_TAG
from daglab.definitions.user_events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from daglab.errors import InvalidInvocationError
from daglab.foundation.clock import SystemClock
from daglab.foundation.ids import new_run_id
from daglab.history.public_values import CODE_VERSION_TAG
from daglab.records.assets import CheckEvaluation, Materialization, Observation
from daglab.records.events import Event, EventType


def runless_event(told: AssetMaterialization | AssetObservation | AssetCheckEvaluation) -> Event:
    """The event to store, of run "".

    Raises:
        InvalidInvocationError: it is no event of an asset.
    """
    now = SystemClock().now()
    payload: Materialization | Observation | CheckEvaluation
    match told:
        case AssetMaterialization():
            kind, tags = EventType.ASSET_MATERIALIZATION, dict(told.tags or {})
            payload = Materialization(
                asset_key=str(told.asset_key),
                run_id="",
                step_key="",
                at=now,
                code_version=tags.get(CODE_VERSION_TAG, ""),
                data_version=tags.get(DATA_VERSION_TAG) or new_run_id(),
                partition=told.partition or "",
                metadata=told.metadata,
                tags=tags,
                description=told.description or "",
            )
        case AssetObservation():
            kind, tags = EventType.ASSET_OBSERVATION, dict(told.tags or {})
            payload = Observation(
                asset_key=str(told.asset_key),
                run_id="",
                step_key="",
                at=now,
                partition=told.partition or "",
                data_version=tags.get(DATA_VERSION_TAG, ""),
                description=told.description or "",
                metadata=told.metadata,
                tags=tags,
            )
        case AssetCheckEvaluation():
            kind = EventType.ASSET_CHECK_EVALUATION
            payload = CheckEvaluation(
                asset_key=str(told.asset_key),
                check_name=told.check_name,
                run_id="",
                at=now,
                passed=told.passed,
                partition=told.partition or "",
                severity=told.severity,
                blocking=bool(told.blocking),
                message=told.description or "",
                metadata=told.metadata,
            )
        case _:
            raise InvalidInvocationError(
                f"{told!r:.200} cannot be reported",
                hint="give an AssetMaterialization, an AssetObservation or an AssetCheckEvaluation",
            )
    return Event(run_id="", type=kind, at=now, payload=payload)
