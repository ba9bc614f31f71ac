"""A folder of runs of its own for each test, and a telephone for jobs that are to be held."""

import contextlib
import os
import socket

import pytest

from core import jobs
from tests.kernel.jobs import toy


class Phone:
    """Waits for jobs that call; a byte lets them go on."""

    def __init__(self, server):
        self._server, self.lines = server, []
        self.port = server.getsockname()[1]

    def answer(self):
        """Wait for a call and give the line and the process number of the caller."""
        line, _ = self._server.accept()
        self.lines.append(line)
        line.settimeout(60)
        with line.makefile() as text:
            return line, int(text.readline())


@pytest.fixture
def phone():
    with socket.create_server(("127.0.0.1", 0)) as server, contextlib.ExitStack() as stack:
        server.settimeout(60)
        own = Phone(server)
        stack.callback(lambda: [line.close() for line in own.lines])
        yield own


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """The folder of runs; no process works in it any more when the test is over."""
    root = tmp_path / "jobs"

    def set_environment(training):
        for name in [name for name in os.environ if name.startswith("LECTERN_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("LECTERN_TRAINING", training)
        monkeypatch.setenv("LECTERN_JOBS_FOLDER", str(root))
        monkeypatch.setenv("LECTERN_JOBS_CHECKPOINT_SECONDS", "0")

    set_environment("on")
    toy.install(monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # in this process: a busy disk takes a tenth of a second each time
    yield root
    set_environment("off")  # nothing starts any more
    for run in jobs.runs():
        jobs.cancel(run.id)
    for run in jobs.runs():
        jobs.wait(run.id)
