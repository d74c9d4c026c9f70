"""The first place where two values of one type differ."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from typing import Any

from daglab.io_managers.value_format import has_type

_DEEPEST = 50
_ADDRESS = re.compile(" at 0x[0-9a-fA-F]+")


def first_difference(before: Any, after: Any, path: str = "", depth: int = 0) -> str | None:
    """Says where two values differ first, and how; None where they are equal.

    Example:
        >>> first_difference([1, {"a": 2}], [1, {"a": 3}])
        "[1]['a']: 2 became 3"
    """
    if before is after or same(before, after):
        return None
    if type(before) is type(after) and depth < _DEEPEST:
        found = _inside(before, after, path, depth)
        if found is not None or type(before) in (list, tuple, dict):
            return found
    return _told(path, before, after)


def same(before: Any, after: Any) -> bool:
    """Whether two values are equal; two missing ones are, and what cannot be compared is not."""
    if has_type(before, "numpy", "ndarray") or has_type(after, "numpy", "ndarray"):
        return type(before) is type(after) and _array_difference(before, after, "") is None
    try:
        return bool(before == after) or bool(before != before and after != after)
    except Exception:
        return False


def shortened(value: object) -> str:
    """A value as short text, without the address that it has in memory."""
    return _ADDRESS.sub("", _SHORTENER.repr(value))


def _inside(before: Any, after: Any, path: str, depth: int) -> str | None:
    if has_type(before, "numpy", "ndarray"):
        return _array_difference(before, after, path)
    if isinstance(before, Mapping):
        return _of_mappings(before, after, path, depth)
    if isinstance(before, (list, tuple)):
        for place, (one, other) in enumerate(zip(before, after, strict=False)):
            found = first_difference(one, other, f"{path}[{place}]", depth + 1)
            if found is not None:
                return found
        if len(before) != len(after):
            return f"{path}: {len(before)} items became {len(after)}".lstrip(": ")
    if isinstance(before, (set, frozenset)):
        gone, new = sorted(map(shortened, before - after)), sorted(map(shortened, after - before))
        told = [f"{word} {', '.join(some[:5])}" for word, some in (("gone:", gone), ("new:", new)) if some]
        return f"{path}: {'; '.join(told)}".lstrip(": ")
    return None


def _of_mappings(before: Mapping[Any, Any], after: Mapping[Any, Any], path: str, depth: int) -> str | None:
    for key, value in before.items():
        place = f"{path}[{shortened(key)}]"
        if key not in after:
            return f"{place}: is gone, it was {shortened(value)}"
        found = first_difference(value, after[key], place, depth + 1)
        if found is not None:
            return found
    for key, value in after.items():
        if key not in before:
            return f"{path}[{shortened(key)}]: is new, it is {shortened(value)}"
    return None


def _array_difference(before: Any, after: Any, path: str) -> str | None:
    for word in ("shape", "dtype"):
        was, now = getattr(before, word), getattr(after, word)
        if was != now:
            return f"{path}: its {word} was {was} and is {now}".lstrip(": ")
    if before.dtype.names is None and before.dtype.kind != "O":
        differing = (before != after) & ~((before != before) & (after != after))
        if not before.ndim:
            return _told(path, before.item(), after.item()) if differing else None
        places = differing.nonzero()
        if not len(places[0]):
            return None
        first = tuple(int(one[0]) for one in places)
        place = f"{path}[{', '.join(map(str, first))}]"
        several = f" ({len(places[0]):,} elements differ)" if len(places[0]) > 1 else ""
        return _told(place, before[first].item(), after[first].item()) + several
    return first_difference(before.tolist(), after.tolist(), path)


def _told(path: str, before: object, after: object) -> str:
    was, now = shortened(before), shortened(after)
    if was == now:
        change = f"it is another {type(after).__name__}, and looks the same: {now}"
        if type(before) is not type(after):
            change = f"a {type(before).__name__} became a {type(after).__name__}"
    else:
        change = f"{was} became {now}"
    return f"{path}: {change}" if path else change


_SHORTENER = reprlib.Repr()
_SHORTENER.maxlist = _SHORTENER.maxtuple = _SHORTENER.maxdict = _SHORTENER.maxset = _SHORTENER.maxfrozenset = 6
_SHORTENER.maxstring = _SHORTENER.maxother = _SHORTENER.maxlong = 80
