"""Areas under ROC, precision-recall and precision-recall-gain curves, as sums over the steps in which recall rises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core.ranking.hull import Counts, rising

# Points treated at once, so that what is made of them stays in the cache of the processor.
_BLOCK = 16_384


@dataclass(frozen=True)
class Areas:
    """Areas under the curves of one ranking.

    Attributes
    ----------
    auroc : float
        Share of the pairs of a positive and a negative that are ranked rightly, ties counted one half.
    average_precision : float
        Sum of precision times increase of recall over all distinct scores.
    davis_goadrich : float
        Area under the precision-recall curve that mixtures of neighboring thresholds reach.
    trapezoid : float
        Area by straight lines between the points of the precision-recall curve, which no classifier reaches; too
        optimistic, above all with ties. Starts at recall 0, precision 1, as scikit-learn's curve does.
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
    """Straight pieces of a curve: counts at start and end, all of the shape (..., s)."""

    tp: Any
    fp: Any
    tp_end: Any
    fp_end: Any


class Sizes(NamedTuple):
    """What areas depend on besides the steps.

    Attributes
    ----------
    positives, negatives
        P and N.
    positive_share, negative_share
        What stands for the prevalence and its complement; only their ratio matters, and P and N give that of the data.
    """

    positives: float
    negatives: float
    positive_share: float
    negative_share: float

    @property
    def prevalence(self) -> float:
        """Share of the positives."""
        return self.positive_share / (self.positive_share + self.negative_share)

    @property
    def odds(self) -> float:
        """Prevalence / (1 - prevalence)."""
        return self.positive_share / self.negative_share

    @property
    def ratio(self) -> float:
        """What a false positive weighs against a true one; 1 at the prevalence of the data."""
        return (self.positives * self.negative_share) / (self.negatives * self.positive_share)

    @property
    def lowest(self) -> float:
        """True positives where recall gain is 0, that is, where recall equals the prevalence."""
        return self.positives * self.positive_share / (self.positive_share + self.negative_share)


def rises(tp: Counts, fp: Counts) -> Iterator[Steps]:
    """Steps that end at those of the points (k,) where tp rises, in blocks; the first starts at (0, 0).

    All areas are sums over steps, so that those of the blocks add up.
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
    """Area under the ROC curve."""
    right = 2 * sizes.negatives - steps.fp - steps.fp_end
    return ((steps.tp_end - steps.tp) * right).sum(axis=-1) / (2 * sizes.positives * sizes.negatives)


def precision_sums(steps: Steps, sizes: Sizes) -> tuple[Any, Any]:
    """Average precision and trapezoid: precision at the end, or in the mean of both ends, of each step of recall.

    Here `steps` must be those of all distinct scores; they start at precision 1 where no case is called positive.
    """
    called, called_end = steps.tp + sizes.ratio * steps.fp, steps.tp_end + sizes.ratio * steps.fp_end
    none = called == 0
    up = steps.tp_end - steps.tp
    start = (up * (steps.tp + none) / (called + none)).sum(axis=-1) / sizes.positives
    end = (up * steps.tp_end / (called_end + (called_end == 0))).sum(axis=-1) / sizes.positives
    return end, (start + end) / 2


def davis_goadrich(steps: Steps, sizes: Sizes) -> Any:
    """Exact area under precision when false positives rise linearly with true positives.

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
    """Area under straight segments over recall gains from 0 to 1, the crossing of recall gain 0 inserted.

    References
    ----------
    Flach, Kull, "Precision-recall-gain curves: PR analysis done right", NIPS 2015.
    """
    lowest = sizes.lowest
    start, end = np.maximum(steps.tp, lowest), np.maximum(steps.tp_end, lowest)
    up = steps.tp_end - steps.tp
    fp = steps.fp + (steps.fp_end - steps.fp) * (start - steps.tp) / (up + (up == 0))
    # Widths in recall gain, but for a factor: that of all steps together, which is 1.
    width, whole = (end - start) / (start * end), (sizes.positives - lowest) / (lowest * sizes.positives)
    fall = sizes.positives / (2 * sizes.negatives) * (fp / start + steps.fp_end / end)
    return (width * (1 - fall)).sum(axis=-1) / whole
