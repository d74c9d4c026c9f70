"""One event loop for all that is asynchronous in a run, wherever that run is."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any


class RunLoop:
    """An event loop that code which is not asynchronous waits for.

    It is made when something is first to run on it. Where the calling thread has a running loop already, as in the
    kernel of a notebook, it runs on a thread of its own; else on the calling thread, one call after the other.

    Example:
        >>> async def add(one, other):
        ...     return one + other
        >>> loop = RunLoop()
        >>> loop.run_until_complete(add(1, 2))
        3
        >>> loop.close()
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._runner: asyncio.Runner | None = None
        self._host: threading.Thread | None = None

    def run_until_complete(self, awaitable: Awaitable[Any]) -> Any:
        """Waits for what an awaitable gives, or raises what it raises."""
        with self._lock:
            if self._loop is None:
                self._open()
            if self._host is None and not _is_in_loop():
                assert self._runner is not None
                return self._runner.run(_awaited(awaitable), context=contextvars.copy_context())
            if self._host is None:
                self._move()
        return self._wait_for(awaitable)

    def close(self) -> None:
        """Ends what still runs on it."""
        with self._lock:
            loop, runner, host = self._loop, self._runner, self._host
            self._loop = self._runner = self._host = None
        if loop is not None and host is not None:
            loop.call_soon_threadsafe(loop.stop)
            host.join()
        if runner is not None:
            _away_from_loops(runner.close)

    def __getattr__(self, name: str) -> Any:
        """All else is asked of the loop itself."""
        if name.startswith("_"):
            raise AttributeError(name)
        with self._lock:
            if self._loop is None:
                self._open()
        return getattr(self._loop, name)

    def _open(self) -> None:
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()

    def _move(self) -> None:
        """Lets it run on a thread of its own from now on."""
        assert self._loop is not None
        self._host = threading.Thread(target=self._loop.run_forever, name="daglab-event-loop", daemon=True)
        self._host.start()

    def _wait_for(self, awaitable: Awaitable[Any]) -> Any:
        loop, context = self._loop, contextvars.copy_context()
        assert loop is not None
        given: Future[asyncio.Task[Any]] = Future()
        done: Future[Any] = Future()

        def start() -> None:
            task = loop.create_task(_awaited(awaitable), context=context)
            task.add_done_callback(lambda ended: _tell(ended, done))
            given.set_result(task)

        loop.call_soon_threadsafe(start)
        try:
            return done.result()
        except BaseException:
            if not done.done():  # interrupted while waiting
                loop.call_soon_threadsafe(given.result().cancel)
            raise


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def _tell(ended: asyncio.Task[Any], done: Future[Any]) -> None:
    if ended.cancelled():
        done.set_exception(asyncio.CancelledError())
    elif (error := ended.exception()) is not None:
        done.set_exception(error)
    else:
        done.set_result(ended.result())


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _away_from_loops(work: Callable[[], None]) -> None:
    """Does something that must not be done on a thread with a running loop."""
    if not _is_in_loop():
        work()
        return
    thread = threading.Thread(target=work, name="daglab-event-loop-end")
    thread.start()
    thread.join()
