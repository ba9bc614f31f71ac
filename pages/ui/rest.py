"""Garbage collection while nobody moves anything, instead of Streamlit's after each script run.

A full collection looks at everything that all open sessions hold: after each run, 200 sessions would wait half a minute
for a tick. Those that Python begins by itself are few, and look only at what is new.
"""

from __future__ import annotations

import gc
import threading
import time
from functools import cache

EVERY_S = 30.0
LOOK_S = 0.2
IDLE = 0.1  # fraction of a core below which the process is idle


@cache
def collect_at_rest() -> None:
    """Begin to collect garbage whenever the process is at rest; once per process."""
    threading.Thread(target=_keep_collecting, name="rest", daemon=True).start()


def _keep_collecting() -> None:
    while True:
        time.sleep(EVERY_S)
        while not at_rest():
            time.sleep(LOOK_S)
        gc.collect()


def at_rest(look_s: float = LOOK_S) -> bool:
    """Watch the process for a moment; return whether it is nearly idle."""
    begun = time.process_time()
    time.sleep(look_s)
    return time.process_time() - begun < IDLE * look_s
