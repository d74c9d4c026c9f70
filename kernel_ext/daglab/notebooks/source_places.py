"""Where the sources of cells stand in the text of an `.ipynb` file, so that one can be changed and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcePlace:
    """The value of a cell's "source": `text[start:end]`, a string or a list of strings."""

    start: int
    end: int


def source_places(text: str) -> list[SourcePlace | None]:
    """Finds the source of every cell, None for a cell that has none.

    Args:
        text: a notebook of nbformat 4, known to be valid JSON.

    Example:
        >>> text = '{"cells": [{"source": "x = 1"}]}'
        >>> [text[place.start : place.end] for place in source_places(text)]
        ['"x = 1"']
    """
    start = 1 if text.startswith("\ufeff") else 0
    found: list[SourcePlace | None] = []
    for key, place in _members(text, _skip(text, start)):
        if key == "cells":
            # Of a key that stands twice, the last one counts.
            found = [_source_of(text, cell) for cell in _elements(text, place.start)]
    return found


def with_first_lines(text: str, lines: Mapping[int, str]) -> str:
    """The text of the notebook with one more line at the beginning of some cells.

    Args:
        text: the notebook.
        lines: the new lines, by the positions of their cells, counted from 1.

    Example:
        >>> with_first_lines('{"cells": [{"source": ["x = 1\\\\n", "x"]}]}', {1: "%%asset"})
        '{"cells": [{"source": ["%%asset\\\\n", "x = 1\\\\n", "x"]}]}'
    """
    places = source_places(text)
    parts: list[str] = []
    done = 0
    for position in sorted(lines):
        place = places[position - 1]
        if place is None:
            raise ValueError(f"cell {position} has no source")
        at, inserted = _insertion(text, place, lines[position])
        parts += [text[done:at], inserted]
        done = at
    return "".join([*parts, text[done:]])


def _insertion(text: str, place: SourcePlace, line: str) -> tuple[int, str]:
    value = json.loads(text[place.start : place.end])
    source = value if isinstance(value, str) else "".join(value)
    ending = "\r\n" if re.match(r"[^\n]*\r\n", source) else "\n"
    quoted = json.dumps(line + ending, ensure_ascii=text.isascii())
    if text[place.start] == '"':
        return place.start + 1, quoted[1:-1]
    elements = list(_elements(text, place.start))
    if not elements:
        return place.start + 1, quoted
    first = elements[0]
    alone = "," + text[place.start + 1 : first.start]
    return first.start, quoted + (text[first.end : elements[1].start] if len(elements) > 1 else alone)


def _source_of(text: str, cell: SourcePlace) -> SourcePlace | None:
    if text[cell.start] != "{":
        return None
    return next((place for key, place in reversed(list(_members(text, cell.start))) if key == "source"), None)


def _members(text: str, start: int) -> Iterator[tuple[str, SourcePlace]]:
    """The members of the object that begins at a place; values are skipped, not kept."""
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, at) + 1)
        at = _end(text, value)
        yield key, SourcePlace(start=value, end=at)
        at = _after_comma(text, at)


def _elements(text: str, start: int) -> Iterator[SourcePlace]:
    """The elements of the list that begins at a place."""
    at = _skip(text, start + 1)
    while text[at] != "]":
        end = _end(text, at)
        yield SourcePlace(start=at, end=end)
        at = _after_comma(text, end)


def _end(text: str, start: int) -> int:
    return _DECODER.raw_decode(text, start)[1]


def _after_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
