"""Additions to Streamlit's server: live pictures, small static files, and one app.py for every kind of host."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message, Scope
from streamlit import config
from streamlit.testing.v1 import AppTest

from core import worker
from core.draw.packing import deflated, pack
from core.kit.controls import Choice, Scale, Text, Toggle, defaults
from core.kit.lab import Lab
from core.kit.links import to_link
from pages.ui.server import live
from pages.ui.server.static import OURS, SmallStatic
from tests.asgi import finish
from tests.states import LABS, states

ROOT = Path(__file__).parents[1]
each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
BIAS = next(lab for lab in LABS if lab.name == "bias_variance")


@pytest.fixture(autouse=True)
def _route() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(live._open, "route", True)
        yield


def message(lab: Lab, values: dict[str, Any], control: str, place: int, **other: Any) -> str:
    stand = lab.stand(values)
    source = live.start(lab, values)
    assert source is not None
    return json.dumps(
        {**source, "control": control, "place": place, "stand": stand if lab.second else [stand], "known": [], **other}
    )


@each_lab
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_a_picture_by_the_socket_is_that_of_the_script(lab: Lab, data: st.DataObject) -> None:
    values = data.draw(states(lab))
    if lab.name == "ranking_curves":
        values |= {"source": "gauss", "n_cases": 1000, "resamples": 100}  # others wait for the helper process
    movable = [c for c in lab.controls if c.name in lab.drawn_from and isinstance(c, Scale | Choice | Toggle)]
    control = data.draw(st.sampled_from(movable))
    place = data.draw(st.integers(0, len(control.values) - 1))
    if live.start(lab, values) is None:
        assert len(urlencode(to_link(lab.controls, values))) > live.LONGEST - live.OTHER - 100
        return
    asked = message(lab, values, control.name, place)
    moved = values | {control.name: control.values[place]}
    live._DRAGS._held.clear()
    try:
        with worker.nothing_new():
            picture = lab.draw(lab.result(moved), moved)
            assert not lab.tasks(moved)
    except ValueError:
        assert live.draw(asked) == b""
        return
    at = picture.axis.nearest(lab.stand(moved))
    assert live.draw(asked) == deflated(pack(picture, at=at))


def test_one_step_travels_with_the_digests_of_all() -> None:
    values = defaults(BIAS.all_controls)
    picture = BIAS.draw(BIAS.result(values), values)
    whole, alone = pack(picture), pack(picture, at=2)
    assert len(alone) < 0.7 * len(whole)
    headers = [json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")]) for packed in (whole, alone)]
    assert [panel["digest"] for panel in headers[0]["panels"]] == [panel["digest"] for panel in headers[1]["panels"]]
    assert headers[1]["readouts"][0]["texts"] == [picture.readouts[0].texts[2]]
    assert headers[1]["at"] == 2 and headers[0]["at"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"page": "home"},
        {"page": ["bias_variance"]},
        {"page": None},
        {"link": 3},
        {"link": "&".join(f"a{k}=1" for k in range(200))},
        {"control": "degree"},  # dragged on the picture itself
        {"control": "predict"},
        {"control": "seed"},  # no list of values
        {"control": "nothing"},
        {"place": -1},
        {"place": 62},
        {"place": 1.5},
        {"place": True},
        {"place": "1"},
        {"place": 10**400},
        {"stand": []},
        {"stand": [1, 2]},
        {"stand": ["1"]},
        {"stand": [float("nan")]},
        {"stand": [10**400]},
        {"stand": 1},
    ],
    ids=str,
)
def test_a_message_of_no_page_gets_an_empty_answer(change: dict[str, Any]) -> None:
    fine = json.loads(message(BIAS, defaults(BIAS.all_controls), "noise_std", 3))
    assert live.draw(json.dumps(fine))
    assert live.draw(json.dumps(fine | change)) == b""


@pytest.mark.parametrize("text", ["", "x", "null", "[]", "3", '"page"', "{}", "[" * 2000, '{"page":' * 300, "\ud800"])
def test_a_text_that_is_no_message_gets_an_empty_answer(text: str) -> None:
    assert live.draw(text) == b""


def test_an_impossible_combination_is_left_to_the_release() -> None:
    values = defaults(BIAS.all_controls) | {"low": 5.0, "high": 10.0}
    assert live.draw(message(BIAS, values, "high", 0)) == b""


def test_a_drag_begins_no_work() -> None:
    lab = next(lab for lab in LABS if lab.name == "ranking_curves")
    control = next(control for control in lab.controls if control.name == "test_share")
    values = defaults(lab.all_controls) | {"seed": 77_777}
    before = len(worker.submit.__self__._jobs)  # type: ignore[attr-defined]
    assert live.draw(message(lab, values, control.name, 3)) == b""
    assert len(worker.submit.__self__._jobs) == before  # type: ignore[attr-defined]


def test_what_took_long_is_left_to_the_release_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    values = defaults(BIAS.all_controls) | {"seed": 4711}
    clock = iter((0.0, 0.11, 1.0, 1.01, 2.0, 2.01))
    monkeypatch.setattr(live.time, "thread_time", lambda: next(clock))
    assert live.draw(message(BIAS, values, "n_train", 150))
    assert live.draw(message(BIAS, values, "n_train", 151)) == b""
    assert live.draw(message(BIAS, values, "noise_std", 3))  # another drag
    assert live.draw(message(BIAS, values, "noise_std", 4))


def test_what_a_visitor_has_brought_is_not_drawn_live() -> None:
    lab = next(lab for lab in LABS if lab.name == "ranking_curves")
    values = defaults(lab.all_controls)
    assert live.start(lab, values) == {"page": "ranking_curves", "link": ""}
    brought = type("Brought", (live.Memo,), {})()
    assert live.start(lab, values | {"upload": brought}) is None


def test_a_text_too_long_for_a_message_is_not_drawn_live() -> None:
    lab = next(lab for lab in LABS if lab.name == "cnn_cost")
    text = next(control for control in lab.controls if isinstance(control, Text))
    noise = "".join(random.Random(0).choices("abcdefghijklmnopqrstuvwxyz0123456789-+", k=text.limit))
    assert live.start(lab, defaults(lab.all_controls) | {"net": "text", "text": noise}) is None


def test_without_the_route_a_page_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(live._open, "route", False)
    assert live.start(BIAS, defaults(BIAS.all_controls)) is None


@pytest.mark.parametrize(
    ("origin", "host", "let_in"),
    [
        ("http://lab.example:8501", "lab.example:8501", True),
        ("https://lab.example", "lab.example", True),
        (None, "lab.example", True),
        ("https://elsewhere.example", "lab.example", False),
        ("https://lab.example.elsewhere.example", "lab.example", False),
        ("https://lab.example:444", "lab.example", False),
        ("null", "lab.example", False),
        ("https://moodle.example", "lab.example", True),
    ],
)
def test_a_foreign_page_may_not_ask(origin: str | None, host: str, let_in: bool) -> None:
    config.get_option("server.port")  # read the file before a test changes an option
    old = config.get_option("server.corsAllowedOrigins")
    config.set_option("server.corsAllowedOrigins", ["https://moodle.example"])
    try:
        assert live.allowed(origin, host) is let_in
    finally:
        config.set_option("server.corsAllowedOrigins", old)


# static files


async def _streamlit(scope: Scope, receive: Any, send: Callable[[Message], Any]) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"streamlit"})


def fetch(path: str, base: str = "", query: str = "", encodings: str = "gzip, br", **headers: str) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    lines = {"accept-encoding": encodings, **headers}
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), text.encode()) for name, text in lines.items()],
    }
    finish(SmallStatic(_streamlit, base)(scope, None, send))  # type: ignore[arg-type]
    return sent


def test_our_script_travels_compressed_and_stays() -> None:
    start, body = fetch("/app/static/live_chart.js", query="v=123")
    headers = dict(start["headers"])
    assert gzip.decompress(body["body"]) == (OURS / "live_chart.js").read_bytes()
    assert headers[b"content-encoding"] == b"gzip" and headers[b"vary"] == b"Accept-Encoding"
    assert b"immutable" in headers[b"cache-control"]
    assert headers[b"content-type"].startswith(b"text/javascript")
    assert (
        dict(fetch("/app/static/live_chart.js")[0]["headers"])[b"cache-control"] == b"no-cache"
    )  # no version asked for


def test_the_bundle_of_streamlit_travels_compressed(tmp_path: Path) -> None:
    from streamlit import file_util

    folder = Path(file_util.get_static_dir()) / "static" / "js"
    script = max(folder.glob("index.*.js"), key=lambda path: path.stat().st_size)
    for base in ("", "/lecture"):
        start, body = fetch(f"{base}/static/js/{script.name}", base=base)
        assert start["status"] == 200 and len(body["body"]) < 0.4 * script.stat().st_size
        assert gzip.decompress(body["body"]) == script.read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/bias_variance",
        "/app/static/none.js",
        "/app/static/../app.py",
        "/app/static/%2e%2e/app.py",
        "/app/static//etc/passwd",
        "/app/static/a\0.js",
        "/app/static/../static/live_chart.js.py",
        "/app/static/../.streamlit/config.json",
        "/app/staticlive_chart.js",
        "/static/",
        "/static/../index.html",
        "/app/static/icon.svg.png",
    ],
)
def test_everything_else_is_left_to_streamlit(path: str) -> None:
    assert fetch(path)[0]["status"] == 299


def test_a_browser_that_cannot_gzip_and_a_part_of_a_file_are_left_to_streamlit() -> None:
    assert fetch("/app/static/live_chart.js", encodings="br")[0]["status"] == 299
    assert fetch("/app/static/live_chart.js", range="bytes=0-9")[0]["status"] == 299


# one app.py


def test_a_host_that_runs_app_py_as_a_plain_script_shows_the_app(new_app: Callable[..., AppTest]) -> None:
    app = new_app("app.py", degree="5").run()
    assert not app.exception
    assert any("Lectern" in title.value for title in app.title)


def test_streamlit_finds_the_asgi_app_without_running_it() -> None:
    from streamlit.web.server.app_discovery import discover_asgi_app

    found = discover_asgi_app(ROOT / "app.py")
    assert found.is_asgi_app and found.import_string == "app:app"


def test_the_asgi_app_knows_its_script_from_any_folder(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import app; "
        "print(app.app._resolve_script_path(), [route.path for route in app.app._user_routes], "
        "'plotly' in sys.modules, 'sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(ROOT / "lectern.py"), "['/live']", "True", "False"]
