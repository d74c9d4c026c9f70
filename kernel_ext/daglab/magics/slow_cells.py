"""Plain cells that took long when they were run by hand: in a pipeline they run for every asset that needs them."""

from __future__ import annotations

import ast

from daglab.foundation.text import format_duration
from daglab.magics.session import KernelSession
from daglab.notebooks.program import Program, ProgramPart

SLOW_SECONDS = 2.0
_QUICK = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def slow_cells(session: KernelSession, program: Program) -> list[str]:
    """What to tell of the plain cells that an asset's code needs and that took long when this kernel ran them.

    Args:
        session: knows how long each cell took.
        program: the asset's code; its last part is its own cell.
    """
    if not session.slow:
        return []
    sources = {cell.position: cell.source for cell in session.document(as_executed=True).cells}
    told = []
    for part in program.parts[:-1]:
        seconds = session.slow.get(sources.get(part.cell_position, ""))
        if seconds is not None and _works(part):
            told.append(
                f"cell {part.cell_position} took {format_duration(seconds)} when it was last run, and it runs again "
                "for every asset that needs it; make it an asset: %%asset"
            )
    return told


def _works(part: ProgramPart) -> bool:
    """Whether more of a cell is used than what it imports and defines."""
    body = ast.parse(part.source).body
    return any(not isinstance(body[index], _QUICK) for index in part.statements)
