"""ROC, precision-recall, and precision-recall-gain curves: three views of the same counts, at any prevalence."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from core.draw.live import Figure, Panel
from core.draw.marks import Trace, labels, lines, marks
from core.draw.style import DASH, line
from core.kit.arrays import Numbers
from core.kit.words import fixed, number
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.compute.homework import homework_auprg, homework_prg_curve
from core.labs.ranking_curves.panels.baselines import baselines
from core.labs.ranking_curves.panels.decimation import decimate
from core.labs.ranking_curves.panels.isometrics import gain_line, path
from core.labs.ranking_curves.panels.overlays import bands, f_name, hulls, isometrics, notes
from core.labs.ranking_curves.panels.spaces import (
    ACROSS,
    PR,
    PRG,
    QUARTERS,
    ROC,
    UPPER,
    Space,
    models,
    panel_layout,
    plain,
    prevalence_of,
    spoken,
    tracks,
)
from core.labs.ranking_curves.panels.view import View
from core.ranking.curves import Ranking

WIDTH = 480  # pixel columns in which a drawn curve paints what that of all cases does
_KEPT: WeakKeyDictionary[Ranking, Numbers] = WeakKeyDictionary()


def roc(result: Comparison, view: View) -> Panel:
    """Draw true positive rate over false positive rate: the same at any prevalence."""
    curves = [_curve(name, role, *ROC.curve(ranking, None)) for name, role, ranking in models(result)]
    found = [ranking.areas(view.share).auroc for ranking in result.rankings]
    alt = _told(result, "area under the ROC curve", found, "random: 0.5")
    return _panel(result, view, ROC, [*curves, *notes(result, view)], alt, 0)


def precision_recall(result: Comparison, view: View) -> Panel:
    """Draw precision over recall."""
    draw = {"steps": _steps, "achievable": _achievable, "straight": _straight}[view.interpolation]
    curves = [trace for name, role, ranking in models(result) for trace in draw(name, role, ranking, view)]
    if view.interpolation == "straight":
        curves.append(_warning("linear interpolation (wrong)", 0.0))
    found = [ranking.areas(view.share).average_precision for ranking in result.rankings]
    alt = _told(result, "average precision", found, f"random: {fixed(prevalence_of(result, view))}")
    return _panel(result, view, PR, curves, alt, 1)


def gains(result: Comparison, view: View) -> Panel:
    """Draw precision gain over recall gain, between recall gains 0 and 1."""
    wrong = []
    if view.homework:
        why = f"wrong formula{', prevalence of the data' if view.share else ''}"
        wrong = [_wrong(name, role, *homework_prg_curve(ranking), why) for name, role, ranking in models(result)]
        wrong.append(_warning(f"{why}, area {' / '.join(fixed(homework_auprg(r)) for r in result.rankings)}", -0.26))
    curves = [trace for name, role, ranking in models(result) for trace in _gain_curve(name, role, ranking, view)]
    found = [ranking.areas(view.share).auprg for ranking in result.rankings]
    alt = _told(result, "area under the precision-recall-gain curve", found, "all-positive: 0")
    return _panel(result, view, PRG, [*_as_all_positive(result, view), *wrong, *curves], alt, 2)


def _panel(result: Comparison, view: View, space: Space, curves: list[Trace], alt: str, column: int) -> Panel:
    traces = [
        *bands(result, view, space),
        *baselines(result, view, space),
        *isometrics(result, view, space),
        *hulls(result, view, space),
        *curves,
        *spoken(result, view, space),
    ]
    look = panel_layout(space.title, space.x, space.y, ACROSS, space.up, xaxis=QUARTERS, yaxis=QUARTERS)
    return Panel(
        Figure(data=traces, layout=look),
        alt=alt,
        tracks=tracks(result, view, space),
        absent=_absent(result, view, space),
        column=column,
        height=UPPER,
    )


def _curve(name: str, role: str, x: Numbers, y: Numbers) -> Trace:
    kept = decimate(x, y, WIDTH)
    return lines(x[kept], y[kept], role, name, 2.4, table=True, legendgroup=role)


def _points(ranking: Ranking, prevalence: float | None) -> tuple[Numbers, Numbers]:
    """Return recall and precision at the distinct scores that paint the curve.

    They are the same at any prevalence, since precision falls as the ratio of false to true positives rises.
    """
    if ranking not in _KEPT:
        with np.errstate(divide="ignore"):
            _KEPT[ranking] = decimate(ranking.tp / ranking.positives, -ranking.fp / ranking.tp, WIDTH)
    kept = _KEPT[ranking]
    return ranking.pr(ranking.tp[kept], ranking.fp[kept], prevalence)


def _steps(name: str, role: str, ranking: Ranking, view: View) -> list[Trace]:
    """Draw steps whose area is average precision: each precision counts from the recall before it."""
    recall, precision = _points(ranking, view.share)
    trace = _curve(name, role, np.append(0.0, recall), np.append(precision[0], precision))
    return [trace | {"line": line(role, 2.4, shape="vh")}]


def _achievable(name: str, role: str, ranking: Ranking, view: View) -> list[Trace]:
    return [_curve(name, role, *PR.curve(ranking, view.share))]


def _straight(name: str, role: str, ranking: Ranking, view: View) -> list[Trace]:
    """Draw the straight lines of many plots, in contrast to what mixtures of thresholds really reach."""
    recall, precision = _points(ranking, view.share)
    wrong = _wrong(name, role, np.append(0.0, recall), np.append(1.0, precision), "linear interpolation (wrong)")
    return [*_achievable(name, role, ranking, view), wrong]


def _gain_curve(name: str, role: str, ranking: Ranking, view: View) -> list[Trace]:
    """Draw the curve, and its point that does not belong to a threshold."""
    x, y = PRG.curve(ranking, view.share)
    words = f"{plain(name, 30)}: inserted where recall is the prevalence<br>{PRG.words}"
    inserted = marks(x[:1], y[:1], role, "circle-open", f"crossing of {name}", words, legendgroup=role)
    return [_curve(name, role, x, y), inserted]


def _as_all_positive(result: Comparison, view: View) -> list[Trace]:
    """Draw the line of the F of predicting every example positive; for beta = 1 it is the minor diagonal."""
    if view.lines == "cost":  # other lines then stand there
        return []
    ranking = result.rankings[0]
    odds = ranking.sizes(view.share).odds
    x, y = path(gain_line(odds, view.beta, view.beta**2 / (1 + view.beta**2)), ranking, PRG, view.share)
    text = f"{f_name(view.beta)} of all-positive"
    start = 1 - view.beta**-2  # where the line comes in at the top
    place = (
        (0.01, view.beta**2, text, "top right") if start <= 0 else (min(max(start, 0.6), 0.8), 1, text, "top center")
    )
    contour = lines(x, y, "muted", "F of predicting everything positive", dash="dot")
    return [contour, labels([place], "name of the F contour")]


def _wrong(name: str, role: str, x: Numbers, y: Numbers, why: str) -> Trace:
    """Draw a curve as it should not be drawn."""
    look = line("warning", 1.4, dash=DASH[role])
    return _curve(name, role, x, y) | {"name": f"{name}: {why}", "line": look}


def _warning(text: str, y: float) -> Trace:
    return labels([(0.01, y, f"red: {text}", "top right")], "warning", "warning")


def _told(result: Comparison, measure: str, values: list[float], reference: str) -> str:
    """Say in a sentence which model has the larger area."""
    names = result.scored.names
    if len(values) == 1:
        return f"{names[0]} has an {measure} of {fixed(values[0])}; {reference}."
    texts = [fixed(value) for value in values]
    if len(values) == 2 and texts[0] == texts[1]:
        return f"{names[0]} and {names[1]} have the same {measure}, {texts[0]}; {reference}."
    more, less = sorted(range(len(values)), key=lambda k: -values[k])[:2]
    if len(values) > 2:
        after = f"then {names[less]}, {texts[less]}"
        return f"{names[more]} has the largest {measure}, {texts[more]}, {after}; {reference}."
    return f"{names[more]} has the larger {measure}, {texts[more]} against {texts[less]} of {names[less]}; {reference}."


def _absent(result: Comparison, view: View, space: Space) -> tuple[str, ...]:
    """Say at each step why the first model's point is out of sight."""
    if space is ROC:
        return ()
    x, y = space.place(result.rankings[0], *result.counts[0], view.share)
    return tuple(_why(*spot, space) for spot in zip(x.tolist(), y.tolist(), strict=True))


def _why(x: float, y: float, space: Space) -> str:
    if space is PR:
        return "" if np.isfinite(y) else "nothing predicted positive: precision undefined"
    if not np.isfinite(x):
        return "recall 0: recall gain is −∞"
    if x < ACROSS[0]:
        return f"recall gain {number(x, 2)}: off to the left"
    return f"precision gain {number(y, 2)}: below the plot" if y < space.up[0] else ""
