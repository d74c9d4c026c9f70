"""The percent format: a `.py` file whose cells begin with `# %%`, as VS Code, Spyder and jupytext write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_MARKER = re.compile(r"#\s*%%(?!%)(?=\s|\[|$)(?P<title>.*)")
_KIND = re.compile(r"\[(markdown|md|raw)\]")
_TAGS = re.compile(r"\btags=(\[[^\]]*\])")
# jupytext writes magics as comments, so that the file stays importable.
_COMMENTED_MAGIC = re.compile(
    r"# ?(?=%%?[A-Za-z_]{2}|![A-Za-z_./~]|[A-Za-z_]\w*[ \t]*=[ \t]*(?:%[A-Za-z_]|![A-Za-z_./~]))"
)
_HEADER = re.compile(r"\A(?:#!.*\n)?# ---\n(?:#.*\n)*?# ---[ \t]*(?:\n|\Z)")


@dataclass(frozen=True, kw_only=True, slots=True)
class PercentBlock:
    """One cell of a percent file."""

    kind: Literal["code", "markdown", "raw"]
    source: str
    tags: tuple[str, ...]


def has_cells(text: str) -> bool:
    """Whether a Python file is in the percent format.

    Example:
        >>> has_cells("# %%\\nx = 1"), has_cells("x = 1  # %%")
        (True, False)
    """
    return any(_MARKER.match(line) for line in text.splitlines())


def split_percent(text: str) -> Iterator[PercentBlock]:
    """Splits a percent file into cells.

    What stands before the first marker is a code cell, unless it is blank or jupytext's header.

    Example:
        >>> [block.source for block in split_percent("# %%\\nx = 1\\n\\n# %%\\ny = x\\n")]
        ['x = 1', 'y = x']
    """
    text = _HEADER.sub("", text.replace("\r\n", "\n"))
    title: str | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        marker = _MARKER.match(line)
        if marker is None:
            lines.append(line)
            continue
        if title is not None or any(map(str.strip, lines)):
            yield _block(title or "", lines)
        title, lines = marker["title"], []
    if title is not None or any(map(str.strip, lines)):
        yield _block(title or "", lines)


def _block(title: str, lines: list[str]) -> PercentBlock:
    found = _KIND.search(title)
    tags = _tags(title)
    while lines and not lines[-1].strip():
        lines.pop()
    if found is None:
        return PercentBlock(kind="code", source="\n".join(map(_uncomment_magic, lines)), tags=tags)
    kind: Literal["markdown", "raw"] = "raw" if found[1] == "raw" else "markdown"
    return PercentBlock(kind=kind, source="\n".join(re.sub(r"^# ?", "", line) for line in lines), tags=tags)


def _uncomment_magic(line: str) -> str:
    return _COMMENTED_MAGIC.sub("", line, count=1) if _COMMENTED_MAGIC.match(line) else line


def _tags(title: str) -> tuple[str, ...]:
    found = _TAGS.search(title)
    if found is None:
        return ()
    try:
        return tuple(tag for tag in json.loads(found[1]) if isinstance(tag, str))
    except json.JSONDecodeError:
        return ()
