"""One function for many specifications: here one after the other, or distributed to other processes and machines.

The candidates of a sweep are run this way (`core.nets.sweep`). Its seeds are runs of their own, so that they are shared
and resume one by one after a kill: as many of these work at once as LECTERN_JOBS_WORKERS says, and each sends its
candidates to the same cluster.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

R = TypeVar("R")
SEQUENTIAL = "sequential"
BACKENDS = (SEQUENTIAL, "loky", "dask", "ray")


def backend_of(name: str | None = None) -> str:
    """Check the name of a backend; None means LECTERN_SWEEP.

    Raises
    ------
    ValueError
        If there is no such backend.
    """
    name = name or os.environ.get("LECTERN_SWEEP", SEQUENTIAL)
    if name not in BACKENDS:
        raise ValueError(f"LECTERN_SWEEP must be one of {', '.join(BACKENDS)}; got {name!r}.")
    return name


def sweep(
    function: Callable[[Mapping[str, Any]], R],
    specifications: Sequence[Mapping[str, Any]],
    *,
    backend: str | None = None,
) -> Iterator[R]:
    """Yield results of `function` in the order of the specifications, each as soon as it and those before it are there.

    Parameters
    ----------
    function
        A pure function of a specification, at the top level of a module that all machines have.
    specifications
        One for each candidate and seed.
    backend
        "sequential", the fastest for what takes seconds; "loky" for the processes of this machine; "dask" or "ray"
        for the cluster that their own settings name (DASK_SCHEDULER_ADDRESS, RAY_ADDRESS). See `backend_of`.

    Raises
    ------
    ValueError
        If there is no such backend, or it is not installed.
    """
    name = backend_of(backend)
    if name == SEQUENTIAL:
        return (function(each) for each in specifications)
    return _parallel(function, specifications, name)


def _parallel(
    function: Callable[[Mapping[str, Any]], R], specifications: Sequence[Mapping[str, Any]], name: str
) -> Iterator[R]:
    import joblib

    with contextlib.ExitStack() as stack:
        try:
            if name == "ray":
                _use_ray()
            elif name == "dask":
                _use_dask(stack)
        except ImportError:
            raise ValueError(f"LECTERN_SWEEP is {name}, but that package is not installed.") from None
        stack.enter_context(joblib.parallel_config(backend=name, n_jobs=-1))
        # The backend of Ray returns its results all at once.
        parallel = joblib.Parallel(return_as="list" if name == "ray" else "generator")
        yield from parallel(joblib.delayed(function)(each) for each in specifications)


def _use_ray() -> None:
    from ray.util.joblib import register_ray

    register_ray()


def _use_dask(stack: contextlib.ExitStack) -> None:
    """Use the existing client, or one for the cluster of DASK_SCHEDULER_ADDRESS; otherwise start a cluster here."""
    import dask
    from distributed import Client, get_client

    try:
        get_client()
    except ValueError:
        # Without an address: a process for each core, and no web server.
        own = {"threads_per_worker": 1, "dashboard_address": None}
        stack.enter_context(Client(**({} if dask.config.get("scheduler-address", None) else own)))  # type: ignore[no-untyped-call]
