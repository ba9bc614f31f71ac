"""A short walk of the explorer, the same at each push; at night longer ones. `tests/roam` says what has to hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.server import running
from tests.roam.walks import roam


@pytest.mark.parametrize(
    ("seconds", "seed"), [(0, 20), pytest.param(900, 1000, marks=pytest.mark.nightly)], ids=["short", "long"]
)
def test_nothing_breaks_whatever_is_done(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, seed: int
) -> None:
    monkeypatch.setenv("LECTERN_HOST", "public")
    monkeypatch.setenv("LECTERN_TRAINING", "small")
    log = tmp_path / "log"
    with running("app.py", log) as server:
        count = roam(browser, server.url, log, seconds=seconds, seed=seed, actions=10)
    assert count.faults == 0
