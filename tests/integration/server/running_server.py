"""A real Jupyter server in a process of its own, and those who talk to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import websocket

PACKAGE = Path(__file__).resolve().parents[3] / "kernel_ext"
API = "daglab/api/v1"
TOKEN = "open-sesame"
PATIENCE = 40.0


def environment() -> dict[str, str]:
    """That of this process, with the package to be found, and nothing of the developer's own Jupyter."""
    paths = [str(PACKAGE), *filter(None, [os.environ.get("PYTHONPATH")])]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DAGLAB", "JUPYTER"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "JUPYTER_NO_CONFIG": "1"}


class Server:
    """A server on a port of its own whose root directory is `root`."""

    def __init__(self, root: Path, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.root = root
        self._sockets: list[Socket] = []
        self.log_file = root.parent / f"{root.name}-server.log"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"),
                    f"--ServerApp.port={self.port}",
                    "--ServerApp.port_retries=0",
                    f"--ServerApp.root_dir={root}",
                    f"--IdentityProvider.token={TOKEN}",
                    "--ServerApp.jpserver_extensions={'daglab.server.extension': True}",
                    *arguments,
                ],
                stdout=log,
                stderr=log,
                env=environment(),
                cwd=root,
            )
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"Authorization": f"token {TOKEN}"}, timeout=PATIENCE
        )
        eventually(self._is_up)

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.log
        try:
            return self.client.get("/api/status").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self.log_file.read_text(errors="replace")

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"/{API}/{path}")

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self.client.post(f"/{API}/{path}", json=body)

    def materialize(self, selection: str, key: str | None = None) -> httpx.Response:
        return self.post("materialize", {"selection": selection, "key": key})

    def statuses(self) -> dict[str, str]:
        """The status of each asset."""
        return statuses_of(self.get("workspace").json())

    def watch(self, **more: Any) -> Socket:
        """Opens a WebSocket."""
        self._sockets.append(Socket(self.port, **more))
        return self._sockets[-1]

    def stop(self) -> int:
        """Ends it as a terminal or a service manager would."""
        for socket_ in self._sockets:
            socket_.close()
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


class Socket:
    """A WebSocket that follows the workspace."""

    def __init__(
        self, port: int, *, token: str | None = TOKEN, origin: str | None = None, cookie: str | None = None
    ) -> None:
        query = urlencode({"cursor": 0} | ({"token": token} if token else {}))
        self._socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}/{API}/events?{query}",
            timeout=PATIENCE,
            origin=origin,
            cookie=cookie,
            suppress_origin=origin is None,
        )

    def next(self) -> dict[str, Any]:
        """The next message."""
        message: dict[str, Any] = json.loads(self._socket.recv())
        return message

    def until(self, good: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """All messages until one is good."""
        seen = [self.next()]
        end = time.monotonic() + PATIENCE
        while not good(seen[-1]):
            assert time.monotonic() < end, seen[-1]
            seen.append(self.next())
        return seen

    def close(self) -> None:
        self._socket.close()


def statuses_of(workspace: dict[str, Any]) -> dict[str, str]:
    """The status of each asset of a workspace."""
    return {asset["key"]: asset["status"] for asset in workspace["graph"]["assets"]}


def shows(**statuses: str) -> Callable[[dict[str, Any]], bool]:
    """Whether a message shows these assets as said."""

    def good(message: dict[str, Any]) -> bool:
        return message["type"] == "workspace" and statuses.items() <= statuses_of(message["workspace"]).items()

    return good


def eventually(good: Callable[[], Any]) -> Any:
    """Waits until something is true, and gives it back."""
    end = time.monotonic() + PATIENCE
    while True:
        found = good()
        if found:
            return found
        assert time.monotonic() < end
        time.sleep(0.05)


def write_notebook(path: Path, *cells: str) -> None:
    """Writes a notebook of code cells."""
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{position}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for position, source in enumerate(cells, 1)
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


NUMBERS = "%%asset\nnumbers = [1, 2, 3]"
TOTAL = "%%asset\ntotal = sum(numbers)"
SLOW = "%%asset\nimport time\ntime.sleep(60)\nslow = 1"


def write_project(root: Path, *, locations: str = '["*.ipynb"]') -> None:
    """A project with one notebook of two assets."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text(f"[tool.daglab]\nlocations = {locations}\n")
    write_notebook(root / "sums.ipynb", NUMBERS, TOTAL)
