"""How far a sensor of several assets has come, per asset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from daglab.definitions.asset_key import AssetKey


@dataclass(frozen=True)
class AssetPosition:
    """How far a sensor has come with one asset.

    Args:
        partition: the partition of the last event that was consumed.
        event_id: the id of the last event that was consumed.
        trailing: for a partition the newest event before that one that was not consumed.
    """

    partition: str | None = None
    event_id: int | None = None
    trailing: Mapping[str, int] = field(default_factory=dict)


def read_positions(cursor: str | None) -> dict[str, AssetPosition]:
    """The positions that a cursor tells, by asset key as text; none if it is not such a cursor.

    Example:
        >>> read_positions('{"orders": ["2024-01-31", 7, {}]}')["orders"].event_id
        7
    """
    try:
        found = json.loads(cursor or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: AssetPosition(*parts) for key, parts in found.items() if isinstance(parts, list) and len(parts) == 3}


def write_positions(positions: Mapping[AssetKey, AssetPosition]) -> str:
    """The cursor that tells those positions."""
    return json.dumps({str(key): [one.partition, one.event_id, dict(one.trailing)] for key, one in positions.items()})
