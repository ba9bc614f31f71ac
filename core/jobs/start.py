"""Start of the process of a job."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from core.jobs.folder import JobFolder
from core.jobs.gpus import ALL, VISIBLE, slots
from core.process import ONE_THREAD, ROOT

COMMAND = (sys.executable, "-m", "core.jobs")
# The order of sets must not change from one process to the next.
ENVIRONMENT = {**ONE_THREAD, "PYTHONHASHSEED": "0"}
READY = b"1"
LIMIT_S = 60.0


def start(folder: JobFolder, gpu: str = "") -> bool:
    """Start the process and wait until it holds its lock (a tenth of a second); False if it ends before that.

    It belongs to no terminal and to no app: it continues when the process that started it has ended.

    Parameters
    ----------
    gpu
        The only one that it may see, as named by `core.jobs.gpus.slots`; "" for all.
    """
    seen = {VISIBLE: gpu, ALL: ",".join(slots())} if gpu else {}
    with folder.log.open("ab") as log:
        process = subprocess.Popen(
            (*COMMAND, str(folder.path)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT, **seen, "LECTERN_JOBS_FOLDER": str(folder.path.parent)},
            start_new_session=True,
            creationflags=_windows("CREATE_NO_WINDOW")
            | _windows("CREATE_NEW_PROCESS_GROUP")
            | _windows("BELOW_NORMAL_PRIORITY_CLASS"),
        )
    assert process.stdout is not None
    limit = threading.Timer(LIMIT_S, process.kill)
    limit.start()
    with process.stdout as line:
        ready = line.read(1) == READY
    limit.cancel()
    threading.Thread(target=process.wait, name="core.jobs", daemon=True).start()  # leaves no zombie
    return ready


def _windows(flag: str) -> int:
    return int(getattr(subprocess, flag, 0))
