"""The live graph over a real kernel: what a click sends, and what comes back."""

from __future__ import annotations

import time
from typing import Any

import pytest
from live_kernel import LiveKernel

NIGHTS = ("nights", "%%asset\nnights = [1, 2, 3]")
TOTAL = ("total", "%%asset\nimport time\ntime.sleep(0.3)\ntotal = sum(nights)")


class Front:
    """The browser's half of one widget."""

    def __init__(self, kernel: LiveKernel) -> None:
        self.kernel = kernel
        ran = kernel.run("%dag", "graph")
        assert ran.status == "ok", ran.traceback
        self.bundle = ran.displayed[-1]
        self.comm_id = self.bundle["application/vnd.jupyter.widget-view+json"]["model_id"]
        opened = [one for one in kernel.others if one["msg_type"] == "comm_open"]
        states = {one["content"]["comm_id"]: one["content"]["data"]["state"] for one in opened}
        self.state = states[self.comm_id]

    def send(self, content: object) -> None:
        session = self.kernel.client.session
        data = {"method": "custom", "content": content}
        self.kernel.client.shell_channel.send(session.msg("comm_msg", {"comm_id": self.comm_id, "data": data}))

    def messages(self, seconds: float) -> list[dict[str, Any]]:
        """What is told about the graph."""
        return [one for one in self.all_messages(seconds) if one["type"] != "alive"]

    def all_messages(self, seconds: float) -> list[dict[str, Any]]:
        return [
            one["content"]["data"]["content"]
            for one in self.kernel.comm_messages(seconds)
            if one["content"]["comm_id"] == self.comm_id and one["content"].get("data", {}).get("method") == "custom"
        ]

    def until(self, key: str, status: str, seconds: float = 60) -> list[str]:
        """Waits for a status of an asset; all its statuses until then."""
        seen: list[str] = []
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message in self.messages(0.1):
                assert message["type"] == "graph", message
                seen += [one["status"] for one in message["graph"]["assets"] if one["key"] == key]
            if seen and seen[-1] == status:
                return seen
        raise AssertionError(f"{key} never became {status}: {seen}")

    def problem(self) -> dict[str, str]:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for message in self.messages(0.1):
                if message["type"] == "problem":
                    return dict(message["problem"])
        raise AssertionError("no problem was told")


@pytest.fixture
def front(own_kernel: LiveKernel) -> Front:
    own_kernel.save(NIGHTS, TOTAL)
    own_kernel.start().load()
    return Front(own_kernel)


def test_the_output_has_a_picture_for_those_without_a_kernel(front: Front) -> None:
    assert front.bundle["image/svg+xml"].startswith("<svg")
    assert "nights" in front.bundle["text/plain"]
    assert "text/vnd.mermaid" not in front.bundle
    assert [one["key"] for one in front.state["graph"]["assets"]] == ["nights", "total"]
    assert front.state["_esm"]
    assert front.state["problem"] is None


def test_a_click_makes_an_asset_while_the_kernel_is_idle(front: Front) -> None:
    front.send({"type": "materialize", "request": {"selection": "upstream", "key": "total"}})
    seen = front.until("total", "fresh")
    assert "running" in seen
    with front.kernel.instance() as instance:
        run = instance.store.runs()[0]
        assert (run.launched_by, run.target) == ("widget", '+"total"')


def test_the_graph_is_live_while_the_kernel_is_busy(front: Front) -> None:
    front.send({"type": "materialize", "request": {"selection": "stale", "key": None}})
    busy = front.kernel.send("import time\ntime.sleep(300)")
    assert "running" in front.until("total", "fresh", seconds=60)
    front.kernel.interrupt()
    assert front.kernel.wait(busy).error.startswith("KeyboardInterrupt")


def test_it_is_told_to_be_alive_while_the_kernel_is_busy(front: Front) -> None:
    front.messages(1.0)
    busy = front.kernel.send("import time\ntime.sleep(30)")
    assert front.all_messages(11.0).count({"type": "alive"}) == 2
    front.kernel.interrupt()
    front.kernel.wait(busy)


def test_cells_that_are_run_change_the_graph(front: Front) -> None:
    front.kernel.run(*reversed(NIGHTS))
    front.until("nights", "fresh")
    front.kernel.run("%%asset\nevenings = [1]", "evenings")
    front.until("evenings", "fresh")


def test_nothing_is_sent_while_nothing_changes(front: Front) -> None:
    front.messages(0.5)
    assert front.messages(1.0) == []
    front.send({"type": "refresh"})
    assert [one["type"] for one in front.messages(1.0)] == ["graph"]


def test_what_is_fresh_is_said_to_be(front: Front) -> None:
    front.kernel.run(*reversed(NIGHTS))
    front.kernel.run(*reversed(TOTAL))
    front.send({"type": "materialize", "request": {"selection": "stale", "key": None}})
    assert front.problem()["title"] == "Everything is fresh"


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (
            {"type": "materialize", "request": {"selection": "asset", "key": "nigths"}},
            "'\"nigths\"' names no asset here",
        ),
        ({"type": "materialize", "request": {"selection": "everything"}}, "asks for nothing that can be done"),
        ({"type": "materialize"}, "asks for nothing that can be done"),
        ({"type": "cancel", "run_id": "nope"}, "nope"),
        ({"type": "cancel"}, "names no run"),
        ({"type": "dance"}, "'dance'"),
        ([1], "means nothing here"),
    ],
)
def test_what_cannot_be_done_becomes_a_problem(kernel: LiveKernel, content: object, title: str) -> None:
    kernel.run("%%asset\nnights = [1]")
    front = Front(kernel)
    front.send(content)
    problem = front.problem()
    assert title in problem["title"]
    assert "Traceback" not in problem["detail"]


def test_a_run_is_canceled(front: Front) -> None:
    front.kernel.save(("long", "%%asset\nimport time\ntime.sleep(60)\nlong = 1"))
    front.until("long", "never")
    front.send({"type": "materialize", "request": {"selection": "asset", "key": "long"}})
    front.until("long", "running")
    with front.kernel.instance() as instance:
        front.send({"type": "cancel", "run_id": instance.store.runs()[0].run_id})
    front.until("long", "never")


def test_a_cell_that_is_run_again_shows_one_graph(front: Front) -> None:
    again = Front(front.kernel)
    threads = front.kernel.run("import threading\nsum(one.name == 'daglab-graph' for one in threading.enumerate())")
    assert threads.result == "1"
    assert again.comm_id != front.comm_id
    assert front.kernel.run("%unload_ext daglab").status == "ok"
    time.sleep(0.3)
    assert front.kernel.run("sum(one.name == 'daglab-graph' for one in threading.enumerate())").result == "0"
