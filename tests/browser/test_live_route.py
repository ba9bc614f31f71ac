"""The socket of live pictures in a real server: under a base path, against foreign pages, and a class at once."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from pages.ui.server import live
from tests.browser.server import running
from tests.browser.test_app import ready

MESSAGE = {"page": "bias_variance", "link": "degree=3", "control": "n_train", "place": 30, "stand": [3], "known": []}


def test_under_a_base_path_it_answers_its_own_pages_alone(open_page: Callable[..., Page], tmp_path: Path) -> None:
    with running("app.py", tmp_path / "server.log", base="/lecture") as server:
        address = f"{server.url.replace('http', 'ws')}/live"
        home = server.url.removesuffix("/lecture")
        with connect(address, origin=home) as socket:  # type: ignore[arg-type]
            socket.send(json.dumps(MESSAGE))
            assert len(socket.recv()) > 1000
            for text in ("{}", "x", json.dumps(MESSAGE | {"place": 10_000})):
                socket.send(text)
                assert socket.recv() == b""
            socket.send(json.dumps(MESSAGE | {"place": 31}))
            assert len(socket.recv()) > 1000
            socket.send("x" * (live.LONGEST + 1))
            with pytest.raises(ConnectionClosed):
                socket.recv()
        with connect(address, origin=home) as socket:  # type: ignore[arg-type]
            socket.send(json.dumps(MESSAGE).encode())  # bytes are no text
            with pytest.raises(ConnectionClosed):
                socket.recv()
        for origin in ("https://elsewhere.example", "null", f"{home}1"):
            with pytest.raises(InvalidStatus, match="403"):
                connect(address, origin=origin)  # type: ignore[arg-type]
        with urllib.request.urlopen(f"{server.url}/app/static/live_chart.js") as answer:
            assert answer.status == 200
        page = ready(open_page(f"{server.url}/bias_variance"))
        with page.expect_websocket(lambda socket: socket.url == address):
            page.locator(".st-key-bias_variance-n_train").hover()


def test_a_hundred_drag_at_once(app_url: str) -> None:
    """Each asks again once it has an answer; nobody is left without one."""
    address = app_url.replace("http", "ws") + "/live"
    answered: list[int] = []

    def student(k: int) -> None:
        with connect(address, open_timeout=60) as socket:
            for step in range(5):
                changed: dict[str, Any] = MESSAGE | {"link": f"seed={k % 10}", "place": 20 + step}
                socket.send(json.dumps(changed))
                answered.append(len(socket.recv(timeout=120)))

    students = [threading.Thread(target=student, args=(k,)) for k in range(100)]
    for each in students:
        each.start()
    for each in students:
        each.join()
    assert len(answered) == 500 and min(answered) > 1000


def test_where_the_socket_is_blocked_a_slider_moves_the_picture_at_its_release(
    app_url: str, open_page: Callable[..., Page]
) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        "const Plain = WebSocket;"
        "class Blocked { constructor() { this.readyState = 3; setTimeout(() => this.onclose?.()); } close() {} }"
        "window.WebSocket = class extends Plain { constructor(url, ...more) {"
        ' if (new URL(url).pathname.endsWith("/live")) return new Blocked(); super(url, ...more); } };'
    )
    page.goto(f"{app_url}/bias_variance")
    slider = ready(page).get_by_role("slider", name="Training points")
    before = page.locator(".lc-plot").first.inner_html()
    knob = slider.evaluate(
        "node => { const box = node.closest('[style*=absolute][style*=left]').getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + box.height / 2]; }"
    )
    page.mouse.move(*knob)
    page.mouse.down()
    page.mouse.move(knob[0] + 40, knob[1], steps=4)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('n_train')")
    page.wait_for_function("before => document.querySelector('.lc-plot').innerHTML !== before", arg=before)
