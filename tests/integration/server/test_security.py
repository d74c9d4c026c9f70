from __future__ import annotations

import re
import sys
from pathlib import Path

import httpx
import pytest
import websocket
from conftest import Start
from running_server import API, TOKEN, Server

NOBODY = "0198a000-0000-7000-8000-000000000000"
ROUTES = [
    ("GET", "workspace"),
    ("GET", "runs"),
    ("GET", f"runs/{NOBODY}"),
    ("GET", f"runs/{NOBODY}/log"),
    ("POST", f"runs/{NOBODY}/cancel"),
    ("POST", "materialize"),
    ("GET", "events"),
]
AUTHORIZER = """
from jupyter_server.auth import Authorizer

class Choosy(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "daglab" or action in {allowed!r}

c.ServerApp.authorizer_class = Choosy
"""


def signed_in(server: Server) -> httpx.Client:
    """A browser that has the cookie and knows no token."""
    url = f"http://127.0.0.1:{server.port}"
    cookies = httpx.get(f"{url}/tree?token={TOKEN}").cookies
    assert cookies
    return httpx.Client(base_url=url, cookies=cookies)


def test_all_routes_are_tested_here() -> None:
    from daglab.server.extension import DaglabExtension

    class Registering(DaglabExtension):
        _service = _watcher = None  # type: ignore[assignment]

    extension = Registering()
    extension.initialize_handlers()
    for pattern, *_ in extension.handlers:
        assert any(re.fullmatch(pattern, f"{API}/{path}") for _, path in ROUTES), pattern


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "token wrong"}], ids=["no token", "wrong token"])
def test_nobody_gets_in_without_the_token(shared: Server, method: str, path: str, headers: dict[str, str]) -> None:
    answer = httpx.request(method, f"http://127.0.0.1:{shared.port}/{API}/{path}", headers=headers, json={})
    assert answer.status_code == 403
    assert "total" not in answer.text


def test_websocket_needs_the_token(shared: Server) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        shared.watch(token=None)


def test_websocket_of_another_site_is_refused(shared: Server) -> None:
    """A browser sends the cookie wherever the page comes from."""
    with signed_in(shared) as browser:
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            shared.watch(token=None, origin="https://example.org", cookie=cookie)
        own = shared.watch(token=None, origin=f"http://127.0.0.1:{shared.port}", cookie=cookie)
        assert own.next()["type"] == "workspace"
        own.close()


def test_request_of_another_site_is_refused(shared: Server) -> None:
    with signed_in(shared) as browser:
        answer = browser.get(f"/{API}/workspace", headers={"Origin": "https://example.org"})
        assert answer.status_code == 404
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_cookie_alone_starts_nothing(shared: Server) -> None:
    with signed_in(shared) as browser:
        assert browser.get(f"/{API}/workspace").status_code == 200, "the cookie signs in"
        answer = browser.post(f"/{API}/materialize", json={"selection": "all", "key": None})
        assert answer.status_code == 403
        assert "_xsrf" in answer.json()["detail"]
        assert browser.get(f"/{API}/runs").json() == []


@pytest.mark.parametrize(
    ("allowed", "open_routes"),
    [
        ([], set()),
        (["read"], {"workspace", "runs", f"runs/{NOBODY}", f"runs/{NOBODY}/log", "events"}),
        (["write"], {f"runs/{NOBODY}/cancel"}),
        (["execute"], {"materialize"}),
    ],
    ids=["nothing", "read", "write", "execute"],
)
def test_authorizer_decides(root: Path, start: Start, allowed: list[str], open_routes: set[str]) -> None:
    config = root.parent / "jupyter_server_config.py"
    config.write_text(AUTHORIZER.format(allowed=allowed))
    server = start(root, f"--ServerApp.config_file={config}")
    found = {
        path for method, path in ROUTES if server.client.request(method, f"/{API}/{path}", json={}).status_code != 403
    }
    assert found == open_routes


def test_errors_tell_nothing_of_the_inside(shared: Server) -> None:
    for method, path in ROUTES:
        answer = shared.client.request(method, f"/{API}/{path}", content=b"<script>alert(1)</script>")
        assert "Traceback" not in answer.text
        assert "<script>" not in answer.text
        assert "text/html" not in answer.headers["Content-Type"] or path == "events"
        assert str(Path(sys.prefix)) not in answer.text
