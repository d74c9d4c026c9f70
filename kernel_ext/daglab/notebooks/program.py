"""The code that one asset needs, ready to run in a fresh namespace."""

from __future__ import annotations
import __future__

import ast
import builtins
import linecache
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from daglab.notebooks.live_names import BorrowedShell, EventLoop, show

_MAIN = "__main__"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgramPart:
    """What is used of one cell.

    Attributes:
        cell_position: counted from 1 over all cells.
        source: the whole cell as Python, with its own line numbers.
        statements: which top-level statements of it are used, counted from 0, ascending.
        lines: first and last line of each of them.
        inputs: names of inputs that are set right before this part runs.
        features: what is imported from `__future__` for it.
    """

    cell_position: int
    cell_id: str | None
    source: str
    statements: tuple[int, ...]
    lines: tuple[tuple[int, int], ...]
    inputs: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgramResult:
    """The namespace after a run; `value` is that of the last expression, if it was asked for."""

    namespace: dict[str, Any]
    value: object = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """Statements of a notebook in document order, and the names that hold the result.

    A plain picklable value; compiled code is kept per process.
    """

    path: Path
    parts: tuple[ProgramPart, ...]
    result_names: tuple[str, ...] = ()

    def filename(self, part: ProgramPart) -> str:
        """What tracebacks call the cell, for example "flights.ipynb cell 3"."""
        return f"{self.path.name} cell {part.cell_position}"

    def run(self, inputs: Mapping[str, object], *, capture_last: bool = False) -> ProgramResult:
        """Runs the parts in order in a fresh namespace, as a kernel would.

        Args:
            inputs: the values of input names.
            capture_last: yield the value of the last part's last statement, if it is an expression.

        Raises:
            KeyError: an input is missing.
            BaseException: whatever the code raises; its traceback shows the lines of the cell.
        """
        namespace: dict[str, Any] = {"__name__": _MAIN, "__doc__": None, "__builtins__": builtins}
        namespace["display"] = show
        loop = EventLoop()
        shell = BorrowedShell(namespace)
        namespace["get_ipython"] = shell
        value: object = None
        try:
            for part in self.parts:
                namespace.update((name, inputs[name]) for name in part.inputs)
                value = self._run_part(part, namespace, loop, capture=capture_last and part is self.parts[-1])
        finally:
            loop.close()
            shell.close()
        return ProgramResult(namespace=namespace, value=value)

    def _run_part(self, part: ProgramPart, namespace: dict[str, Any], loop: EventLoop, *, capture: bool) -> object:
        filename = self.filename(part)
        lines = f"{part.source}\n".splitlines(keepends=True)
        # Without a modification time, linecache takes the entry for good and never looks for a file.
        linecache.cache[filename] = (len(part.source), None, lines, filename)
        body, last = _compiled(part.source, part.statements, part.features, filename, capture)
        value = None
        for code in (body, last):
            if code is not None:
                value = loop.finish(eval(code, namespace))
        return value if last is not None else None


@lru_cache(maxsize=1024)
def _compiled(
    source: str, statements: tuple[int, ...], features: tuple[str, ...], filename: str, capture: bool
) -> tuple[CodeType | None, CodeType | None]:
    """The statements and, if it is to be captured, the last one as an expression."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for feature in features:
        flags |= getattr(__future__, feature).compiler_flag
    module = ast.parse(source, filename)
    body = [module.body[index] for index in statements]
    last = body[-1] if capture and body else None
    if isinstance(last, ast.Expr):
        body.pop()
        expression = compile(ast.Expression(last.value), filename, "eval", flags=flags, dont_inherit=True)
    else:
        expression = None
    code = compile(ast.Module(body, []), filename, "exec", flags=flags, dont_inherit=True) if body else None
    return code, expression
