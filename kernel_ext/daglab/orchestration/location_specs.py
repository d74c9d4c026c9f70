"""Where definitions come from, as values that a run can carry to another process."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daglab.errors import InvalidInvocationError
from daglab.notebooks.document import Cell, Notebook, read_notebook
from daglab.notebooks.percent import has_cells


@dataclass(frozen=True, kw_only=True)
class LocationSpec:
    """A place that declares definitions.

    Args:
        name: how it is called: a path relative to the project, or a module's dotted name.
        path: the notebook, or a Python file; None for a module.
        cells: the notebook's code as somebody has it open, instead of what the file holds.
    """

    name: str
    path: Path | None = None
    cells: tuple[Cell, ...] | None = None

    @property
    def is_module(self) -> bool:
        """Whether it is Python, and no notebook: a file with `# %%` in it has cells."""
        if self.path is None or self.cells is not None:
            return self.path is None
        return (
            self.path.suffix == ".py" and self.path.exists() and not has_cells(self.path.read_text("utf-8", "replace"))
        )

    def read(self) -> Notebook:
        """The notebook.

        Raises:
            NotebookError: it cannot be read.
        """
        assert self.path is not None
        return Notebook(path=self.path, cells=self.cells) if self.cells is not None else read_notebook(self.path)

    def to_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        found: dict[str, Any] = {"name": self.name, "path": str(self.path) if self.path else None}
        if self.cells is not None:
            found["cells"] = [
                {"id": one.id, "position": one.position, "kind": one.kind, "source": one.source} for one in self.cells
            ]
        return found

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LocationSpec:
        """Reads what `to_json` wrote."""
        cells = data.get("cells")
        return cls(
            name=data["name"],
            path=Path(data["path"]) if data["path"] else None,
            cells=tuple(Cell(**one) for one in cells) if cells is not None else None,
        )


def notebook_spec(path: Path, root: Path) -> LocationSpec:
    """One notebook."""
    path = path.absolute()
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return LocationSpec(name=name, path=path)


def workspace_specs(locations: Iterable[str], root: Path) -> tuple[LocationSpec, ...]:
    """The places that a workspace's settings name, in order, each once.

    Raises:
        InvalidInvocationError: a path leads out of the project.
    """
    found: dict[str, LocationSpec] = {}
    for entry in locations:
        if entry.endswith((".ipynb", ".py")) or "/" in entry or "*" in entry:
            specs = [notebook_spec(path, root) for path in _matching(entry, root)]
        else:
            specs = [LocationSpec(name=entry)]
        for spec in specs:
            found.setdefault(spec.name, spec)
    return tuple(found.values())


def _matching(pattern: str, root: Path) -> list[Path]:
    if ".." in Path(pattern).parts or Path(pattern).is_absolute():
        raise InvalidInvocationError(
            f"the location {pattern!r} leads out of the project {root}", hint="use a path within it"
        )
    if not glob.has_magic(pattern):
        return [root / pattern]
    # Checkpoints are older copies that JupyterLab keeps next to a notebook.
    return sorted(
        path
        for path in root.glob(pattern)
        # Hidden files are locks and drafts of editors. A link that leads nowhere is told of when it is read.
        if ".ipynb_checkpoints" not in path.parts and not path.name.startswith(".") and not path.is_dir()
    )
