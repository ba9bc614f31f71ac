"""Sections of the ranking lab: areas with their uncertainty, one point in three spaces, the homework, and the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.kit.lab import Section
from core.kit.words import fixed, number, percent, verbatim
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.compute.homework import homework_aupr, homework_auprg, homework_prg_curve
from core.labs.ranking_curves.compute.recount import recount
from core.labs.ranking_curves.words import AREAS, COMPARED, interval
from core.ranking.areas import Areas
from core.ranking.bootstrap import Bootstrap

Blocks = Sequence[str]


def areas(result: Comparison, values: Mapping[str, Any]) -> Blocks:
    """Show areas of all models with intervals, their differences, and each area computed in a second way."""
    prevalence = values["prevalence"] or None
    spread = result.bootstrap(prevalence)
    found = [ranking.areas(prevalence) for ranking in result.rankings]
    names = AREAS | {"trapezoid": "PR, linear (wrong)"}
    difference = spread.difference if len(found) == 2 else None
    models = [verbatim(name) for name in result.scored.names]
    head = ["area", *models] + (["first − second", "first ahead in"] if difference else [])
    rows = []
    for key, name in names.items():
        cells = [
            f"{fixed(getattr(area, key))} ({interval(getattr(model.low, key), getattr(model.high, key))})"
            for area, model in zip(found, spread.models, strict=True)
        ]
        if difference:
            gap = getattr(found[0], key) - getattr(found[1], key)
            ends = interval(getattr(difference.low, key), getattr(difference.high, key))
            cells += [f"{fixed(gap)} ({ends})", percent(getattr(difference.first_larger, key))]
        rows.append([name, *cells])
    cases = result.scored
    share = result.rankings[0].sizes(prevalence).prevalence
    again = [recount(cases.labels, scores, share) for scores in cases.scores]
    twice = [
        [
            AREAS[key],
            *(
                f"{fixed(other[key], 5)} (off by {number(abs(other[key] - getattr(area, key)), 1)})"
                for area, other in zip(found, again, strict=True)
            ),
        ]
        for key in AREAS
    ]
    return (
        f"{_positives(result, share)} In parentheses: 95% intervals from {result.resamples} "
        "bootstrap samples within each "
        f"class{', the same examples for all models' if len(found) > 1 else ''}. Compare models by "
        "the interval of the difference: two intervals that overlap can hide a clear difference.",
        _table(head, rows),
        *([_pairs(result, spread, found)] if len(found) > 2 else []),
        "**Cross-checked:** AUROC by counting pairs, average precision example by example, the "
        "other two by averaging the height of the curve at 20,000 points.",
        _table(["area", *models], twice),
    )


def _pairs(result: Comparison, spread: Bootstrap, found: Sequence[Areas]) -> str:
    """Tabulate the differences of all pairs of models."""
    names = [verbatim(name) for name in result.scored.names]
    rows = []
    for (k, m), gap in spread.differences.items():
        cells = []
        for key in COMPARED:
            value = getattr(found[k], key) - getattr(found[m], key)
            cells.append(f"{fixed(value)} ({interval(getattr(gap.low, key), getattr(gap.high, key))})")
        rows.append([f"{names[k]} − {names[m]}", *cells])
    return (
        "**All pairs.** Each interval concerns one pair alone. Of many pairs of equal models, about one in twenty "
        "seems to differ.\n\n" + _table(["difference", *(AREAS[key] for key in COMPARED)], rows)
    )


def _positives(result: Comparison, share: float) -> str:
    ranking, cases = result.rankings[0], result.scored
    positive, negative = verbatim(cases.positive), verbatim(cases.negative)
    return (
        f"{verbatim(cases.title)}: {int(ranking.positives + ranking.negatives):,} examples, "
        f"{int(ranking.positives):,} of "
        f"them “{positive}” (positive) and {int(ranking.negatives):,} “{negative}”; areas at a prevalence of "
        f"{percent(share)}."
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(head), "|".join(["---", *["--:"] * (len(head) - 1)])]
    return "\n".join(f"| {line} |" for line in [*lines, *(" | ".join(row) for row in rows)])


def one_point(result: Comparison, values: Mapping[str, Any]) -> Blocks:
    """Carry the operating point of the first model from ROC to PR, to PRG, and back."""
    step = int(np.argmin(np.abs(result.places - values["threshold"])))
    ranking = result.rankings[0]
    tp, fp = (float(counts[step]) for counts in result.counts[0])
    positives, negatives = ranking.positives, ranking.negatives
    prevalence = values["prevalence"] or None
    pi = ranking.sizes(prevalence).prevalence
    name = verbatim(result.scored.names[0])
    head = (
        f"At the threshold of the page {name} calls {tp:.0f} of {positives:.0f} positives and "
        f"{fp:.0f} of {negatives:.0f} negatives positive. With P and N known, one point of ROC is "
        "one whole table.\n\n| truth | predicted positive | predicted negative |\n|---|--:|--:|\n| "
        f"**{verbatim(result.scored.positive)}** | TP = {tp:.0f} | FN = {positives - tp:.0f} |\n| "
        f"**{verbatim(result.scored.negative)}** | FP = {fp:.0f} | TN = {negatives - fp:.0f} |"
    )
    if tp == 0:
        return (
            head,
            "**Recall is 0 here.** Precision is 0/0 if nothing is predicted positive and 0 "
            "otherwise, whatever the false positive rate: the whole lower edge of ROC becomes one "
            "point of PR, and recall gain is −∞. Only here is the map between the spaces not one to "
            "one.",
        )
    tpr, fpr = tp / positives, fp / negatives
    precision = pi * tpr / (pi * tpr + (1 - pi) * fpr)
    gains = 1 - fpr / tpr, 1 - pi / (1 - pi) * (1 - tpr) / tpr
    slow = tuple((x - pi) / ((1 - pi) * x) for x in (precision, tpr))
    back = tpr * pi * (1 - precision) / ((1 - pi) * precision)
    return (
        head,
        f"**ROC:** $\\text{{TPR}} = {tp:.0f}/{positives:.0f} = {tpr:.4f}$, $\\text{{FPR}} = "
        f"{fp:.0f}/{negatives:.0f} = {fpr:.4f}$. True negatives enter only FPR.",
        f"**ROC to PR**, at prevalence $\\pi = {pi:.4g}$: recall is TPR, and\n\n$$\\text{{precision}} "
        "= \\frac{\\pi\\,\\text{TPR}}{\\pi\\,\\text{TPR} + (1-\\pi)\\,\\text{FPR}} = "
        f"{precision:.4f}$$\n\nIt needs no true negatives, but it does need π. Back: $\\text{{FPR}} "
        f"= \\text{{TPR}}\\,\\pi(1-p)/((1-\\pi)p) = {back:.4f}$.",
        f"**PR to PRG:** $\\frac{{x-\\pi}}{{(1-\\pi)x}}$ takes precision ${precision:.4f}$ to "
        f"${slow[0]:.4f}$ and recall ${tpr:.4f}$ to ${slow[1]:.4f}$. The same from ROC, with no "
        f"precision in between: precision gain $= 1 - \\text{{FPR}}/\\text{{TPR}} = {gains[0]:.4f}$ "
        "(without π!) and recall gain $= 1 - "
        f"\\frac{{\\pi}}{{1-\\pi}}\\,\\frac{{1-\\text{{TPR}}}}{{\\text{{TPR}}}} = {gains[1]:.4f}$. So "
        "dragging Prevalence moves the PR points up and down and the PRG points only sideways.",
    )


def homework(result: Comparison, values: Mapping[str, Any]) -> Blocks:
    """Show each slip of the homework's gain curve, with its consequence for the examples of the page."""
    rows = []
    for name, ranking in zip(result.scored.names, result.rankings, strict=True):
        right = ranking.areas()
        numbers = (right.auprg, homework_auprg(ranking), right.average_precision, homework_aupr(ranking))
        rows.append([verbatim(name), *(fixed(value) for value in numbers)])
    ranking = result.rankings[0]
    recall_gain, precision_gain = homework_prg_curve(ranking)
    first = verbatim(result.scored.names[0])
    clipped, points = int(np.sum(recall_gain == 0)), len(recall_gain)
    below = int(np.sum(precision_gain == 0))
    return (
        "One analysis of logistic regression and AdaBoost on German credit reports AUROC 0.755 "
        "and 0.714, AUPR 0.872 and 0.827, AUPRG 0.232 and 0.218. Nine mistakes lie behind such "
        "numbers. On the examples of this page, at the prevalence of the data:",
        _table(["model", "AUPRG", "AUPRG, wrong", "average precision", "AUPR, wrong"], rows),
        "One by one:\n\n1. **The gain formula lacks a division.** $(x-\\pi)/(1-\\pi)$ stretches the "
        "scale; the gain is harmonic, $(x-\\pi)/((1-\\pi)\\,x)$. “Wrong PRG curve” above the plots "
        f"draws both.\n2. **Negative gains are set to 0 before the area is taken:** {clipped} of "
        f"{points} points of {first} pile up at recall gain 0, and {below} at precision gain 0. "
        "They belong left of the plot, or below it, where a negative gain counts as negative "
        "area.\n3. **No point is inserted at recall gain 0.** The curve crosses it between two "
        "thresholds, and the area begins there.\n4. **The point (recall 0, precision 1), added "
        "only for drawing, enters the area as (0, 1).**\n5. **Points with equal recall gain are "
        "sorted arbitrarily,** which changes the area: 0.2306 to 0.2365 for the same scores.\n6. "
        "**Random is drawn as the rising diagonal, all-positive at (1, 1).** Correct: the axis "
        "of precision gain 0, and (1, 0).\n7. **AUPR uses linear interpolation and omits the "
        "first stretch.** Between two points precision is curved.\n8. **A win for AdaBoost is "
        "reported although 0.218 < 0.232.** (That AdaBoost is SAMME.R, which scikit-learn no "
        "longer has: today's gives other scores.)\n9. **“Each point of ROC is one point of PR”:** "
        "only where recall is not 0.",
    )


def about(result: Comparison, values: Mapping[str, Any]) -> Blocks:
    """Show what is known about the examples."""
    cases = result.scored
    scores = "; ".join(
        f"the scores of {verbatim(name)} are {'meant as probabilities' if are else 'not probabilities'}"
        for name, are in zip(cases.names, cases.probabilities, strict=True)
    )
    notes = "".join(f"- {verbatim(note)}\n" for note in cases.notes)
    return (
        f"{_positives(result, result.rankings[0].prevalence)} {scores[0].upper()}{scores[1:]}.",
        *([notes] * bool(notes)),
    )


SECTIONS = (
    Section("Areas, confidence intervals, and differences", areas),
    Section("One point in three spaces", one_point),
    Section("Nine common mistakes with PR and PRG", homework),
    Section("About these data", about),
)
