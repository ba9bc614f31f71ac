"""Sliders whose pictures the server draws while they are dragged: step to paint, server time, and a class at once."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright
from streamlit.testing.v1 import AppTest
from websockets.asyncio.client import connect

from core.kit.controls import Scale
from core.kit.lab import Lab
from core.kit.links import to_link
from pages.ui.server import live
from tests.benchmarks.browser import HUMAN_PAUSE, PICTURE, settle, visit
from tests.benchmarks.measure import Row, in_turns, milliseconds, resident
from tests.browser.server import CHROMIUM_OPTIONS, ROOT, Server, find_chromium, running
from tests.browser.test_live_sliders import THUMB
from tests.states import LABS

SLIDERS = {
    "bias_variance": "n_train",
    "model_selection": "n_train",
    "regularization": "n_train",
    "ranking_curves": "prevalence",
    "cnn_cost": "size",
    "inception": "channels",
    "logistic": "x2",
    "momentum": "kappa",
}
GOALS = {"bias_variance": 33, "ranking_curves": 55}  # ms from step to paint; 45 elsewhere
CLASS, SECONDS = 100, 10


def control_of(lab: Lab, name: str) -> Scale:
    found = next(control for control in lab.controls if control.name == name)
    assert isinstance(found, Scale)
    return found


def message(lab: Lab, name: str, place: int) -> str:
    """Write what a page sends when a slider of a fresh visit stands at a place."""
    picture = lab.draw(lab.result(lab.fresh), lab.fresh)
    at = picture.axis.values[picture.axis.nearest(lab.stand(lab.fresh))]
    link = urlencode(to_link([control for control in lab.controls if control.name in lab.drawn_from], lab.fresh))
    stand = list(at) if lab.second else [at]
    return json.dumps({"page": lab.name, "link": link, "control": name, "place": place, "stand": stand, "known": []})


def steps(browser: Browser, server: Server, lab: Lab, name: str) -> Row:
    """Measure the time from a move of the mouse to the paint of the picture that it asks for."""
    times = []
    with visit(browser, f"{server.url}/{lab.name}") as page:
        settle(page)
        holder = page.locator(f".st-key-{lab.name}-{name}")
        holder.hover()
        thumb = holder.evaluate(THUMB)
        page.mouse.move(thumb["x"], thumb["y"])
        page.mouse.down()
        there = 1 if thumb["place"] < len(control_of(lab, name).values) / 2 else -1  # where there is room
        for k in range(1, 25):
            page.evaluate(f"() => probe.arm('{PICTURE}')")
            page.mouse.move(thumb["x"] + there * thumb["width"] * (k if k <= 12 else 24 - k) / 40, thumb["y"])
            page.wait_for_timeout(HUMAN_PAUSE)
            first, start = page.evaluate("() => [probe.first, probe.start]")
            times += [first - start] * bool(first)
        page.mouse.up()
    label = control_of(lab, name).label
    return Row(
        f"{lab.name}, “{label}” dragged in 24 steps: painted; step to paint",
        f"{len(times)}; {statistics.median(times):.0f} ms",
        target=f"≥ 22; ≤ {GOALS.get(lab.name, 45)} ms",
    )


def cost(lab: Lab, name: str) -> Row:
    """Compare the time that the server takes for a live picture with that of a run of the page's script."""
    control = control_of(lab, name)
    order = random.Random(0).sample(range(len(control.values)), len(control.values))
    asked = [live.read(message(lab, name, place)) for place in order]
    turns = itertools.cycle(range(len(order)))
    app = AppTest.from_file(str(ROOT / "lectern.py"), default_timeout=60)
    app.switch_page(f"pages/{lab.name}.py").run()
    key = f"{lab.name}.{name}"

    def picture() -> None:
        one = asked[next(turns)]
        live.packed(one.lab, one.values, one.stand)

    def script() -> None:
        widget = next(w for kind in ("slider", "select_slider") for w in app.get(kind) if w.key == key)
        widget.set_value(control.values[order[next(turns)]]).run()

    taken = in_turns({"picture": picture, "script": script}, 8)
    return Row(
        f"{lab.name}: server time of a live picture, against a run of the page’s script",
        milliseconds(taken["picture"]),
        milliseconds(taken["script"]),
        f"{taken['picture'] / taken['script']:.2f}×",
        "≤ 0.4×",
    )


def crowd(server: Server) -> Row:
    """Let a class drag at once, each asking again as soon as it has an answer."""
    lab = next(lab for lab in LABS if lab.name == "bias_variance")
    control = control_of(lab, "n_train")
    asked = [message(lab, "n_train", place) for place in range(len(control.values))]
    pictures, errors = 0, 0

    async def student(k: int, until: float) -> None:
        nonlocal pictures, errors
        dice = random.Random(k)
        async with connect(f"{server.url.replace('http', 'ws')}/live", open_timeout=60, max_size=None) as socket:
            while time.monotonic() < until:
                await socket.send(dice.choice(asked))
                answered = bool(await socket.recv())
                pictures, errors = pictures + answered, errors + (not answered)

    async def all_of_them() -> None:
        until = time.monotonic() + SECONDS
        await asyncio.gather(*(student(k, until) for k in range(CLASS)))

    asyncio.run(all_of_them())
    return Row(
        f"{CLASS} drag “{control.label}” at once: pictures per second; left to the release; memory of the process",
        f"{pictures / SECONDS:.0f}; {errors}; {resident(server.pid)}",
        target="≥ 150; 0; < 250 MB",
    )


def rows() -> list[Row]:
    """All rows about live sliders."""
    labs = {lab.name: lab for lab in LABS}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with running("app.py", log) as server:
            found = [crowd(server)]
        with running("app.py", log) as server, sync_playwright() as api:
            browser = api.chromium.launch(
                executable_path=find_chromium(api.chromium.executable_path), args=CHROMIUM_OPTIONS
            )
            found += [steps(browser, server, labs[name], slider) for name, slider in SLIDERS.items()]
            browser.close()
    return found + [cost(labs[name], slider) for name, slider in SLIDERS.items()]
