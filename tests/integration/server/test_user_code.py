"""The server never runs code of the user."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Start
from running_server import Server, eventually, shows, write_notebook, write_project

MODULE = """
import os
from pathlib import Path
from daglab import asset
import offsets

print("a module may print")
Path(__file__).with_name("seen.txt").open("a").write(f"{os.getpid()}\\n")

@asset
def base():
    return offsets.OFFSET

@asset
def shifted(base):
    return base + 1
"""


@pytest.fixture
def server(tmp_path: Path, start: Start) -> Server:
    root = tmp_path / "project"
    write_project(root, locations='["pipeline", "*.ipynb"]')
    (root / "pipeline.py").write_text(MODULE)
    (root / "offsets.py").write_text("OFFSET = 1\n")
    return start(root, "--DaglabExtension.load_patience=8")


def test_module_is_loaded_in_another_process_and_only_when_it_changes(server: Server) -> None:
    for _ in range(3):
        assert {"base", "shifted", "numbers", "total"} == server.statuses().keys()
    loads = (server.root / "seen.txt").read_text().split()
    assert len(loads) == 1
    assert loads != [str(server.process.pid)]


def test_asset_of_a_module_is_materialized_and_gets_stale(server: Server) -> None:
    socket = server.watch()
    assert server.materialize("upstream", "shifted").status_code == 201
    socket.until(shows(base="fresh", shifted="fresh"))
    (server.root / "pipeline.py").write_text(MODULE.replace("base + 1", "base + 2"))
    socket.until(shows(base="fresh", shifted="stale"))


def test_module_is_read_again_when_a_module_that_it_uses_is_mended(server: Server) -> None:
    socket = server.watch()
    socket.until(shows(base="never"))
    (server.root / "offsets.py").write_text("OFFSET = (\n")
    broken = socket.until(lambda message: bool(message["workspace"]["graph"]["findings"]))[-1]
    assert broken["workspace"]["graph"]["findings"][0]["location"] == "pipeline"
    (server.root / "offsets.py").write_text("OFFSET = 22\n")
    socket.until(lambda message: shows(base="never")(message) and not message["workspace"]["graph"]["findings"])


def test_definitions_of_a_notebook_made_in_python_are_shown(server: Server) -> None:
    write_notebook(
        server.root / "functions.ipynb",
        "from daglab import asset\n@asset\ndef made():\n    return 1",
        "%%asset\nmore = made",
    )
    assert {"made", "more"} <= server.statuses().keys()


def test_module_that_ends_the_process_breaks_nothing_else(server: Server) -> None:
    (server.root / "pipeline.py").write_text("import os\nos._exit(3)\n")
    answer = server.get("workspace")
    assert (answer.status_code, answer.json()["title"]) == (400, "This cannot be materialized")
    assert "exit code 3" in answer.json()["detail"]
    (server.root / "pipeline.py").write_text(MODULE)
    eventually(lambda: "base" in server.statuses())


def test_module_that_hangs_is_given_up_while_runs_are_followed(server: Server) -> None:
    socket = server.watch()
    socket.until(shows(numbers="never"))
    waiting = "%%asset\nimport os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.05)\nlate = 1"
    write_notebook(server.root / "sums.ipynb", waiting)
    assert server.materialize("asset", "late").status_code == 201
    socket.until(shows(late="running"))
    (server.root / "pipeline.py").write_text("import time\ntime.sleep(3600)\n")
    (server.root / "go").touch()
    socket.until(shows(late="fresh"))
    told = socket.until(lambda message: message["type"] == "problem")[-1]
    assert "longer than 8 s" in told["problem"]["detail"]
