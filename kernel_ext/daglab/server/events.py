"""The WebSocket that brings the workspace whenever something changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from daglab.server.handlers import RESOURCE, Method
from daglab.server.watcher import Watcher

_may_read: Callable[[Method], Method] = authorized(action="read")


class EventsHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Sends `{"type": "workspace"}` at once and whenever something changed, or `{"type": "problem"}`.

    Who reads slowly gets the newest state and misses those in between. Where the state had been seen, as the argument
    `cursor` says, it is sent all the same: files may have changed.
    """

    auth_resource = RESOURCE

    def initialize(self, watcher: Watcher) -> None:
        """Takes what the extension gives to this route."""
        self._watcher = watcher
        self._next: str | None = None
        self._sending: asyncio.Task[None] | None = None

    @ws_authenticated
    @_may_read
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Becomes a WebSocket, for those who may read."""
        await super().get(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Looks on from now."""
        super().open(*args, **kwargs)
        self._watcher.add(self)

    def on_message(self, message: str | bytes) -> None:
        """Nothing is expected from the other side."""

    def on_close(self) -> None:
        """Looks on no longer."""
        self._watcher.remove(self)
        if self.ping_callback is not None:
            self.ping_callback.stop()
        if self._sending is not None:
            self._sending.cancel()
        super().on_close()

    def offer(self, message: str) -> None:
        """Sends the newest state as soon as the one before is through."""
        self._next = message
        if self._sending is None or self._sending.done():
            self._sending = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        try:
            while self._next is not None:
                message, self._next = self._next, None
                await self.write_message(message)
        except WebSocketClosedError:
            self._watcher.remove(self)
