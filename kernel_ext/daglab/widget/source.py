"""Where a live graph comes from: a kernel's notebook as it is edited, or files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from daglab.orchestration.instance import Instance
from daglab.orchestration.location_specs import LocationSpec, notebook_spec, workspace_specs
from daglab.orchestration.locations import LoadedWorkspace, load_workspace
from daglab.orchestration.module_loading import find_modules_in, places_stamp
from daglab.orchestration.notebook_index import NotebookIndex
from daglab.orchestration.surroundings import in_workspace


class GraphSource(Protocol):
    """What a live graph shows. All methods may be called from any thread."""

    @property
    def title(self) -> str:
        """How the graph is called."""
        ...

    @property
    def instance(self) -> Instance:
        """The home."""
        ...

    @property
    def own(self) -> str | None:
        """The place that is shown with what it needs of the others; None where all are."""
        ...

    def specs(self) -> tuple[LocationSpec, ...]:
        """The places, as they are now."""
        ...

    def workspace(self) -> LoadedWorkspace:
        """What these places declare; the same object as before if nothing has changed."""
        ...

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls somebody when the places may have changed; returns what ends that."""
        ...


class FilesSource:
    """Notebooks and modules as they lie on disk.

    Args:
        instance: the home.
        notebook: one notebook; None for all places that the project's settings name.
    """

    def __init__(self, instance: Instance, notebook: Path | None = None) -> None:
        self.instance = instance
        self._notebook = notebook.absolute() if notebook else None
        self._loaded: tuple[object, LoadedWorkspace] | None = None
        self._index = NotebookIndex.of(instance.home)

    @property
    def title(self) -> str:
        """The notebook's name, or the project's."""
        return self._notebook.stem if self._notebook else self.instance.home.root.name

    @property
    def own(self) -> str | None:
        """The notebook's name among the places."""
        return notebook_spec(self._notebook, self.instance.home.root).name if self._notebook else None

    def specs(self) -> tuple[LocationSpec, ...]:
        """The places; a pattern may match new files by now."""
        home = self.instance.home
        if self._notebook is not None:
            return in_workspace(self._notebook, home, self._index).specs
        return workspace_specs(home.settings.locations, home.root)

    def workspace(self) -> LoadedWorkspace:
        """What the files declare."""
        specs = self.specs()
        signature = places_stamp(specs)
        if self._loaded is None or self._loaded[0] != signature or not self._loaded[1].is_current:
            find_modules_in(self.instance.home.root, specs)
            workspace = load_workspace(specs, index=self._index, is_kernel=True)
            self._loaded = (signature, workspace.focused(self.own) if self.own else workspace)
        return self._loaded[1]

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Files call nobody; whoever watches them looks now and then."""
        return lambda: None
