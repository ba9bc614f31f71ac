"""Optional overlays on the curves: bands, hulls, and lines of equal F or equal cost."""

from __future__ import annotations

import numpy as np

from core.draw.marks import Trace, area, colored, labels, lines, marks
from core.kit.words import fixed, number, subscript
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.panels.isometrics import (
    Isometric,
    constant_cost,
    cost_line,
    f_line,
    gain_line,
    path,
    round_step,
)
from core.labs.ranking_curves.panels.spaces import ACROSS, PR, PRG, ROC, ROLES, Space, models, plain
from core.labs.ranking_curves.panels.view import View
from core.ranking.costs import cheapest, expected_cost
from core.ranking.curves import Ranking, f_score


def bands(result: Comparison, view: View, space: Space) -> list[Trace]:
    """Draw pointwise bootstrap bands."""
    known = result.known(view.share) if view.bands else None
    if known is None:
        return []
    traces = []
    for (name, role, _), spread in zip(models(result), known.models, strict=True):
        band = getattr(spread, space.key)
        x, y = np.concatenate([band.grid, band.grid[::-1]]), np.concatenate([band.low, band.high[::-1]])
        traces.append(area(x, y, f"{role}_fill", f"{name}: 95% band, pointwise", legendgroup=role))
    return traces


def hulls(result: Comparison, view: View, space: Space) -> list[Trace]:
    """Draw what mixtures of thresholds reach, if they are chosen on the examples by which they are judged."""
    if not view.hull:
        return []
    traces = []
    for name, role, ranking in models(result):
        tp, fp = (counts[1:] for counts in ranking.hull)
        x, y = space.curve(Ranking(-np.arange(len(tp), dtype=np.float64), tp, fp), view.share)
        name = f"{name}: convex hull (in-sample)"
        traces.append(lines(x, y, role, name, 1.6, dash="dot", legendgroup=role))
    return traces


def isometrics(result: Comparison, view: View, space: Space) -> list[Trace]:
    """Draw lines of equal F or cost, that of the constant answer, and each model's best one."""
    if view.lines == "none":
        return []
    first, odds = result.rankings[0], result.rankings[0].sizes(view.share).odds
    family, constant = _family(view, space, odds)
    drawn = [path(line, first, space, view.share) for line in family]
    x, y = (np.concatenate(part) for part in zip(*drawn, strict=True))
    traces = [lines(x, y, "axis", f"equal {measure(view)}", 1)]
    if space is not PRG or view.lines == "cost":  # the line of F is always there
        x, y = path(constant, first, space, view.share)
        traces.append(lines(x, y, "muted", "better constant classifier", dash="dot"))
    places = _values(view, space, family, first)
    if places:
        traces.append(labels(places, f"values of {measure(view)}"))
    for (name, role, ranking), (tp, fp, value) in zip(models(result), best_points(result, view), strict=True):
        touching = f_line(odds, view.beta, value) if view.lines == "f" else cost_line(odds, view.cost_ratio, value)
        x, y = path(touching, ranking, space, view.share)
        at = space.place(ranking, np.array([tp]), np.array([fp]), view.share)
        words = f"{plain(name, 30)}, best threshold<br>{measure(view)} %{{customdata:.3f}}<br>{space.words}"
        traces.append(lines(x, y, role, f"best {measure(view)} of {name}", 1, dash="solid", legendgroup=role))
        if np.isfinite(at).all():  # without a positive call there is no precision
            traces.append(
                marks(
                    *at, role, "diamond-open", f"best of {name}", words, legendgroup=role, customdata=np.array([value])
                )
            )
    return traces


def _family(view: View, space: Space, odds: float) -> tuple[list[Isometric], Isometric]:
    """Return lines at round values, and that of the constant answer: all predicted positive, or the cheaper of both."""
    if view.lines == "f":
        of_all = view.beta**2 / (1 + view.beta**2)
        constant = gain_line(odds, view.beta, of_all)
        if space is PRG:
            apart = [gain for gain in (0.0, 0.25, 0.5, 0.75) if abs(gain - of_all) > 0.06]
            return [gain_line(odds, view.beta, gain) for gain in apart], constant
        return [f_line(odds, view.beta, f) for f in (0.2, 0.4, 0.6, 0.8)], constant
    most = constant_cost(odds, view.cost_ratio)
    step = round_step(most / 2)
    levels = np.arange(step, most * (1 - 1e-9), step)
    return [cost_line(odds, view.cost_ratio, cost) for cost in levels.tolist()], cost_line(odds, view.cost_ratio, most)


