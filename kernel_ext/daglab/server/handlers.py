"""The routes of the server: what they take and what they answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import authenticated

from daglab.errors import DaglabError, InvalidInvocationError
from daglab.server.commands import read_command, read_number
from daglab.server.problems import FRESH, answer_to
from daglab.server.service import Service
from daglab.views.shapes import Problem, to_wire

RESOURCE = "daglab"
Method = Callable[..., Coroutine[Any, Any, None]]
_may_execute: Callable[[Method], Method] = authorized(action="execute")


class DaglabHandler(APIHandler):
    """Answers with views, and with a `Problem` when something is refused."""

    auth_resource = RESOURCE

    def initialize(self, service: Service) -> None:
        """Takes what the extension gives to all routes."""
        self.service = service

    def answer(self, view: object, status: int = 200) -> None:
        """Sends a view, or a list of them."""
        self.set_status(status)
        wire = [to_wire(one) for one in view] if isinstance(view, list) else to_wire(view)
        self.finish(json.dumps(wire))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Sends a `Problem` for whatever was raised."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        status, problem = answer_to(error, status_code) if error else (status_code, _bare(status_code))
        self.set_header("Content-Type", "application/json")
        self.answer(problem, status)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Logs what is unexpected; a refusal is none."""
        if isinstance(value, DaglabError):
            self.log.debug("daglab refused: %s", value)
        else:
            super().log_exception(typ, value, tb)


class WorkspaceHandler(DaglabHandler):
    """The whole workspace."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answers with a `WorkspaceView`."""
        self.answer(await self.service.workspace())


class RunsHandler(DaglabHandler):
    """The latest runs."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answers with `RunView`s, newest first."""
        limit = read_number("limit", self.get_query_argument("limit", "50"), least=1, most=1000)
        self.answer(await self.service.runs(limit))


class RunHandler(DaglabHandler):
    """One run."""

    @authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answers with a `RunView`."""
        self.answer(await self.service.run(run_id))


class RunLogHandler(DaglabHandler):
    """What a run tells."""

    @authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answers with `LogLineView`s, oldest first: those after an event, or the last ones."""
        text = self.get_query_argument("after", None)
        after = None if text is None else read_number("after", text, least=0, most=2**53)
        self.answer(await self.service.log(run_id, after))


class RunCancelHandler(DaglabHandler):
    """The end of a run, on demand."""

    @authenticated
    @authorized
    async def post(self, run_id: str) -> None:
        """Asks a run to stop, and answers with its `RunView`."""
        try:
            self.answer(await self.service.cancel(run_id))
        except InvalidInvocationError as error:
            self.answer(Problem(title="The run is over", detail=error.message, hint=error.hint), 409)


class MaterializeHandler(DaglabHandler):
    """The start of a run."""

    @authenticated
    @_may_execute
    async def post(self) -> None:
        """Starts a run from the saved files, and answers with its `RunView`."""
        run = await self.service.materialize(read_command(self.request.body))
        if run is None:
            self.answer(FRESH, 409)
        else:
            self.answer(run, 201)


def _bare(status: int) -> Problem:
    return Problem(title=f"Status {status}", detail="", hint="")
