"""One function for many specifications, here and elsewhere."""

import os
import sys

import pytest

from core.jobs.sweep import sweep

SPECIFICATIONS = [{"x": x} for x in range(4)]


def square(specification):
    return specification["x"] ** 2, os.getpid()


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
    values, processes = zip(*sweep(abs_and_process, [-3, 2, -1]), strict=True)
    assert values == (3, 2, 1)
    assert os.getpid() not in processes


def abs_and_process(specification):
    return abs(specification), os.getpid()


def test_what_is_not_there_is_a_sentence(monkeypatch) -> None:
    with pytest.raises(ValueError, match=r"^LECTERN_SWEEP must be one of sequential, loky, dask, ray; got 'slurm'\.$"):
        sweep(square, SPECIFICATIONS, backend="slurm")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"^LECTERN_SWEEP is dask, but that package is not installed\.$"):
        list(sweep(square, SPECIFICATIONS, backend="dask"))


@pytest.mark.filterwarnings("default")  # those of other packages are not ours
def test_a_dask_cluster_carries_it(monkeypatch) -> None:
    import distributed

    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        monkeypatch.setenv("LECTERN_SWEEP", "dask")
        values, processes = zip(*sweep(square, SPECIFICATIONS), strict=True)
    assert values == (0, 1, 4, 9)
    assert os.getpid() not in processes
