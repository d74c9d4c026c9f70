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
_GIVEN: Final = re.compile(r"(?:^|\s)(?:--out|--err|--output|-o)[\s=]+([\w,]+)")
_TAKEN: Final = re.compile(r"(?:^|\s)(?:--input|-i)[\s=]+([\w,]+)")
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


def names_bound_by_magic(call: MagicCall) -> Iterator[str]:
    """Names that a cell magic binds: out for `%%capture out` and `%%bash --out out`, x for `%%R -o x`."""
    if call.method != "run_cell_magic" or not call.arguments:
        return
    line = call.arguments[0]
    if call.magic == "capture":
        yield from [word for word in line.split() if word.isidentifier()][:1]
    else:
        yield from (name for names in _GIVEN.findall(line) for name in names.split(",") if name.isidentifier())


def names_in_magic(call: MagicCall) -> Iterator[str]:
    """Names that a magic or a shell line may take from the notebook: `{x}`, `$x`, or the code it is given."""
    if call.method == "run_cell_magic":
        for names in _TAKEN.findall(call.arguments[0] if call.arguments else ""):
            yield from (name for name in names.split(",") if name.isidentifier())
    # What stands in the cell below is not expanded.
    for text in call.arguments[:1] if call.method == "run_cell_magic" else call.arguments:
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


def captured_name(node: ast.stmt) -> str | None:
    """The name that `%%capture NAME` binds, if that is what a statement stands for."""
    value = node.value if isinstance(node, ast.Expr) else None
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
        return None
    call = ipython_call(value, value.func)
    return next(names_bound_by_magic(call), None) if call is not None and call.magic == "capture" else None
