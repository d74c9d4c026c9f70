"""A real kernel for tests, as a front end sees it."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any, Self

from jupyter_client import KernelManager

from daglab.orchestration.instance import Instance

TIMEOUT = 60.0


@dataclass(kw_only=True)
class Execution:
    """What came back for one cell."""

    status: str = ""
    printed: str = ""
    results: list[dict[str, Any]] = field(default_factory=list)
    displayed: list[dict[str, Any]] = field(default_factory=list)
    traceback: str = ""
    error: str = ""

    @property
    def result(self) -> str | None:
        return self.results[-1]["text/plain"] if self.results else None

    @property
    def lines(self) -> list[str]:
        """The texts of what was displayed."""
        return [one["text/plain"] for one in self.displayed]


class LiveKernel:
    """A kernel in a folder of its own, with a notebook and a home that nobody else uses."""

    def __init__(self, folder: Path, *, has_file: bool = True) -> None:
        self.folder = folder
        self.home = folder / ".daglab"
        self.path = folder / "nights.ipynb"
        self.has_file = has_file
        self._manager: Any = None
        self.client: Any = None
        self.others: list[dict[str, Any]] = []

    def start(self) -> Self:
        environment = {**os.environ, "DAGLAB_HOME": str(self.home), "MPLBACKEND": "agg"}
        environment.pop("JPY_SESSION_NAME", None)
        if self.has_file:
            environment["JPY_SESSION_NAME"] = str(self.path)
        self._manager = KernelManager()
        self._manager.start_kernel(cwd=str(self.folder), env=environment)
        self.client = self._manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)
        return self

    def load(self) -> Self:
        assert self.run("%load_ext daglab").status == "ok"
        return self

    def restart(self) -> Self:
        self.stop()
        return self.start().load()

    def stop(self) -> None:
        self.client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def save(self, *cells: tuple[str, str]) -> None:
        """Writes the notebook: ids and sources."""
        content = [
            {"cell_type": "code", "id": name, "source": source, "metadata": {}, "outputs": []} for name, source in cells
        ]
        notebook = {"cells": content, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        self.path.write_text(json.dumps(notebook))

    def send(self, source: str, cell_id: str | None = None) -> str:
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "stop_on_error": False,
        }
        message = self.client.session.msg("execute_request", content)
        if cell_id is not None:
            message["metadata"]["cellId"] = cell_id
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def run(self, source: str, cell_id: str | None = None) -> Execution:
        return self.wait(self.send(source, cell_id))

    def wait(self, request: str) -> Execution:
        found = Execution()
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            message = self.message(deadline - time.monotonic())
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != request or kind.startswith("comm_"):
                self.others.append(message)
            elif kind == "stream":
                found.printed += content["text"]
            elif kind == "execute_result":
                found.results.append(content["data"])
            elif kind == "display_data":
                found.displayed.append(content["data"])
            elif kind == "update_display_data":
                found.displayed[-1] = content["data"]
            elif kind == "error":
                found.traceback = "\n".join(content["traceback"])
                found.error = f"{content['ename']}: {content['evalue']}"
            elif kind == "status" and content["execution_state"] == "idle":
                found.status = self._reply(request)
                return found
        raise TimeoutError(f"no end of {request}")

    def _reply(self, request: str) -> str:
        while True:
            reply = self.client.get_shell_msg(timeout=TIMEOUT)
            if reply["parent_header"].get("msg_id") == request:
                return str(reply["content"]["status"])

    def message(self, timeout: float) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get_iopub_msg(timeout=timeout)
        return found

    def comm_messages(self, seconds: float) -> list[dict[str, Any]]:
        """What comms send meanwhile, and what they had sent before."""
        found, self.others = self.others, []
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                found.append(self.message(left))
            except Empty:
                break
        return [one for one in found if one["msg_type"].startswith("comm_")]

    def interrupt(self) -> None:
        os.kill(self._manager.provisioner.pid, signal.SIGINT)

    def instance(self) -> Instance:
        return Instance.open(self.home, start=self.folder)
