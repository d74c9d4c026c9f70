"""A real JupyterLab in a process of its own, with a project that is its root folder."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from notebook_page import write_notebook

PYPROJECT = '[tool.daglab]\nlocations = ["*.ipynb"]\n'
COMMAND = (sys.executable, "-P", "-m", "daglab.cli.main")


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address with the token, and the folder that it serves, which is a project."""

    address: str
    token: str
    folder: Path
    _started: list[subprocess.Popen[str]] = field(default_factory=list)

    def url(self, notebook: str = "") -> str:
        tree = f"/tree/{notebook}" if notebook else ""
        return f"{self.address}/lab{tree}?token={self.token}&reset"

    def request(self, path: str, *, method: str = "GET", token: bool = True) -> tuple[int, str]:
        """Status and body of an answer."""
        headers = {"Authorization": f"token {self.token}"} if token else {}
        request = urllib.request.Request(f"{self.address}/{path}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def write(self, name: str, *cells: str) -> Path:
        """Writes a notebook into the project."""
        path = self.folder / name
        write_notebook(path, list(cells))
        return path

    def add_setting(self, line: str) -> None:
        """Adds a line to the settings of the project."""
        (self.folder / "pyproject.toml").write_text(f"{PYPROJECT}{line}\n", encoding="utf-8")

    def start_command(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `daglab` in the project."""
        process = subprocess.Popen(
            [*COMMAND, *arguments], cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self._started.append(process)
        return process

    def command(self, *arguments: str) -> str:
        """Runs `daglab` in the project, and gives what it wrote."""
        process = self.start_command(*arguments)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0, out
        return out

    def times_made(self, key: str) -> int:
        """How often an asset was made."""
        return len(json.loads(self.command("asset", "show", key, "--json"))["history"])

    def end_kernels(self) -> None:
        """Ends all kernels, as a restart of the server does."""
        for session in json.loads(self.request("api/sessions")[1]):
            self.request(f"api/sessions/{session['id']}", method="DELETE")

    def clear(self) -> None:
        """Ends all kernels and commands, and forgets all notebooks, runs and added settings."""
        while self._started:
            process = self._started.pop()
            process.kill()
            process.communicate()
        self.end_kernels()
        for path in self.folder.iterdir():
            if path.is_dir():
                _remove(path)
            elif path.name != "pyproject.toml":
                path.unlink()
        self.add_setting("")


@contextmanager
def running_lab(place: Path) -> Iterator[Lab]:
    """A JupyterLab that ends with the block; what it needs lies in `place`."""
    folder = place / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT)
    settings = place / "jupyter"
    # Nobody is there to answer the question whether to be told of news.
    overrides = settings / "labconfig"
    overrides.mkdir(parents=True)
    news = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
    (overrides / "default_setting_overrides.json").write_text(json.dumps(news))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    log = (place / "lab.log").open("wb")
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
        "JUPYTER_DATA_DIR": str(settings / "data"),
    }
    process = subprocess.Popen(
        [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
            f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}",
            "--LabApp.expose_app_in_browser=True", "--ServerApp.port_retries=0",
        ],
        stdout=log, stderr=log, env=environment, cwd=folder,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _await_server(f"{address}/api?token={token}", process, place / "lab.log")
        yield Lab(address=address, token=token, folder=folder)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _await_server(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}") from None
            time.sleep(0.1)


def _remove(folder: Path) -> None:
    """Removes a folder into which a process that is about to end may still write."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)
    shutil.rmtree(folder)
