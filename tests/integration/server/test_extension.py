from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from conftest import Start
from running_server import environment, write_project


def test_extension_is_valid(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "jupyter_server_config.json").write_text(
        '{"ServerApp": {"jpserver_extensions": {"daglab.server.extension": true}}}'
    )
    found = subprocess.run(
        [sys.executable, "-m", "jupyter", "server", "extension", "list"],
        env={**environment(), "JUPYTER_CONFIG_DIR": str(config), "JUPYTER_NO_CONFIG": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    listing = re.sub("\x1b\\[[0-9;]*m", "", found.stdout + found.stderr)
    assert "daglab.server.extension enabled" in listing
    assert "Validating daglab.server.extension" in listing
    assert "OK" in listing.split("Validating daglab.server.extension")[1].split("Validating")[0]


def test_import_brings_nothing_heavy() -> None:
    code = """
import sys
import jupyter_server.serverapp
before = set(sys.modules)
import daglab.server.extension
print(*{"sqlalchemy", "nbformat", "IPython", "pandas"} & (set(sys.modules) - before))
"""
    found = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_kernel_in_a_folder_below_shares_the_home(tmp_path: Path, start: Start) -> None:
    root = tmp_path / "project"
    write_project(root)
    (root / "deep" / "er").mkdir(parents=True)
    server = start(root)
    terminal = server.client.post("/api/terminals", json={"cwd": "deep/er"})
    if terminal.status_code == 404:  # no terminals here
        return
    # The environment of the server's own process is what kernels and terminals inherit.
    assert terminal.status_code == 200
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    deadline = time.monotonic() + 10
    while not (pids := children.read_text().split()) and time.monotonic() < deadline:
        time.sleep(0.05)
    environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in pids]
    assert any(f"DAGLAB_SERVER_HOME={root / '.daglab'}".encode() in one for one in environments)
