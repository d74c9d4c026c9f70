"""What the notebooks of a workspace declare, found out again only for those that changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from daglab.errors import DaglabError, NotebookError
from daglab.foundation.file_stamps import FileStamp, file_stamp
from daglab.notebooks.analysis import CellAsset, NotebookAnalysis, RefusedAsset
from daglab.notebooks.document import Notebook
from daglab.notebooks.known_keys import KeyNames, relevant
from daglab.notebooks.slices import slice_notebook
from daglab.orchestration.home import Home
from daglab.orchestration.index_files import IndexFiles
from daglab.orchestration.location_specs import LocationSpec
from daglab.orchestration.module_loading import ModuleLoader

_Outside = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    """What is known of one notebook.

    Args:
        stamp: of the file before it was read; None for cells that somebody has open.
        alone: what it declares by itself.
        outside: the names it reads of the rest of the workspace, and what they mean there.
        within: what it declares given these.
    """

    stamp: FileStamp | None
    alone: NotebookAnalysis
    outside: _Outside | None = None
    within: NotebookAnalysis | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What looking at a notebook gave: an analysis, or why there is none and what its last good version declared."""

    analysis: NotebookAnalysis | None = None
    problem: str = ""
    last_good: NotebookAnalysis | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The assets that it declares, or did when it could last be read."""
        known = self.analysis or self.last_good
        return known.keys if known else frozenset()


class NotebookIndex:
    """Analyses notebooks, each once for as long as its text is the same.

    The analysis of a notebook by itself says which names it would read elsewhere. So when another notebook changes,
    this one is analyzed again only if one of these names now means something else.

    Args:
        files: keeps what was found out for the next process; None to keep nothing.
    """

    def __init__(self, files: IndexFiles | None = None) -> None:
        self._files = files
        self._entries: dict[str, IndexEntry] = {}
        self._modules: dict[str, frozenset[str]] = {}
        self.modules = ModuleLoader()
        self._unsaved: set[str] = set()

    @classmethod
    def of(cls, home: Home) -> NotebookIndex:
        """The index that the processes of a home share."""
        return cls(IndexFiles(home.path))

    @classmethod
    def reading(cls, home: Home) -> NotebookIndex:
        """The same for one who must leave the home untouched: what is found out is not kept."""
        return cls(IndexFiles(home.path, is_read_only=True))

    def look(self, spec: LocationSpec) -> Look:
        """What a notebook declares by itself; nothing of it is run, and nothing raises."""
        assert spec.path is not None
        name = str(spec.path)
        known = self._known(name)
        stamp = None
        if spec.cells is None:
            stamp = file_stamp(spec.path)
            if known is not None and known.stamp is not None and known.stamp.proves_same(stamp):
                return Look(analysis=known.alone)
        try:
            notebook = spec.read()
            analysis = self._analyzed(notebook, stamp, known)
        except DaglabError as error:
            is_gone = stamp is None and spec.cells is None
            last_good = known.alone if known is not None and not is_gone else None
            return Look(problem=_problem(error), last_good=last_good)
        return Look(analysis=analysis)

    def within(self, spec: LocationSpec, alone: NotebookAnalysis, elsewhere: KeyNames) -> NotebookAnalysis:
        """What a notebook declares in its workspace.

        Args:
            spec: the notebook.
            alone: what `look` gave.
            elsewhere: the names of all assets of the workspace, its own included.
        """
        name = str(spec.path)
        outside = relevant(elsewhere, alone.open_names, _made_by_cells(alone))
        if not outside:
            # The message about a name that nothing has may still suggest one of the workspace.
            return slice_notebook(alone.notebook, elsewhere) if alone.refused and len(elsewhere) else alone
        entry = self._entries[name]
        if entry.alone is not alone:
            return slice_notebook(alone.notebook, elsewhere)
        if entry.within is None or entry.outside != outside:
            within = slice_notebook(alone.notebook, elsewhere)
            self._note(name, replace(entry, outside=outside, within=within))
            return within
        return entry.within

    def note_module(self, name: str, keys: frozenset[str]) -> None:
        """Remembers what a module that could be imported declares."""
        if self.last_of_module(name) != keys:
            self._modules[name] = keys
            if self._files is not None:
                self._files.write(_module(name), keys)

    def last_of_module(self, name: str) -> frozenset[str]:
        """What a module declared when it could last be imported."""
        if name not in self._modules:
            stored = self._files.read(_module(name)) if self._files is not None else None
            self._modules[name] = stored if isinstance(stored, frozenset) else frozenset()
        return self._modules[name]

    def save(self) -> None:
        """Keeps what is new for the next process."""
        if self._files is not None and self._unsaved:
            for name in self._unsaved:
                self._files.write(name, self._entries[name])
            self._files.sweep([*self._entries, *map(_module, self._modules)])
        self._unsaved.clear()

    def _known(self, name: str) -> IndexEntry | None:
        if name not in self._entries and self._files is not None:
            stored = self._files.read(name)
            if isinstance(stored, IndexEntry):
                self._entries[name] = stored
        return self._entries.get(name)

    def _analyzed(self, notebook: Notebook, stamp: FileStamp | None, known: IndexEntry | None) -> NotebookAnalysis:
        name = str(notebook.path)
        if known is not None and known.alone.notebook == notebook:
            if stamp is not None and stamp != known.stamp:
                self._note(name, replace(known, stamp=stamp))  # its outputs are others, or the same was written again
            return known.alone
        try:
            analysis = slice_notebook(notebook)
        except Exception as error:
            # Whatever one notebook does to the analysis, the other ones are to stay usable.
            raise NotebookError(f"cannot be analyzed: {type(error).__name__}: {error}", path=name) from error
        self._note(name, IndexEntry(stamp=stamp, alone=analysis))
        return analysis

    def _note(self, name: str, entry: IndexEntry) -> None:
        self._entries[name] = entry
        if entry.stamp is not None:
            self._unsaved.add(name)


def _made_by_cells(analysis: NotebookAnalysis) -> frozenset[str]:
    made: tuple[CellAsset | RefusedAsset, ...] = (*analysis.assets, *analysis.refused)
    return frozenset(key for one in made for key in one.keys)


def _module(name: str) -> str:
    return f"module {name}"


def _problem(error: DaglabError) -> str:
    return str(error).removeprefix(f"{error.path}: ") if isinstance(error, NotebookError) else str(error)
