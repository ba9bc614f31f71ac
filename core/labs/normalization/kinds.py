"""Batch, layer, and group normalization of one table of samples and channels: which entries share a mean.

Without scale and shift, as torch.nn.BatchNorm1d in training, LayerNorm, and GroupNorm compute it.
"""

from __future__ import annotations

import numpy as np

from core.kit.arrays import Array
from core.labs.normalization.compute import statistics

TABLE = np.array(
    [[1, 3, 0, 2, 5, 4], [2, 1, 4, 5, 0, 3], [3, 5, 1, 2, 4, 0], [6, 2, 3, 4, 1, 5]], float
)  # samples down, channels across
ENTRY = (3, 0)  # sample and channel of the entry that is dragged
VALUES = np.arange(-20, 21) / 2  # that it takes
GROUP = 3  # channels of a group
EPS = 1e-5
KINDS = ("batch", "layer", "group")


def shared(kind: str) -> Array:
    """Return which entries share mean and variance with the dragged one, as 0 and 1, shape (4, 6)."""
    out = np.zeros_like(TABLE)
    sample, channel = ENTRY
    if kind == "batch":
        out[:, channel] = 1
    elif kind == "layer":
        out[sample] = 1
    else:
        out[sample, channel // GROUP * GROUP : (channel // GROUP + 1) * GROUP] = 1
    return out


def normalized(table: Array, kind: str) -> Array:
    """Normalize a table of shape (..., samples, channels) over samples, channels, or groups of channels."""
    if kind == "batch":
        return np.swapaxes(_each_row(np.swapaxes(table, -1, -2)), -1, -2)
    if kind == "layer":
        return _each_row(table)
    groups = table.reshape(*table.shape[:-1], -1, GROUP)
    return _each_row(groups).reshape(table.shape)


def tables() -> Array:
    """Return the table for each of `VALUES`, shape (S, 4, 6)."""
    out = np.repeat(TABLE[None], len(VALUES), axis=0)
    out[:, ENTRY[0], ENTRY[1]] = VALUES
    return out


def _each_row(rows: Array) -> Array:
    mean, variance = statistics(rows)
    out: Array = (rows - mean[..., None]) / np.sqrt(variance[..., None] + EPS)
    return out
