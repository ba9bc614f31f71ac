"""One function for many specifications, here and elsewhere."""

import os
import sys
from types import ModuleType

import dask
import distributed
import pytest

from core.jobs.sweep import sweep
from core.nets.runs import run_sweep
from core.training.experiments import Sweep
from tests.kernel.jobs import toy
from tests.kernel.nets.small import Context, told

SPECIFICATIONS = [{"x": x} for x in range(4)]


def test_in_order_and_one_at_a_time() -> None:
    done = []

    def note(specification):
        done.append(specification["x"])
        return specification["x"] ** 2

    results = sweep(note, SPECIFICATIONS)
    assert done == []
    assert [next(results), next(results)] == [0, 1]
    assert done == [0, 1]
    assert list(results) == [4, 9]


def test_other_processes_give_the_same(monkeypatch) -> None:
    monkeypatch.setenv("LECTERN_SWEEP", "loky")
    values, processes = zip(*sweep(toy.square, SPECIFICATIONS), strict=True)
    assert values == (0, 1, 4, 9)
    assert os.getpid() not in processes


def test_what_is_not_there_is_a_sentence(monkeypatch) -> None:
    with pytest.raises(ValueError, match=r"^LECTERN_SWEEP must be one of sequential, loky, dask, ray; got 'slurm'\.$"):
        sweep(toy.square, SPECIFICATIONS, backend="slurm")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"^LECTERN_SWEEP is dask, but that package is not installed\.$"):
        list(sweep(toy.square, SPECIFICATIONS, backend="dask"))


@pytest.fixture(scope="module")
def cluster():
    """Two processes of Dask, which DASK_SCHEDULER_ADDRESS names."""
    with pytest.MonkeyPatch.context() as patch:
        # A page that was tested in this process may have left its script there, which new processes would run first.
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        yield from _two_processes()


def _two_processes():
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found,
        dask.config.set({"scheduler-address": found.scheduler_address}),
    ):
        yield found


@pytest.mark.filterwarnings("default")  # those of other packages are not ours
def test_a_dask_cluster_carries_it(monkeypatch, cluster) -> None:
    monkeypatch.setenv("LECTERN_SWEEP", "dask")
    values, processes = zip(*sweep(toy.square, SPECIFICATIONS), strict=True)
    assert values == (0, 1, 4, 9)
    assert os.getpid() not in processes


@pytest.mark.filterwarnings("default")
def test_the_candidates_of_a_sweep_are_carried_and_come_back_bit_by_bit(monkeypatch, tmp_path, cluster) -> None:
    order = Sweep(text="fc9, dropout, relu, fc10", images=200, low=1e-3, high=1e9, candidates=4, updates=8).as_json()
    here, first, rest = (Context(tmp_path / name, stop) for name, stop in (("a", 99), ("b", 1), ("b", 99)))
    expected = run_sweep(order, None, here)
    assert {end["diverged"] is None for end in expected["candidates"]} == {True, False}
    monkeypatch.setenv("LECTERN_SWEEP", "dask")
    monkeypatch.setattr("core.nets.sweep._Candidate", None)  # none is trained in this process
    assert run_sweep(order, None, first) is None
    assert {record["candidate"] for record in first.records} == {0}
    assert run_sweep(order, first.folder, rest) == expected
    assert {record["candidate"] for record in rest.records} == {1, 2, 3}
    assert told(first.records + rest.records) == told(here.records)
    assert first.progress[-1] == 1 / 4 and rest.progress[-1] == 1
