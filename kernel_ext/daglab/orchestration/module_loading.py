"""Modules as locations: imported, and imported afresh when one of their files has changed."""

from __future__ import annotations

import importlib
import linecache
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from daglab.foundation.file_stamps import file_stamp
from daglab.orchestration.collecting import import_file
from daglab.orchestration.location_specs import LocationSpec

_Stamps = Mapping[str, tuple[int, int, int] | None]


class ModuleLoader:
    """Imports modules. A process that lives long is given the definitions of a changed module without a restart.

    What else runs in the process (a user's cells, say) keeps the modules that it has imported: those that are imported
    afresh serve definitions alone.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, tuple[ModuleType, _Stamps]] = {}

    def load(self, spec: LocationSpec) -> ModuleType:
        """The module of a location as its files are now.

        Raises:
            BaseException: whatever importing it raises.
        """
        known = self._loaded.get(spec.name)
        if known is None:
            module = _imported(spec)
        elif known[1] == _stamps(known[1]):
            return known[0]
        else:
            with _afresh(known[1]):
                module = _imported(spec)
        self._loaded[spec.name] = (module, _stamps(_files_around(module)))
        return module


def places_stamp(specs: Iterable[LocationSpec], root: Path) -> object:
    """What is another value when a location, or a module of the project, is another one than before."""
    specs = tuple(specs)
    files = {str(one.path) for one in specs if one.cells is None and one.path is not None}
    if any(one.is_module for one in specs):
        files.update(_project_files(root))
    return specs, tuple(sorted(_stamps(files).items()))


def find_modules_in(root: Path, specs: Iterable[LocationSpec]) -> None:
    """Lets modules of the project be found, after all others, if a location is one."""
    if any(one.path is None for one in specs) and str(root) not in sys.path:
        sys.path.append(str(root))


def _imported(spec: LocationSpec) -> ModuleType:
    return import_file(spec.path) if spec.path else importlib.import_module(spec.name)


@contextmanager
def _afresh(files: Iterable[str]) -> Iterator[None]:
    """Imports anew what these files define; those who have imported it already keep what they have."""
    changed = set(files)
    replaced = {name: one for name, one in list(sys.modules.items()) if getattr(one, "__file__", None) in changed}
    for name in replaced:
        del sys.modules[name]
    importlib.invalidate_caches()
    linecache.checkcache()
    try:
        yield
    finally:
        sys.modules.update(replaced)


def _files_around(module: ModuleType) -> list[str]:
    """The file of a module and those of what it may have imported from the same place."""
    file = module.__file__
    if file is None:
        return []
    folder = Path(file).resolve().parents[module.__name__.count(".") + (Path(file).stem == "__init__")]
    return [file, *_project_files(folder)]


def _project_files(folder: Path) -> Iterator[str]:
    start = f"{folder}{os.sep}"
    for one in list(sys.modules.values()):
        file: Any = getattr(one, "__file__", None)
        if isinstance(file, str) and file.startswith(start) and "site-packages" not in file:
            yield file


def _stamps(files: Iterable[str]) -> _Stamps:
    found = {file: file_stamp(file) for file in files}
    return {file: (one.modified, one.size, one.inode) if one else None for file, one in found.items()}
