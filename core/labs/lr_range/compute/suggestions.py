"""Rules of the literature for a learning-rate range test; they differ, and some have no answer.

>>> from core.labs.lr_range.compute.suggestions import SUGGESTION_RULES, suggest
>>> found = suggest(rates, losses)  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.kit.arrays import Array
from core.training.range_curves import default_beta, smooth

MIN_POINTS = 12
# A fall of the smoothed loss that is not 6 times its own noise, or 2% of it, is none. Normal, exponential, or lognormal
# noise falls so far in at most 2% of all records; the shortest recorded run falls 7.6 times its noise.
NOISE_FACTOR, SMALLEST_FALL = 6.0, 0.02
SLIDE_WINDOW, SLIDE_THRESHOLD = 15, 0.005


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """The answer of a rule.

    Attributes
    ----------
    rule : str
        Its name, a key of `SUGGESTION_RULES`.
    rate : float or None
        None if it has no answer.
    index : int or None
        Position, among all steps of the test, of the step that it looks at.
    formula : str
        The rule in symbols: η rate, s smoothed loss, k step.
    reason : str
        Why there is no answer, as a sentence; empty if there is one.
    """

    rule: str
    rate: float | None
    index: int | None
    formula: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Window:
    """The part of a range test that the rules look at.

    Attributes
    ----------
    start : int
        Position of its first step in the test.
    rates, smoothed : ndarray (n,)
    """

    start: int
    rates: Array
    smoothed: Array


def window_of(rates: ArrayLike, losses: ArrayLike, *, beta: float) -> tuple[Window, str]:
    """Drop the first tenth and the last five steps, cut at the first loss that is not finite, and look for a descent.

    Returns
    -------
    Window
    str
        Why nothing can be read from it, as a sentence, or "".
    """
    rate, loss = np.asarray(rates, dtype=float), np.asarray(losses, dtype=float)
    finite = int(np.argmin(np.isfinite(loss))) if not np.isfinite(loss).all() else len(loss)
    start, end = len(loss) // 10, min(finite, len(loss) - 5)
    smoothed = smooth(loss[:finite], beta)
    window = Window(start=start, rates=rate[start:end], smoothed=smoothed[start:end])
    if finite <= 1:
        return (
            window,
            "The loss is NaN from the start: the test diverged immediately. Lower the start rate.",
        )
    if finite < len(loss) and len(window.smoothed) < MIN_POINTS:
        what = "NaN" if np.isnan(loss[finite]) else "infinite"
        return window, f"The loss is {what} from step {finite} on, too early for any rule. Lower the start rate."
    if len(window.smoothed) < MIN_POINTS:
        return window, f"Only {max(end - start, 0)} steps can be used; at least {MIN_POINTS} are needed."
    return window, _no_descent(loss[:finite], smoothed, beta)


def _no_descent(losses: Array, smoothed: Array, beta: float) -> str:
    """Say that the loss never falls by more than its noise, or nothing."""
    # The median of the absolute difference of two normal values is 0.954 standard deviations of one of them.
    noise = float(np.median(np.abs(np.diff(losses)))) / 0.954
    start = max(len(smoothed) // 20, 1)
    first = float(smoothed[:start].mean())
    falls = first - smoothed[start:]
    least = np.maximum(NOISE_FACTOR * noise * fall_spread(len(losses), start, beta), SMALLEST_FALL * abs(first))
    if (falls > least).any():
        return ""
    if -falls[-1] > least[-1]:
        return (
            "The loss only rises: the test diverged immediately, or the network was trained already. "
            "Lower the start rate."
        )
    return "The loss never drops by more than its noise. Raise the end rate."


def fall_spread(n: int, start: int, beta: float) -> Array:
    """Standard deviation of the fall of a smoothed loss, for independent losses with standard deviation 1.

    The fall at step t is the mean of the first `start` smoothed values less the smoothed value at t. Both are weighted
    means of the losses, and the early ones of few losses, so that their noise is nearly that of a single loss.

    Returns
    -------
    ndarray (n - start,)
        For t = start, ..., n - 1.
    """
    k, t = np.arange(start), np.arange(start, n)
    newest = (1 - beta) / (1 - beta ** (k + 1.0))  # weight of loss k in the smoothed value k
    weights = np.array([newest[i:] @ beta ** (k[i:] - float(i)) for i in k]) / start  # of each loss in the mean
    scale = (1 - beta) / (1 - beta ** (t + 1.0))
    variance = scale * (1 + beta ** (t + 1.0)) / (1 + beta)  # of the smoothed value at t
    shared = scale * beta ** (t - float(start)) * (weights @ beta ** (start - k.astype(float)))
    return np.sqrt(weights @ weights + variance - 2 * shared)


def suggest(
    rates: ArrayLike, losses: ArrayLike, *, beta: float | None = None, accuracies: ArrayLike | None = None
) -> tuple[Suggestion, ...]:
    """Ask every rule.

    Parameters
    ----------
    rates, losses : array_like (n,)
        Of the steps that were taken, as they were recorded: loss before the step that was taken with the rate.
    beta : float
        Of `smooth`; `default_beta` unless given.
    accuracies : array_like (n,), optional
        Of the same batches; the rules that need them look at the loss without.

    Returns
    -------
    tuple of Suggestion
        In the order of `SUGGESTION_RULES`.
    """
    weight = default_beta(len(np.asarray(losses))) if beta is None else beta
    window, reason = window_of(rates, losses, beta=weight)
    found = []
    for rule, (formula, function) in SUGGESTION_RULES.items():
        answer = reason or function(window, None if accuracies is None else np.asarray(accuracies, dtype=float))
        if isinstance(answer, str):
            found.append(Suggestion(rule=rule, rate=None, index=None, formula=formula, reason=answer))
        else:
            rate, index = answer
            found.append(Suggestion(rule=rule, rate=rate, index=window.start + index, formula=formula))
    return tuple(found)


def disagreement(suggestions: tuple[Suggestion, ...]) -> float | None:
    """Largest suggested rate divided by the smallest; None with fewer than two."""
    found = [suggestion.rate for suggestion in suggestions if suggestion.rate is not None]
    return max(found) / min(found) if len(found) > 1 else None


Answer = tuple[float, int] | str


def _steep(window: Window, accuracies: Array | None) -> Answer:
    slopes = np.diff(window.smoothed) / np.diff(np.log(window.rates))
    k = int(np.argmin(slopes))
    return (float(window.rates[k]), k) if slopes[k] < 0 else "The smoothed loss never decreases."


def _minimum(window: Window, accuracies: Array | None) -> Answer:
    k = int(np.argmin(window.smoothed))
    return float(window.rates[k]) / 10, k


def longest_valley(smoothed: Array) -> tuple[int, int]:
    """Last index and length of the longest strictly decreasing subsequence; the first of equally long ones."""
    lengths = np.ones(len(smoothed), dtype=int)
    for i in range(1, len(smoothed)):
        longer = lengths[:i][smoothed[:i] > smoothed[i]]
        if longer.size:
            lengths[i] = longer.max() + 1
    end = int(np.argmax(lengths))
    return end, int(lengths[end])


def _valley(window: Window, accuracies: Array | None) -> Answer:
    end, length = longest_valley(window.smoothed)
    if length == 1:
        return "The smoothed loss never decreases."
    k = max(end - length, 0) + int(length / 3) + int(length / 6)
    return float(window.rates[k]), k


def _slide(window: Window, accuracies: Array | None) -> Answer:
    slopes = np.gradient(window.smoothed)
    right = len(slopes) - 1
    left = right - SLIDE_WINDOW
    if left < 0:
        return f"The rule needs more than {SLIDE_WINDOW} steps."
    last = left
    while left >= 0 and abs(slopes[right] - slopes[left]) > SLIDE_THRESHOLD:
        last = left
        left, right = left - 1, right - 1
    return float(window.rates[last]), last


def _onset(window: Window, accuracies: Array | None) -> Answer:
    s = window.smoothed
    first = float(s[: max(len(s) // 20, 1)].mean())
    below = np.flatnonzero(s < first - 0.05 * (first - s.min()))
    return (float(window.rates[below[0]]), int(below[0])) if below.size else "The smoothed loss never decreases."


def _ragged(window: Window, accuracies: Array | None) -> Answer:
    """First rate behind the smallest loss where accuracy turns ragged, or else the loss rises; the last if neither."""
    s, width = window.smoothed, 10
    best = int(np.argmin(s))
    bad = np.zeros(len(s), dtype=bool)
    if accuracies is not None:
        part = accuracies[window.start : window.start + len(s)]
        spread = np.lib.stride_tricks.sliding_window_view(part, width).std(axis=1)  # of the ten steps up to each
        bad[width - 1 :] = spread > 2 * spread.min()
    if not bad[best + 1 :].any():
        bad = s > s.min() + 0.1 * abs(s.min())
    behind = np.flatnonzero(bad[best + 1 :]) + best + 1
    k = int(behind[0]) if behind.size else len(s) - 1
    return float(window.rates[k]), k


def _cycle_low(window: Window, accuracies: Array | None) -> Answer:
    onset, high = _onset(window, accuracies), _ragged(window, accuracies)
    if isinstance(onset, str) or isinstance(high, str):
        return onset if isinstance(onset, str) else "There is no upper bound."
    return max(onset[0], high[0] / 4), onset[1] if onset[0] >= high[0] / 4 else high[1]


def _one_cycle(window: Window, accuracies: Array | None) -> Answer:
    high = _ragged(window, accuracies)
    return high if isinstance(high, str) else (high[0] / 2, high[1])


# Rule: formula and function. Sources: fastai's schedule.py (steep, minimum, valley, slide); Smith, arXiv 1506.01186,
# section 3.3, made exact (onset, cycle, one-cycle).
SUGGESTION_RULES: dict[str, tuple[str, Callable[[Window, Array | None], Answer]]] = {
    "steep": ("η at the smallest (sₖ₊₁ − sₖ) / (ln ηₖ₊₁ − ln ηₖ)", _steep),
    "minimum / 10": ("η at the smallest s, divided by 10", _minimum),
    "valley": ("η half-way into the longest falling subsequence of s", _valley),
    "slide": ("η where, coming from the right, the slope of s settles: |gᵣ − gᵣ₋₁₅| ≤ 0.005", _slide),
    "cycle, low": ("max(first η with s < s₀ − 0.05 (s₀ − min s), ragged / 4)", _cycle_low),
    "cycle, high": ("first η behind the smallest s where the accuracy turns ragged, or s > 1.1 min s", _ragged),
    "one-cycle": ("ragged / 2", _one_cycle),
}


def bracket(rates: ArrayLike, losses: ArrayLike, *, untrained: float) -> tuple[float, float] | str:
    """Useful rates of a sweep, one training each.

    Parameters
    ----------
    rates, losses : array_like (n,)
        Loss over the last epoch; what is not finite has diverged.
    untrained : float
        Loss of the initial weights.

    Returns
    -------
    (float, float)
        The largest rate, below the best, with less than 5% of the best improvement (the smallest rate if there is
        none), and the largest whose loss is within 10% of the best; or a sentence if no rate has improved the loss.
    """
    rate, loss = np.asarray(rates, dtype=float), np.asarray(losses, dtype=float)
    order = np.argsort(rate, kind="stable")
    rate, loss = rate[order], loss[order]
    gain = np.where(np.isfinite(loss), untrained - loss, -np.inf)
    best = int(np.argmax(gain))
    if not gain[best] > 0:
        return "No rate has lowered the loss."
    little = np.flatnonzero(gain[:best] < 0.05 * gain[best])
    good = np.flatnonzero(loss <= loss[best] + 0.1 * abs(loss[best]))  # comparisons with nan are False
    return float(rate[little[-1]] if little.size else rate[0]), float(rate[good[-1]])
