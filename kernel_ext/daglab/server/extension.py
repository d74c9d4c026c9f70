"""The server extension: routes under `daglab/api/v1`, and one home for all kernels of the server."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Float

from daglab.errors import DaglabError
from daglab.orchestration.home import SERVER_HOME, find_home
from daglab.server.events import EventsHandler
from daglab.server.handlers import (
    MaterializeHandler,
    RunCancelHandler,
    RunHandler,
    RunLogHandler,
    RunsHandler,
    WorkspaceHandler,
)
from daglab.server.service import Service
from daglab.server.watcher import Watcher

API = "daglab/api/v1"
_RUN = r"runs/([A-Za-z0-9-]{1,64})"


class DaglabExtension(ExtensionApp):
    """Shows the project around the server's root directory, and starts and stops its runs."""

    name = "daglab"
    load_other_extensions = True
    load_patience = Float(60.0, help="Seconds that loading the notebooks and modules of the project may take.").tag(
        config=True
    )

    def initialize_settings(self) -> None:
        """Finds the project; nothing is opened or loaded yet, the server is not to wait."""
        root = Path(self._server.root_dir)
        # Kernels that start in folders below find the same home. Settings that are off are told when somebody asks.
        with contextlib.suppress(DaglabError):
            os.environ[SERVER_HOME] = str(find_home(root).path)
        self._service = Service(root, log=self._server.log, patience=self.load_patience)
        self._watcher = Watcher(self._service, self._server.log)

    def initialize_handlers(self) -> None:
        """Adds the routes."""
        service = {"service": self._service}
        self.handlers.extend(
            [
                (f"{API}/workspace", WorkspaceHandler, service),
                (f"{API}/runs", RunsHandler, service),
                (f"{API}/{_RUN}", RunHandler, service),
                (f"{API}/{_RUN}/log", RunLogHandler, service),
                (f"{API}/{_RUN}/cancel", RunCancelHandler, service),
                (f"{API}/materialize", MaterializeHandler, service),
                (f"{API}/events", EventsHandler, {"watcher": self._watcher}),
            ]
        )

    async def stop_extension(self) -> None:
        """Closes the run store; runs have processes of their own and go on."""
        self._watcher.stop()
        await self._service.close()

    @property
    def _server(self) -> Any:
        return self.serverapp


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "daglab.server.extension", "app": DaglabExtension}]
