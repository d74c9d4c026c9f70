"""What a sensor answers, and what a tick makes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from daglab.definitions.partitions.dynamic_requests import AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest
from daglab.definitions.run_request import RunRequest, SkipReason
from daglab.definitions.user_events import AssetCheckEvaluation, AssetMaterialization, AssetObservation
from daglab.errors import InvalidDefinitionError, InvariantViolationError

DynamicRequest = AddDynamicPartitionsRequest | DeleteDynamicPartitionsRequest
AssetEvent = AssetMaterialization | AssetObservation | AssetCheckEvaluation


@dataclass(frozen=True, init=False)
class SensorResult:
    """All that a sensor can answer at once.

    Args:
        run_requests: the runs.
        skip_reason: why there is none; not together with runs.
        cursor: what is left for the next tick.
        dynamic_partitions_requests: keys of dynamic partitions to add or delete, before the runs are launched.
        asset_events: what is known of assets, to be recorded.

    Raises:
        InvalidDefinitionError: runs together with a reason to skip, or something of a wrong type.

    Example:
        >>> SensorResult(skip_reason="nothing new").skip_reason
        SkipReason(skip_message='nothing new')
    """

    run_requests: Sequence[RunRequest]
    skip_reason: SkipReason | None
    cursor: str | None
    dynamic_partitions_requests: Sequence[DynamicRequest]
    asset_events: list[AssetEvent]

    def __init__(
        self,
        run_requests: Sequence[RunRequest] | None = None,
        skip_reason: str | SkipReason | None = None,
        cursor: str | None = None,
        dynamic_partitions_requests: Sequence[DynamicRequest] | None = None,
        asset_events: Sequence[AssetEvent] | None = None,
    ) -> None:
        if skip_reason and run_requests:
            raise InvalidDefinitionError(
                "a SensorResult has both run_requests and a skip_reason", hint="give one of them"
            )
        reason = SkipReason(skip_reason) if isinstance(skip_reason, str) else skip_reason
        if reason is not None and not isinstance(reason, SkipReason):
            raise InvalidDefinitionError(f"a SensorResult has the skip_reason {reason!r}", hint="give text")
        if cursor is not None and not isinstance(cursor, str):
            raise InvalidDefinitionError(f"a SensorResult has the cursor {cursor!r}", hint="give text")
        kinds: dict[str, tuple[Any, tuple[type, ...]]] = {
            "run_requests": (run_requests, (RunRequest,)),
            "dynamic_partitions_requests": (
                dynamic_partitions_requests,
                (AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest),
            ),
            "asset_events": (asset_events, (AssetMaterialization, AssetObservation, AssetCheckEvaluation)),
        }
        for name, (given, kind) in kinds.items():
            object.__setattr__(self, name, _checked_list(name, given, kind))
        object.__setattr__(self, "skip_reason", reason)
        object.__setattr__(self, "cursor", cursor)


@dataclass(frozen=True)
class RunReaction:
    """A sensor's answer to a run that came to an end: it was seen, and nothing is to be launched.

    Args:
        dagster_run: the run.
        error: what the sensor's function raised.
        run_status: the status that the run came to.
    """

    dagster_run: Any
    error: BaseException | None = None
    run_status: Any = None


@dataclass(frozen=True)
class SensorExecutionData:
    """What one tick of a sensor asks for.

    Args:
        run_requests: the runs.
        skip_message: why there is none.
        cursor: what is left for the next tick.
        dagster_run_reactions: the runs that were seen.
        dynamic_partitions_requests: keys of dynamic partitions to add or delete.
        asset_events: what is known of assets, to be recorded.
    """

    run_requests: Sequence[RunRequest] = ()
    skip_message: str | None = None
    cursor: str | None = None
    dagster_run_reactions: Sequence[RunReaction] = ()
    dynamic_partitions_requests: Sequence[DynamicRequest] = ()
    asset_events: Sequence[AssetEvent] = field(default_factory=list)


def check_dynamic_requests(requests: Sequence[DynamicRequest]) -> None:
    """Raises InvariantViolationError if a key is added or deleted twice, or added and deleted."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for request in requests:
        verb = "add" if isinstance(request, AddDynamicPartitionsRequest) else "delete"
        for key in request.partition_keys:
            seen[request.partitions_def_name, key].append(verb)
    for (name, key), verbs in seen.items():
        if len(verbs) > 1:
            raise InvariantViolationError(
                f"Dynamic partition requests for {name!r} {' and '.join(verbs)} the same partition key {key!r}",
                hint="ask for one change per key",
            )


def _checked_list(name: str, given: Any, kinds: tuple[type, ...]) -> list[Any]:
    if given is not None and (isinstance(given, str) or not isinstance(given, Sequence)):
        raise InvalidDefinitionError(f"a SensorResult has {name}={given!r}", hint="give a list")
    wrong = [one for one in given or () if not isinstance(one, kinds)]
    if wrong:
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise InvalidDefinitionError(f"{name} of a SensorResult hold {wrong[0]!r}", hint=f"give {expected}")
    return list(given or ())
