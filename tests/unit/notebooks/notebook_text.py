"""Notebooks for tests, written as the sources of their code cells."""

from pathlib import Path

from daglab.notebooks.document import Cell, Notebook
from daglab.notebooks.slices import slice_notebook


def notebook(*sources):
    cells = [Cell(id=f"c{n}", position=n, kind="code", source=source) for n, source in enumerate(sources, 1)]
    return Notebook(path=Path("work/n.ipynb"), cells=tuple(cells))


def analyze(*sources, known_keys=()):
    return slice_notebook(notebook(*sources), known_keys)
