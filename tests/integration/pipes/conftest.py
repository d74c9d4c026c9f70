"""Programs that steps start: each one once with daglab's own package, once with that of the protocol."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Script = Callable[[str], list[str]]

# What a program in another language would do: it writes lines to the file that it was told.
BY_HAND = """
import base64, json, os, sys, zlib
PATH = json.loads(zlib.decompress(base64.b64decode(os.environ["DAGSTER_PIPES_MESSAGES"])))["path"]
def write(text):
    with open(PATH, "a") as file: file.write(text)
def say(method, **params):
    write(json.dumps({"__dagster_pipes_version": "0.1", "method": method, "params": params}) + "\\n")
def made(key, **more):
    say("report_asset_materialization", **{"asset_key": key, "metadata": None, "data_version": None, **more})
"""


@pytest.fixture
def program(tmp_path: Path) -> Script:
    """Writes a program; gives the command that runs it."""
    count = iter(range(1000))

    def write(text: str) -> list[str]:
        path = tmp_path / f"program{next(count)}.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return [sys.executable, str(path)]

    return write


@pytest.fixture(params=["dagster_pipes", "daglab.pipes"])
def script(request: pytest.FixtureRequest, program: Script) -> Script:
    """Writes a program that may call `open_dagster_pipes`; gives the command that runs it."""
    return lambda text: program(
        f"from {request.param} import PipesContext, open_dagster_pipes\n" + textwrap.dedent(text)
    )


@pytest.fixture
def by_hand(program: Script) -> Script:
    """Writes a program that writes messages itself; gives the command that runs it."""
    return lambda text: program(BY_HAND + textwrap.dedent(text))
