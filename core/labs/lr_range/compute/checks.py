"""Second ways to compute what the page on range tests shows; slower, and written without the first ones."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from core.kit.arrays import Array


def weighted_mean(losses: Array, beta: float) -> float:
    """Smoothed loss of the last step as a mean of all losses, the weight of each falling by `beta` a step."""
    weights = beta ** np.arange(len(losses))[::-1] if beta else np.eye(len(losses))[-1]
    return float(np.average(losses, weights=weights))


def longest_fall(values: Array) -> int:
    """Length of the longest strictly decreasing subsequence, by patience sorting (Fredman, Discrete Math. 11, 1975)."""
    tops: list[float] = []
    for value in -values:
        place = bisect_left(tops, value)
        tops[place : place + 1] = [float(value)]
    return len(tops)


def steepest(rates: Array, smoothed: Array) -> float:
    """Rate at which the smoothed loss falls fastest over the logarithm of the rate, step by step."""
    best, found = 0.0, float("nan")
    for k in range(len(rates) - 1):
        slope = (smoothed[k + 1] - smoothed[k]) / float(np.log(rates[k + 1] / rates[k]))
        if slope < best:
            best, found = slope, float(rates[k])
    return found
