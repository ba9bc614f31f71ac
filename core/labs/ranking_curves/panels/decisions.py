"""Costs of decisions, and scores as probabilities."""

from __future__ import annotations

import numpy as np

from core.draw.live import Figure, Frames, Panel, Track
from core.draw.marks import Trace, labels, lines, marks
from core.draw.style import color, line
from core.kit.arrays import Numbers
from core.kit.words import fixed, number
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.panels.cases import score_edges, threshold_line
from core.labs.ranking_curves.panels.spaces import FAR, LOWER, QUARTERS, ROLES, models, panel_layout, plain
from core.labs.ranking_curves.panels.view import View
from core.ranking.costs import brier, calibrated, cost_curve, normalised_cost, probability_cost, reliability
from core.ranking.curves import Ranking

_SYMBOLS = dict(
    zip(ROLES, ("circle-open", "diamond-open", "square-open", "triangle-up-open", "cross-open"), strict=True)
)
TOP = 0.58  # of the cost axis: a constant answer costs 1/2 at most


def costs(result: Comparison, view: View) -> Panel:
    """Draw cost curves of Drummond and Holte: each threshold is a line, and the best ones form the lower envelope."""
    now = probability_cost(result.rankings[0], cost_ratio=view.cost_ratio, prevalence=view.share)
    traces = [
        lines([0, 1, np.nan, 0, 1], [0, 1, np.nan, 1, 0], "muted", "constant classifiers", dash="dash"),
        lines([now, now], [0, 1], "axis", "current costs", 1.4),
        labels(_cost_names(now), "names of the lines"),
    ]
    frames, tracks = [], []
    ends = np.array([0.0, 1.0])
    for (name, role, ranking), (tp, fp) in zip(models(result), result.counts, strict=True):
        x, y = cost_curve(ranking)
        own = normalised_cost(ranking, tp[:, None], fp[:, None], ends)
        here = normalised_cost(ranking, tp[:, None], fp[:, None], np.array([now]))
        words = f"{plain(name, 30)}, this threshold<br>normalized expected cost %{{y:.3f}}"
        traces += [
            _envelope(name, role, x, y),
            lines(ends, own[0], role, f"threshold of {name}", 1.4, dash="dot"),
            marks([now], here[0], role, "circle", f"cost of {name}", words),
        ]
        frames += [Frames(len(traces) - 2, own), Frames(len(traces) - 1, here)]
        # The cost at a given place is the same for several thresholds; those at the ends, FPR and FNR, are not.
        tracks += [Track(np.where(cost <= TOP, end, np.nan), cost, role) for end, cost in zip(ends, own.T, strict=True)]
    figure = Figure(
        data=traces,
        layout=panel_layout(
            "Cost curves",
            "probability cost",
            "normalized cost",
            (-0.02, 1.02),
            (-0.02, TOP + 0.02),
            xaxis=QUARTERS,
            yaxis=QUARTERS,
        ),
    )
    alt = _costs_alt(result, now)
    return Panel(figure, alt=alt, frames=tuple(frames), tracks=tuple(tracks), column=2, height=LOWER, folded=True)


def _envelope(name: str, role: str, x: Numbers, y: Numbers) -> Trace:
    words = f"{plain(name, 30)}, best threshold<br>probability cost %{{x:.3f}}<br>normalized cost %{{y:.3f}}"
    return lines(x, y, role, name, 2.4, hover=words, table=True)


def _cost_names(now: float) -> list[tuple[float, float, str, str]]:
    side = "left" if now > 0.5 else "right"
    return [
        (0.58, 0.57, "\u2002all negative", "middle right"),
        (0.42, 0.57, "all positive\u2002", "middle left"),
        (now, 0.03 if 0.2 < now < 0.8 else 0.42, f"\u2009here {number(now, 2)}\u2009", f"middle {side}"),
    ]


def _costs_alt(result: Comparison, now: float) -> str:
    best = []
    for name, _, ranking in models(result):
        x, y = cost_curve(ranking)
        best.append(f"{name} {fixed(float(np.interp(now, x, y)))}")
    return (
        f"At the current probability cost of {fixed(now)} the lowest normalized expected cost is "
        f"{' and '.join(best)}; the better constant classifier costs {fixed(min(now, 1 - now))}."
    )


