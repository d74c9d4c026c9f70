"""What is asynchronous in resources and steps of a run shares one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from daglab import (
    ConfigurableResource,
    Output,
    asset,
    build_asset_context,
    build_op_context,
    job,
    materialize,
    op,
)
from daglab.errors import InvalidInvocationError, ResourceFunctionError

said: list[Any] = []


class Session(ConfigurableResource[Any]):
    @asynccontextmanager
    async def yield_for_execution(self, context: Any) -> AsyncIterator[Any]:  # type: ignore[override]
        said.append(asyncio.get_running_loop())
        yield self
        said.append("closed")

    async def ask(self) -> int:
        return id(asyncio.get_running_loop())


@op
async def asks(session: Session) -> int:
    return await session.ask()


@op
async def yields(session: Session) -> AsyncIterator[Output[int]]:
    yield Output(await session.ask())


@job(resource_defs={"session": Session()})
def both() -> None:
    asks()
    yields()


def test_resource_and_steps_are_on_the_same_loop() -> None:
    said.clear()
    result = both.execute_in_process()
    loop, ended = said
    assert (result.output_for_node("asks"), result.output_for_node("yields")) == (id(loop), id(loop))
    assert (ended, loop.is_closed()) == ("closed", True)


def test_they_are_in_a_notebook_whose_loop_runs() -> None:
    @asset
    async def made(session: Session) -> int:
        return await session.ask()

    async def cell() -> Any:
        return materialize([made], resources={"session": Session()}).asset_value("made")

    said.clear()
    assert asyncio.run(cell()) == id(said[0])


def test_contexts_built_by_hand_open_asynchronous_resources_on_the_loop_given() -> None:
    loop = asyncio.new_event_loop()
    for build in (build_op_context, build_asset_context):
        said.clear()
        with build(resources={"session": Session()}, event_loop=loop) as context:
            assert loop.run_until_complete(context.resources.session.ask()) == id(loop)
        assert said == [loop, "closed"]
        with pytest.raises((InvalidInvocationError, ResourceFunctionError), match="event_loop"):
            build(resources={"session": Session()})
    loop.close()
