"""Results that are remembered for a while, and those that die with what they were made from."""

from __future__ import annotations

import gc
import weakref

import numpy as np

from core.kit.memo import Memo
from core.kit.recent import Recent


def test_the_least_recently_asked_goes_first() -> None:
    recent = Recent(entries=2, nbytes=1000)
    made = []

    def ask(key: str) -> str:
        return recent.recall(key, lambda: made.append(key) or key)

    assert [ask(key) for key in "abacab"] == list("abacab")
    assert made == list("abcb")


def test_large_results_push_out_small_ones_and_one_too_large_is_not_kept() -> None:
    recent = Recent(entries=9, nbytes=80)
    recent.recall("small", lambda: np.zeros(1))
    recent.recall("large", lambda: np.zeros(9))
    assert "small" in recent
    assert "large" in recent
    recent.recall("other", lambda: np.zeros(2))
    assert "small" not in recent
    assert "large" not in recent
    assert "other" in recent
    assert len(recent.recall("huge", lambda: np.zeros(11))) == 11
    assert "huge" not in recent


def test_what_a_result_caches_later_counts() -> None:
    class Result:
        def __init__(self) -> None:
            self.arrays: list[np.ndarray] = []

    recent = Recent(entries=9, nbytes=10_000)
    first = recent.recall("first", Result)
    recent.recall("second", Result)
    first.arrays.append(np.zeros(2000))
    assert recent.recall("first", Result) is first
    recent.recall("third", Result)
    assert "first" not in recent
    assert "third" in recent


class Data(Memo):
    pass


def test_a_result_dies_with_its_data() -> None:
    data, calls = Data(), []

    class Result:
        pass

    def make(**settings: object) -> Result:
        calls.append(settings)
        return Result()

    settings = (("data", data), ("k", 1))
    result = weakref.ref(data.recall(make, settings))
    assert data.recall(make, settings) is result()
    data.recall(make, (("data", data), ("k", 2)))
    assert result() is None or gc.collect() >= 0 and result() is None
    assert len(calls) == 2
    gone = weakref.ref(data)
    calls.clear()
    del data, settings
    gc.collect()
    assert gone() is None
