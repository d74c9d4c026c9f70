"""Disks that are full or read-only, and run stores that are broken, foreign or too new."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from project import Project

CELLS = ("%%asset\nsmall = 'kept'", "%%asset --deps small\nlarge = size() * b'x'", "%%asset\nlast = len(large)")
Mount = Callable[[Path, str], None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Mounts a small disk of its own at a folder; the options are those of tmpfs."""
    mounted: list[Path] = []

    def run(*command: str) -> bool:
        return subprocess.run(command, capture_output=True).returncode == 0

    def mount_at(place: Path, options: str) -> None:
        place.mkdir(parents=True, exist_ok=True)
        if place in mounted:
            assert run("mount", "-o", f"remount,{options}", str(place))
        elif os.geteuid() != 0 or not run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)):
            pytest.skip("only root may mount a small disk, and not in every container")
        else:
            mounted.append(place)

    yield mount_at
    for place in mounted:
        run("umount", str(place))


def with_large_value(project: Project, size: int) -> None:
    project.notebook(f"def size(): return {size}", *CELLS)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_full_disk_of_values_fails_the_step_and_leaves_nothing_half_written(
    project: Project, mount: Mount, processes: str
) -> None:
    mount(project.home / "storage", "size=2m")
    with_large_value(project, 10_000_000)
    done = project.materialize("-j", processes).without_traceback()
    assert done.code == 1
    assert "failed large (pipeline.ipynb, cell 3)\n" in done.out
    assert "No space left on device" in done.out
    assert project.statuses() == {"small": "fresh", "large": "failed", "last": "never"}
    assert [name.partition("/")[0] for name in project.stored_files()] == ["small"]
    with_large_value(project, 1000)
    assert project.materialize("-j", processes).code == 0
    assert project.load("last") == "1000"


def test_full_disk_of_the_run_store_ends_the_run_with_one_message(project: Project, mount: Mount) -> None:
    mount(project.home, "size=1500k")
    with_large_value(project, 1000)
    assert project.materialize().code == 0
    for name in ("filler", "more"):  # the second one fills what the first one left of the last page
        with contextlib.suppress(OSError):
            (project.home / name).write_bytes(b"x" * 3_000_000)
    done = project.materialize("--all").without_traceback()
    assert done.code != 0
    assert "full" in done.out + done.err or "No space left" in done.out + done.err, done
    (project.home / "filler").unlink()
    (project.home / "more").unlink(missing_ok=True)
    assert project.store_is_sound()
    assert project.materialize("--all").code == 0
    assert set(project.statuses().values()) == {"fresh"}


def test_disk_that_fills_up_in_mid_run_ends_the_run_with_one_message(project: Project, mount: Mount) -> None:
    mount(project.home, "size=1500k")
    # events are committed in groups, some tens of milliseconds after they happened
    fill = "open('.daglab/filler', 'wb').write(b'x' * 3_000_000)"
    filler = f"import time\ntime.sleep(0.3)\ntry:\n    {fill}\nexcept OSError:\n    pass\n"
    project.notebook(
        "%%asset\nfirst = 1",
        f"%%asset --deps first\n{filler}for n in range(3000): print('line', n, '.' * 100)\nsecond = 'x' * 100_000",
        "%%asset\nthird = second",
    )
    done = project.materialize().without_traceback()
    assert done.code != 0
    assert "full" in done.out + done.err or "No space left" in done.out + done.err, done
    (project.home / "filler").unlink()
    assert project.store_is_sound()
    assert project.statuses()["first"] == "fresh"
    assert [status for status, _ in project.runs()] == ["FAILURE"]
    assert not [name for name in project.stored_files() if name.endswith(".tmp")]


def test_read_only_home_can_be_looked_at_and_not_written(project: Project, mount: Mount) -> None:
    mount(project.home, "size=20m")
    with_large_value(project, 1000)
    project.materialize()
    mount(project.home, "ro")
    assert set(project.statuses().values()) == {"fresh"}
    assert project.runs() == [("SUCCESS", "command line")]
    assert project.load("last") == "1000"
    assert project.materialize().last_line == "All 3 assets are fresh; nothing to do. (--all makes them again.)"
    message = project.materialize("--all").refused()
    assert "read-only" in message and str(project.home) in message


def test_read_only_home_that_is_empty(project: Project, mount: Mount) -> None:
    mount(project.home, "size=2m,ro")
    with_large_value(project, 1000)
    message = project.materialize().refused()
    assert message.startswith(f"error: the run store {project.home / 'store.db'} does not exist and cannot be made\n")


def test_run_store_of_a_newer_version_is_left_untouched(project: Project) -> None:
    with_large_value(project, 1000)
    project.materialize()
    store = project.home / "store.db"
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = store.read_bytes()
    for command in (("materialize", "--all"), ("assets",), ("runs",)):
        message = project.daglab(*command).refused()
        assert f"the run store {store} was written by daglab" in message
        assert "→ upgrade daglab, or set DAGLAB_HOME to another folder\n" in message
    assert store.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"this is no database" * 100, b"SQLite format 3\x00" + b"\xff" * 4096], ids=["text", "torn"]
)
def test_file_that_is_no_run_store(project: Project, content: bytes) -> None:
    with_large_value(project, 1000)
    project.home.mkdir()
    (project.home / "store.db").write_bytes(content)
    for command in ("materialize", "assets", "runs"):
        assert str(project.home / "store.db") in project.daglab(command).refused()
    assert (project.home / "store.db").read_bytes() == content


def test_database_of_somebody_else(project: Project) -> None:
    with_large_value(project, 1000)
    project.home.mkdir()
    with sqlite3.connect(project.home / "store.db") as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    assert "is a database, but no run store: it holds customers" in project.materialize().refused()


def test_stored_value_that_was_cut_short_is_made_again(project: Project) -> None:
    project.notebook("%%asset\na = {1: 2}", "%%asset\nb = a")
    project.materialize("a")
    [stored] = (project.home / "storage" / "a").iterdir()
    stored.write_bytes(stored.read_bytes()[:-1])
    assert project.statuses()["a"] == "missing"
    assert project.materialize("b").steps == ["a", "b"]
    assert project.load("b") == "{1: 2}"


def test_stored_value_that_is_broken_says_so(project: Project) -> None:
    project.notebook("%%asset\na = {1: 2}", "%%asset\nb = a")
    project.materialize("a")
    [stored] = (project.home / "storage" / "a").iterdir()
    stored.write_bytes(b"x" * stored.stat().st_size)
    done = project.materialize("b").without_traceback()
    assert done.code == 1
    assert "failed b (pipeline.ipynb, cell 2)\n" in done.out
    assert str(stored) in done.out
