"""The statements of plain cells that a cell needs, run for it where the user has not run them in this kernel yet."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterator
from typing import Any

from daglab.magics.cell_lookup import DeclaredCell
from daglab.notebooks.live_names import EventLoop
from daglab.notebooks.program import Program, ProgramPart
from daglab.notebooks.scope import analyze_statement


def run_needed(
    cell: DeclaredCell,
    namespace: dict[str, Any],
    give: Callable[[str], None],
    settled: set[tuple[str, int]],
    note: Callable[[str], None],
) -> str:
    """Runs in the user's namespace what the cell needs of plain cells that were never run in this kernel.

    So a single cell can be run right after a restart. What is there already is neither made again nor changed again.

    Args:
        cell: the cell.
        namespace: the user's.
        give: puts an input into it.
        note: is told each statement that was run.
        settled: statements that bind nothing, such as the setting of an option, and that this kernel has had already.

    Returns:
        Which cells these are, as text; "" if there are none.

    Raises:
        BaseException: whatever their code raises.
    """
    __tracebackhide__ = True
    loop = EventLoop()
    ran: list[int] = []
    made: set[str] = set()
    try:
        for part in cell.missing:
            for statement in _absent_statements(part, namespace, made, settled):
                if part.cell_position not in ran:
                    ran.append(part.cell_position)
                    for name in part.inputs:
                        give(name)
                _run(cell.program, part, statement, namespace, loop)
                note(ast.unparse(statement))
    finally:
        loop.close()
    if not ran:
        return ""
    *first, last = map(str, ran)
    return f"cells {', '.join(first)} and {last}" if first else f"cell {last}"


def _absent_statements(
    part: ProgramPart, namespace: dict[str, Any], made: set[str], settled: set[tuple[str, int]]
) -> Iterator[ast.stmt]:
    """The statements that are still to be run, one by one, as what each of them binds decides about the next."""
    body = ast.parse(part.source).body
    for index in part.statements:
        names = analyze_statement(body[index])
        touched = names.all_binds | names.mutates
        if touched:
            is_due = not names.all_binds <= namespace.keys() or bool(touched & made)
        else:
            is_due = (part.source, index) not in settled
        if is_due:
            yield body[index]
            made |= names.all_binds
            settled.add((part.source, index))


def _run(program: Program, part: ProgramPart, statement: ast.stmt, namespace: dict[str, Any], loop: EventLoop) -> None:
    __tracebackhide__ = True
    filename = program.filename(part)
    linecache.cache[filename] = (len(part.source), None, f"{part.source}\n".splitlines(keepends=True), filename)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for feature in part.features:
        import __future__

        flags |= getattr(__future__, feature).compiler_flag
    code = compile(ast.Module([statement], []), filename, "exec", flags=flags, dont_inherit=True)
    loop.finish(eval(code, namespace))