def _values(view: View, space: Space, family: list[Isometric], ranking: Ranking) -> list[tuple[float, float, str, str]]:
    """Place the values of the lines, each at an end of its line, as far as there is room."""
    places: list[tuple[float, float, str, str]] = []
    limits = {"top center": 0.7 if space is ROC else 0.9, "bottom right": 0.93}  # of x; beyond there is no room
    for line in family:
        recall, side = _end(view, space, line)
        x, y = (float(part[0]) for part in space.place(ranking, *line.counts(ranking, np.array([recall])), view.share))
        right = limits.get(side, 1.0)
        crowded = any(abs(x - there[0]) < 0.12 and abs(y - there[1]) < 0.06 for there in places)
        if ACROSS[0] <= x <= right and space.up[0] <= y <= 1 and not crowded:
            places.append((x, y, f"{line.value:.3g}" if not 0 < line.value < 1e-4 else number(line.value, 1), side))
    if places:
        x, y, text, side = places[-1]
        unit = "gain" if view.lines == "f" and space is PRG else measure(view)
        places[-1] = (x, y, f"{unit} {text}", side)
    return places


def _end(view: View, space: Space, line: Isometric) -> tuple[float, str]:
    """Return the true positive rate of the end that carries the value, and its side."""
    low, high = line.recalls
    if view.lines == "cost":
        if space is PR and line.slope > 1:
            return low, "top center"
        return high, "top center" if space is ROC else "top left"
    random = line.start / (1 - line.slope) if line.slope < 1 else 2.0
    if space is PR:
        return low, "top center"
    if random <= 1:
        return random, "bottom center" if space is PRG else "bottom right"
    if space is ROC:
        return high, "top center"
    # On top of PRG there may stand the name of the line of the constant answer.
    from_top = (1 + view.beta**2) * line.value - 1 > 0.45 * view.beta**2
    return (low, "top right") if from_top and view.beta <= 1 else (high, "bottom left")


def best_points(result: Comparison, view: View) -> list[tuple[float, float, float]]:
    """Return, for each model, the hull vertex with the largest F or the least expected cost: tp, fp, and that value."""
    found = []
    for ranking in result.rankings:
        if view.lines == "f":
            tp, fp = (counts[1:] for counts in ranking.hull)
            recall, precision = ranking.pr(tp, fp, view.share)
            f = f_score(precision, recall, view.beta)
            k = int(np.argmax(f))
            found.append((float(tp[k]), float(fp[k]), float(f[k])))
        else:
            best = cheapest(ranking, cost_ratio=view.cost_ratio, prevalence=view.share)
            cost = expected_cost(ranking, *best, cost_ratio=view.cost_ratio, prevalence=view.share)
            found.append((*best, float(cost)))
    return found


def notes(result: Comparison, view: View) -> list[Trace]:
    """Write names of the models and the meaning of the overlays, in the corner of ROC space where curves seldom are."""
    dashes = dict(zip(ROLES, ("━━━", "━ ━", "···", "━·━", "━━·"), strict=True))
    words = [(f"{dashes[role]} {plain(name, 22)}", role) for name, role, _ in models(result)]
    if view.lines != "none":
        best = {"f": f"best {measure(view)}", "cost": "least cost"}[view.lines]
        values = (f"◇ {best} {fixed(value)}" for *_, value in best_points(result, view))
        words += list(zip(values, ROLES, strict=False))
    if view.hull:
        words.append(("dotted: convex hull", "muted"))
    if view.bands:
        words.append(("95% bands, pointwise", "muted"))
    text = colored(((role, part) for part, role in words), "<br>")
    return [labels([(1.03, -0.03, text, "top left")], "notes")]


def f_name(beta: float) -> str:
    """Return F with its beta as an index."""
    return f"F{subscript(beta)}"


def measure(view: View) -> str:
    """Name the measure that is constant along the lines."""
    return f_name(view.beta) if view.lines == "f" else "cost"
