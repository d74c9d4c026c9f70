"""Servers for tests, each with a project of its own; lets the tests of this folder share `running_server.py`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from running_server import Server, write_project

Start = Callable[..., Server]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a notebook of two assets."""
    write_project(tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers that end with the test."""
    servers: list[Server] = []

    def start_server(root: Path, *arguments: str) -> Server:
        servers.append(Server(root, *arguments))
        return servers[-1]

    yield start_server
    for server in servers:
        server.stop()


@pytest.fixture
def server(root: Path, start: Start) -> Server:
    """A server for the project."""
    return start(root)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all tests of a module that leave it as it is."""
    root = tmp_path_factory.mktemp("shared") / "project"
    write_project(root)
    server = Server(root)
    yield server
    server.stop()
