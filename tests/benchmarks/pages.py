"""The bias-variance page in a real browser against plain Streamlit."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from core.draw.packing import pack
from core.kit.controls import defaults
from core.labs.bias_variance.lab import LAB
from tests.benchmarks.browser import Control, Drag, Tick, drag, settle, ticks, visit
from tests.benchmarks.measure import Row, resident
from tests.browser.server import CHROMIUM_OPTIONS, ROOT, find_chromium, running

PAGE = f"/{LAB.name}"
SCRUB = "Degree"
ROUNDS = 12
# Of other pages a slider whose ticks change every picture, with room for all of them.
OTHERS = {
    "/regularization": "Training points",
    "/model_selection": "Training points",
    "/ranking_curves?source=gauss": "First scorer: separation",
    "/cnn_cost": "Image size",
    "/inception": "Input channels C",
}


def copy_of_the_app(folder: Path) -> Path:
    """Copy the app, with the scripts of the benchmark where app.py is: beside pages and static files."""
    for name in ("core", "pages", "static", ".streamlit"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for script in Path(__file__).with_name("apps").glob("*.py"):
        shutil.copy(script, folder)
    return folder


def kilobytes(count: float) -> str:
    return f"{count / 1000:.1f} KB"


def times(ours: float, peer: float) -> str:
    return f"{ours / peer:.2f}×"


def dragging(browser: Browser, folder: Path) -> list[Row]:
    """Drag of the live chart against key presses on a plain slider, in turns."""
    log = folder / "server.log"
    drags: list[Drag] = []
    presses: list[Tick] = []
    with (
        running("with_floor.py", log, folder=folder) as ours,
        running("plain_slider.py", log, folder=folder) as plain,
        visit(browser, ours.url + PAGE) as page,
        visit(browser, plain.url) as other,
    ):
        settle(page)
        settle(other)
        for _ in range(4):
            page.bring_to_front()
            drags.append(drag(page, SCRUB, repeats=2))
            presses += [Control(other, SCRUB, key=key).press() for key in ("ArrowRight", "ArrowLeft") * 2]
    step = statistics.median(one.step for one in drags)
    key = statistics.median(one.paint for one in presses)
    sent = max(one.sent_dragging for one in drags)
    return [
        Row(
            "drag in 12 steps: steps painted; messages while dragging, at release",
            f"{statistics.median(one.painted for one in drags):g} of 12; {sent:g}, "
            f"{statistics.median(one.sent_release for one in drags):g}",
            target="≥ 11; 0, 1",
        ),
        Row(
            "drag, step to paint, against key press to paint with `st.slider`, `st.plotly_chart`",
            f"{step:.0f} ms",
            f"{key:.0f} ms",
            f"{key / step:.1f}×",
            "≥ 10×, ≤ 35 ms",
        ),
    ]


def ticking(browser: Browser, folder: Path) -> list[Row]:
    """Server ticks against an almost empty page of the same process."""
    with (
        running("with_floor.py", folder / "server.log", folder=folder) as server,
        visit(browser, server.url, picture=False) as floor,
    ):
        settle(floor)  # a cold process does not know the page yet
        floor.goto(f"{server.url}/floor")
        with visit(browser, server.url + PAGE) as one, visit(browser, server.url + PAGE) as every:
            controls = {
                "floor": Control(floor, "Floor"),
                "one": Control(one, "Log scale", "switch", "Space"),
                "every": Control(every, "Training points"),
            }
            for control in controls.values():
                settle(control.page)
            ticks(controls, 2)
            seen = ticks(controls, ROUNDS)
    base = seen["floor"]
    rows = [
        Row(
            f"server tick that changes {name} picture (“{controls[name].label}”), against an almost empty page",
            f"{seen[name].paint:.0f} ms",
            f"{base.paint:.0f} ms",
            times(seen[name].paint, base.paint),
            target,
        )
        for name, target in (("one", "≤ 1.8×"), ("every", "≤ 3×"))
    ]
    sizes = ", ".join(f"{kilobytes(seen[name].bytes)} ({name})" for name in ("one", "every"))
    values = defaults(LAB.all_controls)
    frames = len(pack(LAB.draw(LAB.result(values), values)))
    return [
        *rows,
        Row("bytes per server tick", sizes, kilobytes(base.bytes), target="≤ 60 KB"),
        Row("bytes of all frames", kilobytes(frames), target="≤ 300 KB"),
    ]


def other_pages(browser: Browser, folder: Path) -> list[Row]:
    """Server ticks of the other pages, which change every picture, against the almost empty page."""
    found = []
    with (
        running("with_floor.py", folder / "server.log", folder=folder) as server,
        visit(browser, server.url, picture=False) as floor,
    ):
        settle(floor)
        floor.goto(f"{server.url}/floor")
        for address, label in OTHERS.items():
            with visit(browser, server.url + address) as page:
                controls = {"floor": Control(floor, "Floor"), "every": Control(page, label)}
                for control in controls.values():
                    settle(control.page)
                ticks(controls, 2)
                seen = ticks(controls, ROUNDS)
            base, every = seen["floor"], seen["every"]
            found.append(
                Row(
                    f"{address.partition('?')[0]}: server tick that changes every picture (“{label}”), against an "
                    "almost empty page; bytes",
                    f"{every.paint:.0f} ms; {kilobytes(every.bytes)}",
                    f"{base.paint:.0f} ms",
                    times(every.paint, base.paint),
                    "≤ 3×; ≤ 60 KB",
                )
            )
    return found


def starting(browser: Browser, folder: Path) -> list[Row]:
    """Fresh process to first painted picture, in turns; then what that process weighs."""
    addresses = {"with_floor.py": PAGE, "one_chart.py": "/"}
    taken: dict[str, list[float]] = {script: [] for script in addresses}
    weights: dict[str, Row] = {}
    for _ in range(5):
        for script, address in addresses.items():
            start = time.perf_counter()
            with (
                running(script, folder / "server.log", folder=folder) as server,
                visit(browser, server.url + address) as page,
            ):
                taken[script].append(time.perf_counter() - start)
                settle(page)
                weights[script] = memory(server.pid)
    ours, peer = (statistics.median(seconds) for seconds in taken.values())
    return [
        Row(
            "fresh process to first painted picture, against an app with one `st.plotly_chart`",
            f"{ours:.1f} s",
            f"{peer:.1f} s",
            times(ours, peer),
            "≤ 1.5×",
        ),
        weights["with_floor.py"],
    ]


def memory(pid: int) -> Row:
    """Memory of a process that has shown one page."""
    what = "memory of a process that has shown only this page; heavy libraries loaded"
    return Row(what, resident(pid), target="< 200 MB; none")


def rows() -> list[Row]:
    """All rows about the page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as api:
        app = copy_of_the_app(Path(folder))
        path = find_chromium(api.chromium.executable_path)
        browser = api.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        found = [*dragging(browser, app), *ticking(browser, app), *other_pages(browser, app), *starting(browser, app)]
        browser.close()
    return found
