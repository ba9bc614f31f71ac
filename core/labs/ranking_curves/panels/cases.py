"""The examples behind the curves: their scores, and the four kinds of answers that a threshold makes of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from core.draw.live import Figure, Frames, Panel, Track
from core.draw.marks import Trace, area, labels, lines, unseen
from core.draw.style import ceiling
from core.kit.arrays import Numbers
from core.kit.words import number, percent
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.panels.isometrics import round_step
from core.labs.ranking_curves.panels.spaces import FAR, LOWER, QUARTERS, panel_layout, plain, prevalence_of
from core.labs.ranking_curves.panels.view import View
from core.ranking.costs import cheapest
from core.ranking.curves import Ranking

_GAP = np.nan


def scores(result: Comparison, view: View) -> Panel:
    """Draw scores of the first model: positives upward, negatives downward, wrong answers colored."""
    ranking, prevalence = result.rankings[0], prevalence_of(result, view)
    edges = score_edges(ranking, result.scored.probabilities[0])
    up = prevalence * _shares(ranking, ranking.tp, edges)
    down = (1 - prevalence) * _shares(ranking, ranking.fp, edges)
    left, right = float(edges[0]), float(edges[-1])
    across = (1.03 * left - 0.03 * right, 1.03 * right - 0.03 * left)
    top, bottom = (ceiling(1.15 * max(a.max(), b.max() / 2)) for a, b in ((up, down), (down, up)))
    cuts = np.clip(result.thresholds[0], left, right)
    low, high, gap = (np.full_like(cuts, value) for value in (left, right, _GAP))
    wrong = np.stack([low, low, cuts, cuts, gap, cuts, cuts, high, high], axis=1)
    ticks = {sign * round_step(end): percent(round_step(end)) for sign, end in ((-1, bottom), (1, top))} | {0.0: "0"}
    figure = Figure(
        data=[
            area([left, left, right, right], [-bottom, top, top, -bottom], "right_fill", "right"),
            area(wrong[0], [0, top, top, 0, _GAP, 0, -bottom, -bottom, 0], "wrong_fill", "wrong"),
            *_outlines(edges, up, across, top),
            *_outlines(edges, -down, across, -bottom),
            lines(across, [0, 0], "axis", "zero", 1),
            *_bins(result, edges, up, down),
            labels(_quadrants(result, (left, right), (-0.99 * bottom, 0.99 * top)), "kinds of answers"),
        ],
        layout=panel_layout(
            plain(f"Scores of {result.scored.names[0]}", 40),
            "score",
            "fraction of examples",
            across,
            (-bottom, top),
            xaxis={"nticks": 5, "showgrid": False},
            yaxis={"tickvals": list(ticks), "ticktext": list(ticks.values()), "showgrid": False},
        ),
    )
    track = threshold_line(result, edges, across)
    return Panel(
        figure,
        alt=_scores_alt(result, view),
        frames=(Frames(1, wrong, "x"),),
        tracks=(track,),
        height=LOWER,
        folded=True,
    )


def threshold_line(result: Comparison, edges: Numbers, across: tuple[float, float]) -> Track:
    """Return the first model's threshold at every step; where nothing is predicted positive, right of all scores."""
    cuts = result.thresholds[0]
    return Track(np.where(np.isinf(cuts), (edges[-1] + across[1]) / 2, np.clip(cuts, edges[0], edges[-1])))


