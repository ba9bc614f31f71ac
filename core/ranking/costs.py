"""Costs of decisions by a ranking, and its scores read as probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from core.kit.arrays import Array
from core.ranking.curves import Ranking


def expected_cost(ranking: Ranking, tp: Any, fp: Any, *, cost_ratio: float, prevalence: float | None = None) -> Array:
    """Return the cost per example of predicting positives, in units of c_FP + c_FN.

    Parameters
    ----------
    ranking : Ranking
    tp, fp : array_like
        Counts, of the ranking's points or of others.
    cost_ratio : float
        Cost of a false positive over that of a false negative, c_FP / c_FN; positive.
    prevalence : float, optional
        Without it, that of the data.
    """
    share = ranking.sizes(prevalence).prevalence
    false_positive = _false_positive_cost(cost_ratio)
    fpr, tpr = ranking.roc(tp, fp)
    return (1 - share) * false_positive * fpr + share * (1 - false_positive) * (1 - tpr)


def _false_positive_cost(cost_ratio: float) -> float:
    if not 0 < cost_ratio < math.inf:
        raise ValueError(f"`cost_ratio` must be positive and finite; got {cost_ratio:g}.")
    return cost_ratio / (1 + cost_ratio)


def cheapest(ranking: Ranking, *, cost_ratio: float, prevalence: float | None = None) -> tuple[float, float]:
    """Return the counts (tp, fp) of least expected cost: a vertex of the hull, the first if several are equally good.

    It is optimistic, since it is chosen on the examples that it is judged by.
    """
    tp, fp = ranking.hull
    best = int(np.argmin(expected_cost(ranking, tp, fp, cost_ratio=cost_ratio, prevalence=prevalence)))
    return float(tp[best]), float(fp[best])


def probability_cost(ranking: Ranking, *, cost_ratio: float, prevalence: float | None = None) -> float:
    """Return the fraction of the greatest possible cost due to positives: the x axis of cost curves."""
    share, false_positive = ranking.sizes(prevalence).prevalence, _false_positive_cost(cost_ratio)
    return share * (1 - false_positive) / (share * (1 - false_positive) + (1 - share) * false_positive)


def normalised_cost(ranking: Ranking, tp: Any, fp: Any, x: Any) -> Array:
    """Return expected cost over the greatest possible one at probability cost x; a straight line for each point."""
    fpr, tpr = ranking.roc(tp, fp)
    cost: Array = (1 - tpr) * x + fpr * (1 - x)
    return cost


def cost_curve(ranking: Ranking) -> tuple[Array, Array]:
    """Return the lower envelope of the lines of all points, which is formed by the vertices of the hull.

    Returns
    -------
    x, y : ndarray (h + 1,)
        Probability cost from 0 to 1 and normalized expected cost, linear in between; the same at any prevalence.

    References
    ----------
    Drummond, Holte, "Cost curves: An improved method for visualizing classifier performance", Machine Learning 65,
    2006.
    """
    fpr, tpr = ranking.roc(*ranking.hull)
    right, up = np.diff(fpr), np.diff(tpr)
    x = np.concatenate([[0.0], right / (right + up), [1.0]])
    tp, fp = (np.append(counts, counts[-1]) for counts in ranking.hull)
    return x, normalised_cost(ranking, tp, fp, x)


def calibrated(ranking: Ranking, prevalence: float | None = None) -> Array:
    """Return the isotonic probability of a positive at each distinct score (k,), from the slopes of the hull.

    References
    ----------
    Fawcett, Niculescu-Mizil, "PAV and the ROC convex hull", Machine Learning 68, 2007.
    """
    tp, fp = ranking.hull
    up, right = np.diff(tp), np.diff(fp)
    probability: Array = up / (up + ranking.sizes(prevalence).ratio * right)
    segment = np.searchsorted((tp + fp)[1:], ranking.tp + ranking.fp)
    return probability[segment]


@dataclass(frozen=True)
class Reliability:
    """Scores as probabilities against fractions of positives, in the nonempty bins of equal width; all (b,).

    Attributes
    ----------
    mean_score, share
        Mean score and fraction of positives.
    count
        Number of examples, or the sum of their weights.
    low, high
        Wilson interval of the fraction.
    """

    mean_score: Array
    share: Array
    count: Array
    low: Array
    high: Array


def reliability(ranking: Ranking, bins: int = 10, level: float = 0.95) -> Reliability:
    """Compare scores that are probabilities with outcomes, in bins of equal width that are closed on the right.

    Raises
    ------
    ValueError
        If a score is not in [0, 1].

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22, 1927.
    """
    score, tp, fp = _probabilities(ranking)
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], score)
    count, positives, total = (
        np.bincount(place, weights, bins).astype(np.float64) for weights in (tp + fp, tp, (tp + fp) * score)
    )
    held = count > 0
    count = count[held]
    share, mean_score = positives[held] / count, total[held] / count
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = np.sqrt(z2 * (share * (1 - share) / count + z2 / (4 * count**2))) / (1 + z2 / count)
    return Reliability(mean_score, share, count, middle - half, middle + half)


def brier(ranking: Ranking) -> float:
    """Return the mean squared difference of score and label.

    Raises
    ------
    ValueError
        If a score is not in [0, 1].
    """
    score, tp, fp = _probabilities(ranking)
    return float((tp * (1 - score) ** 2 + fp * score**2).sum() / (ranking.positives + ranking.negatives))


def _probabilities(ranking: Ranking) -> tuple[Array, Any, Any]:
    """Return the distinct scores, with positives and negatives at each."""
    score = ranking.thresholds
    if score[0] > 1 or score[-1] < 0:
        raise ValueError(f"Probabilities must be in [0, 1]; the scores go from {score[-1]:g} to {score[0]:g}.")
    return score, np.diff(ranking.tp, prepend=0), np.diff(ranking.fp, prepend=0)
