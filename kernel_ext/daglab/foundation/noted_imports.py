"""Which text the user's own modules were loaded from, so that one edited since is known to be another."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from types import CodeType, ModuleType
from typing import Any

import psutil

from daglab.foundation.distributions import is_installed
from daglab.foundation.module_sources import ModuleSource, ModuleSources, is_recent, stamp_of

_SURE_SECONDS = 2.0
_OURS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")


class NotedLoader(importlib.machinery.SourceFileLoader):
    """Loads a module from its text, and remembers which text that was.

    Compiled code that an earlier import has left is used only if it was written well after the text: an edit of the
    same size in the same second would pass it by.
    """

    source: ModuleSource | None = None
    stamp: object = None

    def get_code(self, fullname: str) -> CodeType:
        """Compiles what the file holds now."""
        path = self.get_filename(fullname)
        self.stamp = stamp_of(path)
        content = self.get_data(path)
        self.source = ModuleSource.of(content)
        compiled = super().get_code(fullname) if self._may_be_cached(path) else None
        code: CodeType = compiled or self.source_to_code(content, path)
        return code

    @staticmethod
    def _may_be_cached(path: str) -> bool:
        """Whether compiled code, if there is any, cannot be of a text that was there a moment before."""
        try:
            compiled = os.stat(importlib.util.cache_from_source(path)).st_mtime
        except (OSError, NotImplementedError):
            return not is_recent(path)
        return compiled > os.stat(path).st_mtime + _SURE_SECONDS

    @property
    def is_edited(self) -> bool:
        """Whether the file holds something else by now."""
        if self.source is None or (stamp_of(self.path) == self.stamp and not is_recent(self.path)):
            return False
        try:
            with open(self.path, "rb") as file:
                return ModuleSource.of(file.read()).digest != self.source.digest
        except OSError:
            return True


class _NotedFinder:
    """Finds modules as Python does; those of the user get a `NotedLoader`."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        """What `importlib` asks."""
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            origin = spec.origin or ""
            if not is_installed(origin) and not origin.startswith(_OURS):
                spec.loader = NotedLoader(name, origin)
                self._names[name] = None
        return spec

    @property
    def modules(self) -> dict[str, tuple[ModuleType, NotedLoader]]:
        """The modules that were loaded by a loader of this kind, and are there now."""
        found = {}
        for name in list(self._names):
            module = sys.modules.get(name)
            loader = getattr(getattr(module, "__spec__", None), "loader", None)
            if module is not None and isinstance(loader, NotedLoader):
                found[name] = (module, loader)
        return found


def note_imports() -> None:
    """From now on, what the user's modules are loaded from is remembered in this process."""
    finders: list[Any] = sys.meta_path
    if not any(isinstance(one, _NotedFinder) for one in finders):
        place = finders.index(importlib.machinery.PathFinder) if importlib.machinery.PathFinder in finders else 0
        finders.insert(place, _NotedFinder())


def _noted() -> dict[str, tuple[ModuleType, NotedLoader]]:
    finders: list[Any] = sys.meta_path
    return next((one.modules for one in finders if isinstance(one, _NotedFinder)), {})


class LoadedSources(ModuleSources):
    """The text of modules as this process has loaded them; of those that it has not, what their files hold.

    Args:
        patched: the text of modules whose objects were brought up to date in place, by name.

    Attributes:
        unsure: files that may have been written after they were loaded.
    """

    def __init__(self, patched: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._patched = patched or {}
        self.unsure: set[str] = set()

    def read(self, path: str) -> ModuleSource:
        """What a module was loaded from, else what its file holds."""
        found = super().read(path)
        module = self._modules.get(path)
        if module is None:
            return found
        if module.__name__ in self._patched:
            return ModuleSource.of(self._patched[module.__name__].encode("utf-8", "surrogatepass"))
        loader = getattr(module.__spec__, "loader", None)
        if isinstance(loader, NotedLoader) and loader.source is not None:
            return loader.source
        # It was loaded before anybody took note: unchanged if its file is older than this process.
        try:
            is_older = os.stat(path).st_mtime < self._process_began
        except OSError:
            is_older = False
        if not is_older:
            self.unsure.add(path)
        return found

    @cached_property
    def _modules(self) -> dict[str, ModuleType]:
        files = ((getattr(one, "__file__", None), one) for one in list(sys.modules.values()))
        return {os.path.abspath(file): one for file, one in files if isinstance(file, str) and not is_installed(file)}

    @cached_property
    def _process_began(self) -> float:
        return psutil.Process().create_time()


def loaded_files() -> list[str]:
    """The files that the user's modules were loaded from while that was noted."""
    return [loader.path for _, loader in _noted().values()]


@contextmanager
def current_modules(*, restore: bool) -> Iterator[None]:
    """Within it, modules that were edited since they were loaded are loaded again when they are imported.

    All noted modules are, as one may hold what another had; what they made before goes on with their earlier code.

    Args:
        restore: whether the loaded modules come back afterwards, as they do for a kernel, which is the user's.
    """
    noted = _noted()
    taken_out = noted if any(loader.is_edited for _, loader in noted.values()) else {}
    for name in taken_out:
        sys.modules.pop(name, None)
    try:
        yield
    finally:
        if restore and taken_out:
            for name in _noted():
                sys.modules.pop(name, None)
            sys.modules.update((name, module) for name, (module, _) in taken_out.items())
