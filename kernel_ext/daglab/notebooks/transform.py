"""From what a cell may hold, IPython syntax included, to Python."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Any

# Cell magics around ordinary Python: what they do (time, profile, hide output) is of no use in production.
TRANSPARENT_MAGICS = frozenset({"time", "capture", "prun"})

_CELL_MAGIC = re.compile(r"\s*%%(?P<name>[A-Za-z_][\w.]*)(?P<rest>[^\n]*)")
_HANDS_ON = re.compile(r"(?:^|\s)(?:--out|--err|--output|--input|-o|-i)[\s=]+\w|\{\w|\$\w")
_TIMED_LINE = re.compile(r"(?P<indent>[ \t]*)get_ipython\(\)\.run_line_magic\('time', (?P<code>.*)\)$", re.MULTILINE)
_CONTINUED_ESCAPE = re.compile(r"[ \t]*(?:[\w, \t]+=[ \t]*)?[!%].*\\$")


def cell_magic(source: str) -> str | None:
    """The name of the cell magic that a cell begins with, None if it begins with none.

    Example:
        >>> cell_magic("%%bash\\nls")
        'bash'
    """
    found = _CELL_MAGIC.match(source)
    return found["name"] if found else None


def is_foreign(source: str) -> bool:
    """Whether a cell magic hands the cell to something that is not Python, such as `%%bash` or `%%html`."""
    source = _unwrapped(source)
    return cell_magic(source) is not None


def to_python(source: str) -> str:
    """Turns the source of a cell into Python, line by line where that can be.

    A cell in another language (`is_foreign`) becomes empty. Source that is Python already comes back as it is,
    without IPython being imported: no line with a magic, a shell command or a question mark is valid Python,
    and a line such as `% b` that only continues an expression stays what it is.

    Raises:
        SyntaxError: IPython could not read it, either; most mistakes stay in the result, though.
    """
    source = source.replace("\r\n", "\n")
    if _is_python(source):
        return source
    captures = _captures(source)
    source = _unwrapped(source)
    if cell_magic(source) is not None:
        return _handed_on(source)
    if not _is_python(source):
        source = _untimed(_transformed(source))
    lines = source.split("\n")
    for line, call in captures.items():
        lines[line] = call
    return "\n".join(lines)


def _unwrapped(source: str) -> str:
    """Without the first lines that are transparent magics; their lines stay, empty."""
    while (found := _CELL_MAGIC.match(source)) and found["name"] in TRANSPARENT_MAGICS:
        source = "\n" * source[: found.end()].count("\n") + source[found.end() :]
    return source


def _captures(source: str) -> dict[int, str]:
    """Calls that bind `out` for `%%capture out`, by their lines from 0; the rest of the cell is ordinary code."""
    found: dict[int, str] = {}
    at = 0
    while (magic := _CELL_MAGIC.match(source, at)) and magic["name"] in TRANSPARENT_MAGICS:
        at = magic.end()
        names = [word for word in magic["rest"].split() if not word.startswith("-")]
        if magic["name"] == "capture" and names and names[0].isidentifier():
            line = source.count("\n", 0, at)
            found[line] = f"get_ipython().run_cell_magic('capture', {names[0]!r}, 'pass')"
    return found


def _handed_on(source: str) -> str:
    """A cell in another language: a call if it says which names it takes or gives, as `%%bash --out text` does."""
    magic = _CELL_MAGIC.match(source)
    if magic is None or not _HANDS_ON.search(magic["rest"]):
        return ""
    body = source[magic.end() :].removeprefix("\n")
    blank = "\n" * source.count("\n", 0, magic.end())
    return f"{blank}get_ipython().run_cell_magic({magic['name']!r}, {magic['rest'].strip()!r}, {body!r})"


@lru_cache(maxsize=512)
def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _transformed(source: str) -> str:
    wanted = source.rstrip("\n").count("\n")
    result = _ipython_transformed(source)
    if result.rstrip("\n").count("\n") != wanted:
        # IPython joins an escaped line and its continuations into one, and all lines below move up.
        padded = _ipython_transformed(_pad_continued_escapes(source))
        if padded.rstrip("\n").count("\n") == wanted:
            return padded
    return result


def _ipython_transformed(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    # IPython drops leading blank lines; tracebacks need them.
    body = re.sub(r"\A(?:[ \t]*\n)+", "", source)
    blank_lines = source.count("\n") - body.count("\n")
    manager: Any = TransformerManager
    return "\n" * blank_lines + str(manager().transform_cell(body))


def _pad_continued_escapes(source: str) -> str:
    lines = source.split("\n")
    result: list[str] = []
    index = 0
    while index < len(lines):
        line, consumed = lines[index], 0
        if _CONTINUED_ESCAPE.match(line):
            while line.endswith("\\") and index + consumed + 1 < len(lines):
                consumed += 1
                line = line[:-1] + " " + lines[index + consumed].strip()
        result.extend([line, *[""] * consumed])
        index += consumed + 1
    return "\n".join(result)


def _untimed(source: str) -> str:
    """`%time x = f()` binds x: what it times is ordinary code."""

    def inner(found: re.Match[str]) -> str:
        try:
            code = ast.literal_eval(found["code"])
        except (SyntaxError, ValueError):
            return found[0]
        plain = isinstance(code, str) and "\n" not in code and bool(code.strip()) and _is_python(code)
        return found["indent"] + code.strip() if plain else found[0]

    return _TIMED_LINE.sub(inner, source)
