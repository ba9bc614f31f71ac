"""The way Lectern starts processes of its own."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
# One thread for linear algebra: the app keeps its cores, and sums come out the same on every machine.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