def score_edges(ranking: Ranking, probabilities: bool) -> Numbers:
    """Return bin edges: a few scores get a bin each, which begins at the score; others share bins of equal width.

    Scores far away from the others count in the outermost bins.
    """
    distinct = np.clip(ranking.thresholds[::-1], -FAR, FAR)
    low, high = float(distinct[0]), float(distinct[-1])
    span = high - low or max(abs(low), 1.0)
    if len(distinct) <= 20:
        width = 0.8 * min(np.diff(distinct).min(initial=span), span / 8)
        if width > span / 100:
            ends = [0.0, 1 + width] if probabilities else [low - width, high + 2 * width]
            return np.unique(np.concatenate([distinct, distinct + width, ends]))
    total = ranking.tp + ranking.fp
    n = float(total[-1])
    bins = int(np.clip(2 * n ** (1 / 3), 10, 50))
    if probabilities:
        return np.linspace(0, 1, bins + 1)
    # Half a percent of the cases, and one at least, may lie farther away than the others reach.
    apart = max(0.005 * n, 1.5)
    outer = np.minimum(np.searchsorted(total, [n - apart, apart]), len(total) - 1)
    least, most = np.clip(ranking.thresholds[outer], -FAR, FAR)
    if most > least:
        low, high = max(low, 2 * least - most), min(high, 2 * most - least)
    return np.linspace(low, high, bins + 1)


def _shares(ranking: Ranking, counts: Numbers, edges: Numbers) -> Numbers:
    """Return the fraction of one class in each bin, which includes its left edge; the outermost ones are open."""
    reached = np.append(0, counts)[ranking.called(edges[1:-1])] / counts[-1]
    return -np.diff(np.concatenate([[1.0], reached, [0.0]]))


def _outlines(edges: Numbers, heights: Numbers, across: tuple[float, float], end: float) -> list[Trace]:
    """Hide what lies outside bins on one side of zero, and draw their outline."""
    x, y = np.repeat(edges, 2), np.concatenate([[0], np.repeat(heights, 2), [0]])
    outside = [across[0], across[0], *x, across[1], across[1]]
    return [
        area(outside, [1.01 * end, 0, *y, 0, 1.01 * end], "paper", "background"),
        lines(x, y, "muted", "outline", 1),
    ]


def _bins(result: Comparison, edges: Numbers, up: Numbers, down: Numbers) -> list[Trace]:
    """Add invisible points that say what a bin holds."""
    texts = [f"score {number(low)} to {number(high)}" for low, high in pairwise(edges.tolist())]
    middle = (edges[1:] + edges[:-1]) / 2
    traces = []
    for name, heights, side in ((result.scored.positive, up, 1), (result.scored.negative, down, -1)):
        words = f"%{{text}}<br>{plain(name)}: %{{customdata:.2%}} of all cases"
        traces.append(unseen(middle, side * heights, name, words, table=True, text=texts, customdata=heights))
    return traces


def _quadrants(
    result: Comparison, across: tuple[float, float], up: tuple[float, float]
) -> list[tuple[float, float, str, str]]:
    """Return names of the classes, and of the four kinds of answers."""
    return [
        (across[0], up[1], f"<b>{plain(result.scored.positive)}</b> · FN", "bottom right"),
        (across[1], up[1], "TP", "bottom left"),
        (across[0], up[0], f"<b>{plain(result.scored.negative)}</b> · TN", "top right"),
        (across[1], up[0], "FP", "top left"),
    ]


def _scores_alt(result: Comparison, view: View) -> str:
    ranking, cases = result.rankings[0], result.scored
    halves = (np.searchsorted(counts, counts[-1] / 2) for counts in (ranking.tp, ranking.fp))
    medians = [float(ranking.thresholds[half]) for half in halves]
    return (
        f"Scores that {cases.names[0]} gives: half of the examples of class {cases.positive} "
        f"reach {number(medians[0])}, half of those of class {cases.negative} reach "
        f"{number(medians[1])}; {percent(prevalence_of(result, view))} of all examples are "
        f"{cases.positive}."
    )


