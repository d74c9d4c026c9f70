"""Storing a value and reading it again without a disk, and equality that overlooks nothing."""

from __future__ import annotations

import io
import struct
from typing import Any

from daglab.io_managers.formats import choose_format


def round_trip(value: Any) -> tuple[str, Any]:
    """The name of the format and what comes back; ("pickle", the value) where no exact format takes it."""
    chosen = choose_format(value)
    if chosen is None:
        return "pickle", value
    form, content = chosen
    return form.name, form.load(io.BytesIO(as_bytes(content)))


def as_bytes(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content
    file = io.BytesIO()
    content(file)
    return file.getvalue()


def same(one: Any, other: Any) -> bool:
    """Equality of plain values with types, order of keys, the sign of zero, and NaN as equal to itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return struct.pack("d", one) == struct.pack("d", other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    return bool(one == other)
