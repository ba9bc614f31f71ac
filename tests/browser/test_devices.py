"""The three pages that train, where there is a GPU, which is pretended, and where there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_app import ready

OpenPage = Callable[..., Page]
LONG = 60_000  # a process that imports torch, on a busy machine
PAGES = ("lr_range?", "schedules?what=runs&", "transfer?view=runs&")
# Python runs this before anything else in every process of the server.
FAKE = """
from core.jobs import gpus
gpus.gpus = lambda: gpus.Gpus("cuda", ("NVIDIA H200",), True, 150 * 10**9, "580.65", "2.15.0", "")
"""


def test_without_a_gpu_a_wish_for_one_is_answered(app_url: str, open_page: OpenPage) -> None:
    for page in PAGES:
        runs = ready(open_page(f"{app_url}/{page}device=gpu&precision=bf16")).locator(".st-key-runs")
        expect(runs).to_contain_text("No GPU was found on this machine. Training uses the CPU instead.")
        expect(runs).to_contain_text("The CPU does not train in bfloat16 here; training uses float32 instead.")
        expect(runs).to_contain_text("on one core.")
    runs = ready(open_page(f"{app_url}/lr_range")).locator(".st-key-runs")
    expect(runs).to_contain_text("Recorded")
    expect(runs).not_to_contain_text("GPU")


@pytest.mark.nightly
def test_with_a_gpu_each_page_offers_it_and_an_error_there_is_a_sentence(
    serve: Callable[..., str], open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(FAKE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")
    monkeypatch.setenv("LECTERN_JOBS_FOLDER", str(tmp_path / "jobs"))
    url = serve("app.py")
    for page in PAGES:
        runs = ready(open_page(f"{url}/{page}precision=bf16")).locator(".st-key-runs")
        expect(runs).to_contain_text("Recorded")
        expect(runs).to_contain_text("on the NVIDIA H200 in bfloat16.")
        expect(runs).not_to_contain_text("instead")
    page = ready(open_page(f"{url}/lr_range?seed=31"))
    page.locator(".st-key-runs").get_by_role("button", name="Train").click()
    expect(page.locator(".st-key-runs")).to_contain_text("No GPU was found on this machine. Choose", timeout=LONG)
