"""Lines of constant F or constant expected cost: straight in ROC, and mapped from there to other spaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.kit.arrays import Numbers
from core.labs.ranking_curves.panels.spaces import Space
from core.ranking.curves import Ranking

_PIECES = 48  # of a line that is curved in some space


@dataclass(frozen=True)
class Isometric:
    """The line TPR = start + slope * FPR, slope > 0, along which a measure is `value`."""

    start: float
    slope: float
    value: float = np.nan

    def counts(self, ranking: Ranking, recall: Any) -> tuple[Numbers, Numbers]:
        """Return (tp, fp) at true positive rates; fp outside [0, N] is nan."""
        fpr = (np.asarray(recall, dtype=np.float64) - self.start) / self.slope
        fpr = np.where((fpr > -1e-9) & (fpr < 1 + 1e-9), np.clip(fpr, 0, 1), np.nan)
        return np.asarray(recall) * ranking.positives, fpr * ranking.negatives

    @property
    def recalls(self) -> tuple[float, float]:
        """Return the smallest and largest true positive rate inside the unit square."""
        return max(self.start, 0.0), min(self.start + self.slope, 1.0)


RANDOM = Isometric(0.0, 1.0)


def path(line: Isometric, ranking: Ranking, space: Space, prevalence: float | None) -> tuple[Numbers, Numbers]:
    """Return the coordinates of a line in a space, with nan at the end."""
    low, high = line.recalls
    recall = low + (high - low) * np.linspace(0, 1, _PIECES) ** 2  # what is curved bends at low recall
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y = space.place(ranking, *line.counts(ranking, recall), prevalence)
    return np.append(x, np.nan), np.append(y, np.nan)


def f_line(odds: float, beta: float, f: float) -> Isometric:
    """Return the line along which F_beta is `f`; all of them go through the point (-beta**2 * odds, 0) in ROC."""
    rest = 1 + beta**2 - f
    return Isometric(f * beta**2 / rest, f / (odds * rest), f)


def gain_line(odds: float, beta: float, gain: float) -> Isometric:
    """Return the line along which F_beta has this gain; also straight in precision-recall-gain space, slope -beta**2.

    References
    ----------
    Flach, Kull, "Precision-recall-gain curves: PR analysis done right", NIPS 2015, section 3.
    """
    line = f_line(odds, beta, odds / (1 + odds - gain))
    return Isometric(line.start, line.slope, gain)


def cost_line(odds: float, cost_ratio: float, cost: float) -> Isometric:
    """Return the line along which an example costs this much, in units of the sum of both costs."""
    missed = odds / (1 + odds) / (1 + cost_ratio)  # of missing all positives
    return Isometric(1 - cost / missed, cost_ratio / odds, cost)


def constant_cost(odds: float, cost_ratio: float) -> float:
    """Return the expected cost of the better constant answer, in units of the sum of both costs."""
    return min(odds, cost_ratio) / (1 + odds) / (1 + cost_ratio)


def round_step(value: float) -> float:
    """Return the largest of 1, 2, and 5 times a power of ten that is not above `value` > 0."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(step * power for step in (1, 2, 5) if step * power <= value * (1 + 1e-9)))