def calibration(result: Comparison, view: View) -> Panel:
    """Draw the fraction of positives against the score: in bins with Wilson intervals, and as isotonic steps.

    Only scores that are probabilities are comparable with it, and with each other; other scores get only the steps.
    """
    probable = result.scored.probabilities[0]
    edges = score_edges(result.rankings[0], probable)
    pad = 0.02 * float(edges[-1] - edges[0])
    across = (float(edges[0]) - pad, float(edges[-1]) + pad)
    if probable:
        shown = [model for model, each in zip(models(result), result.scored.probabilities, strict=True) if each]
        traces = [lines([0, 1], [0, 1], "muted", "calibrated", dash="dash")]
        traces += [trace for model in shown for trace in (_isotonic(*model, view), _in_bins(*model, view))]
    else:
        note = (across[1] - pad, 0.0, "isotonic fit: scores are not probabilities", "top left")
        traces = [_isotonic(*models(result)[0], view), labels([note], "note")]
    figure = Figure(
        data=traces,
        layout=panel_layout(
            "Calibration",
            "predicted probability" if probable else "score",
            "fraction positive",
            across,
            (-0.04, 1.04),
            xaxis={"nticks": 6},
            yaxis=QUARTERS,
        ),
    )
    track = threshold_line(result, edges, across)
    return Panel(figure, alt=_calibration_alt(result, view), tracks=(track,), column=2, height=LOWER, folded=True)


def _isotonic(name: str, role: str, ranking: Ranking, view: View) -> Trace:
    """Draw steps of the probability that isotonic regression gives each score; a step begins at its lowest score."""
    probability = calibrated(ranking, view.share)
    ends = np.append(np.flatnonzero(np.diff(probability, append=-1.0))[::-1], 0)
    words = f"{plain(name, 30)}, isotonic<br>from score %{{x:.3~g}} on: %{{y:.3f}}"
    score, look = np.clip(ranking.thresholds[ends], -FAR, FAR), line(role, 1.6, shape="hv")
    more: Trace = {"hover": words, "table": True, "legendgroup": role}
    return lines(score, probability[ends], role, f"{name}: isotonic", line=look, **more)


def _in_bins(name: str, role: str, ranking: Ranking, view: View) -> Trace:
    """Draw bins of equal width; another prevalence multiplies the odds of each."""
    found, ratio = reliability(ranking), ranking.sizes(view.share).ratio
    low, share, high = (part / (part + ratio * (1 - part)) for part in (found.low, found.share, found.high))
    words = (
        f"{plain(name, 30)}, %{{customdata:,.0f}} examples<br>mean score %{{x:.3f}}<br>fraction of positives %{{y:.3f}}"
    )
    bars = {
        "type": "data",
        "array": np.maximum(high - share, 0),
        "arrayminus": np.maximum(share - low, 0),
        "symmetric": False,
        "width": 0,
        "thickness": 1.4,
        "color": color(role),
    }
    more = {"customdata": found.count, "error_y": bars, "legendgroup": role, "meta": {}}
    symbol = _SYMBOLS[role]
    return marks(found.mean_score, share, role, symbol, name, words, **more)


def _calibration_alt(result: Comparison, view: View) -> str:
    if not result.scored.probabilities[0]:
        step = calibrated(result.rankings[0], view.share)
        return (
            f"The scores of {result.scored.names[0]} are not probabilities; isotonic regression maps "
            f"them to probabilities from {fixed(float(step[-1]))} to {fixed(float(step[0]))}."
        )
    parts = []
    for (name, _, ranking), is_probability in zip(models(result), result.scored.probabilities, strict=True):
        if not is_probability:
            parts.append(f"The scores of {name} are not probabilities.")
            continue
        found = reliability(ranking)
        inside = int(np.sum((found.low <= found.mean_score) & (found.mean_score <= found.high)))
        parts.append(
            f"{name}, at the prevalence of the data: in {inside} of {len(found.count)} bins the 95% "
            "interval of the fraction of positives contains the mean score; the Brier score is "
            f"{fixed(brier(ranking))}."
        )
    return " ".join(parts)
