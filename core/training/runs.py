"""Runs as seen by a page: the one on this host if there is one, otherwise the one that comes with Lectern."""

from __future__ import annotations

import functools
import gc
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core import jobs
from core.jobs.identity import identity
from core.jobs.kinds import KINDS
from core.training.experiments import RangeTest, Sweep, Training
from core.training.transfer_experiment import TransferTraining

Spec = RangeTest | Sweep | Training
Record = Mapping[str, Any]

KIND_OF: dict[type, str] = {
    RangeTest: "range_test",
    Sweep: "sweep",
    Training: "training",
    TransferTraining: "transfer",
}
SPEC_OF: dict[str, type[Spec]] = {kind: spec for spec, kind in KIND_OF.items()}
GOING = ("queued", "running", "stopping")
KEPT = 32  # runs whose records stay in memory


@dataclass(frozen=True)
class Seen:
    """The state of a run at some moment.

    Attributes
    ----------
    id : str
    state : str
        "" if there is none, "recorded" if it comes with Lectern, otherwise as in `core.jobs.Status`.
    stamp : tuple
        Equal stamps mean equal records.
    progress, seconds : float
    message : str
        A sentence of the run about itself, or "".
    records : tuple of dict
    result : dict
        Empty while there is none.
    machines : sequence of dict
        What it was computed with; see `core.jobs.machine`.
    note : dict
        How it computes now, from `core.nets.meter`.
    owner : str
        Who began it, as passed to `begin`.
    """

    id: str
    state: str = ""
    stamp: tuple[Any, ...] = ()
    progress: float = 0.0
    seconds: float = 0.0
    message: str = ""
    records: tuple[Record, ...] = ()
    result: Record = field(default_factory=dict)
    machines: Sequence[Record] = ()
    note: Record = field(default_factory=dict)
    owner: str = ""

    @property
    def going(self) -> bool:
        """Return whether a process works on it or will."""
        return self.state in GOING


def identity_of(spec: Spec) -> str:
    """Name the run of a specification, whether or not it exists."""
    kind = KIND_OF[type(spec)]
    return identity(kind, KINDS[kind].version, spec.as_json())


def seed_identities(spec: Spec, seeds: int) -> tuple[str, ...]:
    """Name the runs that differ from a specification only in the seed, for seeds from 0 on."""
    kind, values = KIND_OF[type(spec)], spec.as_json()
    return tuple(identity(kind, KINDS[kind].version, values | {"seed": seed}) for seed in range(seeds))


def on_processor(spec: Spec) -> Spec:
    """Return the same on the CPU and in single precision, like the runs that come with Lectern."""
    return spec if (spec.device, spec.precision) == ("cpu", "fp32") else replace(spec, device="cpu", precision="fp32")


def look(spec: Spec) -> Seen:
    """Return the current state of the run of a specification.

    A run of this host is preferred to a recorded one as soon as it has reported something; until then the recorded
    numbers stay, even for a run on a GPU, whose own numbers differ only by rounding.
    """
    job, plain = identity_of(spec), on_processor(spec)
    recorded = _shipped().get(job if plain is spec else identity_of(plain))
    if recorded is not None and recorded.id != job:
        recorded = replace(recorded, id=job)
    try:
        info = jobs.run_info(job)
        records, cursor = _reader.records(job, info.created)
        result = jobs.result(job) if info.status.state == "done" else {}
    except ValueError:  # there is none, or it was deleted just now
        return recorded or Seen(job, stamp=(job,))
    status = info.status
    if recorded is not None and not records:
        if status.ended:
            return replace(recorded, message=status.message)
        now = {name: getattr(status, name) for name in ("state", "progress", "seconds", "message", "note")}
        return replace(recorded, owner=info.owner, **now)
    stamp = (job, info.created, cursor, bool(result))
    told = (status.state, stamp, status.progress, status.seconds, status.message)
    return Seen(job, *told, records, result, info.machines, status.note, info.owner)


def known() -> frozenset[str]:
    """Return the names of all runs, of this host and recorded ones: a first look where many may follow."""
    return frozenset(_shipped()) | jobs.names()


def begin(spec: Spec, *, owner: str = "") -> None:
    """Request a run; one that ended without a result resumes, one that is done or in progress is left alone.

    Parameters
    ----------
    owner
        Who requests it; see `core.jobs.submit`.

    Raises
    ------
    ValueError
        If nothing is trained here, or there is no room.
    """
    jobs.resume(jobs.submit(KIND_OF[type(spec)], spec.as_json(), owner=owner), owner=owner)


@functools.cache
def _shipped() -> dict[str, Seen]:
    """Return the runs that come with Lectern, by name.

    They are kept permanently, so that garbage collection after each script run need not visit all their numbers.
    """
    found = {
        run.id: Seen(
            run.id, "recorded", (run.id, "recorded"), 1.0, run.seconds, "", tuple(run.records), run.result, run.machines
        )
        for run in jobs.shipped()
    }
    gc.collect()
    gc.freeze()
    return found


class _Reader:
    """Records of the most recently viewed runs: a look reads only what is new."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[str, float], tuple[str, tuple[Record, ...]]] = OrderedDict()

    def records(self, job: str, created: float) -> tuple[tuple[Record, ...], str]:
        """Return all records of a run, and a text that changes when they do."""
        with self._lock:
            cursor, records = self._held.pop((job, created), ("", ()))
            while True:
                news = jobs.metrics(job, cursor)
                records, cursor = (() if news.restarted else records) + news.records, news.cursor
                if not news.records:
                    break
            self._held[job, created] = cursor, records
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
            return records, cursor


_reader = _Reader()
