"""Baselines of every ranking: random scorers, the constant answers, and the unachievable region."""

from __future__ import annotations

import numpy as np

from core.draw.marks import Trace, area, labels, lines, marks
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.panels.isometrics import RANDOM, path
from core.labs.ranking_curves.panels.spaces import ACROSS, PR, PRG, ROC, Space, prevalence_of
from core.labs.ranking_curves.panels.view import View


def baselines(result: Comparison, view: View, space: Space) -> list[Trace]:
    """Draw random scorers, the region that no ranking reaches, and the two constant answers."""
    prevalence = prevalence_of(result, view)
    x, y = path(RANDOM, result.rankings[0], space, view.share)
    return [
        *_unachievable(prevalence, space),
        lines(x, y, "muted", "random", 1.4, dash="dash"),
        *_constants(result, view, space),
        labels(_names(prevalence, space, -0.1 if view.lines == "f" else -0.01), "names of the baselines"),
    ]


def _unachievable(prevalence: float, space: Space) -> list[Trace]:
    """Fill what lies below the ranking that has all negatives first; in ROC this is a line.

    References
    ----------
    Boyd, Santos Costa, Davis, Page, "Unachievable region in precision-recall space", ICML 2012.
    """
    if space is PR:
        recall = np.linspace(0, 1, 61) ** 2  # steep at its start
        worst = prevalence * recall / (1 - prevalence + prevalence * recall)
        return [area(np.append(recall, 1), np.append(worst, 0), "noise_fill", "unachievable")]
    if space is PRG:
        odds, floor = prevalence / (1 - prevalence), space.up[0]
        left = max(ACROSS[0], 1 + floor * odds)
        return [area([left, 1, 1, left], [(left - 1) / odds, 0, floor, floor], "noise_fill", "unachievable")]
    return []


def _constants(result: Comparison, view: View, space: Space) -> list[Trace]:
    """Draw the answers that predict every example positive, and none; the latter has a position only in ROC."""
    ranking = result.rankings[0]
    everyone = space.place(ranking, np.array([ranking.positives]), np.array([ranking.negatives]), view.share)
    found = [marks(*everyone, "text", "square-open", "all positive", f"predicts everything positive<br>{space.words}")]
    if space is ROC:
        found.append(
            marks([0], [0], "text", "square-open", "all negative", f"predicts nothing positive<br>{space.words}")
        )
    return found


def _names(prevalence: float, space: Space, row: float) -> list[tuple[float, float, str, str]]:
    """Return labels of the baselines, where curves seldom are; in PRG below `row`, which leaves room for others."""
    if space is ROC:
        return [
            (1, 1.01, "all positive", "top left"),
            (0.05, 0, "all negative", "middle right"),
            (0.68, 0.66, "random", "bottom right"),
        ]
    if space is PRG:
        return [(0.98, row, "all positive", "bottom left"), (0.01, row, "random", "bottom right")]
    side, gap = ("bottom", -0.01) if prevalence > 0.12 else ("top", 0.01)
    names = [
        (0.98, prevalence + gap, "all positive", f"{side} left"),
        (0.01, prevalence + gap, "random", f"{side} right"),
    ]
    worst = 0.8 * prevalence / (1 - 0.2 * prevalence)  # no precision is less at recall 0.8
    return [*names, (0.98, worst / 3, "unachievable", "middle left")] if worst > 0.25 else names
