"""What is left of magics and shell lines after IPython's syntax became Python: calls of `get_ipython()`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Line magics that bind names which no analysis can know.
DYNAMIC_LINE_MAGICS: Final = frozenset({"run", "store", "pylab", "load", "macro", "rerun", "recall", "loadpy"})
# Line magics whose argument is Python code.
_CODE_MAGICS: Final = frozenset({"time", "timeit", "prun", "memit", "mprun", "lprun", "pdef", "psource"})

_EXPANDED: Final = re.compile(r"(?<!\$)\{([^{}]*)\}|(?<!\$)\$\{?([A-Za-z_]\w*)")
_WORD: Final = re.compile(r"(?<![\w.'\"])[^\W\d]\w*")


@dataclass(frozen=True, kw_only=True, slots=True)
class MagicCall:
    """`get_ipython().<method>(...)`; `magic` is the line magic's name, "" if it is another method."""

    method: str
    magic: str
    arguments: tuple[str, ...]


def ipython_call(node: ast.Call, function: ast.Attribute) -> MagicCall | None:
    """Reads a call as a call on `get_ipython()`, None if it is none."""
    shell = function.value
    if not (isinstance(shell, ast.Call) and isinstance(shell.func, ast.Name) and shell.func.id == "get_ipython"):
        return None
    texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    magic = texts.pop(0) if texts and function.attr in ("run_line_magic", "run_cell_magic") else ""
    return MagicCall(method=function.attr, magic=magic, arguments=tuple(texts))


def names_in_magic(call: MagicCall) -> Iterator[str]:
    """Names that a magic or a shell line may take from the notebook: `{x}`, `$x`, or the code it is given."""
    for text in call.arguments:
        for braces, dollar in _EXPANDED.findall(text):
            yield from _WORD.findall(braces)
            if dollar:
                yield dollar
        if call.magic in _CODE_MAGICS:
            yield from _names_in_code(text)


def _names_in_code(text: str) -> Iterator[str]:
    # Options such as "-n 3" stand before the code.
    for start in range(len(words := text.split(" "))):
        try:
            tree = ast.parse(" ".join(words[start:]).strip())
        except (SyntaxError, ValueError):
            continue
        yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
        return
