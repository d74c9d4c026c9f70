"""Metadata as messages carry it: each value with its type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from daglab.errors import PipesError, suggest
from daglab.external.protocol import (
    METADATA_TYPES,
    PipesMetadataRawValue,
    PipesMetadataValue,
)

Metadata = Mapping[str, PipesMetadataRawValue | PipesMetadataValue]


def typed_metadata(metadata: Metadata | None, method: str) -> dict[str, PipesMetadataValue] | None:
    """Gives every plain value the type that lets the step find out; None for nothing.

    Args:
        metadata: name to plain value, or to `{"raw_value": ..., "type": ...}`.
        method: who was given it, for messages.

    Raises:
        PipesError: it is no dictionary, or an entry is none of both, or JSON cannot hold it; all of them are listed.

    Example:
        >>> typed_metadata({"rows": 3}, "report")
        {'rows': {'raw_value': 3, 'type': '__infer__'}}
    """
    if not metadata:
        return None
    if not isinstance(metadata, Mapping):
        raise PipesError(f"{method} was given metadata={metadata!r:.200}", hint="give a dictionary, name to value")
    problems = [text for name, value in metadata.items() if (text := _problem(name, value))]
    if problems:
        raise PipesError(
            f"{method} was given metadata that cannot be reported: {'; '.join(problems)}",
            hint="give numbers, text, lists, or {'raw_value': ..., 'type': 'json'}",
        )
    return {name: _typed(value) for name, value in metadata.items()}


def _typed(value: PipesMetadataRawValue | PipesMetadataValue) -> PipesMetadataValue:
    if isinstance(value, Mapping):
        return cast(PipesMetadataValue, dict(value))
    return {"raw_value": value, "type": "__infer__"}


def _problem(name: object, value: object) -> str:
    if not isinstance(name, str):
        return f"the name {name!r:.200} is no text"
    if isinstance(value, Mapping):
        if value.keys() != {"raw_value", "type"}:
            return f"{name!r} is the dictionary {value!r:.200}, which has not just 'raw_value' and 'type'"
        if value["type"] not in METADATA_TYPES:
            kind = str(value["type"])
            return f"{name!r} is of the type {kind!r}, which there is not; {suggest(kind, METADATA_TYPES)}".rstrip("; ")
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        return f"{name!r} has no JSON form ({error})"
    return ""
