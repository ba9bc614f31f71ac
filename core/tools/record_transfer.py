"""Make the runs of the page on transfer that come with Lectern: run `python -m core.tools.record_transfer`."""

from __future__ import annotations

import os
import tempfile

from core.labs.transfer.compute.runs import IMAGES, specs_of
from core.tools.record import record

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LECTERN_JOBS_FOLDER"] = folder
        for images in IMAGES:
            for spec in specs_of(images, device="cpu"):
                record(f"transfer-{images}-{spec.seed}", spec)
