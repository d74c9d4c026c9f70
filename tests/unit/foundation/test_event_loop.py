"""The event loop that code which is not asynchronous waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing
from contextvars import ContextVar

import pytest

from daglab.foundation.event_loop import RunLoop

WHO = ContextVar("who", default="nobody")


@pytest.fixture
def loop() -> Iterator[RunLoop]:
    with closing(RunLoop()) as made:
        yield made


async def told() -> tuple[str, int]:
    return WHO.get(), id(asyncio.get_running_loop())


def test_all_run_on_one_loop_with_the_context_of_the_caller(loop: RunLoop) -> None:
    WHO.set("mé")
    assert [loop.run_until_complete(told()) for _ in range(2)] == [("mé", id(loop._loop))] * 2
    assert not loop.is_closed()


def test_within_a_running_loop_it_has_its_own_thread(loop: RunLoop) -> None:
    first = loop.run_until_complete(told())

    async def around() -> tuple[str, int]:
        WHO.set("inner")
        found: tuple[str, int] = loop.run_until_complete(told())
        return found

    assert asyncio.run(around()) == ("inner", first[1])
    assert loop.run_until_complete(told())[1] == first[1]


def test_errors_are_raised_as_they_are(loop: RunLoop) -> None:
    async def fails() -> None:
        raise KeyError("mine")

    async def around() -> None:
        loop.run_until_complete(fails())

    with pytest.raises(KeyError, match="mine"):
        loop.run_until_complete(fails())
    with pytest.raises(KeyError, match="mine"):
        asyncio.run(around())


def test_several_threads_wait_in_turn(loop: RunLoop) -> None:
    found: list[int] = []

    async def add(number: int) -> None:
        await asyncio.sleep(0)
        found.append(number)

    threads = [threading.Thread(target=lambda n=n: loop.run_until_complete(add(n))) for n in range(20)]  # type: ignore[misc]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert sorted(found) == list(range(20))


def test_what_still_runs_ends_with_it() -> None:
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("ended")

    async def begin() -> asyncio.Task[None]:
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        return task

    async def around(loop: RunLoop) -> None:
        loop.run_until_complete(begin())
        loop.close()

    with closing(RunLoop()) as loop:
        kept = loop.run_until_complete(begin())
    loop = RunLoop()
    asyncio.run(around(loop))
    loop.close()
    assert (kept.cancelled(), ended) == (True, ["ended", "ended"])
