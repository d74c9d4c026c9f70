"""Where the modules lie that code imports, found without importing anything."""

from __future__ import annotations

import importlib.machinery
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from daglab.foundation.distributions import is_installed

Kind = Literal["local", "installed", "standard"]

_EXTENSIONS = tuple(importlib.machinery.EXTENSION_SUFFIXES)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModulePlace:
    """A module, as the import system would find it.

    Args:
        name: in full.
        file: its source or its compiled code; None for a namespace package.
        folders: where the modules of a package lie; empty if it is none.
        kind: whether it is code of the user, of a distribution, or of Python.
    """

    name: str
    file: str | None = None
    folders: tuple[str, ...] = ()
    kind: Kind = "local"


class ModuleFinder:
    """Finds modules on an import path; made for one look, as files come and go.

    Args:
        path: the folders of the import path, in order.

    Example:
        >>> ModuleFinder(sys.path).find("json").kind
        'standard'
        >>> ModuleFinder(sys.path).find("no_such_module") is None
        True
    """

    def __init__(self, path: Iterable[str]) -> None:
        self._path = tuple(dict.fromkeys(entry for entry in path if entry))
        self._found: dict[str, ModulePlace | None] = {}

    def find(self, name: str) -> ModulePlace | None:
        """The place of a module, by its full name; None if there is none."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> ModulePlace | None:
        package, _, last = name.rpartition(".")
        if not package:
            if name in sys.stdlib_module_names or name in sys.builtin_module_names:
                return ModulePlace(name=name, kind="standard")
            return _on_path(name, name, self._path) or _editable(name)
        parent = self.find(package)
        if parent is None or parent.kind == "standard":
            return parent
        return _on_path(name, last, parent.folders)


def _on_path(name: str, last: str, path: tuple[str, ...]) -> ModulePlace | None:
    portions = []
    for folder in path:
        inner = os.path.join(folder, last)
        for file in (os.path.join(inner, "__init__.py"), f"{inner}.py", *(f"{inner}{end}" for end in _EXTENSIONS)):
            if os.path.isfile(file):
                is_package = file.startswith(os.path.join(inner, ""))
                return ModulePlace(name=name, file=file, folders=(inner,) if is_package else (), kind=_kind(file))
        if os.path.isdir(inner):
            portions.append(inner)
    if not portions:
        return None
    return ModulePlace(name=name, folders=tuple(portions), kind=_kind(os.path.join(portions[0], "")))


def _kind(file: str) -> Kind:
    return "installed" if _is_installed(os.path.dirname(file)) else "local"


@cache
def _is_installed(folder: str) -> bool:
    return is_installed(os.path.join(folder, ""))


def _editable(name: str) -> ModulePlace | None:
    """What a distribution in editable form has put beside the import path; its finders only look names up."""
    for finder in sys.meta_path:
        known: Any = finder
        owner = getattr(known, "__module__", "") or ""
        if not owner.startswith("__editable__"):
            continue
        spec = known.find_spec(name, None)
        if spec is not None:
            folders = tuple(spec.submodule_search_locations or ())
            file = spec.origin if spec.has_location else None
            return ModulePlace(
                name=name, file=file, folders=folders, kind=_kind(file or os.path.join(*folders[:1], ""))
            )
    return None
