"""Records as JSON, and back.

The form is stable: fields that hold their default are left out, a field that a later version added is ignored by an
earlier one, and one that is missing takes its default. Moments are written as ISO 8601 in UTC.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from daglab.definitions.metadata import MetadataValue, metadata_from_json, metadata_to_json
from daglab.records.events import PAYLOAD_KINDS, Payload

R = TypeVar("R")
Coder = Callable[[Any], Any]

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_KIND_OF = {kind: name for name, kind in PAYLOAD_KINDS.items()}


def payload_to_text(payload: Payload | None) -> str | None:
    """A payload as one line of JSON, its kind first; None for no payload."""
    if payload is None:
        return None
    return _compact({"kind": _KIND_OF[type(payload)], **to_json(payload)})


def payload_from_text(text: str | None) -> Payload | None:
    """Reads what `payload_to_text` wrote; None for a kind that only later versions know."""
    if text is None:
        return None
    data = json.loads(text)
    kind = PAYLOAD_KINDS.get(data.pop("kind"))
    found: Payload | None = from_json(kind, data) if kind else None
    return found


def to_text(record: object) -> str:
    """Any record as one line of JSON."""
    return _compact(to_json(record))


def from_text(kind: type[R], text: str) -> R:
    """Reads what `to_text` wrote."""
    return from_json(kind, json.loads(text))


def to_json(record: object) -> dict[str, Any]:
    """A record as a dictionary that JSON can hold, fields at their default left out."""
    found = {}
    kind: Any = type(record)
    for name, default, encode in _encoders(kind):
        value = getattr(record, name)
        if value is not default and value != default:
            found[name] = encode(value) if encode else value
    return found


def from_json(kind: type[R], data: Mapping[str, Any]) -> R:
    """A record from such a dictionary.

    Raises:
        TypeError: a field that has no default is missing.
    """
    hashable: Any = kind
    decoders = _decoders(hashable)
    known = {name: value for name, value in data.items() if name in decoders}
    return kind(**{name: (decode(known[name]) if (decode := decoders[name]) else known[name]) for name in known})


def _compact(data: object) -> str:
    return _ENCODER.encode(data)


@cache
def _encoders(kind: Any) -> tuple[tuple[str, object, Coder | None], ...]:
    hints = get_type_hints(kind)
    return tuple((one.name, _default_of(one), _encoder(hints[one.name])) for one in fields(kind))


@cache
def _decoders(kind: Any) -> dict[str, Coder | None]:
    hints = get_type_hints(kind)
    return {one.name: _decoder(hints[one.name]) for one in fields(kind)}


def _default_of(field: Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def _encoder(hint: Any) -> Coder | None:
    inner = _without_none(hint)
    if is_dataclass(inner):
        return to_json
    if inner is datetime:
        return lambda value: value.astimezone(UTC).isoformat()
    if get_origin(inner) is tuple and is_dataclass(get_args(inner)[0]):
        return lambda value: [to_json(one) for one in value]
    if get_origin(inner) is Mapping:
        return _mapping_encoder(get_args(inner)[1])
    return None


def _mapping_encoder(hint: Any) -> Coder | None:
    if hint is MetadataValue:
        return metadata_to_json
    if is_dataclass(hint):
        return lambda value: {key: to_json(one) for key, one in value.items()}
    return dict


def _decoder(hint: Any) -> Coder | None:
    inner = _without_none(hint)
    if is_dataclass(inner) and isinstance(inner, type):
        return lambda data: from_json(inner, data)
    if inner is datetime:
        return datetime.fromisoformat
    if isinstance(inner, type) and issubclass(inner, StrEnum):
        return inner
    if get_origin(inner) is tuple:
        one = _decoder(get_args(inner)[0])
        return (lambda data: tuple(map(one, data))) if one else tuple
    if get_origin(inner) is Mapping and get_args(inner)[1] is MetadataValue:
        return metadata_from_json
    if get_origin(inner) is Mapping and is_dataclass(get_args(inner)[1]):
        value_kind = get_args(inner)[1]
        return lambda data: {key: from_json(value_kind, one) for key, one in data.items()}
    return None


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        rest = [one for one in get_args(hint) if one is not type(None)]
        return rest[0] if len(rest) == 1 else hint
    return hint
