"""Runs as one JSON text: to download, and to ship with Lectern so that no visitor has to wait for them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.jobs.folder import run_of
from core.jobs.identity import identity
from core.jobs.limits import settings
from core.jobs.watch import result, run_info

FORMAT = 1
SHIPPED = Path(__file__).parents[1] / "data" / "runs"
_TYPES: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "kind": str,
    "version": int,
    "specification": dict,
    "state": str,
    "seconds": (int, float),
    "machines": list,
    "records": list,
    "result": dict,
}


@dataclass(frozen=True)
class RecordedRun:
    """Everything about a run.

    Attributes
    ----------
    name, kind : str
    version : int
        Version of the kind.
    specification : dict
    state : str
    seconds : float
    machines : sequence of dict
        Hardware and versions of each process that has worked on it; see `core.jobs.machine`.
    records : sequence of dict
        What it reported.
    result : dict
        What it returned; empty if it did not finish.
    """

    name: str
    kind: str
    version: int
    specification: Mapping[str, Any]
    state: str
    seconds: float
    machines: Sequence[Mapping[str, Any]]
    records: Sequence[Mapping[str, Any]]
    result: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return the name that a run of the same specification has here."""
        return identity(self.kind, self.version, self.specification)


def recorded(job: str) -> RecordedRun:
    """Return everything about a run of this host.

    Raises
    ------
    ValueError
        If there is no such run.
    """
    folder, order = run_of(settings().folder, job)
    run = run_info(job)
    return RecordedRun(
        run.name,
        run.kind,
        int(order["version"]),
        run.specification,
        run.status.state,
        run.status.seconds,
        folder.machines(),
        folder.records()[0],
        result(job),
    )


def dump(run: RecordedRun) -> str:
    """Write a run as JSON, one record per line."""
    values = {"format": FORMAT, **asdict(run)}
    records = ",\n".join(json.dumps(record, allow_nan=False) for record in values.pop("records"))
    head = "".join(f"{json.dumps(name)}: {json.dumps(value, allow_nan=False)},\n" for name, value in values.items())
    return f'{{\n{head}"records": [\n{records}\n]\n}}\n'


def load(text: str) -> RecordedRun:
    """Read a run.

    Raises
    ------
    ValueError
        If the text is not in the format of `dump`.
    """
    try:
        values = json.loads(text)
    except RecursionError:
        values = None
    if not isinstance(values, dict) or values.pop("format", None) != FORMAT or values.keys() != _TYPES.keys():
        raise ValueError("This is not a recorded run.")
    for name, kind in _TYPES.items():
        if not isinstance(values[name], kind) or isinstance(values[name], bool):
            raise ValueError(f"The {name} of the recorded run cannot be read.")
    if not all(isinstance(each, dict) for each in (*values["machines"], *values["records"])):
        raise ValueError("The records of the run cannot be read.")
    return RecordedRun(**values)


def columns(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the columns of a table of records, with None where a record has no value.

    A record with lists has a row for each of their elements: `step` counts on from row to row, other values repeat.
    """
    rows = [row for record in records for row in _rows(record)]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    lists = {name: value for name, value in record.items() if isinstance(value, list)}
    single = {name: value for name, value in record.items() if not isinstance(value, list | dict)}
    rows = [dict(single) for _ in range(max(map(len, lists.values()), default=1))]
    for place, row in enumerate(rows):
        row.update({name: values[place] for name, values in lists.items() if place < len(values)})
        if "step" in single:
            row["step"] += place
    return rows


@functools.cache
def shipped() -> tuple[RecordedRun, ...]:
    """Return the runs that come with Lectern, by the names of their files."""
    return tuple(load(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.json")))
