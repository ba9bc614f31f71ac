"""The process of one job: `python -m core.jobs FOLDER`."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

from core.jobs import runner
from core.jobs.start import READY

# The app and its pages come first.
NICENESS = 10


def main() -> None:
    """Run the job whose folder is the only argument."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: runner.TERMINATED.set())
    line = os.dup(1)
    os.dup2(2, 1)  # what libraries print goes to the log

    def ready() -> None:
        with contextlib.suppress(OSError):  # the process that started it may have ended
            os.write(line, READY)
        os.close(line)

    runner.run(Path(sys.argv[1]), ready)


if __name__ == "__main__":
    main()
