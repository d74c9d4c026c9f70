"""Formats for what Python itself brings: bytes, text, and trees that JSON can hold."""

from __future__ import annotations

import json
import math
from typing import Any, BinaryIO

_DEEPEST = 100
_LONGEST_INT = 4096  # bits; Python refuses to read whole numbers of more than 4,300 digits from text
_SCALARS = frozenset({str, int, bool, type(None)})


class RawBytes:
    """`bytes` as they are."""

    name = "bytes"
    extension = "bin"

    def accepts(self, value: object) -> bool:
        """See `ValueFormat`."""
        return type(value) is bytes

    def dump(self, value: bytes) -> bytes:
        """See `ValueFormat`."""
        return value

    def load(self, file: BinaryIO) -> bytes:
        """See `ValueFormat`."""
        return file.read()


class Utf8Text:
    """`str` as UTF-8, line ends untouched; lone surrogates have no such form."""

    name = "text"
    extension = "txt"

    def accepts(self, value: object) -> bool:
        """See `ValueFormat`."""
        return type(value) is str

    def dump(self, value: str) -> bytes | None:
        """See `ValueFormat`."""
        try:
            return value.encode()
        except UnicodeEncodeError:
            return None

    def load(self, file: BinaryIO) -> str:
        """See `ValueFormat`."""
        return file.read().decode()


class JsonTree:
    """None, booleans, numbers, and lists and dictionaries of them and of text.

    Only exact built-in types, finite numbers, text keys, and containers that occur once: a tuple would come back as a
    list, an int key as text, and a list that occurs twice as two lists.
    """

    name = "json"
    extension = "json"

    def __init__(self) -> None:
        # The walk in `dump` has already excluded circles, so the encoder need not look for them again.
        self._encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False).encode

    def accepts(self, value: object) -> bool:
        """See `ValueFormat`."""
        return type(value) in _JSON_ROOTS

    def dump(self, value: Any) -> bytes | None:
        """See `ValueFormat`."""
        if not _is_json_tree(value, _DEEPEST, set()):
            return None
        try:
            return self._encode(value).encode()
        except UnicodeEncodeError:
            return None

    def load(self, file: BinaryIO) -> Any:
        """See `ValueFormat`."""
        return json.loads(file.read())


_JSON_ROOTS = frozenset({type(None), bool, int, float, list, dict})


def _is_json_tree(value: object, depth: int, seen: set[int]) -> bool:
    """Whether a value survives JSON; `seen` holds the ids of the containers met so far."""
    kind = type(value)
    if kind in _SCALARS:
        return kind is not int or value.bit_length() <= _LONGEST_INT  # type: ignore[attr-defined]
    if kind is float:
        return math.isfinite(value)  # type: ignore[arg-type]
    if (kind is not list and kind is not dict) or depth == 0 or id(value) in seen:
        return False
    seen.add(id(value))
    items: Any = value
    if kind is dict:
        if not all(type(key) is str for key in items):
            return False
        items = items.values()
    return all(_is_json_tree(item, depth - 1, seen) for item in items)
