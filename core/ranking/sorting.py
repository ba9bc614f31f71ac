"""Sorting scores with their labels, and counting."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.ranking.hull import Counts


def count(is_positive: NDArray[np.bool_], scores: Array) -> tuple[Array, Counts, Counts]:
    """Return thresholds, tp, and fp; the memory of `scores` is overwritten.

    The bits of a float of known sign order it, and leave one bit for the label, so that nothing has to be fetched by
    a sorted index. Negative scores are therefore sorted separately.
    """
    keys, below = scores.view(np.uint64), scores < 0
    keys <<= np.uint64(1)
    keys |= is_positive
    at_least_0 = len(keys) - np.count_nonzero(below)
    if at_least_0 == len(keys):
        keys = _sorted(keys)[::-1]
    else:
        keys = np.concatenate([_sorted(keys[~below])[::-1], _sorted(keys[below])])
    tp: Counts = (keys & np.uint64(1)).view(np.int64)
    np.cumsum(tp, out=tp)
    keys >>= np.uint64(1)
    keys[at_least_0:] |= np.uint64(1 << 63)
    ends = np.flatnonzero(np.append(keys[1:] != keys[:-1], True))
    if len(ends) < len(keys):
        keys, tp = keys[ends], tp[ends]
    ends += 1
    ends -= tp
    return keys.view(np.float64), tp, ends


def _sorted(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Sort float bits that were shifted left by one.

    A radix pass by 16 bits brings evenly spread scores nearly into order, and timsort needs little for the rest;
    both are as fast on every processor, which numpy's vectorized sort is not.
    """
    if len(keys):
        keys = keys.take(np.argsort(_coarse(keys), kind="stable"))
        keys.sort(kind="stable")
    return keys


def _coarse(keys: NDArray[np.uint64]) -> NDArray[np.uint16]:
    sizes = (keys >> np.uint64(1)).view(np.float64)
    sizes -= sizes.min()
    sizes /= sizes.max() or 1.0
    sizes *= np.iinfo(np.uint16).max
    return sizes.astype(np.uint16)


def weigh(is_positive: NDArray[np.bool_], scores: Array, weights: Array) -> tuple[Array, Counts, Counts]:
    """Return thresholds and sums of the weights of positives and negatives; examples of weight 0 are left out."""
    counted = weights > 0
    is_positive, scores, weights = is_positive[counted], scores[counted], weights[counted]
    if is_positive.all() or not is_positive.any():
        raise ValueError("A ranking needs both classes; one of them has no weight.")
    order = np.argsort(-scores)
    scores, weights, is_positive = scores[order], weights[order], is_positive[order]
    ends = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    tp, fp = np.cumsum(weights * is_positive), np.cumsum(weights * ~is_positive)
    return scores[ends], tp[ends], fp[ends]
