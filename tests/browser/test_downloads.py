"""Images that are not there, in a real browser: asked for, waited for, and then trained with."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.data.images import CIFAR_TEST, CIFAR_TRAIN
from tests.browser.test_app import ready

SOON = 60_000  # a process on a busy machine


def test_images_are_downloaded_by_a_click_and_then_a_training_can_begin(
    serve: Callable[..., str], open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The way to the network ends at a port of this machine, which is silent at first and then closed."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.delenv("LECTERN_DATA", raising=False)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setenv("LECTERN_JOBS_FOLDER", str(tmp_path / "jobs"))
        page = ready(open_page(f"{serve('app.py')}/lr_range?data=cifar-10&net=logistic"))
        row, runs = page.locator(".st-key-download"), page.locator(".st-key-runs")
        expect(runs).to_contain_text("CIFAR-10 is not on this server")
        row.get_by_role("button", name="Download CIFAR-10 (170 MB)").click()
        expect(row).to_contain_text("CIFAR-10: 0.0 of 170.1 MB", timeout=SOON)
        expect(row.get_by_role("button", name="Cancel")).to_be_visible()
    expect(row).to_contain_text("check the internet connection", timeout=SOON)

    row.get_by_role("button", name="Download").click()
    for name in (*CIFAR_TRAIN, CIFAR_TEST):  # as an earlier download leaves them
        (tmp_path / "lectern/cifar-10" / name).write_bytes(bytes(3073))
    expect(runs.get_by_role("button", name="Train")).to_be_visible(timeout=SOON)
    expect(row).to_have_count(0)
