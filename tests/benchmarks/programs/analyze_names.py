"""Analyzes one long cell, or many notebooks, by daglab or by Python's own `ast` and `symtable`; prints the cost."""

from __future__ import annotations

import ast
import json
import symtable
import sys
import time
from collections.abc import Callable
from pathlib import Path

LINE = "v{0} = [w * v{1} for w in range(v{1})] if v{1} else f(v{1}, key=lambda one: one + v{1})\n"
CELLS = 10


def cell(lines: int) -> str:
    """One cell of many lines, each reading the one before it."""
    return "".join(LINE.format(number, number - 1) for number in range(1, lines + 1))


def sources(number: int) -> list[str]:
    """The cells of one notebook; no two notebooks are the same."""
    head = f"import os\nv0 = {number}\ndef f(value, key):\n  return key(value) + v0\n"
    cells = [LINE.format(place, place - 1) * 2 + f"print(v{place})\n" for place in range(1, CELLS)]
    return [head, *(f"%%asset v{place}\n{text}" for place, text in enumerate(cells, start=1))]


def work(what: str, kind: str, count: int) -> Callable[[], object]:
    """What is measured."""
    if what == "cell":
        text = cell(count)
        if kind == "python":
            return lambda: _tables(text)
        from daglab.notebooks.scope import analyze_cell

        return lambda: analyze_cell(text)
    books = [sources(number) for number in range(count)]
    if kind == "python":
        texts = [[text.partition("\n")[2] if text.startswith("%%") else text for text in book] for book in books]
        return lambda: [_tables(text) for book in texts for text in book]
    from daglab.notebooks.document import Cell, Notebook
    from daglab.notebooks.slices import slice_notebook

    notebooks = [
        Notebook(
            path=Path(f"n{number}.ipynb"),
            cells=tuple(Cell(id=None, position=n, kind="code", source=text) for n, text in enumerate(book, start=1)),
        )
        for number, book in enumerate(books)
    ]
    return lambda: [slice_notebook(one) for one in notebooks]


def _tables(text: str) -> object:
    return ast.parse(text), symtable.symtable(text, "cell", "exec")


def main(what: str, kind: str, count: str) -> None:
    """Measures the work once, imports left aside."""
    measured = work(what, kind, int(count))
    wall, cpu = time.perf_counter(), time.process_time()
    measured()
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    main(*sys.argv[1:])
