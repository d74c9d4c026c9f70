"""The tags of ops, graphs, jobs and runs: text by text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from daglab.errors import InvalidDefinitionError


def normalize_tags(tags: Mapping[str, Any] | None, owner: str = "tags") -> dict[str, str]:
    """Tags as text; values that are no text are written as JSON.

    Args:
        tags: what was given.
        owner: what they are tags of, for the message.

    Raises:
        InvalidDefinitionError: a key that is no text, or a value that JSON cannot carry unchanged.

    Example:
        >>> normalize_tags({"team": "data", "limits": {"cpu": 2}})
        {'team': 'data', 'limits': '{"cpu": 2}'}
    """
    return {_checked_key(key, owner): _as_text(key, value, owner) for key, value in (tags or {}).items()}


def _checked_key(key: object, owner: str) -> str:
    if not isinstance(key, str):
        raise InvalidDefinitionError(f"{owner}: the tag {key!r} is not text", hint="tags are named by strings")
    return key


def _as_text(key: str, value: object, owner: str) -> str:
    if isinstance(value, str):
        return value
    try:
        written = json.dumps(value)
        unchanged = json.loads(written) == value
    except (TypeError, ValueError):
        unchanged = False
    if not unchanged:
        raise InvalidDefinitionError(
            f"{owner}: the value {value!r} of the tag {key!r} cannot be written as JSON",
            hint="give it as a string, or as something that JSON carries unchanged",
        )
    return written
