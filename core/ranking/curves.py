"""Rankings by score, sorted once, and their ROC, precision-recall, and precision-recall-gain curves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.kit.arrays import Array
from core.kit.memo import Memo
from core.kit.words import number
from core.ranking.areas import Areas, Sizes, auprg, auroc, davis_goadrich, precision_sums, rises
from core.ranking.checks import check_labels, check_scores, check_weights
from core.ranking.hull import Counts, corners, upper_hull
from core.ranking.sorting import count, weigh

PREVALENCES = (0.001, 0.999)
FEW = 20  # examples of a class
EARLY = 8  # predicted positives where recall gain is 0


@dataclass(frozen=True, eq=False)
class Ranking(Memo):
    """Cumulative counts at every distinct score; an example is predicted positive if its score reaches the threshold.

    All arrays are read-only.

    Attributes
    ----------
    thresholds : ndarray (k,)
        Distinct scores, decreasing.
    tp, fp : ndarray (k,)
        Positives and negatives whose score is at least the threshold: int64, or float64 sums of weights.
    """

    thresholds: Array
    tp: Counts
    fp: Counts

    @property
    def positives(self) -> float:
        """Number P of positives, or the sum of their weights."""
        return float(self.tp[-1])

    @property
    def negatives(self) -> float:
        """Number N of negatives, or the sum of their weights."""
        return float(self.fp[-1])

    @property
    def prevalence(self) -> float:
        """Fraction of positives, P / (P + N)."""
        return self.positives / (self.positives + self.negatives)

    @cached_property
    def corners(self) -> tuple[Counts, Counts]:
        """Return counts (tp, fp) where the ROC curve changes direction, from (0, 0) to (P, N)."""
        tp, fp = _locked(*corners(self.tp, self.fp))
        return tp, fp

    @cached_property
    def hull(self) -> tuple[Counts, Counts]:
        """Return counts (tp, fp) at the vertices of the convex hull of the ROC curve, from (0, 0) to (P, N).

        The same vertices form the hull in precision-recall-gain space (for tp > 0).
        """
        tp, fp = self.corners
        vertices = upper_hull(tp, fp)
        tp, fp = _locked(tp[vertices], fp[vertices])
        return tp, fp

    def cautions(self, prevalence: float | None = None) -> tuple[str, ...]:
        """List sentences on what makes the numbers uncertain at a prevalence; by default, at that of the data."""
        found = []
        if len(self.thresholds) == 1:
            found.append("All scores are equal: nothing is ranked.")
        for cases, name in ((self.positives, "positive"), (self.negatives, "negative")):
            if cases < FEW:
                found.append(f"Only {cases:g} {name}{'' if cases == 1 else 's'}: all areas are uncertain.")
        lowest = self.sizes(prevalence).lowest
        if lowest < EARLY:
            found.append(f"AUPRG starts at only {number(lowest, 2)} true positives, so a few of them decide it.")
        return tuple(found)

    def sizes(self, prevalence: float | None = None) -> Sizes:
        """Return P, N, and a prevalence clamped to [0.001, 0.999]; by default, that of the data."""
        counts = self.positives, self.negatives
        if prevalence is None:
            return Sizes(*counts, *counts)
        share = min(max(prevalence, PREVALENCES[0]), PREVALENCES[1])
        return Sizes(*counts, share, 1 - share)

    def called(self, threshold: Any) -> Any:
        """Count the distinct scores that are at least a threshold."""
        return len(self.thresholds) - np.searchsorted(self.thresholds[::-1], threshold)

    def at(self, threshold: Any) -> tuple[Counts, Counts]:
        """Return counts (tp, fp) of the examples whose score is at least a threshold, which may be inf."""
        called = self.called(threshold)
        tp, fp = (np.where(called > 0, counts[called - 1], 0) for counts in (self.tp, self.fp))
        return tp, fp

    def roc(self, tp: Any, fp: Any) -> tuple[Array, Array]:
        """Return false and true positive rate, the same at any prevalence."""
        return fp / np.float64(self.negatives), tp / np.float64(self.positives)

    def pr(self, tp: Any, fp: Any, prevalence: float | None = None) -> tuple[Array, Array]:
        """Return recall and precision; precision is nan where no example is predicted positive."""
        ratio = self.sizes(prevalence).ratio
        with np.errstate(invalid="ignore"):
            return tp / np.float64(self.positives), np.divide(tp, tp + ratio * np.asarray(fp))

    def prg(self, tp: Any, fp: Any, prevalence: float | None = None) -> tuple[Array, Array]:
        """Return recall gain and precision gain.

        At tp = 0 recall gain is -inf, and precision gain is -inf or, where no example is predicted positive, nan.

        References
        ----------
        Flach, Kull, "Precision-recall-gain curves: PR analysis done right", NIPS 2015.
        """
        sizes = self.sizes(prevalence)
        positives, negatives, odds = sizes.positives, sizes.negatives, sizes.odds
        tp, fp = np.asarray(tp, dtype=np.float64), np.asarray(fp, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1 - odds * (positives - tp) / tp, 1 - positives * fp / (negatives * tp)

    def areas(self, prevalence: float | None = None) -> Areas:
        """Return the areas under the curves at a prevalence without sorting again; the last result is remembered."""
        found: Areas = self.recall(_areas, (("ranking", self), ("prevalence", prevalence)))
        return found


def _areas(ranking: Ranking, prevalence: float | None) -> Areas:
    sizes = ranking.sizes(prevalence)
    points = [precision_sums(steps, sizes) for steps in rises(ranking.tp, ranking.fp)]
    pieces = [
        (auroc(steps, sizes), davis_goadrich(steps, sizes), auprg(steps, sizes))
        for steps in rises(*(counts[1:] for counts in ranking.corners))
    ]
    average_precision, trapezoid = np.sum(points, axis=0).tolist()
    roc, davis, gain = np.sum(pieces, axis=0).tolist()
    return Areas(roc, average_precision, davis, trapezoid, gain)


def rank(labels: Any, scores: Any, *, positive: Any = None, weights: Any = None) -> Ranking:
    """Sort once and count.

    Parameters
    ----------
    labels : array_like (n,)
        Two classes.
    scores : array_like (n,)
        Higher means more positive; equal scores are one threshold.
    positive : optional
        The label of the positive class; needed unless the labels are 0 and 1, -1 and 1, or False and True.
    weights : array_like (n,), optional
        Not negative; examples of weight 0 are left out. An integer weight equals that many equal examples.

    Returns
    -------
    Ranking

    Raises
    ------
    ValueError
        If labels, scores, or weights are invalid, or a class is missing.
    """
    is_positive = check_labels(labels, positive)
    values = check_scores(scores, len(is_positive))
    if weights is None:
        return Ranking(*_locked(*count(is_positive, values)))
    return Ranking(*_locked(*weigh(is_positive, values, check_weights(weights, len(values)))))


def _locked(*arrays: Any) -> Any:
    for array in arrays:
        array.flags.writeable = False
    return arrays


def crossing(ranking: Ranking, prevalence: float | None = None) -> tuple[float, float]:
    """Return counts (tp, fp) where recall gain is 0: recall equals prevalence, with fp interpolated linearly in tp."""
    lowest = ranking.sizes(prevalence).lowest
    tp, fp = ranking.corners
    after = int(np.searchsorted(tp, lowest))
    share = (lowest - tp[after - 1]) / (tp[after] - tp[after - 1])
    return lowest, float(fp[after - 1] + share * (fp[after] - fp[after - 1]))


def prg_curve(ranking: Ranking, prevalence: float | None = None) -> tuple[Array, Array]:
    """Return recall gain and precision gain of the corners between recall gains 0 and 1, after the crossing."""
    lowest, fp0 = crossing(ranking, prevalence)
    tp, fp = ranking.corners
    inside = slice(int(np.searchsorted(tp, lowest)), None)
    tp, fp = np.append(lowest, tp[inside]), np.append(fp0, fp[inside])
    recall_gain, precision_gain = ranking.prg(tp, fp, prevalence)
    recall_gain[tp == lowest] = 0.0
    return recall_gain, precision_gain


def pr_curve(ranking: Ranking, prevalence: float | None = None, longest: float = 0.0075) -> tuple[Array, Array]:
    """Return recall and precision of the Davis-Goadrich curve at the corners, and between them along long segments.

    Starts at recall 0 with the precision of the first segment, which is constant there.

    Parameters
    ----------
    ranking : Ranking
    prevalence : float, optional
    longest : float
        Segments with a greater step of recall are drawn as eight pieces: precision is curved along them.
    """
    tp, fp = ranking.corners
    long = np.flatnonzero(np.diff(tp) > longest * ranking.positives)
    share = np.arange(1, 8) / 8
    between = (counts[long, np.newaxis] + share * np.diff(counts)[long, np.newaxis] for counts in (tp, fp))
    place = np.repeat(long + 1, len(share))
    tp, fp = (
        np.insert(counts.astype(np.float64), place, new.ravel()) for counts, new in zip((tp, fp), between, strict=True)
    )
    recall, precision = ranking.pr(tp, fp, prevalence)
    precision[0] = precision[1]
    return recall, precision


def f_score(precision: Any, recall: Any, beta: float = 1.0) -> Array:
    """Return F_beta, the harmonic mean of precision and recall with weight beta**2; 0 where recall is 0."""
    precision, recall = np.asarray(precision, dtype=np.float64), np.asarray(recall, dtype=np.float64)
    found = recall > 0
    safe = np.where(found, precision, 1)
    return np.where(found, (1 + beta**2) * safe * recall / (beta**2 * safe + recall), 0)


def f_gain(precision_gain: Any, recall_gain: Any, beta: float = 1.0) -> Any:
    """Return F_beta on the gain scale: the mean of precision gain and recall gain with weight beta**2."""
    return (precision_gain + beta**2 * recall_gain) / (1 + beta**2)
