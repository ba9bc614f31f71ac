"""Buggy code on rates and batches that the lab draws: what it was given, and what it did."""

from __future__ import annotations

from math import ceil

from core.labs.schedules.compute.shapes import Shape

# What a loop over batch sizes printed that stops at i · batch >= 2000.
PRINTED = {32: 2.724, 64: 1.802, 128: 1.488, 256: 1.310, 512: 1.147, 1024: 0.954, 2048: 0.696, 4096: 0.676}
STEP_SIZE = 2000
SIZES = tuple(2**power for power in range(5, 14))
CLR = Shape(kind="exp_range", length=5000, high=0.774, low=2.78e-5)
CLR_UPDATES = 10 * ceil(60_000 / 64)
COSINE = Shape(kind="cosine", length=200, high=0.1)


def batches_run(batch: int, limit: int = STEP_SIZE) -> int:
    """Return the batches until `i * batch >= limit` ends the loop over i = 0, 1, ..."""
    return ceil(limit / batch)


def true_mean(printed: float, batch: int) -> float:
    """Return the mean loss of the batches that ran, from the sum divided by one more than their number."""
    ran = batches_run(batch)
    return printed * (ran + 1) / ran
