"""Which text the user's own modules were loaded from, so that one edited since is loaded again when it is imported."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import linecache
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from types import CodeType, ModuleType
from typing import Any, Protocol

import psutil

from daglab.foundation.distributions import is_installed
from daglab.foundation.module_sources import ModuleSource, ModuleSources, is_recent, stamp_of

_SURE_SECONDS = 2.0
_OURS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")
_MAIN = frozenset({"__main__", "__mp_main__"})


class _Noted(Protocol):
    """What is known of the text that a module was loaded from."""

    @property
    def is_edited(self) -> bool:
        """Whether the file holds something else by now."""
        ...


NotedModules = dict[str, tuple[ModuleType, _Noted]]
"""Modules of the user by name, each with what is known of its text."""


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
        return self.source is not None and _is_other(self.path, self.stamp, self.source)


class _FoundLoaded:
    """Stands for the loader of a module that was there before anybody took note: it counts as what its file held then.

    Args:
        path: its file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._stamp = stamp_of(path)
        self._source = ModuleSources().read(path)

    @property
    def is_edited(self) -> bool:
        """Whether the file holds something else by now."""
        return _is_other(self._path, self._stamp, self._source)


def _is_other(path: str, stamp: object, source: ModuleSource) -> bool:
    """Whether a file holds something else than it did when it had that stamp."""
    if stamp_of(path) == stamp and not is_recent(path):
        return False
    try:
        with open(path, "rb") as file:
            return ModuleSource.of(file.read()).digest != source.digest
    except OSError:
        return True


class _NotedFinder:
    """Finds modules as Python does; those of the user get a `NotedLoader`.

    Attributes:
        files: of all modules that were ever noted, by name, those that could not be loaded included.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self._found_loaded: dict[str, tuple[ModuleType, _FoundLoaded]] = {}

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        """What `importlib` asks."""
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            origin = spec.origin or ""
            if not is_installed(origin) and not origin.startswith(_OURS):
                spec.loader = self.loader_of(name, origin)
        return spec

    def loader_of(self, name: str, path: str) -> NotedLoader:
        """A loader that takes note of what it loads a module from."""
        self.files[name] = path
        return NotedLoader(name, path)

    def take_up(self, name: str, module: ModuleType, path: str) -> None:
        """Takes note of a module that somebody else has loaded."""
        known = self._found_loaded.get(name)
        if known is None or known[0] is not module:
            self.files[name] = path
            self._found_loaded[name] = (module, _FoundLoaded(path))

    @property
    def modules(self) -> NotedModules:
        """The modules that were noted, and are there now."""
        found: NotedModules = {}
        for name in list(self.files):
            module = sys.modules.get(name)
            if module is None:
                continue
            loader = _noted_loader(module)
            known = self._found_loaded.get(name)
            if loader is not None:
                found[name] = (module, loader)
            elif known is not None and known[0] is module:
                found[name] = known
        return found


def _noted_loader(module: ModuleType) -> NotedLoader | None:
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    return loader if isinstance(loader, NotedLoader) else None


def _finder() -> _NotedFinder | None:
    finders: list[Any] = sys.meta_path
    return next((one for one in finders if isinstance(one, _NotedFinder)), None)


def note_imports() -> _NotedFinder:
    """From now on, what the user's modules are loaded from is remembered in this process."""
    found = _finder()
    if found is None:
        found = _NotedFinder()
        finders: list[Any] = sys.meta_path
        place = finders.index(importlib.machinery.PathFinder) if importlib.machinery.PathFinder in finders else 0
        finders.insert(place, found)
    return found


def noted_loader(name: str, path: str) -> NotedLoader:
    """A loader for a module that is loaded from a file, and not found on the import path."""
    return note_imports().loader_of(name, path)


def note_loaded(folder: str) -> None:
    """Takes note of the modules below a folder that were loaded before anybody did: an edit from now on is seen."""
    finder, start = note_imports(), os.path.join(folder, "")
    for name, module in list(sys.modules.items()):
        file: Any = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.startswith(start) or file.startswith(_OURS) or is_installed(file):
            continue
        if name not in _MAIN and _noted_loader(module) is None:
            finder.take_up(name, module, file)


def noted_files() -> list[str]:
    """The files that the user's modules were loaded from, or could not be, while that was noted."""
    finder = _finder()
    return list(dict.fromkeys(finder.files.values())) if finder is not None else []


def _noted() -> NotedModules:
    finder = _finder()
    return finder.modules if finder is not None else {}


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


@contextmanager
def current_modules(*, restore: bool, current: NotedModules | None = None) -> Iterator[None]:
    """Within it, modules that were edited since they were loaded are loaded again when they are imported.

    All noted modules are, as one may hold what another had; what they made before goes on with their earlier code.

    Args:
        restore: whether the loaded modules come back afterwards, as they do for a kernel, which is the user's.
        current: what was loaded for an earlier one that has restored the modules; it serves as long as nothing of it
            is edited, and is brought up to date.
    """
    noted = _noted()
    if _is_any_edited(noted):
        _take_out(noted)
        if current and not _is_any_edited(current):
            sys.modules.update((name, module) for name, (module, _) in current.items())
    try:
        yield
    finally:
        if restore and any(sys.modules.get(name) is not module for name, (module, _) in noted.items()):
            loaded = _noted()
            if current is not None:
                current.clear()
                current.update(loaded)
            for name in loaded:
                sys.modules.pop(name, None)
            sys.modules.update((name, module) for name, (module, _) in noted.items())


def _is_any_edited(modules: NotedModules) -> bool:
    return any(loader.is_edited for _, loader in modules.values())


def _take_out(modules: NotedModules) -> None:
    for name in modules:
        sys.modules.pop(name, None)
    importlib.invalidate_caches()  # what was edited may import a file that is new
    linecache.checkcache()
