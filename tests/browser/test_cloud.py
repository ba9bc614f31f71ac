"""The entry point for Community Cloud, in an environment that holds its own requirements alone."""

from __future__ import annotations

import os
import subprocess
import urllib.request
import venv
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from playwright.sync_api import Page, expect

from tests.browser.server import ROOT, running
from tests.browser.test_app import ready


def closure(requirements: Path) -> set[metadata.Distribution]:
    """Distributions that a requirements file brings, with what they need."""
    lines = [line.split("#")[0].strip() for line in requirements.read_text("utf-8").splitlines()]
    waiting, found = [Requirement(line) for line in lines if line], {}
    while waiting:
        wanted = waiting.pop()
        name = wanted.name.lower().replace("_", "-")
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found[name] = metadata.distribution(wanted.name)
        waiting += [Requirement(text) for text in found[name].requires or ()]
    return set(found.values())


def own_environment(folder: Path, requirements: Path) -> Path:
    """Make a virtual environment that holds what a requirements file brings; return its Python."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    (site,) = folder.rglob("site-packages")
    for distribution in closure(requirements):
        for top in {path.parts[0] for path in distribution.files or () if path.parts[0] != ".."}:
            link = site / top
            if not link.exists() and top not in ("__pycache__", "bin"):
                link.symlink_to(Path(str(distribution.locate_file(top))))
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def test_a_public_host_starts_with_its_own_requirements(open_page: Callable[..., Page], tmp_path: Path) -> None:
    python = own_environment(tmp_path / "venv", ROOT / "cloud" / "requirements.txt")
    without = subprocess.run([python, "-c", "import torch"], capture_output=True, check=False)
    assert without.returncode != 0
    with running(ROOT / "cloud" / "app.py", tmp_path / "log", python=python) as server:
        with urllib.request.urlopen(f"{server.url}/app/static/live_chart.js", timeout=60) as answer:
            assert "javascript" in answer.headers["content-type"]
        page = ready(open_page(f"{server.url}/bias_variance?n_train=30"))
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
