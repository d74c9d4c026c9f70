"""One watcher for all who look on: it polls while there are any, and tells them what is new."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import TYPE_CHECKING, Protocol

from daglab.errors import DaglabError
from daglab.server.problems import answer_to
from daglab.server.service import Service
from daglab.views.shapes import to_wire

if TYPE_CHECKING:
    from daglab.server.desk import Token
    from daglab.server.reader import Reading

STORE_PAUSE = 0.05
FILES_PAUSE = 1.0
# A file in the storage that vanishes changes neither the store nor a notebook.
LONGEST_PAUSE = 5.0
_SHARE = 10  # At most a tenth of the time goes into looking.


class Onlooker(Protocol):
    """Who looks on."""

    def offer(self, message: str) -> None:
        """Takes the newest state, at once; older ones that were not yet passed on may be dropped."""


class Watcher:
    """Looks for changes while somebody looks on.

    Args:
        service: the project.
        log: of the server.
    """

    def __init__(self, service: Service, log: logging.Logger) -> None:
        self._service = service
        self._log = log
        self._onlookers: set[Onlooker] = set()
        self._watching: asyncio.Task[None] | None = None
        self._latest: str | None = None

    def add(self, onlooker: Onlooker) -> None:
        """Tells somebody the state now and whenever it changes."""
        self._onlookers.add(onlooker)
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        elif self._latest is not None:
            onlooker.offer(self._latest)

    def remove(self, onlooker: Onlooker) -> None:
        """Forgets somebody; with the last one, the watching ends."""
        self._onlookers.discard(onlooker)
        if not self._onlookers:
            self.stop()

    def stop(self) -> None:
        """Ends the watching."""
        if self._watching is not None:
            self._watching.cancel()
        self._watching = None
        self._latest = None

    def _tell(self, message: str) -> None:
        if message != self._latest:
            self._latest = message
            for onlooker in list(self._onlookers):
                onlooker.offer(message)

    async def _watch(self) -> None:
        look = _Look(self._service)
        try:
            while True:
                try:
                    message = await look.around()
                except Exception as error:
                    if not isinstance(error, DaglabError):
                        self._log.exception("daglab: the watching of the workspace met an error")
                    message, look.pause = _problem_message(error), FILES_PAUSE
                if message is not None:
                    self._tell(message)
                await asyncio.sleep(look.pause)
        finally:
            look.end()


class _Look:
    """What was seen last, and when to look again."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._reading: Reading | None = None
        self._shown: Reading | None = None
        self._token: Token | None = None
        self._files_task: asyncio.Task[Reading] | None = None
        self._files_due = self._view_due = 0.0
        self.pause = STORE_PAUSE

    def end(self) -> None:
        """Gives up a reading that is under way."""
        if self._files_task is not None:
            self._files_task.cancel()

    async def around(self) -> str | None:
        """The newest state; None where nothing happened.

        Raises:
            DaglabError: the state cannot be told.
        """
        await self._look_at_files()
        if self._reading is None:
            self.pause = STORE_PAUSE
            return None
        token = await self._service.token()
        now = time.monotonic()
        self.pause = STORE_PAUSE
        if token == self._token and self._reading is self._shown and now < self._view_due:
            return None
        message = await self._service.message(self._reading)
        busy = await self._service.is_busy()
        took = time.monotonic() - now
        self._token, self._shown = token, self._reading
        self._view_due = now + max(FILES_PAUSE if busy else LONGEST_PAUSE, took * _SHARE)
        self.pause = max(STORE_PAUSE, 2 * took)
        return message

    async def _look_at_files(self) -> None:
        """Reads the files in the background, so that runs are followed while a slow module is loaded."""
        now = time.monotonic()
        if self._files_task is None and now >= self._files_due:
            self._files_task = asyncio.get_running_loop().create_task(self._service.read())
            began = now
            self._files_task.add_done_callback(lambda _: self._plan_files(began))
        if self._files_task is not None:
            await asyncio.wait([self._files_task], timeout=STORE_PAUSE)
            if self._files_task.done():
                done, self._files_task = self._files_task, None
                self._reading = None
                self._reading = done.result()

    def _plan_files(self, began: float) -> None:
        now = time.monotonic()
        self._files_due = now + max(FILES_PAUSE, (now - began) * _SHARE)


def _problem_message(error: BaseException) -> str:
    return json.dumps({"type": "problem", "problem": to_wire(answer_to(error)[1])})
