"""What daglab knows of one kernel: its notebook, what was run in it, and which of its variables are assets."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from daglab.errors import NotebookError
from daglab.magics.executed_cells import ExecutionLog, LiveDocument, merge_cells
from daglab.magics.execution_order import is_dynamic
from daglab.magics.held_values import HeldValues
from daglab.notebooks.document import Cell, read_notebook
from daglab.orchestration.instance import Instance
from daglab.orchestration.location_specs import LocationSpec, notebook_spec, workspace_specs
from daglab.orchestration.locations import LoadedWorkspace, load_workspace
from daglab.orchestration.module_loading import find_modules_in, places_stamp
from daglab.orchestration.notebook_index import NotebookIndex
from daglab.orchestration.surroundings import beside

NAMELESS = "notebook"


class Closable(Protocol):
    """Something live in a cell's output."""

    def close(self) -> None:
        """Ends it."""
        ...


class KernelSession:
    """What daglab knows of one kernel.

    The notebook is what is saved together with what was run here: see `merge_cells`.

    Args:
        shell: the kernel's shell.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.log = ExecutionLog()
        self.held = HeldValues()
        self.settled: set[tuple[str, int]] = set()
        self.is_quiet = False
        self.is_busy = False
        self.current_key: str | None = None
        self._saved: tuple[tuple[Path, int, int], tuple[Cell, ...], float] | None = None
        self._workspaces: dict[object, LoadedWorkspace] = {}
        self._latest: LoadedWorkspace | None = None
        self._saved_ids: dict[str, str] = {}
        self._shown: dict[str, list[Closable]] = {}
        self._before: dict[str, Any] = {}
        self.slow: dict[str, float] = {}  # seconds of the cells that took long, by their text
        self._listeners: list[Callable[[], None]] = []
        self._loading = threading.RLock()

    @property
    def namespace(self) -> dict[str, Any]:
        """The user's variables."""
        found: dict[str, Any] = self.shell.user_ns
        return found

    @property
    def path(self) -> Path | None:
        """The notebook's file, as the front end tells it; None where it does not."""
        told = self.namespace.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
        if not isinstance(told, str) or not told.endswith((".ipynb", ".py")):
            return None
        folder, _, name = told.replace(os.sep, "/").rpartition("/")
        # Of a notebook that is edited together, the server tells the name with its drive before it.
        return Path(f"{folder}/{name.removeprefix('RTC:')}" if folder else name.removeprefix("RTC:")).absolute()

    @cached_property
    def instance(self) -> Instance:
        """The home."""
        return Instance.open(start=self.path.parent if self.path else None)

    @cached_property
    def _started_in(self) -> Path:
        return Path.cwd()

    @cached_property
    def _index(self) -> NotebookIndex:
        return NotebookIndex.of(self.instance.home)

    @property
    def title(self) -> str:
        """How the graph is called."""
        return self.path.stem if self.path else NAMELESS

    @property
    def own(self) -> None:
        """All places are shown."""
        return None

    # The notebook

    def note_execution(self, source: str, cell_id: str | None) -> str:
        """Notes that a cell is run; returns its key."""
        if is_dynamic(source):
            self._before = {name: one for name, one in self.namespace.items() if not name.startswith("_")}
        with self._loading:  # definitions may be loading in another thread, in this process's working directory
            return self.log.note(source, cell_id=cell_id, at=time.time(), held=self.held.versions(self.namespace))

    def note_end(self, *, failed_line: int | None, never_ran: bool) -> None:
        """Notes how the cell that was run has ended, and which variables it has changed behind its text."""
        changed: tuple[str, ...] = ()
        source = self.log.runs[-1].source if self.log.runs else ""
        if is_dynamic(source):
            before, now = self._before, self.namespace
            changed = tuple(sorted(name for name in before if name in now and now[name] is not before[name]))
        self._before = {}
        self.log.note_end(failed_line=failed_line, never_ran=never_ran, changed=changed)

    def note_seconds(self, source: str, seconds: float, *, slow: float) -> None:
        """Notes how long a cell took, if that was long."""
        self.slow.pop(source, None)
        if seconds >= slow:
            self.slow[source] = seconds

    def note_needed(self, statement: str) -> None:
        """Notes that a statement of a plain cell was run for the cell that is running."""
        self.log.note_needed(statement, self.held.versions(self.namespace))

    def document(self, *, as_executed: bool = False) -> LiveDocument:
        """The notebook as it stands; `as_executed`: as this kernel has run it, whatever was saved since."""
        saved, saved_at = self._read_saved()
        found = merge_cells(saved, saved_at, list(self.log), known_ids=self._saved_ids, as_executed=as_executed)
        self._saved_ids.update(found.saved_ids)
        return found

    def _read_saved(self) -> tuple[tuple[Cell, ...], float]:
        path = self.path
        if path is None:
            return (), 0.0
        try:
            status = path.stat()
        except OSError:
            return (), 0.0
        signature = (path, status.st_mtime_ns, status.st_size)
        if self._saved is None or self._saved[0] != signature:
            try:
                self._saved = (signature, read_notebook(path).cells, status.st_mtime)
            except NotebookError:
                if self._saved is None:  # Half written just now, perhaps; what was read before still serves.
                    return (), 0.0
        return self._saved[1], self._saved[2]

    @property
    def spec(self) -> LocationSpec:
        """The notebook's place, without its cells."""
        if self.path is None:
            return LocationSpec(name=NAMELESS, path=self._started_in / NAMELESS)
        return notebook_spec(self.path, self.instance.home.root)

    def snapshot(self) -> LocationSpec:
        """The notebook as it stands, as a value that a run can carry to another process."""
        return replace(self.spec, cells=self.document().cells)

    # The workspace

    def specs(self) -> tuple[LocationSpec, ...]:
        """The notebook as it stands, and the other places of its project."""
        with self._loading:
            snapshot = self.snapshot()
            return (snapshot, *beside(snapshot, self._others(), self._index))

    def workspace(self) -> LoadedWorkspace:
        """All that the notebook and its project declare now; loaded again only when something has changed.

        While a cell runs, other threads are given what was loaded last: to load may mean to import.
        """
        from_elsewhere = threading.current_thread() is not threading.main_thread()
        if self.is_busy and from_elsewhere and self._latest is not None:
            return self._latest
        with self._loading:
            self._latest = self._loaded(self.specs())
            return self._latest

    def catch_up(self) -> None:
        """Loads what was saved since the last look, for those who watch while the next cell keeps the kernel busy.

        What cannot be loaded now is told by whoever looks next.
        """
        if self._listeners and self._latest is not None:
            with suppress(Exception):
                self.workspace()

    def elsewhere(self) -> LoadedWorkspace:
        """What the other places of the project declare."""
        with self._loading:
            return self._loaded(self._others())

    def _others(self) -> tuple[LocationSpec, ...]:
        """The other places; none for a kernel whose notebook is not known: it may be one of them."""
        home, path = self.instance.home, self.path
        if path is None or not path.is_relative_to(home.root):
            return ()
        found = workspace_specs(home.settings.locations, home.root)
        return tuple(one for one in found if one.path is None or one.path.absolute() != path)

    def _loaded(self, specs: tuple[LocationSpec, ...]) -> LoadedWorkspace:
        signature = places_stamp(specs)
        known = self._workspaces.get(signature)
        if known is None or not known.is_current:
            find_modules_in(self.instance.home.root, specs)
            if len(self._workspaces) > 4:
                self._workspaces.clear()  # The notebook as it was before several edits.
            with _unmoved():
                self._workspaces[signature] = load_workspace(specs, index=self._index, is_kernel=True)
        return self._workspaces[signature]

    # Those who want to know

    def show(self, widget: Closable) -> None:
        """Notes that the cell that runs shows something live."""
        self._shown.setdefault(self.current_key or "", []).append(widget)

    def close_shown(self, key: str | None = None) -> None:
        """Ends what an earlier run of a cell shows; without a key, all that is shown."""
        for one in [key] if key is not None else list(self._shown):
            for widget in self._shown.pop(one, ()):
                widget.close()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls somebody after each cell that was run; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def tell_listeners(self) -> None:
        """Says that a cell was run."""
        for listener in list(self._listeners):
            listener()


@contextmanager
def _unmoved() -> Iterator[None]:
    """Loading runs the code of definitions in their notebook's folder; the user's kernel stays where it is."""
    folder = Path.cwd()
    try:
        yield
    finally:
        os.chdir(folder)


# One for each shell; a process seldom has more than one.
_sessions: WeakKeyDictionary[Any, KernelSession] = WeakKeyDictionary()


def session_of(shell: Any) -> KernelSession:
    """The session of a shell; made when it is first asked for, and the same ever after."""
    if shell not in _sessions:
        _sessions[shell] = KernelSession(shell)
    return _sessions[shell]