def confusion(result: Comparison, view: View) -> Panel:
    """Draw the four kinds of answers as areas of a unit square: width is prevalence, height the ROC curve's rates."""
    prevalence = prevalence_of(result, view)
    rates = [ranking.roc(*counts) for ranking, counts in zip(result.rankings, result.counts, strict=True)]
    fpr, tpr = rates[0]
    one, zero, gap = np.ones_like(tpr), np.zeros_like(tpr), np.full_like(tpr, np.nan)
    missed = np.stack([tpr, one, one, tpr, gap, zero, fpr, fpr, zero], axis=1)
    x = [0, 0, prevalence, prevalence, _GAP, prevalence, prevalence, 1, 1]
    texts, numbers = _numbers(result, view)
    traces = [
        area([0, 0, 1, 1], [0, 1, 1, 0], "right_fill", "right"),
        area(x, missed[0], "wrong_fill", "wrong"),
        lines([prevalence] * 2, [0, 1], "paper", "between the classes", 3),
        labels(_CORNERS, "counts", "text", 14, texttemplate=texts, customdata=numbers[0]),
        labels(_classes(result, prevalence), "classes"),
    ]
    frames = [Frames(1, missed), Frames(3, numbers, "customdata")]
    if len(rates) > 1:
        fpr, tpr = rates[1]
        other = np.stack([tpr, tpr, gap, fpr, fpr], axis=1)
        at = [0, prevalence, _GAP, prevalence, 1]
        traces.append(lines(at, other[0], "second", result.scored.names[1], 2))
        frames.append(Frames(len(traces) - 1, other))
    figure = Figure(
        data=traces,
        layout=panel_layout(
            "Confusion matrix",
            "fraction of examples",
            "fraction of class",
            (-0.01, 1.01),
            (-0.01, 1.22),
            xaxis=QUARTERS | {"showgrid": False},
            yaxis={"dtick": 0.5, "showgrid": False},
        ),
    )
    return Panel(figure, alt=_confusion_alt(result, view), frames=tuple(frames), column=1, height=LOWER, folded=True)


_CORNERS = [
    (0.01, 0, "", "top right"),
    (0.01, 1, "", "bottom right"),
    (0.99, 0, "", "top left"),
    (0.99, 1, "", "bottom left"),
]
_KINDS = ("TP", "FN", "FP", "TN")


def _classes(result: Comparison, prevalence: float) -> list[tuple[float, float, str, str]]:
    """Return names of both columns, above the square."""
    return [
        (0, 1.02, f"{plain(result.scored.positive)} {_share(prevalence)}", "top right"),
        (1, 1.02, f"{plain(result.scored.negative)} {_share(1 - prevalence)}", "top left"),
    ]


def _share(part: float) -> str:
    """Write a fraction as a percentage; close to 100% with a decimal."""
    return f"{100 * part:.1f}%" if 0.99 < part < 1 else percent(part)


def _numbers(result: Comparison, view: View) -> tuple[list[str], Numbers]:
    """Return templates and values of TP, FN, FP, and TN: counts, or fractions at a prevalence other than the data's."""
    ranking, (tp, fp) = result.rankings[0], result.counts[0]
    cells = np.stack([tp, ranking.positives - tp, fp, ranking.negatives - fp], axis=1).astype(np.float64)
    if view.share is None:
        return [f"<b>%{{customdata:,.0f}}</b> {kind}" for kind in _KINDS], cells
    prevalence = prevalence_of(result, view)
    weights = np.repeat([prevalence / ranking.positives, (1 - prevalence) / ranking.negatives], 2)
    return [f"<b>%{{customdata:.3~r}}%</b> {kind}" for kind in _KINDS], 100 * cells * weights


def _confusion_alt(result: Comparison, view: View) -> str:
    ranking, prevalence = result.rankings[0], prevalence_of(result, view)
    tp, fp = cheapest(ranking, cost_ratio=1.0, prevalence=view.share)
    fpr, tpr = ranking.roc(tp, fp)
    where = int(np.searchsorted(ranking.tp + ranking.fp, tp + fp))
    best = (
        f"from score {number(float(ranking.thresholds[where]))} on" if tp + fp else "if nothing is predicted positive"
    )
    return (
        f"Fewest answers of {result.scored.names[0]} are wrong {best}: "
        f"{percent(float(prevalence * (1 - tpr)))} of all examples are false negatives, "
        f"{percent(float((1 - prevalence) * fpr))} false positives."
    )
