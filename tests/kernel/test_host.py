"""Limits of a public host: states by their cost, one large one at a time, and a way out of a refusal."""

from __future__ import annotations

import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest

from core import host
from core.kit import cost
from core.kit.cost import Cost
from core.labs.bias_variance.lab import LAB as BIAS
from core.labs.ranking_curves.lab import LAB as RANKING

ROOT = Path(__file__).parents[2]
GAUSS = RANKING.fresh | {"source": "gauss"}


@pytest.fixture
def public(monkeypatch) -> None:
    monkeypatch.setenv("LECTERN_HOST", "public")


def test_a_host_is_private_unless_it_says_so(monkeypatch) -> None:
    monkeypatch.delenv("LECTERN_HOST", raising=False)
    assert host.limits() is host.PRIVATE
    monkeypatch.setenv("LECTERN_HOST", "public")
    assert host.limits() is host.PUBLIC
    monkeypatch.setenv("LECTERN_HOST", "open")
    with pytest.raises(ValueError, match=r"^LECTERN_HOST must be public or private; got 'open'\.$"):
        host.limits()


def test_community_cloud_is_public_by_itself(monkeypatch) -> None:
    monkeypatch.delenv("LECTERN_HOST", raising=False)
    monkeypatch.setattr(host, "CLOUD", ROOT)
    assert host.limits() is host.PUBLIC
    monkeypatch.setenv("LECTERN_HOST", "private")
    assert host.limits() is host.PRIVATE


def show(name: str, value: int) -> str:
    return f"{value:,}" if name == "n_cases" else str(value)


# Measured on one core: five such links at once took the server down.
MILLION = GAUSS | {"n_cases": 1_000_000, "resamples": 2000}


@pytest.mark.parametrize(
    ("change", "nearest"),
    [
        ({"n_cases": 1_000_000, "resamples": 2000}, {"n_cases": 100_000, "resamples": 600}),
        ({"n_cases": 1_000_000, "resamples": 100}, {"n_cases": 100_000, "resamples": 100}),
        ({"n_cases": 10_000, "resamples": 2000}, {"n_cases": 10_000, "resamples": 1300}),
    ],
)
def test_a_costly_state_is_refused_with_the_nearest_that_works(public, change, nearest) -> None:
    values = GAUSS | change
    assert not RANKING.allowed(values) and RANKING.nearest_allowed(values) == nearest
    changed = {name: value for name, value in nearest.items() if value != values[name]}
    named = " and ".join(f"`{name}` {show(name, value)}" for name, value in changed.items())
    refusal = (
        rf"^This takes about \d\.\d s and \d+ MB, more than this server allows for one picture\. {named} would work"
    )
    with pytest.raises(ValueError, match=refusal):
        RANKING.result(values)
    RANKING.result(values | nearest)
    # and the next larger values would not
    for name in changed:
        control = next(each for each in RANKING.controls if each.name == name)
        larger = min(value for value in control.values if value > nearest[name])
        assert not RANKING.allowed(values | nearest | {name: larger})


def test_nothing_is_refused_on_a_private_host(monkeypatch) -> None:
    monkeypatch.setenv("LECTERN_HOST", "private")
    assert RANKING.allowed(MILLION)


def test_default_states_are_allowed_everywhere(public) -> None:
    assert RANKING.allowed(RANKING.fresh) and RANKING.allowed(GAUSS)
    assert BIAS.cost_of(BIAS.fresh) == Cost()


def test_presets_beyond_the_limits_are_not_offered() -> None:
    code = "from core.labs.ranking_curves.lab import LAB, PRESETS; print(len(PRESETS) - len(LAB.presets))"
    for kind, missing in (("public", "1"), ("private", "0")):
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={"LECTERN_HOST": kind}, capture_output=True, text=True
        )
        assert run.stdout.strip() == missing, run.stderr


@pytest.mark.parametrize(
    "change",
    [
        {"n_cases": 1000, "resamples": 1000},
        {"n_cases": 10_000, "resamples": 300},
        {"n_cases": 100_000, "resamples": 100},
    ],
)
def test_memory_is_foreseen(change) -> None:
    values = GAUSS | change | {"seed": 4711, "bands": True, "hull": True, "homework": True, "lower": "calibration"}
    tracemalloc.start()
    try:
        result = RANKING.compute(**dict(RANKING.settings(values)))
        RANKING.draw(result, values)
        result.bootstrap(None)  # in the helper process, on the same machine
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    foreseen = RANKING.cost_of(values).nbytes
    assert 0.4 * foreseen < peak < 1.15 * foreseen


def test_one_large_state_is_computed_at_a_time() -> None:
    inside, most, entered, leave = [], [], threading.Semaphore(0), threading.Event()

    def compute() -> None:
        with cost.in_turn(Cost(1, cost.LARGE_BYTES)):
            inside.append(1)
            most.append(len(inside))
            entered.release()
            leave.wait(60)
            inside.pop()

    threads = [threading.Thread(target=compute) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert entered.acquire(timeout=60)
    with cost.in_turn(Cost(1, cost.LARGE_BYTES - 1)):  # a small one does not wait
        assert len(inside) == 1
    leave.set()
    for thread in threads:
        thread.join(60)
    assert most == [1, 1, 1]


def test_nobody_waits_for_ever(monkeypatch) -> None:
    monkeypatch.setattr(cost, "PATIENCE_S", 0.01)
    with cost.in_turn(Cost(1, cost.LARGE_BYTES)), cost.in_turn(Cost(1, cost.LARGE_BYTES)):
        pass
    assert cost._turn.acquire(blocking=False)  # given back once
    assert not cost._turn.acquire(blocking=False)
    cost._turn.release()
