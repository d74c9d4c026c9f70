"""Notebook files as plain values: `.ipynb` of every nbformat since 3, and `.py` files with `# %%` cells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from daglab.errors import NotebookError
from daglab.notebooks.percent import split_percent

CellKind = Literal["code", "markdown", "raw"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell. `position` counts all cells of the notebook from 1, whatever their kind."""

    id: str | None
    position: int
    kind: CellKind
    source: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Notebook:
    """A notebook as it lies on disk."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """The cells that hold code, in document order."""
        return tuple(cell for cell in self.cells if cell.kind == "code")


def read_notebook(path: Path) -> Notebook:
    """Reads a notebook; outputs and what the front end stores are left aside.

    Args:
        path: an `.ipynb` file, or a `.py` file in the percent format.

    Raises:
        NotebookError: there is no such file, it is no notebook, or its language is not Python.
    """
    text = read_text(path)
    if path.suffix == ".py":
        return Notebook(path=path, cells=_percent_cells(text))
    content = parse_content(text, path)
    _refuse_other_languages(content, path)
    return Notebook(path=path, cells=_json_cells(content, path))


def read_text(path: Path) -> str:
    """The text of a notebook file.

    Raises:
        NotebookError: there is no such file, or it is no text.
    """
    if path.is_dir():
        raise NotebookError("is a directory, not a notebook", path=str(path), hint="name one of the files in it")
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotebookError("no such file", path=str(path), hint="check the path") from None
    except UnicodeDecodeError as error:
        raise NotebookError(
            f"not UTF-8 text (byte {error.start})", path=str(path), hint="a notebook is a UTF-8 file"
        ) from None
    except OSError as error:
        raise NotebookError(f"cannot be read: {error.strerror}", path=str(path)) from None


def parse_content(text: str, path: Path) -> Mapping[str, Any]:
    """What an `.ipynb` file holds.

    Raises:
        NotebookError: it is no JSON, or no notebook.
    """
    if not text.strip():
        raise NotebookError("the file is empty", path=str(path), hint="save the notebook again in JupyterLab")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        if path.suffix != ".ipynb":
            raise NotebookError(
                "is neither a notebook nor a Python file", path=str(path), hint="name an .ipynb or a .py file"
            ) from None
        raise NotebookError(
            f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            path=str(path),
            hint="a merge conflict leaves such marks; restore the file or repair that line",
        ) from None
    except RecursionError:
        raise NotebookError("not valid JSON: nested too deeply", path=str(path)) from None
    except ValueError as error:
        raise NotebookError(f"not valid JSON: {error}", path=str(path)) from None  # a number of very many digits
    if not isinstance(content, dict) or not isinstance(content.get("cells", content.get("worksheets")), list):
        raise NotebookError(
            "JSON, but no notebook: it has no list of cells", path=str(path), hint="name an .ipynb file"
        )
    return content


def _refuse_other_languages(content: Mapping[str, Any], path: Path) -> None:
    metadata = _mapping(content.get("metadata"))
    language = _mapping(metadata.get("kernelspec")).get("language")
    language = language or _mapping(metadata.get("language_info")).get("name")
    if isinstance(language, str) and language.lower() not in ("python", "ipython", "python3"):
        raise NotebookError(
            f"its language is {language!r}, and daglab runs Python only",
            path=str(path),
            hint="choose a Python kernel for this notebook",
        )


def _json_cells(content: Mapping[str, Any], path: Path) -> tuple[Cell, ...]:
    raw = content.get("cells")
    if not isinstance(raw, list):
        # nbformat 3 keeps its cells in worksheets.
        sheets = [_mapping(sheet).get("cells") for sheet in content["worksheets"]]
        raw = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    cells = []
    for position, item in enumerate(raw, start=1):
        if not isinstance(item, dict):
            raise NotebookError(f"cell {position} is no JSON object but {item!r:.40}", path=str(path))
        cells.append(_json_cell(item, position))
    return tuple(cells)


def _json_cell(item: Mapping[str, Any], position: int) -> Cell:
    declared = item.get("cell_type")
    # nbformat 3 has heading cells, too; they are prose.
    kind: CellKind = "code" if declared == "code" else "raw" if declared == "raw" else "markdown"
    source = item.get("source", item.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    tags = _mapping(item.get("metadata")).get("tags")
    identity = item.get("id")
    return Cell(
        id=identity if isinstance(identity, str) else None,
        position=position,
        kind=kind,
        source=source if isinstance(source, str) else "",
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _percent_cells(text: str) -> tuple[Cell, ...]:
    return tuple(
        Cell(id=None, position=position, kind=block.kind, source=block.source, tags=block.tags)
        for position, block in enumerate(split_percent(text), start=1)
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
