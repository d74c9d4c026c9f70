"""A project as a user has it: a folder with notebooks, and the `daglab` command, each time in a process of its own."""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

LONGEST_SECONDS = 60.0

# `-P` keeps the working directory out of `sys.path`, as the installed script does.
COMMAND = (sys.executable, "-P", "-m", "daglab.cli.main")


@dataclass(frozen=True)
class Ended:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def steps(self) -> list[str]:
        """The steps that began, in order."""
        return [line.split()[1] for line in self.out.splitlines() if line.startswith("          start ")]

    @property
    def last_line(self) -> str:
        """What the command said at last."""
        return self.out.splitlines()[-1]

    def refused(self) -> str:
        """The one message of a command that refused to do anything."""
        assert (self.code, self.out) == (2, ""), self
        self.without_traceback()
        return self.err

    def without_traceback(self) -> Ended:
        """Makes sure that no frame of ours reached the user."""
        everything = self.out + self.err
        assert "Traceback (most recent call last)" not in everything, everything
        assert f"daglab{os.sep}execution" not in everything and f"daglab{os.sep}cli" not in everything, everything
        return self


class Project:
    """A folder with notebooks.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / ".daglab"
        self._started: list[subprocess.Popen[str]] = []

    def notebook(self, *cells: str, name: str = "pipeline.ipynb") -> Path:
        """Writes a notebook of code cells."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook_text(*cells), encoding="utf-8")
        return path

    def daglab(self, *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ended:
        """Runs a command to its end."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=cwd or self.root,
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=LONGEST_SECONDS,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def materialize(self, *arguments: str, name: str = "pipeline.ipynb", **more: Any) -> Ended:
        """Materializes a notebook."""
        return self.daglab("materialize", "-f", name, *arguments, **more)

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Starts a command, in a session of its own as a terminal would."""
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.root,
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def json(self, *arguments: str) -> Any:
        """What a command says to programs."""
        done = self.daglab(*arguments, "--json")
        assert done.err == "", done
        return json.loads(done.out)

    def json_of(self, *arguments: str, code: int) -> Any:
        """What a command says to programs when it ends with that code."""
        done = self.daglab(*arguments, "--json")
        assert done.code == code, done
        return json.loads(done.out)

    def load(self, key: str) -> str:
        """The repr of an asset's value, as a new session loads it."""
        code = "import sys, daglab; print(repr(daglab.load(sys.argv[1])))"
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, key],
            cwd=self.root,
            env=_environment(None),
            capture_output=True,
            encoding="utf-8",
            timeout=LONGEST_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    def statuses(self, name: str = "pipeline.ipynb") -> dict[str, str]:
        """How each asset stands."""
        return {one["key"]: one["status"] for one in self.json("assets", "-f", name)}

    def runs(self) -> list[tuple[str, str]]:
        """The status and the launcher of each run, newest first."""
        return [(one["status"], one["launched_by"]) for one in self.json("runs")]

    def latest_run(self) -> str:
        """The id of the latest run."""
        run_id: str = self.json("runs")[0]["id"]
        return run_id

    def stored_files(self) -> list[str]:
        """All files of stored values; what is half-written would be among them."""
        storage = self.home / "storage"
        return sorted(path.relative_to(storage).as_posix() for path in storage.rglob("*") if path.is_file())

    def store_is_sound(self) -> bool:
        """Whether SQLite finds nothing wrong with the run store."""
        with sqlite3.connect(self.home / "store.db") as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
        connection.close()
        return found == [("ok",)]

    def flag(self, name: str) -> Flag:
        """Something that code of a cell does and a test waits for."""
        return Flag(self.root / name)

    def gate(self, name: str) -> None:
        """Something that code of a cell waits for, with `open(NAME).read()`, and that never comes."""
        os.mkfifo(self.root / name)

    def end_all(self) -> None:
        """Ends what still runs."""
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


class Flag:
    """A named pipe, which a cell raises with `open(NAME, "w").close()`."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._path = path
        self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def wait(self) -> None:
        """Waits until a cell raises it."""
        poll = select.poll()
        poll.register(self._file, select.POLLIN | select.POLLHUP)
        assert poll.poll(LONGEST_SECONDS * 1000), f"{self._path.name} was never raised"
        os.close(self._file)


def ended(process: subprocess.Popen[str]) -> Ended:
    """Waits for a command that was started."""
    out, err = process.communicate(timeout=LONGEST_SECONDS)
    return Ended(process.returncode, out, err)


def notebook_text(*cells: str) -> str:
    """The file of a notebook of code cells."""
    entries = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "execution_count": None, "outputs": [],
         "source": text}
        for number, text in enumerate(cells, 1)
    ]  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": entries}, ensure_ascii=False)


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """All processes that a command started."""
    return psutil.Process(process.pid).children(recursive=True)


def gone(processes: list[psutil.Process]) -> bool:
    """Waits for processes to end; whether they all did."""
    _, alive = psutil.wait_procs(processes, timeout=15)
    return not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAGLAB_")}
    return {**kept, "PYTHONWARNINGS": "error::ResourceWarning", **(more or {})}
