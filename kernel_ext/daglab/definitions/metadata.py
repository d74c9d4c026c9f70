"""Metadata: facts about a value, each with a kind that says how it is shown."""

from __future__ import annotations

import builtins
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, TypeAlias

from daglab.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class MetadataValue:
    """A fact about an asset, a check or an output, with the kind that says how it is shown.

    Build one with the class methods; plain Python values are taken for what they are.

    Example:
        >>> MetadataValue.int(336_776)
        MetadataValue(kind='int', value=336776)
        >>> MetadataValue.of("a note").kind
        'text'
    """

    kind: str
    value: Any

    @classmethod
    def text(cls, text: str) -> MetadataValue:
        """Text, shown as it is."""
        return cls("text", text)

    @classmethod
    def md(cls, data: str) -> MetadataValue:
        """Markdown."""
        return cls("md", data)

    @classmethod
    def json(cls, data: Any) -> MetadataValue:
        """Anything that JSON can hold."""
        return cls("json", _jsonable(data))

    @classmethod
    def url(cls, url: str) -> MetadataValue:
        """An address, shown as a link."""
        return cls("url", url)

    @classmethod
    def path(cls, path: str | PurePath) -> MetadataValue:
        """A file's path."""
        return cls("path", str(path))

    @classmethod
    def int(cls, value: builtins.int) -> MetadataValue:
        """A whole number."""
        return cls("int", value)

    @classmethod
    def float(cls, value: builtins.float) -> MetadataValue:
        """A number; nan and the infinities are kept."""
        return cls("float", value)

    @classmethod
    def bool(cls, value: builtins.bool) -> MetadataValue:
        """Yes or no."""
        return cls("bool", value)

    @classmethod
    def timestamp(cls, value: datetime) -> MetadataValue:
        """A moment; must be aware of its zone."""
        if value.tzinfo is None:
            raise DefinitionError(f"the timestamp {value!r} has no zone", hint="use datetime.now(UTC) or the like")
        return cls("timestamp", value.isoformat())

    @classmethod
    def null(cls) -> MetadataValue:
        """Nothing."""
        return cls("null", None)

    @classmethod
    def of(cls, raw: object) -> MetadataValue:
        """Takes a plain Python value for what it is.

        Raises:
            DefinitionError: JSON cannot hold it.
        """
        if isinstance(raw, MetadataValue):
            return raw
        for kind, types in _KIND_BY_TYPE:
            if isinstance(raw, types):
                return cls(kind, raw)
        if isinstance(raw, PurePath):
            return cls.path(raw)
        if isinstance(raw, datetime):
            return cls.timestamp(raw)
        if hasattr(raw, "item") and getattr(raw, "shape", None) == ():
            return cls.of(raw.item())
        return cls.json(raw)


_KIND_BY_TYPE: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("null", type(None)),
    ("bool", bool),
    ("int", int),
    ("float", float),
    ("text", str),
)

Metadata: TypeAlias = Mapping[str, MetadataValue]
RawMetadata: TypeAlias = Mapping[str, Any]


def normalize_metadata(raw: RawMetadata | None) -> dict[str, MetadataValue]:
    """Turns plain values into metadata values; names every entry that cannot be one."""
    found: dict[str, MetadataValue] = {}
    problems = []
    for name, value in (raw or {}).items():
        try:
            found[str(name)] = MetadataValue.of(value)
        except DefinitionError as error:
            problems.append(f"{name!r}: {error.message}")
    if problems:
        raise DefinitionError(
            "metadata that cannot be kept: " + "; ".join(problems), hint="use MetadataValue.text(...)"
        )
    return found


def metadata_to_json(metadata: Metadata) -> dict[str, list[Any]]:
    """The stored form, name -> [kind, value]; numbers that JSON lacks are written as text."""
    return {name: [entry.kind, _finite(entry.value)] for name, entry in metadata.items()}


def metadata_from_json(data: Mapping[str, Any]) -> dict[str, MetadataValue]:
    """Reads what `metadata_to_json` wrote."""
    return {
        name: MetadataValue(kind, float(value) if kind == "float" else value) for name, (kind, value) in data.items()
    }


def _finite(value: Any) -> Any:
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def _jsonable(data: object) -> Any:
    if isinstance(data, Mapping):
        return {str(key): _jsonable(value) for key, value in data.items()}
    if isinstance(data, (list, tuple, set, frozenset)):
        return [_jsonable(value) for value in data]
    if data is None or isinstance(data, (str, bool, int)):
        return data
    if isinstance(data, float):
        return _finite(data)
    if hasattr(data, "item") and getattr(data, "shape", None) == ():
        return _jsonable(data.item())
    raise DefinitionError(f"a value of type {type(data).__name__} has no JSON form")
