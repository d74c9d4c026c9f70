"""Modules as locations: imported, and imported afresh when one of their files has changed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from daglab.foundation.file_stamps import file_stamp
from daglab.foundation.module_sources import ModuleSources
from daglab.foundation.noted_imports import NotedModules, current_modules, note_imports, note_loaded
from daglab.orchestration.collecting import import_file
from daglab.orchestration.location_specs import LocationSpec


class ModuleLoader:
    """Imports modules. A process that lives long is given the definitions of a changed module without a restart.

    Attributes:
        sources: gives the text of modules, read again only when a file is another.
    """

    def __init__(self) -> None:
        self.sources = ModuleSources()
        self._current: NotedModules = {}

    @contextmanager
    def current(self, *, is_kernel: bool) -> Iterator[None]:
        """Within it, what is imported is as the files are now.

        Args:
            is_kernel: whether the process is a user's kernel: it keeps the modules that it has imported, and those that
                are imported afresh serve definitions alone.
        """
        note_imports()
        with current_modules(restore=is_kernel, current=self._current):
            yield

    def load(self, spec: LocationSpec) -> ModuleType:
        """The module of a location.

        Raises:
            BaseException: whatever importing it raises.
        """
        module = import_file(spec.path) if spec.path else importlib.import_module(spec.name)
        folder = _folder_around(module)
        if folder is not None:
            note_loaded(str(folder))
        return module


def places_stamp(specs: Iterable[LocationSpec]) -> object:
    """What is another value when a location is another one than before; the modules that it imports apart."""
    specs = tuple(specs)
    files = sorted({str(one.path) for one in specs if one.cells is None and one.path is not None})
    found = [file_stamp(file) for file in files]
    return specs, tuple((one.modified, one.size, one.inode) if one else None for one in found)


def find_modules_in(root: Path, specs: Iterable[LocationSpec]) -> None:
    """Lets modules of the project be found, after all others, if a location is one."""
    if any(one.path is None for one in specs) and str(root) not in sys.path:
        sys.path.append(str(root))


def _folder_around(module: ModuleType) -> Path | None:
    """The folder from which a module is imported."""
    file = module.__file__
    if file is None:
        return None
    return Path(file).resolve().parents[module.__name__.count(".") + (Path(file).stem == "__init__")]
