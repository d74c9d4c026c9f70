"""What a saved notebook says of how it was run: execution counts, and outputs that are errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daglab.notebooks.document import parse_content, read_text


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedRun:
    """How one code cell was last run. `count` is None if it was not; `error` is what its output ends with."""

    count: int | None
    error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedRuns:
    """What the file of a notebook tells. `runs` has its code cells by position; a `.py` file has none."""

    nbformat: int | None
    runs: Mapping[int, SavedRun]


def read_saved_runs(path: Path) -> SavedRuns:
    """Reads what outputs and counts tell; the errors are those of `read_notebook`."""
    if path.suffix == ".py":
        return SavedRuns(nbformat=None, runs={})
    content = parse_content(read_text(path), path)
    version = content.get("nbformat")
    runs = {position: _saved_run(cell) for position, cell in enumerate(_cells(content), 1) if _is_code(cell)}
    return SavedRuns(nbformat=version if isinstance(version, int) else None, runs=runs)


def _cells(content: Mapping[str, Any]) -> Iterator[Any]:
    if isinstance(content.get("cells"), list):
        yield from content["cells"]
        return
    for sheet in content["worksheets"]:
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            yield from sheet["cells"]


def _is_code(cell: object) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _saved_run(cell: Mapping[str, Any]) -> SavedRun:
    count = cell.get("execution_count", cell.get("prompt_number"))
    outputs = cell.get("outputs")
    errors = [
        f"{output.get('ename', 'error')}: {output.get('evalue', '')}".strip(": ")
        for output in (outputs if isinstance(outputs, list) else ())
        if isinstance(output, dict) and output.get("output_type") in ("error", "pyerr")
    ]
    return SavedRun(
        count=count if isinstance(count, int) and not isinstance(count, bool) else None,
        error=errors[-1] if errors else None,
    )
