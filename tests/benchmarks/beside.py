"""Costs of a run to the app beside it: ticks of another page, and memory of the process that shows it."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from unittest import mock

from playwright.sync_api import Browser, Page, expect, sync_playwright

from core import jobs
from core.networks.trainable import network_text
from core.training.experiments import RangeTest
from tests.benchmarks.browser import Control, settle, visit
from tests.benchmarks.measure import Row, resident
from tests.browser.server import CHROMIUM_OPTIONS, find_chromium, running

PAGE, SLIDER = "/bias_variance", "Training points"
# Minutes of work, which is canceled as soon as the clock has been read.
NET, WIDTH, STEPS = "small_inception", 0.25, 938
TURNS, PRESSES = 5, 4
STARTED_S = 60.0


def begin(seed: int) -> str:
    """Begin a training and wait for its first record."""
    spec = RangeTest(text=network_text(NET, width=WIDTH), low=1e-5, high=10.0, steps=STEPS, seed=seed)
    job = jobs.submit("range_test", spec.as_json())
    jobs.wait(job, ("running",), STARTED_S)
    while not jobs.metrics(job).records:
        jobs.wait(job, ("running",), STARTED_S)  # and not failed
        time.sleep(0.1)
    return job


def ticks(page: Page) -> Row:
    """Ticks of a page that trains nothing, in turns without and with a training beside it."""
    control = Control(page, SLIDER)
    settle(page)
    for _ in range(PRESSES):
        control.press()
    seen: dict[str, list[float]] = {"idle": [], "beside": []}
    for seed in range(TURNS):
        seen["idle"] += [control.press().paint for _ in range(PRESSES)]
        job = begin(seed)
        seen["beside"] += [control.press().paint for _ in range(PRESSES)]
        jobs.cancel(job)
        jobs.wait(job)
    idle, beside = (statistics.median(times) for times in seen.values())
    return Row(
        f"server tick of {PAGE} (“{SLIDER}”) while a training runs, against the same without one",
        f"{beside:.0f} ms",
        f"{idle:.0f} ms",
        f"{beside / idle:.2f}×",
        "≤ 2×",
    )


def memory(browser: Browser, url: str, pid: int) -> Row:
    """Memory of the app while a training that was begun on its page goes on and is drawn."""
    with visit(browser, f"{url}/lr_range?net={NET}&width={WIDTH}&steps={STEPS}&seed={TURNS}", picture=False) as page:
        line = page.locator(".st-key-runs")
        line.get_by_role("button", name="Train").click(timeout=30_000)
        words = page.locator(".lc-words")
        expect(words).to_contain_text("smoothed loss is", timeout=STARTED_S * 1000)  # the first records are drawn
        page.wait_for_timeout(5000)
        weight = resident(pid)
        line.get_by_role("button", name="Cancel").click()
        expect(line).to_contain_text("was canceled", timeout=STARTED_S * 1000)
    return Row(
        "memory of the app process while a training that it shows goes on; heavy libraries loaded",
        weight,
        target="< 250 MB; none",
    )


def rows() -> list[Row]:
    """All rows about the app beside a training."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, {"LECTERN_JOBS_FOLDER": folder, "LECTERN_TRAINING": "on"}),
        sync_playwright() as api,
        running("app.py", Path(folder) / "server.log") as server,
    ):
        path = find_chromium(api.chromium.executable_path)
        browser = api.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        with visit(browser, server.url + PAGE) as page:
            found = [ticks(page), memory(browser, server.url, server.pid)]
        browser.close()
    return found
