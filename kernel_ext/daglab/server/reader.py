"""What the files of a project declare, read again only when one of them is another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import IO

from daglab.errors import DaglabError, InvalidInvocationError, PlanError, SettingsError
from daglab.orchestration.home import Home, find_home
from daglab.orchestration.location_specs import LocationSpec, workspace_specs
from daglab.orchestration.locations import LoadedWorkspace
from daglab.server.description import workspace_from_json
from daglab.server.signatures import Signature, signature_of


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a project declares.

    Args:
        home: of the project.
        specs: its locations.
        workspace: what they declare, without any code of the user.
    """

    home: Home
    specs: tuple[LocationSpec, ...]
    workspace: LoadedWorkspace


class Reader:
    """Reads a project; used by one thread, stopped by any.

    The server never runs code of the user: locations are loaded by a process that ends when it has described them.

    Args:
        start: where to look for the project from.
        patience: seconds that loading may take.
    """

    def __init__(self, start: Path, *, patience: float = 60.0) -> None:
        self._start = start
        self._patience = patience
        self._files: tuple[str, ...] = ()
        self._key: tuple[Home, tuple[LocationSpec, ...], Signature] | None = None
        self._latest: Reading | DaglabError | None = None
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def read(self) -> Reading:
        """Says what the project declares now; quick where no file changed.

        Raises:
            SettingsError: the project's settings cannot be.
            PlanError: its locations could not be loaded at all.
        """
        home = find_home(self._start)
        specs = _specs(home)
        key = (home, specs, self._signature(home, specs))
        if self._latest is None or key != self._key:
            self._latest = self._described(home, specs)
            # The files that it turned out to depend on count from now on; a change since `key` shows next time.
            before = dict(key[2])
            found = self._signature(home, specs)
            self._key = (home, specs, tuple((path, before.get(path, stamp)) for path, stamp in found))
        if isinstance(self._latest, DaglabError):
            raise self._latest.with_traceback(None)
        return self._latest

    def stop(self) -> None:
        """Ends a loading that is under way, and lets none begin."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                _kill(self._process)

    def _signature(self, home: Home, specs: tuple[LocationSpec, ...]) -> Signature:
        named = [path for spec in specs for path in _files_of(spec, home.root)]
        return signature_of([*named, *self._files])

    def _described(self, home: Home, specs: tuple[LocationSpec, ...]) -> Reading | DaglabError:
        if not specs:
            self._files = ()
            return Reading(home=home, specs=specs, workspace=workspace_from_json(_EMPTY))
        try:
            data = json.loads(self._ask(home.root, specs))
            self._files = tuple(path for path in data["files"] if not Path(path).is_relative_to(home.path))
            return Reading(home=home, specs=specs, workspace=workspace_from_json(data))
        except DaglabError as error:
            return error

    def _ask(self, root: Path, specs: tuple[LocationSpec, ...]) -> str:
        # A file and no pipe: what user code leaves running may keep it open for ever.
        with TemporaryFile() as complaints:
            return self._answer(root, specs, complaints)

    def _answer(self, root: Path, specs: tuple[LocationSpec, ...], complaints: IO[bytes]) -> str:
        with self._lock:
            if self._stopped:
                raise PlanError("the server is shutting down")
            process = self._process = _start(root, complaints)
        question = json.dumps([spec.to_json() for spec in specs])
        try:
            answer, _ = process.communicate(question, timeout=self._patience)
        except subprocess.TimeoutExpired:
            raise PlanError(
                f"loading the locations of {root} took longer than {self._patience:g} s and was given up",
                hint="move slow code out of the modules, and out of the cells that define assets in Python",
            ) from None
        finally:
            with self._lock:
                self._process = None
            _kill(process)
            process.communicate()
        if process.returncode != 0 or not answer:
            raise PlanError(
                f"loading the locations of {root} ended with exit code {process.returncode}: {_last_line(complaints)}",
                hint="try `daglab assets` in a terminal, which says more",
            )
        return answer


_EMPTY: dict[str, list[object]] = {"definitions": [], "findings": [], "refused": [], "io_managers": []}


def _specs(home: Home) -> tuple[LocationSpec, ...]:
    try:
        return workspace_specs(home.settings.locations, home.root)
    except InvalidInvocationError as error:
        raise SettingsError(error.message, hint=error.hint) from None


def _files_of(spec: LocationSpec, root: Path) -> Iterator[Path]:
    """Where a location may lie; a module's file is named even while it is not there."""
    if spec.path is not None:
        yield spec.path
    else:
        place = root.joinpath(*spec.name.split("."))
        yield from (place.with_suffix(".py"), place / "__init__.py")


def _start(root: Path, complaints: IO[bytes]) -> subprocess.Popen[str]:
    # -P: a file of the project that is called like a module of the library must not be taken for it.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "daglab.server.describe", str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        text=True,
        encoding="utf-8",
        errors="replace",
        cwd=root,
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[str]) -> None:
    """Ends a process and whatever it started."""
    try:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - 2_000))
    lines = complaints.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:500] if lines else "it said nothing"
