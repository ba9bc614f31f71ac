"""The areas of a ranking computed again, in ways that share nothing with `core.ranking.curves`."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.kit.arrays import Array

POINTS = 20_000  # of the midpoint rule


def recount(labels: Any, scores: Any, prevalence: float) -> dict[str, float]:
    """Count pairs, average precisions, and integrate curves by the midpoint rule.

    Parameters
    ----------
    labels : ndarray (n,)
        1 = positive.
    scores : ndarray (n,)
    prevalence : float

    Returns
    -------
    dict
        "auroc": fraction of the pairs of a positive and a negative in which the positive has the larger score, equal
        scores counting one half. "average_precision": mean over the positives of the precision at their own scores.
        "davis_goadrich", "auprg": heights of the curves at 20,000 positions, averaged.
    """
    positives, negatives = np.sort(scores[labels == 1]), np.sort(scores[labels == 0])
    below = np.searchsorted(negatives, positives, "left")
    ties = np.searchsorted(negatives, positives, "right") - below
    hit = 1 - np.searchsorted(positives, positives, "left") / len(positives)
    false = 1 - below / len(negatives)

    middle = (np.arange(POINTS) + 0.5) / POINTS
    odds = prevalence / (1 - prevalence)
    gained = odds / (odds + 1 - middle)  # recall at each recall gain
    recall, fpr = _corners(positives, negatives)
    # Recall rises along the curve; of the places with equal recall the one with the fewest false positives counts.
    return {
        "auroc": float(np.mean((below + ties / 2) / len(negatives))),
        "average_precision": float(np.mean(_precision(hit, false, odds))),
        "davis_goadrich": float(np.mean(_precision(middle, np.interp(middle, recall, fpr), odds))),
        "auprg": float(np.mean(1 - np.interp(gained, recall, fpr) / gained)),
    }


def _precision(tpr: Array, fpr: Array, odds: float) -> Array:
    return odds * tpr / (odds * tpr + fpr)


def _corners(positives: Array, negatives: Array) -> tuple[Array, Array]:
    """Return recall and false positive rate at every distinct score of a positive, before and after it is passed."""
    cuts = np.unique(positives)[::-1]
    before = [1 - np.searchsorted(part, cuts, "right") / len(part) for part in (positives, negatives)]
    after = [1 - np.searchsorted(part, cuts, "left") / len(part) for part in (positives, negatives)]
    recall, fpr = (np.stack(pair, axis=1).ravel() for pair in zip(before, after, strict=True))
    return recall, fpr
