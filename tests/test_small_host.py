"""A host with 690 MB survives five visitors on the most expensive links of every page, and files made to harm it."""

from __future__ import annotations

import io
import threading
import urllib.error
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.browser.server import Server, running
from tests.states import LABS
from tests.visitors import Visitor

MEGABYTES = 690
VISITORS = 5
# For each page, a link to a state at the upper ends of its controls; each visitor has their own seed.
LINKS = {
    "ranking_curves": "source=gauss&n_cases=1e6&resamples=2000&bands=1&hull=1&lower=calibration",
    "bias_variance": "n_train=200&n_sets=1000&max_degree=20&view=choose&repetitions=1000&degree=20",
    "model_selection": "n_train=200&folds=20&repeats=50&max_degree=20&repetitions=1000",
    "regularization": "view=paths&degree=20&n_train=200&n_sets=1000",
    "cnn_cost": "net=googlenet&size=1024&view=compare&batch=8192",
    "convolution": "view=matrix&padding=4",
    "inception": "view=module&size=256&channels=1024",
    "lr_range": "net=resnet18_cifar&candidates=20&seeds=5&steps=1000",
    "schedules": "view=several&length=80000000&seeds=3",
    "momentum": "kappa=400&lr=2.4",
    "transfer": "view=runs&net=resnet18&classes=500&hidden=128",
    "logistic": "fitted=six&penalty=0",
    "gradients": "graph=chain&n=10",
    "neighbors": "data=moons&n=200&k=15&metric=cosine",
    "trees": "depth=3&criterion=gini",
    "descent": "loss=squares&steps=100&noise=2",
    "normalization": "updates=100",
    "staleness": "learners=8&period=0.5&horizon=20",
}


def family(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found, todo = [], [pid]
    while todo:
        found.append(each := todo.pop())
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                todo += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def megabytes(pid: int) -> float:
    """Return the memory of a process that is not shared with others, or its fraction of it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it has just ended
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def watched(server: Server) -> Iterator[list[float]]:
    """Collect the memory of the server and its children together, again and again."""
    seen: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            seen.append(sum(map(megabytes, family(server.pid))))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def bomb() -> bytes:
    """Return a network of 41 KB whose description takes 860 MB."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/models/model.json", "[" + '{"":0},' * 4_200_000 + "0]")
    return stream.getvalue()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("LECTERN_HOST", "public")
    monkeypatch.setenv("LECTERN_TRAINING", "off")
    with running("app.py", tmp_path / "log", "--server.enableXsrfProtection", "false") as found:
        yield found


@pytest.mark.nightly
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux tells what processes share")
def test_expensive_links_and_hostile_files_leave_the_server_running(server: Server) -> None:
    assert set(LINKS) == {lab.name for lab in LABS}
    peaks = {}
    for page, query in LINKS.items():
        with watched(server) as seen, ExitStack() as stack:
            visitors = [stack.enter_context(Visitor(server.url)) for _ in range(VISITORS)]
            for seed, visitor in enumerate(visitors, 100):
                visitor.open(page, f"{query}&seed={seed}", wait=False)
            for visitor in visitors:
                visitor.wait()
                assert not visitor.exceptions, (page, visitor.exceptions)
        peaks[page] = max(seen)
    with watched(server) as seen, ExitStack() as stack:
        content = bomb()
        visitors = [stack.enter_context(Visitor(server.url)) for _ in range(VISITORS)]
        for visitor in visitors:
            visitor.open("cnn_cost", "net=upload")
        threads = [threading.Thread(target=each.bring, args=("net.pt2", content)) for each in visitors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not any(visitor.exceptions for visitor in visitors)
    peaks["files"] = max(seen)
    with watched(server) as seen, Visitor(server.url) as visitor:
        visitor.open("cnn_cost")
        taken = []
        for _ in range(12):
            with suppress(urllib.error.URLError):  # refused, or cut off in the middle
                taken.append(visitor.put("a.csv", bytes(7_000_000)))
        assert len(taken) == 2
    peaks["flood"] = max(seen)
    print({name: round(peak) for name, peak in peaks.items()})
    assert max(peaks.values()) < MEGABYTES
