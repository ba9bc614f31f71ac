"""Areas under ROC, precision-recall, and precision-recall-gain curves, as sums over the steps in which recall rises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core.ranking.hull import Counts, rising

# Points processed at once, so that the intermediate results stay in the processor's cache.
_BLOCK = 16_384


@dataclass(frozen=True)
class Areas:
    """Areas under the curves of one ranking.

    Attributes
    ----------
    auroc : float
        Fraction of the pairs of a positive and a negative that are ranked correctly; ties count one half.
    average_precision : float
        Sum of precision times increase of recall over all distinct scores.
    davis_goadrich : float
        Area under the precision-recall curve reached by mixtures of neighboring thresholds.
    trapezoid : float
        Area by linear interpolation between points of the precision-recall curve, which no classifier reaches; too
        optimistic, especially with ties. Starts at recall 0, precision 1, like scikit-learn's curve.
    auprg : float
        Area under the precision-recall-gain curve between recall gains 0 and 1, negative precision gain counted as
        negative area.
    """

    auroc: float
    average_precision: float
    davis_goadrich: float
    trapezoid: float
    auprg: float


class Steps(NamedTuple):
    """Straight pieces of a curve: counts at start and end, all of shape (..., s)."""

    tp: Any
    fp: Any
    tp_end: Any
    fp_end: Any


class Sizes(NamedTuple):
    """Inputs to the areas besides the steps.

    Attributes
    ----------
    positives, negatives
        P and N.
    positive_share, negative_share
        The prevalence and its complement, up to a factor; only their ratio matters, and P and N give that of the data.
    """

    positives: float
    negatives: float
    positive_share: float
    negative_share: float

    @property
    def prevalence(self) -> float:
        """Return the fraction of positives."""
        return self.positive_share / (self.positive_share + self.negative_share)

    @property
    def odds(self) -> float:
        """Return prevalence / (1 - prevalence)."""
        return self.positive_share / self.negative_share

    @property
    def ratio(self) -> float:
        """Return the weight of a false positive relative to a true one; 1 at the prevalence of the data."""
        return (self.positives * self.negative_share) / (self.negatives * self.positive_share)

    @property
    def lowest(self) -> float:
        """Return the true positives where recall gain is 0, that is, where recall equals the prevalence."""
        return self.positives * self.positive_share / (self.positive_share + self.negative_share)


def rises(tp: Counts, fp: Counts) -> Iterator[Steps]:
    """Yield the steps that end at those of the points (k,) where tp rises, in blocks; the first starts at (0, 0).

    All areas are sums over steps, so those of the blocks add up.
    """
    rise = np.flatnonzero(rising(tp))
    tp_start = np.zeros(1)
    for start in range(0, len(rise), _BLOCK):
        end = rise[start : start + _BLOCK]
        tp_end, fp_end = tp.take(end).astype(np.float64), fp.take(end).astype(np.float64)
        fp_start = fp.take(end - 1).astype(np.float64)
        if end[0] == 0:
            fp_start[0] = 0
        # Between two steps tp stays the same.
        yield Steps(np.concatenate([tp_start, tp_end[:-1]]), fp_start, tp_end, fp_end)
        tp_start = tp_end[-1:]


def auroc(steps: Steps, sizes: Sizes) -> Any:
    """Return the area under the ROC curve."""
    right = 2 * sizes.negatives - steps.fp - steps.fp_end
    return ((steps.tp_end - steps.tp) * right).sum(axis=-1) / (2 * sizes.positives * sizes.negatives)


def precision_sums(steps: Steps, sizes: Sizes) -> tuple[Any, Any]:
    """Return average precision and trapezoid: precision at the end, or the mean over both ends, of each step of recall.

    Here `steps` must be those of all distinct scores; they start at precision 1, where nothing is predicted positive.
    """
    called, called_end = steps.tp + sizes.ratio * steps.fp, steps.tp_end + sizes.ratio * steps.fp_end
    none = called == 0
    up = steps.tp_end - steps.tp
    start = (up * (steps.tp + none) / (called + none)).sum(axis=-1) / sizes.positives
    end = (up * steps.tp_end / (called_end + (called_end == 0))).sum(axis=-1) / sizes.positives
    return end, (start + end) / 2


def davis_goadrich(steps: Steps, sizes: Sizes) -> Any:
    """Return the exact area under precision when false positives rise linearly with true positives.

    References
    ----------
    Davis, Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006.
    """
    fp = sizes.ratio * steps.fp
    called = steps.tp + fp
    up, right = steps.tp_end - steps.tp, sizes.ratio * steps.fp_end - fp
    length = up + right
    bend = (fp * up - steps.tp * right) * np.log1p(length / (called + (called == 0)))
    length += length == 0
    return (up / length * (up - bend / length)).sum(axis=-1) / sizes.positives


def auprg(steps: Steps, sizes: Sizes) -> Any:
    """Return the area under straight segments over recall gains 0 to 1, with the crossing of recall gain 0 inserted.

    References
    ----------
    Flach, Kull, "Precision-recall-gain curves: PR analysis done right", NIPS 2015.
    """
    lowest = sizes.lowest
    start, end = np.maximum(steps.tp, lowest), np.maximum(steps.tp_end, lowest)
    up = steps.tp_end - steps.tp
    fp = steps.fp + (steps.fp_end - steps.fp) * (start - steps.tp) / (up + (up == 0))
    # Widths in recall gain, up to a factor: that of all steps together, which is 1.
    width, whole = (end - start) / (start * end), (sizes.positives - lowest) / (lowest * sizes.positives)
    fall = sizes.positives / (2 * sizes.negatives) * (fp / start + steps.fp_end / end)
    return (width * (1 - fall)).sum(axis=-1) / whole
