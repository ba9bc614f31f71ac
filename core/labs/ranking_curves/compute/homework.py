"""The course homework's precision-recall-gain curve and precision-recall area, with their mistakes."""

from __future__ import annotations

import numpy as np

from core.kit.arrays import Array
from core.ranking.curves import Ranking


def homework_prg_curve(ranking: Ranking) -> tuple[Array, Array]:
    """Return recall gain and precision gain as the homework computes them.

    The gains are (x - prevalence) / (1 - prevalence), without the division by x; negative ones are set to 0; no
    point is inserted where recall gain becomes 0; and the artificial point of recall 0 and precision 1 is included.
    Points of equal recall gain, which the homework leaves in arbitrary order, follow rising thresholds.

    Returns
    -------
    recall_gain, precision_gain : ndarray (k + 1,)
        Sorted by recall gain.
    """
    recall, precision = ranking.pr(ranking.tp[::-1], ranking.fp[::-1])
    share = ranking.prevalence
    points = np.append(recall, 0.0), np.append(precision, 1.0)
    recall_gain, precision_gain = (np.maximum((values - share) / (1 - share), 0) for values in points)
    order = np.argsort(recall_gain, kind="stable")
    return recall_gain[order], precision_gain[order]


def homework_auprg(ranking: Ranking) -> float:
    """Return the area under the homework's precision-recall-gain curve by linear interpolation."""
    recall_gain, precision_gain = homework_prg_curve(ranking)
    return float(np.trapezoid(precision_gain, recall_gain))


def homework_aupr(ranking: Ranking) -> float:
    """Return the area under the precision-recall points by linear interpolation, from the first point's recall on."""
    recall, precision = ranking.pr(ranking.tp, ranking.fp)
    return float(np.trapezoid(precision, recall))
