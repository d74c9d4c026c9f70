"""`Instance`: one home, opened: its run store, its values, its settings."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from daglab.definitions.io_manager import IOManager
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.definitions.specs import key_of
from daglab.execution.ports import EventSink
from daglab.io_managers.filesystem import FilesystemIOManager
from daglab.orchestration.home import Home, find_home
from daglab.orchestration.instance_queries import InstanceQueries
from daglab.orchestration.late_store import LateStore
from daglab.orchestration.past_values import load_version
from daglab.orchestration.settings import Settings
from daglab.orchestration.versions import AsOf, WantedVersion, find_materialization
from daglab.records.assets import AssetState, Materialization
from daglab.records.runs import Run

if TYPE_CHECKING:
    from daglab.run_store.store import RunStore


class Instance(InstanceQueries):
    """One home, opened: the run store that all processes share, the stored values, the settings.

    Args:
        home: where everything lies.

    Example:
        >>> import tempfile
        >>> with Instance.open(tempfile.mkdtemp()) as instance:
        ...     instance.store.runs()
        []
    """

    def __init__(self, home: Home) -> None:
        self._home = home

    @property
    def home(self) -> Home:
        """Where everything lies."""
        return self._home

    is_ephemeral = False

    @classmethod
    def get(cls) -> Instance:
        """Opens the home of the project.

        Raises:
            SettingsError: the project's settings cannot be.
        """
        return Instance.open()

    @classmethod
    def ephemeral(cls) -> Instance:
        """An instance that lasts as long as this process, for tests.

        Example:
            >>> Instance.ephemeral().is_ephemeral
            True
        """
        return ephemeral()

    @classmethod
    def open(cls, home: str | os.PathLike[str] | None = None, *, start: str | os.PathLike[str] | None = None) -> Self:
        """Opens a home.

        Args:
            home: the folder; by default `DAGLAB_HOME`, else `.daglab` in the nearest project.
            start: where to look for the project from; the working directory by default.

        Raises:
            SettingsError: the project's settings cannot be.
        """
        return cls(find_home(Path(start) if start else None, home=Path(home) if home else None))

    @cached_property
    def store(self) -> RunStore:
        """The run store, opened when it is first asked for.

        Raises:
            RunStoreError: it cannot be opened.
        """
        return self._open_store()

    def _open_store(self) -> RunStore:
        from daglab.run_store.store import (
            RunStore,  # SQLAlchemy is heavy; `import daglab` is not to wait for it.
        )

        if self.home.settings.run_store is None:
            self.home.create()
        return RunStore.open(self.home.store_url, durable=self.home.settings.durability == "power")

    @contextmanager
    def recording(self, run: Run) -> Iterator[EventSink]:
        """Notes a run, and takes its events until the end of the block."""
        self.store.create_run(run)
        with self.store.writer(run.run_id) as writer:
            self._writers.append(writer)
            try:
                yield writer
            finally:
                self._writers.remove(writer)

    @cached_property
    def _writers(self) -> list[EventSink]:
        return []

    def settle(self) -> None:
        """Returns when all that the runs of this process have told so far can be asked for."""
        for writer in tuple(self._writers):
            writer.flush()

    @cached_property
    def default_io_manager(self) -> IOManager:
        """Keeps values as files in the home."""
        settings = self.home.settings
        return FilesystemIOManager(self.home.storage, home=self.home.path, durability=settings.durability)

    def io_managers(self, resources: Mapping[str, object] | None = None) -> dict[str, IOManager]:
        """All IO managers by resource key; `io_manager` is the default one unless another is given."""
        given = {key: one for key, one in (resources or {}).items() if isinstance(one, IOManager)}
        return {DEFAULT_IO_MANAGER_KEY: self.default_io_manager, **given}

    def load(
        self,
        asset: object,
        *,
        version: int | str = -1,
        as_of: AsOf | None = None,
        run_id: str | None = None,
        partition_key: str | None = None,
        resources: Mapping[str, object] | None = None,
    ) -> Any:
        """Loads the value of an asset; the arguments are those of `daglab.load`.

        Raises:
            ValueMissingError: there is no such asset or version, or its value is not kept any more.
        """
        made = self.materialization(asset, version=version, as_of=as_of, run_id=run_id, partition_key=partition_key)
        return self.load_made(made, asset=asset, resources=resources)

    def load_made(
        self, made: Materialization, *, asset: object = None, resources: Mapping[str, object] | None = None
    ) -> Any:
        """Loads what a materialization has stored.

        Args:
            made: the materialization.
            asset: of what; where it is a definition, its own resources count.
            resources: IO managers of one's own.

        Raises:
            ValueMissingError: it is not kept any more.
        """
        given = {**(getattr(asset, "resource_defs", None) or {}), **(resources or {})}
        return load_version(made, {DEFAULT_IO_MANAGER_KEY: self.default_io_manager, **given}, self)

    def materialization(
        self,
        asset: object,
        *,
        version: int | str = -1,
        as_of: AsOf | None = None,
        run_id: str | None = None,
        partition_key: str | None = None,
    ) -> Materialization:
        """Finds one materialization of an asset; the arguments are those of `load`."""
        wanted = WantedVersion(version=version, as_of=as_of, run_id=run_id, partition_key=partition_key)
        return find_materialization(self.store, str(key_of(asset)), wanted, place=self.home.path)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was recorded for certain, which is known without asking the run store."""
        return False

    def asset_states(self, keys: Sequence[str] | None = None) -> dict[str, AssetState]:
        """What is known of assets, by key."""
        return self.store.asset_states(keys)

    def close(self) -> None:
        """Closes the run store."""
        if "store" in self.__dict__:
            self.store.close()
            del self.__dict__["store"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class EphemeralInstance(Instance):
    """An instance in a folder of its own, made when something is first stored and removed with the instance.

    Its run store is in memory until somebody asks it something.

    Example:
        >>> with EphemeralInstance() as instance:
        ...     instance.store.runs()
        []
    """

    is_ephemeral = True

    def __init__(self) -> None:
        self._late = LateStore(self._open_store)

    @property
    def home(self) -> Home:
        """The folder."""
        return self._made_home

    @cached_property
    def _made_home(self) -> Home:
        path = Path(tempfile.mkdtemp(prefix="daglab-"))
        weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)
        return Home(path=path, root=path, settings=Settings())

    @property
    def store(self) -> RunStore:
        """The run store, with all that has happened so far."""
        return self._late.real()

    @contextmanager
    def recording(self, run: Run) -> Iterator[EventSink]:
        """Notes a run, and takes its events."""
        self._late.create_run(run)
        with self._late.sink(run.run_id) as sink:
            yield sink

    @property
    def is_blank(self) -> bool:
        """Whether no run was recorded."""
        return not self._late.has_runs

    def asset_states(self, keys: Sequence[str] | None = None) -> dict[str, AssetState]:
        """What is known of assets, by key; nothing where no run was recorded."""
        if not self._late.has_runs:
            return {}
        return super().asset_states(keys)

    def close(self) -> None:
        """Forgets all."""
        self._late.close()


def ephemeral() -> EphemeralInstance:
    """A new instance that lasts as long as this process."""
    return EphemeralInstance()
