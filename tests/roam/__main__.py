"""Roam for as long as there is time, and print each fault with the seed and the last actions of its walk."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.server import CHROMIUM_OPTIONS, find_chromium, running
from tests.roam.walks import Count, roam


def explore(seconds: float, seed: int, actions: int) -> Count:
    """Start a server and a browser, and begin walks until the time is up, at least one."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as api, pytest.MonkeyPatch.context() as patch:
        for name, value in (("JOBS_FOLDER", f"{folder}/jobs"), ("TRAINING", "small"), ("HOST", "public")):
            patch.setenv(f"LECTERN_{name}", value)
        log = Path(folder) / "log"
        chromium = find_chromium(api.chromium.executable_path)
        browser = api.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        with running("app.py", log) as server:
            return roam(browser, server.url, log, seconds=seconds, seed=seed, actions=actions)


def main() -> int:
    """Return the number of faults."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--minutes", type=float, default=10, help="no walk begins after them")
    ask.add_argument("--seed", type=int, default=0, help="of the first walk; the next ones count on")
    ask.add_argument("--actions", type=int, default=40, help="of each walk")
    given = ask.parse_args()
    count = explore(60 * given.minutes, given.seed, given.actions)
    print(f"{count.actions} actions in {count.walks} walks, {count.faults} faults")
    return count.faults


if __name__ == "__main__":
    sys.exit(main())
