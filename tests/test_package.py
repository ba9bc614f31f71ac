"""The package: what is in it, that it runs from where it is installed, and its command."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest
from streamlit.web import cli

from pages.ui import command
from tests.browser.server import running
from tests.conftest import ROOT

BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return folder / built.stdout.split()[-1]


def test_everything_that_the_app_needs_is_in_it(wheel: Path) -> None:
    tops = ("core/", "pages/", "static/", "app.py", "lectern.py", ".streamlit/")
    files = [path for path in ROOT.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    needed = {name for path in files if (name := path.relative_to(ROOT).as_posix()).startswith(tops)}
    with zipfile.ZipFile(wheel) as package:
        packed = {name for name in package.namelist() if ".dist-info/" not in name}
        (entry,) = (name for name in package.namelist() if name.endswith("entry_points.txt"))
        assert "lectern = pages.ui.command:main" in package.read(entry).decode()
    assert packed == needed - {".streamlit/secrets.toml"}


def test_it_starts_from_where_it_is_installed(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as package:
        package.extractall(tmp_path / "site")
    with running(tmp_path / "site" / "app.py", tmp_path / "log", folder=tmp_path) as server:
        answer = urllib.request.urlopen(f"{server.url}/app/static/live_chart.js", timeout=60)
        assert "javascript" in answer.headers["content-type"]  # served by the options in its own .streamlit/config.toml
        answer.close()


def test_the_command_starts_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["lectern", "--server.port", "8600"])
    monkeypatch.setattr(cli, "main", lambda: None)
    command.main()
    assert sys.argv == ["streamlit", "run", str(ROOT / "app.py"), "--server.port", "8600"]
