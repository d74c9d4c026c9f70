"""How several `Definitions` become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daglab.errors import InvariantViolationError

_LISTS = ("assets", "schedules", "sensors", "jobs", "asset_checks")


def merged_fields(parts: Sequence[Any]) -> dict[str, Any]:
    """The arguments of the whole.

    Raises:
        InvariantViolationError: two of them have different resources or loggers of one name, or different executors.
    """
    values: dict[str, Any] = {name: [one for part in parts for one in getattr(part, name)] for name in _LISTS}
    values["resources"] = _merged(parts, "resources")
    values["loggers"] = _merged(parts, "loggers") or None
    values["executor"] = _single_executor(parts)
    values["metadata"] = {key: value for part in parts for key, value in part.metadata.items()}
    return values


def _merged(parts: Sequence[Any], field: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    first: dict[str, int] = {}
    for number, part in enumerate(parts):
        for key, value in (getattr(part, field) or {}).items():
            if key in found and found[key] is not value:
                raise InvariantViolationError(
                    f"Definitions {first[key]} and {number} have different {field} named {key!r}",
                    hint="rename one, or give both the same object",
                )
            found[key] = value
            first.setdefault(key, number)
    return found


def _single_executor(parts: Sequence[Any]) -> Any:
    given = [(number, part.executor) for number, part in enumerate(parts) if part.executor is not None]
    for number, executor in given:
        if executor is not given[0][1]:
            raise InvariantViolationError(
                f"Definitions {given[0][0]} and {number} have different executors", hint="give one of them only"
            )
    return given[0][1] if given else None
