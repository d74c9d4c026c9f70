"""What a run did, in the words of its events."""

from __future__ import annotations

from typing import Any


def steps(result: Any, kind: str = "STEP_START") -> list[str]:
    """The steps of which an event of a kind tells, in order."""
    return [one.step_key for one in result.all_events if one.event_type_value == kind]
