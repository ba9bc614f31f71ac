"""The cost of a tick does not depend on how many sessions are or were open: nothing then looks at all of them."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from pages.ui import rest
from tests.browser.server import running
from tests.visitors import Visitor

PAGE, SLIDER = "bias_variance", "Training points"
TICKS = 10
OTHERS = 15


def full_passes(visitor: Visitor, log: Path) -> int:
    """Count full collections during some ticks."""
    before = log.stat().st_size
    slider = visitor.sliders[SLIDER]
    for tick in range(TICKS):
        visitor.move(SLIDER, slider.min + tick % 2)
    return log.stat().st_size - before


def test_a_tick_looks_at_no_other_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "collections"
    log.touch()
    monkeypatch.setenv("COLLECTIONS", str(log))
    with running("tests/collector_app.py", tmp_path / "server.log") as server, Visitor(server.url) as visitor:
        visitor.open(PAGE)
        alone = full_passes(visitor, log)
        others = [Visitor(server.url) for _ in range(OTHERS)]
        for other in others:
            other.open(PAGE)
        beside_others = full_passes(visitor, log)
        for other in others:
            other.close()
        after_others = full_passes(visitor, log)
        assert not visitor.exceptions
    # Python's own collections are as rare as new objects are many; one after each run would be 20 or more.
    assert max(alone, beside_others, after_others) <= 2
    assert alone + beside_others + after_others <= 3


def test_garbage_is_collected_when_nothing_runs(monkeypatch) -> None:
    slept, collected = [], []
    spent = iter([0, 0.2, 1, 1.001, 5, 5])

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(collected) == 2:
            raise InterruptedError

    monkeypatch.setattr(rest, "time", SimpleNamespace(sleep=sleep, process_time=lambda: next(spent)))
    monkeypatch.setattr(rest, "gc", SimpleNamespace(collect=lambda: collected.append(sum(slept))))
    with pytest.raises(InterruptedError):
        rest._keep_collecting()
    look, every = rest.LOOK_S, rest.EVERY_S
    assert slept == [every, look, look, look, every, look, every]
    assert collected == pytest.approx([every + 3 * look, 2 * every + 4 * look])


def test_one_thread_collects_and_ends_with_the_process() -> None:
    rest.collect_at_rest()
    rest.collect_at_rest()
    (thread,) = [each for each in threading.enumerate() if each.name == "rest"]
    assert thread.daemon
