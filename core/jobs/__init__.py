"""Long work: a process and a folder for each run, shared by everybody who requests the same.

A page submits a specification and gets the name of a run; from then on it only reads (`status`, `metrics`, `result`,
`published`) and requests (`pause`, `cancel`, `resume`, `restart`). The process belongs to no page and no server: it
continues when they end, and anyone who opens the page again finds it. `core.jobs.kinds` describes a kind of job.
"""

from __future__ import annotations

from core.jobs.limits import Settings, settings
from core.jobs.queue import cancel, delete, pause, rename, restart, resume, submit
from core.jobs.records import RecordedRun, columns, dump, load, recorded, shipped
from core.jobs.watch import Metrics, RunInfo, Status, metrics, names, published, result, run_info, runs, status, wait

__all__ = [
    "Metrics",
    "RecordedRun",
    "RunInfo",
    "Settings",
    "Status",
    "cancel",
    "columns",
    "delete",
    "dump",
    "load",
    "metrics",
    "names",
    "pause",
    "published",
    "recorded",
    "rename",
    "restart",
    "result",
    "resume",
    "run_info",
    "runs",
    "settings",
    "shipped",
    "status",
    "submit",
    "wait",
]
