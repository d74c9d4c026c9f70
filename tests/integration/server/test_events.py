from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from conftest import Start
from running_server import (
    NUMBERS,
    SLOW,
    TOTAL,
    Server,
    environment,
    eventually,
    shows,
    write_notebook,
    write_project,
)

WAITING = """%%asset
import time
from pathlib import Path
while not Path("go").exists():
    time.sleep(0.05)
slow = 1"""

RUN_ELSEWHERE = """
import sys
from pathlib import Path
from daglab.orchestration.instance import Instance
from daglab.orchestration.location_specs import notebook_spec
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.runs import execute, prepare

root = Path(sys.argv[1])
instance = Instance.open(start=root)
request = MaterializeRequest(locations=(notebook_spec(root / "sums.ipynb", root),), selection="*", force=True)
execute(instance, prepare(instance, request))
"""


def test_edit_of_a_file_is_seen(server: Server) -> None:
    socket = server.watch()
    server.materialize("upstream", "total")
    socket.until(shows(numbers="fresh", total="fresh"))
    write_notebook(server.root / "sums.ipynb", "%%asset\nnumbers = [1, 2, 3, 4]", TOTAL)
    last = socket.until(shows(numbers="stale", total="stale"))[-1]
    reasons = {one["key"]: one["reason"] for one in last["workspace"]["graph"]["assets"]}
    assert reasons["numbers"] == "Its code changed since it was last materialized."


def test_new_notebook_is_seen(server: Server) -> None:
    socket = server.watch()
    socket.next()
    write_notebook(server.root / "more.ipynb", "%%asset\ndouble = total * 2")
    socket.until(shows(double="never"))


def test_value_that_vanishes_is_seen(server: Server) -> None:
    server.materialize("upstream", "total")
    eventually(lambda: server.statuses() == {"numbers": "fresh", "total": "fresh"})
    socket = server.watch()
    socket.next()
    for path in (server.root / ".daglab" / "storage" / "total").rglob("*"):
        if path.is_file():
            path.unlink()
    socket.until(shows(total="missing"))


def test_run_of_another_process_is_seen_by_all(server: Server) -> None:
    sockets = [server.watch() for _ in range(20)]
    for socket in sockets:
        assert shows(numbers="never")(socket.next())
    command = [sys.executable, "-c", RUN_ELSEWHERE, str(server.root)]
    subprocess.run(command, env=environment(), check=True, capture_output=True, text=True)
    for socket in sockets:
        socket.until(shows(numbers="fresh", total="fresh"))
        socket.close()


def test_killed_run_is_seen(server: Server) -> None:
    write_notebook(server.root / "sums.ipynb", SLOW)
    socket = server.watch()
    server.materialize("asset", "slow")
    socket.until(shows(slow="running"))
    from daglab.orchestration.instance import Instance

    with Instance.open(server.root / ".daglab") as instance:
        process = instance.store.unfinished_runs()[0].process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    socket.until(lambda message: shows(slow="failed")(message) and not message["workspace"]["graph"]["runs"])


def test_slow_reader_gets_the_newest_state(server: Server) -> None:
    lazy, eager = server.watch(), server.watch()
    for count in range(5):
        write_notebook(server.root / "sums.ipynb", *[f"%%asset\nasset_{one} = {one}" for one in range(count * 100 + 1)])
        eager.until(shows(**{f"asset_{count * 100}": "never"}))
    lazy.until(shows(asset_400="never"))


def test_server_ends_at_once_and_its_run_goes_on(root: Path, start: Start) -> None:
    write_notebook(root / "sums.ipynb", WAITING)
    server = start(root)
    socket = server.watch()
    assert server.materialize("asset", "slow").status_code == 201
    socket.until(shows(slow="running"))
    assert server.stop() == 0
    assert "Traceback" not in server.log
    second = start(root)
    assert second.statuses() == {"slow": "running"}
    (root / "go").touch()
    eventually(lambda: second.statuses() == {"slow": "fresh"})


def test_settings_that_are_off_are_told_once_and_mended(tmp_path: Path, start: Start) -> None:
    root = tmp_path / "project"
    write_project(root)
    (root / "pyproject.toml").write_text("[tool.daglab]\nlocatoins = []\n")
    server = start(root)
    for _ in range(3):
        answer = server.get("workspace")
        assert (answer.status_code, answer.json()["title"]) == (503, "The settings of the project cannot be used")
        assert "did you mean 'locations'?" in answer.json()["detail"]
    socket = server.watch()
    assert socket.next() == {"type": "problem", "problem": answer.json()}
    assert server.client.get("/api/contents").status_code == 200
    assert server.log.count("] daglab: ") == 1
    write_project(root)
    socket.until(shows(numbers="never"))


def test_folder_without_assets_stays_as_it_is(tmp_path: Path, start: Start) -> None:
    root = tmp_path / "plain"
    write_notebook(root / "plain.ipynb", "x = 1")
    server = start(root)
    socket = server.watch()
    assert socket.next()["workspace"]["graph"]["assets"] == []
    assert server.get("runs").json() == []
    assert server.materialize("all").status_code == 400
    assert not (root / ".daglab").exists()
    write_notebook(root / "plain.ipynb", NUMBERS)
    socket.until(shows(numbers="never"))
