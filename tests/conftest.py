"""Setup of every test: one thread, hypothesis profiles, and a quick AppTest."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np  # noqa: F401  loads BLAS, so that the limit below finds it
import pytest
from hypothesis import settings
from streamlit.testing.v1 import AppTest
from threadpoolctl import threadpool_limits

from core.worker import confined, wire

ROOT = Path(__file__).parents[1]
PROFILE = os.environ.get("LECTERN_PROFILE", "push")

# One thread for linear algebra: parallel test workers must not fight for the cores, and sums stay the same.
# The call reaches libraries that are already loaded; the variables reach later ones and child processes.
threadpool_limits(1)
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = "1"

# A GPU of the machine that runs the tests changes nothing: tests that need one pretend.
os.environ["CUDA_VISIBLE_DEVICES"] = ""

# Runs of the tests are separate from those of the person who runs them and of other test processes.
_JOBS = tempfile.TemporaryDirectory(prefix="lectern-jobs-", ignore_cleanup_errors=True)
os.environ["LECTERN_JOBS_FOLDER"] = _JOBS.name

settings.register_profile("push", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=10_000, deadline=None, print_blob=True)
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests marked nightly to the nightly profile."""
    if PROFILE == "nightly":
        return
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    if nightly:
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in nightly]


@pytest.fixture(autouse=True, scope="session")
def _no_manifest_scan() -> Iterator[None]:
    """Spare each AppTest the search of all installed packages for components (0.2 s; there are none)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", lambda *_, **__: [])
        yield


@pytest.fixture(scope="session")
def new_app() -> Callable[..., AppTest]:
    """Return a function that makes an AppTest of the app's script (not yet run), with URL parameters as keywords.

    It holds no state between calls, so a hypothesis test may use it for every example.
    """

    def make(script: str | Path = "lectern.py", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / script), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        return app

    return make


@pytest.fixture(scope="module")
def readers_here() -> Iterator[None]:
    """Read the files of a module's tests in this process: a confined one takes 0.2 s for each."""

    def call(function: str, content: bytes, **arguments: Any) -> Any:
        answered = wire.load(confined.answer(function, content, arguments))
        if "error" in answered:
            raise ValueError(answered["error"])
        return answered["value"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confined, "call", call)
        yield
