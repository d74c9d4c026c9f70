from __future__ import annotations

import json

import pytest
from running_server import API, NUMBERS, SLOW, TOTAL, Server, eventually, shows, write_notebook

NOBODY = "0198a000-0000-7000-8000-000000000000"


def test_workspace_shows_the_assets_of_the_notebook(shared: Server) -> None:
    workspace = shared.get("workspace").json()
    assert workspace["root"] == str(shared.root)
    assert workspace["home"] == str(shared.root / ".daglab")
    assert workspace["graph"]["edges"] == [{"source": "numbers", "target": "total"}]
    shown = [(one["key"], one["location"], one["cell"], one["cell_id"]) for one in workspace["graph"]["assets"]]
    assert shown == [("numbers", "sums.ipynb", 1, "cell-1"), ("total", "sums.ipynb", 2, "cell-2")]
    assert shared.statuses() == {"numbers": "never", "total": "never"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"selection": "everything", "key": null}',
        b'{"selection": 3}',
        b'{"selection": "asset"}',
        b'{"selection": "asset", "key": null}',
        b'{"selection": "upstream", "key": 7}',
        b"[" * 100_000,
        json.dumps({"selection": "asset", "key": "x" * 100_000}).encode(),
    ],
)
def test_body_that_is_no_request_is_refused(shared: Server, body: bytes) -> None:
    answer = shared.client.post(f"/{API}/materialize", content=body)
    assert answer.status_code == 400
    assert answer.json().keys() == {"title", "detail", "hint"}
    assert answer.json()["title"] == "The request cannot be understood"
    assert answer.json()["hint"]
    assert len(answer.text) < 1_000


def test_unknown_asset_is_told_the_nearest_name(shared: Server) -> None:
    answer = shared.materialize("asset", "totl")
    assert (answer.status_code, answer.json()) == (
        404,
        {"title": "There is no such asset", "detail": "asset 'totl' is not there", "hint": "did you mean 'total'?"},
    )


@pytest.mark.parametrize("key", ['"', "*", 'numbers" or "total', "../../etc/passwd", "<script>"])
def test_key_is_no_selection(shared: Server, key: str) -> None:
    assert shared.materialize("asset", key).status_code == 404


@pytest.mark.parametrize("argument", ["limit=0", "limit=-1", "limit=x", "limit=1001", "limit=%C2%B2"])
def test_limit_out_of_bounds_is_refused(shared: Server, argument: str) -> None:
    assert shared.get(f"runs?{argument}").status_code == 400


@pytest.mark.parametrize("path", [f"runs/{NOBODY}", f"runs/{NOBODY}/log"])
def test_unknown_run_is_not_found(shared: Server, path: str) -> None:
    assert shared.get(path).status_code == 404
    assert shared.get(path).json()["title"] == "There is no such run"


def test_cancel_of_unknown_run_is_not_found(shared: Server) -> None:
    assert shared.post(f"runs/{NOBODY}/cancel").status_code == 404


def test_asset_is_materialized_from_the_saved_file_and_followed_until_it_is_fresh(server: Server) -> None:
    socket = server.watch()
    assert shows(numbers="never", total="never")(socket.next())
    launched = server.materialize("upstream", "total")
    assert launched.status_code == 201, launched.text
    assert (launched.json()["launched_by"], launched.json()["target"]) == ("lab", '+"total"')
    socket.until(shows(numbers="fresh", total="fresh"))

    run_id = launched.json()["id"]
    run = eventually(lambda: (one := server.get(f"runs/{run_id}").json())["status"] == "SUCCESS" and one)
    assert (run["steps_total"], run["steps_done"]) == (2, 2)
    assert [one["id"] for one in server.get("runs").json()] == [run_id]
    log = server.get(f"runs/{run_id}/log").json()
    assert log[-1]["type"] == "RUN_SUCCESS"
    assert server.get(f"runs/{run_id}/log?after={log[-2]['id']}").json() == log[-1:]

    nothing = server.materialize("stale")
    assert (nothing.status_code, nothing.json()["title"]) == (409, "Everything is fresh")
    assert server.materialize("downstream", "numbers").status_code == 409
    again = server.materialize("asset", "numbers")
    assert (again.status_code, again.json()["target"]) == (201, '"numbers", fresh or not')
    over = server.post(f"runs/{run_id}/cancel")
    assert (over.status_code, over.json()["title"]) == (409, "The run is over")


def test_running_run_is_canceled(server: Server) -> None:
    write_notebook(server.root / "slow.ipynb", SLOW)
    run_id = server.materialize("asset", "slow").json()["id"]
    eventually(lambda: server.statuses()["slow"] == "running")
    assert server.post(f"runs/{run_id}/cancel").status_code == 200
    eventually(lambda: server.get(f"runs/{run_id}").json()["status"] == "CANCELED")


def test_failure_is_told_in_the_log(server: Server) -> None:
    write_notebook(server.root / "sums.ipynb", NUMBERS, TOTAL, "%%asset\nbroken = numbers / 2")
    run_id = server.materialize("upstream", "broken").json()["id"]
    eventually(lambda: server.get(f"runs/{run_id}").json()["status"] == "FAILURE")
    asset = server.get("workspace").json()["graph"]["assets"][-1]
    assert (asset["status"], asset["error"].split(":")[0]) == ("failed", "TypeError")
    texts = [one["text"] for one in server.get(f"runs/{run_id}/log").json() if one["type"] == "STEP_FAILURE"]
    assert "broken = numbers / 2" in texts[0]


def test_broken_notebook_costs_only_itself(server: Server) -> None:
    (server.root / "broken.ipynb").write_text("{")
    write_notebook(server.root / "typo.ipynb", "%%asset\noops = (")
    graph = server.get("workspace").json()["graph"]
    assert {one["location"] for one in graph["findings"] if one["severity"] == "error"} == {
        "broken.ipynb",
        "typo.ipynb",
    }
    assert server.materialize("upstream", "total").status_code == 201
    eventually(lambda: server.statuses()["total"] == "fresh")
    everything = server.materialize("all")
    assert everything.status_code == 201
    eventually(lambda: server.get(f"runs/{everything.json()['id']}").json()["status"] == "SUCCESS")


def test_run_store_that_cannot_be_used_is_told(server: Server) -> None:
    (server.root / ".daglab").mkdir()
    (server.root / ".daglab" / "store.db").write_text("This is no database. " * 100)
    answer = server.get("workspace")
    assert (answer.status_code, answer.json()["title"]) == (503, "The run store cannot be used")
    (server.root / ".daglab" / "store.db").unlink()
    assert server.statuses() == {"numbers": "never", "total": "never"}
