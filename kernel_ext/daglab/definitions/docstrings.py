"""What docstrings say: a description, and what is said of each parameter and of what is given back."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

_SECTION = re.compile(r"^(Args|Arguments|Parameters|Params|Returns|Raises|Yields|Example|Examples|Note|Notes):\s*$")
_ENTRY = re.compile(r"^\s+(\*{0,2}\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")
_SPHINX = re.compile(r"^:(?:param|parameter|arg)\s+(?:[^:]*\s)?(\w+):\s*(.*)$")
_SPHINX_RETURNS = re.compile(r"^:returns?:\s*(.*)$")


def read_description(function: Callable[..., Any]) -> str | None:
    """A function's docstring without its indentation; None where there is none.

    Example:
        >>> def clean(): "Drops rows."
        >>> read_description(clean)
        'Drops rows.'
    """
    text = getattr(function, "__doc__", None)
    return inspect.cleandoc(text).strip() if text is not None else None


def read_parameter_descriptions(function: Callable[..., Any]) -> dict[str, str]:
    """What a docstring says of each parameter, in Google's or in Sphinx' way of writing it.

    Example:
        >>> def clean(rows):
        ...     '''Drops rows.
        ...
        ...     Args:
        ...         rows (list): what was loaded,
        ...             in any order
        ...     '''
        >>> read_parameter_descriptions(clean)
        {'rows': 'what was loaded,\\nin any order'}
    """
    found: dict[str, str] = {}
    indent = None
    current = ""
    for line in _section(function, ("Args", "Arguments", "Parameters", "Params")):
        depth = len(line) - len(line.lstrip())
        entry = _ENTRY.match(line)
        if entry and (indent is None or depth <= indent):
            indent = depth
            current = entry[1].lstrip("*")
            found[current] = entry[2].strip()
        elif current and line.strip():
            found[current] = f"{found[current]}\n{line.strip()}".strip()
    for line in (read_description(function) or "").splitlines():
        said = _SPHINX.match(line)
        if said:
            found[said[1]] = said[2].strip()
    return {name: text for name, text in found.items() if text}


def read_return_description(function: Callable[..., Any]) -> str | None:
    """What a docstring says of what is given back; None where it says nothing.

    Example:
        >>> def count():
        ...     '''Counts.
        ...
        ...     Returns:
        ...         int: how many
        ...     '''
        >>> read_return_description(count)
        'how many'
    """
    lines = [line.strip() for line in _section(function, ("Returns",)) if line.strip()]
    if lines:
        kind, colon, said = lines[0].partition(": ")
        first = said if colon and re.fullmatch(r"[\w.\[\], |]+", kind) else lines[0]
        return "\n".join([first, *lines[1:]])
    for line in (read_description(function) or "").splitlines():
        returned = _SPHINX_RETURNS.match(line)
        if returned:
            return returned[1].strip() or None
    return None


def _section(function: Callable[..., Any], names: tuple[str, ...]) -> list[str]:
    """The indented lines below one of these headings."""
    lines: list[str] = []
    inside = False
    for line in (read_description(function) or "").splitlines():
        heading = _SECTION.match(line)
        if heading:
            inside = heading[1] in names
        elif line and not line[0].isspace():
            inside = False
        elif inside:
            lines.append(line)
    return lines
