"""The tab key, as a front end uses it."""

from __future__ import annotations

import pytest
from live_kernel import TIMEOUT, LiveKernel


def complete(kernel: LiveKernel, code: str) -> list[str]:
    """What is offered at the mark |, as whole texts in its place."""
    cursor = code.index("|")
    text = code.replace("|", "")
    reply = kernel.client.complete(text, cursor, reply=True, timeout=TIMEOUT)["content"]
    start = reply["cursor_start"]
    return [text[:start] + one + text[reply["cursor_end"] :] for one in reply["matches"]]


@pytest.fixture(scope="module", autouse=True)
def _assets(kernel: LiveKernel) -> None:
    kernel.run("%%asset orders --group sales --kinds pandas --key-prefix raw\norders = [1]", "orders")
    kernel.run("%%asset ordinals\nordinals = [1]", "ordinals")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%%asset --gr|\nx = 1", ["%%asset --group\nx = 1"]),
        ("%%asset x --no|\nx = 1", ["%%asset x --no-cache\nx = 1"]),
        ("%%asset x --group |\nx = 1", ["%%asset x --group sales\nx = 1"]),
        ("%%asset x --kinds=p|\nx = 1", ["%%asset x --kinds=pandas\nx = 1"]),
        ("%%asset x --deps or|\nx = 1", ["%%asset x --deps ordinals\nx = 1"]),
        ("%%asset x --deps ordinals,ra|\nx = 1", ["%%asset x --deps ordinals,raw/orders\nx = 1"]),
        ("%%asset x --ins y=ra|\nx = 1", ["%%asset x --ins y=raw/orders\nx = 1"]),
        ("%%asset to|\ntotal = 1", ["%%asset total\ntotal = 1"]),
        ("%%check raw|\nTrue", ["%%check raw/orders\nTrue"]),
        ("%%check ordinals --severity W|\nTrue", ["%%check ordinals --severity WARN\nTrue"]),
        ("%%op f --ou|\nx = 1", ["%%op f --outs\nx = 1"]),
        ("%materialize +ordi|", ["%materialize +ordinals"]),
        ("x = 1\n%materialize --al|", ["x = 1\n%materialize --all"]),
        ("%load_asset raw/o|", ["%load_asset raw/orders"]),
        ("%schedule @daily --na|", ["%schedule @daily --name"]),
        ("%daglab --|", ["%daglab --quiet", "%daglab --verbose"]),
    ],
)
def test_offers(kernel: LiveKernel, code: str, expected: list[str]) -> None:
    assert complete(kernel, code) == expected


def test_names_of_magics_are_offered(kernel: LiveKernel) -> None:
    assert "%%asset" in complete(kernel, "%%ass|")
    assert "%load_asset" in complete(kernel, "%load_a|")


def test_other_lines_are_left_to_others(kernel: LiveKernel) -> None:
    kernel.run("some_long_name = 1")
    assert "x = some_long_name" in complete(kernel, "x = some_long_na|")
    assert all("--group" not in one for one in complete(kernel, "x = 1\n%%asset --gr|"))


def test_cell_that_is_no_python_offers_what_it_can(kernel: LiveKernel) -> None:
    assert complete(kernel, "%%asset --gr|\nx = (") == ["%%asset --group\nx = ("]
