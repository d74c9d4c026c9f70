"""Where daglab keeps its things: the home, and the project around it."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from daglab.errors import StoreUnavailableError
from daglab.orchestration.settings import Settings, read_settings

HOME_NAME = ".daglab"
SERVER_HOME = "DAGLAB_SERVER_HOME"


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where daglab keeps its things.

    Args:
        path: the folder itself.
        root: the project: what relative paths are relative to.
        settings: of the project.
    """

    path: Path
    root: Path
    settings: Settings

    @property
    def store_url(self) -> str:
        """The run store."""
        return self.settings.run_store or f"sqlite:///{self.path / 'store.db'}"

    @property
    def storage(self) -> Path:
        """The stored values."""
        return self.root / self.settings.storage if self.settings.storage else self.path / "storage"

    def run_dir(self, run_id: str) -> Path:
        """Files that belong to one run."""
        return self.path / "runs" / run_id

    def create(self) -> None:
        """Makes the folder, out of version control's sight.

        Raises:
            StoreUnavailableError: it cannot be made.
        """
        ignore = self.path / ".gitignore"
        if ignore.exists():
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            ignore.write_text("*\n")
        except OSError as error:
            if self.path.is_dir():
                return  # Somebody made it for us and keeps it read-only; reading may still work.
            raise StoreUnavailableError(
                f"{self.path} cannot be made: {error.strerror}",
                hint="set DAGLAB_HOME to a folder you may write to",
            ) from None


def find_home(start: Path | None = None, *, home: Path | None = None) -> Home:
    """Finds the home: the one given, else `DAGLAB_HOME`, else `.daglab` in the nearest project, else here.

    Where there is no project, a kernel takes the home of the Jupyter server that started it (`DAGLAB_SERVER_HOME`), if
    it works below that server's root.

    The nearest project is the nearest folder upward whose `pyproject.toml` has a table `[tool.daglab]`, or that holds
    a `.daglab` already.

    Args:
        start: where to look from; the working directory by default.
        home: the folder itself.

    Raises:
        SettingsError: the project's settings cannot be.
    """
    begin = (start or Path.cwd()).resolve()
    begin = begin if begin.is_dir() else begin.parent
    project = _nearest_project(begin)
    given = home or (Path(os.environ["DAGLAB_HOME"]) if os.environ.get("DAGLAB_HOME") else None)
    root = project or _server_root(begin) or begin
    path = given.expanduser().absolute() if given else root / HOME_NAME
    pyproject = root / "pyproject.toml"
    return Home(path=path, root=root, settings=read_settings(pyproject if _has_table(pyproject) else None))


def project_of(folder: Path, file: Path) -> Path:
    """Where to look for the home of a command that was given in a folder and names a file.

    It is the folder, if its project holds the file; else the folder of the file, if that belongs to a project; else the
    folder all the same.
    """
    here = _nearest_project(folder.resolve())
    beside = file.resolve().parent
    if (here is not None and beside.is_relative_to(here)) or _nearest_project(beside) is None:
        return folder
    return beside


def _server_root(begin: Path) -> Path | None:
    served = os.environ.get(SERVER_HOME)
    root = Path(served).parent if served else None
    return root if root is not None and begin.is_relative_to(root) else None


def _nearest_project(begin: Path) -> Path | None:
    for folder in (begin, *begin.parents):
        if (folder / HOME_NAME).is_dir() or _has_table(folder / "pyproject.toml"):
            return folder
    return None


def _has_table(pyproject: Path) -> bool:
    try:
        text = pyproject.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    if "daglab" not in text:
        return False
    try:
        return "daglab" in tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError:
        # The settings reader says what is wrong with it.
        return "[tool.daglab" in text
