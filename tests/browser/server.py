"""A fresh Streamlit process, and the Chromium that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHROMIUM_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
CHROMIUM_OPTIONS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 90


@dataclass(frozen=True)
class Server:
    """Address and process number of a running app."""

    url: str
    pid: int


def find_chromium(bundled: str) -> str | None:
    """$CHROMIUM, else a browser on PATH, else the one of `playwright install chromium` at `bundled`."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_COMMANDS)), bundled)
    return found if Path(found).is_file() else None


@contextmanager
def running(
    script: str | Path,
    log: Path,
    *options: str,
    folder: Path = ROOT,
    python: str | Path = sys.executable,
    base: str = "",
) -> Iterator[Server]:
    """Run a script in a fresh process until the block ends; `options` are those of `streamlit run`.

    `base` is the base path of the app, with a slash before it.
    """
    port = free_port()
    command = [str(python), "-m", "streamlit", "run", str(script)]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    command += ["--server.baseUrlPath", base] if base else []
    url = f"http://127.0.0.1:{port}{base}"
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *options], cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        if not wait_until_healthy(process, url):
            raise RuntimeError(f"{script} did not start:\n{log.read_text(errors='replace')[-3000:]}")
        yield Server(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_healthy(process: subprocess.Popen[bytes], url: str) -> bool:
    """Wait until an app answers; whether it does before its process ends."""
    for _ in range(START_SECONDS * 20):
        if _healthy(url):
            return process.poll() is None
        try:  # a moment at most, and less if the process gives up
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        return False
    return False


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
