"""The statements of plain cells that a cell needs, run for it where the user has not run them in this kernel yet."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable
from typing import Any

from daglab.magics.cell_lookup import DeclaredCell
from daglab.notebooks.live_names import EventLoop
from daglab.notebooks.program import Program, ProgramPart
from daglab.notebooks.scope import analyze_statement


def run_needed(cell: DeclaredCell, namespace: dict[str, Any], give: Callable[[str], None]) -> str:
    """Runs in the user's namespace what the cell needs of plain cells that were never run in this kernel.

    So a single cell can be run right after a restart. A statement is left out if all that it binds is there already.

    Args:
        cell: the cell.
        namespace: the user's.
        give: puts an input into it.

    Returns:
        Which cells these are, as text; "" if there are none.

    Raises:
        BaseException: whatever their code raises.
    """
    __tracebackhide__ = True
    loop = EventLoop()
    ran: list[int] = []
    try:
        for part in cell.missing:
            statements = _absent_statements(part, namespace)
            if statements:
                for name in part.inputs:
                    give(name)
                _run(cell.program, part, statements, namespace, loop)
                ran.append(part.cell_position)
    finally:
        loop.close()
    if not ran:
        return ""
    *first, last = map(str, ran)
    return f"cells {', '.join(first)} and {last}" if first else f"cell {last}"


def _absent_statements(part: ProgramPart, namespace: dict[str, Any]) -> list[ast.stmt]:
    body = ast.parse(part.source).body
    found = []
    for index in part.statements:
        bound = analyze_statement(body[index]).all_binds
        if not bound or not bound <= namespace.keys():
            found.append(body[index])
    return found


def _run(
    program: Program, part: ProgramPart, statements: list[ast.stmt], namespace: dict[str, Any], loop: EventLoop
) -> None:
    __tracebackhide__ = True
    filename = program.filename(part)
    linecache.cache[filename] = (len(part.source), None, part.source.splitlines(keepends=True), filename)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for feature in part.features:
        import __future__

        flags |= getattr(__future__, feature).compiler_flag
    code = compile(ast.Module(statements, []), filename, "exec", flags=flags, dont_inherit=True)
    loop.finish(eval(code, namespace))
