"""The main module of a process that says what locations declare: `python -m daglab.server.describe ROOT`.

It loads the locations that it reads from its standard input, which runs code of the user where modules or functions are
among them, writes a description to its standard output, and ends. The server itself never loads a location.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

from daglab.orchestration.home import find_home
from daglab.orchestration.location_specs import LocationSpec
from daglab.orchestration.locations import load_workspace
from daglab.orchestration.notebook_index import NotebookIndex
from daglab.server.description import workspace_to_json

_WRITING = os.O_WRONLY | os.O_RDWR
_MOST_FILES = 2_000


class _OpenedFiles:
    """Notes which files of the project are read: what is declared may depend on any of them.

    That includes a module that cannot be imported, and a table from which definitions are made.
    """

    def __init__(self, root: Path, home: Path) -> None:
        self._home = str(home.resolve()) + os.sep
        self._root = str(root.resolve()) + os.sep
        self._read: dict[str, None] = {}
        self._written: set[str] = set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by the interpreter for whatever it does."""
        if event != "open" or not isinstance(arguments[0], str):
            return
        path, _, flags = arguments
        path = os.path.abspath(path)
        if not path.startswith(self._root) or path.startswith(self._home) or "site-packages" in path:
            return
        if isinstance(flags, int) and flags & _WRITING:
            self._written.add(path)
        elif len(self._read) < _MOST_FILES:
            self._read[_source_of(path)] = None

    @property
    def paths(self) -> list[str]:
        """What was read and not written."""
        return [path for path in self._read if path not in self._written]


def _source_of(path: str) -> str:
    if path.endswith(".pyc"):
        try:
            return importlib.util.source_from_cache(path)
        except (ValueError, NotImplementedError):
            return path
    return path


def main(root: Path) -> None:
    """Describes the locations that are named on the standard input."""
    specs = tuple(LocationSpec.from_json(one) for one in json.load(sys.stdin))
    # What user code prints goes elsewhere.
    answer = os.dup(1)
    os.dup2(2, 1)
    sys.path.insert(0, str(root))
    home = find_home(root)
    opened = _OpenedFiles(root, home.path)
    sys.addaudithook(opened)
    workspace = load_workspace(specs, index=NotebookIndex.of(home))
    description = {**workspace_to_json(workspace), "files": opened.paths}
    with os.fdopen(answer, "w", encoding="ascii") as file:
        json.dump(description, file)
        file.flush()
        # Threads that user code left behind are not waited for.
        os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
