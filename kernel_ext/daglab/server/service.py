"""What the handlers ask: everything that blocks is done in threads of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from daglab.errors import DaglabError
from daglab.views.shapes import MaterializeRequest, RunView, WorkspaceView

if TYPE_CHECKING:
    from daglab.server.desk import Desk, LogLineView, Token
    from daglab.server.reader import Reader, Reading

T = TypeVar("T")


class Service:
    """The project that a server shows.

    Two threads work for it: one reads what the project declares, which may take long, the other one works with the
    run store, so that live views go on in the meantime.

    Args:
        start: where to look for the project from.
        log: of the server.
        patience: seconds that loading what the project declares may take.
    """

    def __init__(self, start: Path, *, log: logging.Logger, patience: float = 60.0) -> None:
        self._start = start
        self._log = log
        self._patience = patience
        self._reading_thread = ThreadPoolExecutor(1, thread_name_prefix="daglab-reader")
        self._store_thread = ThreadPoolExecutor(1, thread_name_prefix="daglab-store")
        self._reader: Reader | None = None
        self._desk: Desk | None = None
        self._told = ""
        self._closed = False

    async def read(self) -> Reading:
        """What the project declares now.

        Raises:
            DaglabError: it cannot be told.
        """
        try:
            reading = await self._in(self._reading_thread, lambda: self._the_reader().read())
        except DaglabError as error:
            if not self._closed:
                self._tell_once(error)
            raise
        self._told = ""
        return reading

    async def workspace(self) -> WorkspaceView:
        """The workspace as it stands now."""
        reading = await self.read()
        return await self._with_desk(lambda desk: desk.workspace(reading))

    async def message(self, reading: Reading) -> str:
        """The message that brings a face up to date."""
        return await self._with_desk(lambda desk: desk.message(reading))

    async def token(self) -> Token:
        """Equal to an earlier one only if nothing happened in between."""
        return await self._with_desk(lambda desk: desk.token())

    async def is_busy(self) -> bool:
        """Whether runs are under way."""
        return await self._with_desk(lambda desk: desk.is_busy())

    async def runs(self, limit: int) -> list[RunView]:
        """The latest runs, newest first."""
        return await self._with_desk(lambda desk: desk.runs(limit))

    async def run(self, run_id: str) -> RunView:
        """One run."""
        return await self._with_desk(lambda desk: desk.run(run_id))

    async def log(self, run_id: str, after: int | None) -> list[LogLineView]:
        """What a run tells."""
        return await self._with_desk(lambda desk: desk.log(run_id, after))

    async def materialize(self, command: MaterializeRequest) -> RunView | None:
        """Starts a run from what the files hold; None where everything is fresh."""
        reading = await self.read()
        return await self._with_desk(lambda desk: desk.materialize(reading, command))

    async def cancel(self, run_id: str) -> RunView:
        """Asks a run to stop."""
        return await self._with_desk(lambda desk: desk.cancel(run_id))

    async def close(self) -> None:
        """Ends what is under way here; runs have processes of their own and go on."""
        self._closed = True
        if self._reader is not None:
            self._reader.stop()
        if self._desk is not None:
            await self._in(self._store_thread, self._desk.close)
        self._reading_thread.shutdown(wait=False, cancel_futures=True)
        self._store_thread.shutdown(wait=False, cancel_futures=True)

    def _tell_once(self, error: DaglabError) -> None:
        if str(error) != self._told:
            self._told = str(error)
            self._log.warning("daglab: %s", error)

    async def _with_desk(self, work: Callable[[Desk], T]) -> T:
        return await self._in(self._store_thread, lambda: work(self._the_desk()))

    async def _in(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, work)

    # SQLAlchemy and the analysis of notebooks are heavy: they are imported in a thread, when first needed.

    def _the_desk(self) -> Desk:
        if self._desk is None:
            from daglab.server.desk import Desk

            self._desk = Desk(self._start)
        return self._desk

    def _the_reader(self) -> Reader:
        if self._reader is None:
            from daglab.server.reader import Reader

            self._reader = Reader(self._start, patience=self._patience)
            if self._closed:
                self._reader.stop()
        return self._reader
