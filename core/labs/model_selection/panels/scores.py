"""Scores of every rule at every degree, and its choice."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.draw.live import Panel, Track
from core.draw.marks import Trace, curve, dots, panel
from core.draw.regression import error_axis
from core.draw.style import ceiling, color
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.model_selection.compute.explore import ModelSelection
from core.labs.model_selection.panels.view import LOWER, RULES, UPPER, degree_ticks, index_of, name_of, opening, picks

_OTHERS = "others"
_MARGIN = {"l": 100}  # of both panels, so that their degrees stand above each other


def score_panels(result: ModelSelection, rule: str, log_y: bool) -> tuple[Panel, ...]:
    """Draw scores of all rules above the degrees they pick."""
    return _scores(result, rule, log_y), _picks(result, rule)


def _scores(result: ModelSelection, rule: str, log_y: bool) -> Panel:
    v = result.validation
    x = v.degrees
    pick, one_se = picks(result, rule)
    own = result.errors[index_of(result, rule)]
    both = np.fmax(v.risk, own) if v.known else own  # the axis shows where either of the two is small
    axis = _error_axis(both, result.train_mse, log_y)
    top = 10 ** axis["range"][1] if log_y else axis["range"][1]
    traces = [
        _others(),
        *(_score(result, other, thin=True) for other in v.rules if other != rule),
        curve(x, result.train_mse, "train", "training error", hover=_words("training error")),
        *([curve(x, v.risk, "risk", "expected error", 3.2, hover=_words("expected error"))] if v.known else []),
        _score(result, rule, thin=False, top=top),
        *_one_standard_error(result, rule),
        *([_mark(v.best, v.risk[v.best - 1], "star", "risk")] if v.known else []),
        _mark(pick, own[pick - 1], "circle", RULES[rule][1]),
    ]
    expected = "The expected error is unknown"
    if v.known:
        expected = (
            f"The expected error, known only because the truth is, is smallest at degree {v.best}, "
            f"{number(float(v.risk[v.best - 1]))}"
        )
    alt = (
        f"Scores against degree. {opening(result, rule)} is {number(float(own[0]))} at degree 1 and smallest, "
        f"{number(float(own[pick - 1]))}, at degree {pick}{_simplest(pick, one_se)}. {expected}; the training "
        f"error falls to {number(float(result.train_mse[-1]))}."
    )
    return panel(
        traces,
        alt,
        x="degree",
        y="squared error (units of y²)",
        tracks=(Track(x),),
        column=1,
        height=UPPER,
        xaxis=degree_ticks(len(x)),
        margin=_MARGIN | {"b": 44},
        yaxis=axis,
    )


def _error_axis(score: Numbers, train: Numbers, log_y: bool) -> dict[str, Any]:
    """Return a range that shows where a score is small, and the training error; larger values leave at the top."""
    if log_y:
        score = score[np.isfinite(score)]  # without the truth, nothing is known of degrees that the rule cannot judge
        axis = error_axis({"risk": score, "training": train}, float(score[0]), log_y)
        if "type" not in axis:
            return axis
        low, high = axis["range"]
        return axis | {"dtick": "D2" if high - low < 2.2 else max(1, round((high - low) / 5))}
    least = float(np.nanmin(score))
    top = ceiling(max(1.5 * least, 1.15 * min(float(np.nanmedian(score)), 2.6 * least), 1e-9))
    lowest = float(train.min())
    return {"range": [0.85 * lowest if lowest > 0.35 * top else -0.03 * top, top]}


def _simplest(pick: int, one_se: int) -> str:
    return f"; degree {one_se} is within one standard error" if one_se != pick else ""


def _words(name: str) -> str:
    return f"degree %{{x}}<br>{name} %{{y:.4g}}"


def _score(result: ModelSelection, rule: str, *, thin: bool, top: float = np.inf) -> Trace:
    """Draw the score of a rule; for the one being examined with standard errors, where it is not above the picture."""
    v = result.validation
    _, role, dash = RULES[rule]
    at, name = index_of(result, rule), name_of(result, rule)
    look: Trace = {"dash": dash, "hover": _words(name)}
    ses = v.score_ses[at]
    if thin:
        look |= {"legendgroup": _OTHERS}
    elif np.isfinite(ses).any():
        ses = np.where(result.errors[at] <= top, np.nan_to_num(ses), 0)
        bars = {"type": "data", "array": ses.astype(np.float32), "color": color(role), "width": 4}
        points = dots(None, None, role, name, 6, edge=0, error_y=bars)
        look |= {key: points[key] for key in ("marker", "error_y")} | {"mode": "lines+markers"}
    return curve(v.degrees, result.errors[at], role, name, 1.3 if thin else 3, **look)


def _one_standard_error(result: ModelSelection, rule: str) -> list[Trace]:
    """Draw the level up to which a simpler model counts as equally good, and the simplest one under it."""
    v, at = result.validation, index_of(result, rule)
    pick, one_se = picks(result, rule)
    se = float(v.score_ses[at, pick - 1])
    if not np.isfinite(se):
        return []
    level = float(result.errors[at, pick - 1]) + se
    role = RULES[rule][1]
    ends = np.array([0.5, len(v.degrees) + 0.5])
    traces = [curve(ends, np.full(2, level), role, "minimum + 1 SE", 1, dash="longdash", table=False)]
    if one_se != pick:
        score = float(result.errors[at, one_se - 1])
        traces.append(_mark(one_se, score, "circle-open", role))
    return traces


def _mark(degree: int, y: float, symbol: str, role: str) -> Trace:
    place = np.array([degree]), np.array([y])
    return dots(*place, role, "picked", 13, symbol, showlegend=False, table=False)


def _others() -> Trace:
    """Return the legend entry for all rules but one."""
    nothing: Numbers = np.empty(0)
    return curve(nothing, nothing, "muted", "other criteria", 1.3, legendgroup=_OTHERS)


def _picks(result: ModelSelection, rule: str) -> Panel:
    """Draw one row per rule: its pick, and its pick by the one-standard-error rule."""
    v = result.validation
    names = [name_of(result, other) for other in v.rules]
    found = [picks(result, other) for other in v.rules]
    roles = [RULES[other][1] for other in v.rules]
    bold = index_of(result, rule)
    if v.known:
        names, found, roles = ["expected error", *names], [(v.best, v.best), *found], ["risk", *roles]
        bold += 1
    rows = zip(names, found, roles, strict=True)
    return panel(
        [_row(*both, row, role, name) for row, (name, both, role) in enumerate(rows)],
        "Degree with the smallest score. "
        + "; ".join(f"{name}: {_both(*both)}" for name, both in zip(names, found, strict=True))
        + ".",
        x="degree",
        y="",
        tracks=(Track(v.degrees),),
        column=1,
        height=LOWER,
        margin=_MARGIN | {"t": 16, "b": 42},
        showlegend=False,
        xaxis=degree_ticks(len(v.degrees)),
        yaxis={
            "range": [len(names) - 0.3, -1.2],
            "tickvals": list(range(len(names))),
            "ticktext": [f"<b>{name}</b>" if row == bold else name for row, name in enumerate(names)],
            "showgrid": False,
            "title": {"text": "degree picked by each rule (open: by one SE)", "standoff": 2},
        },
    )


def _both(pick: int, one_se: int) -> str:
    return f"{pick} (1-SE rule: {one_se})" if one_se != pick else str(pick)


def _row(pick: int, one_se: int, row: int, role: str, name: str) -> Trace:
    """Draw a mark at the pick, and an open one at the simpler degree."""
    symbol = "star" if role == "risk" else "circle"
    marker = {
        "symbol": [f"{symbol}-open" if one_se != pick else symbol, symbol],
        "size": 12 if symbol == "star" else 9,
        "color": color(role),
        "line": {"width": 1.6},
    }
    x, y = np.array([one_se, pick]), [row, row]
    return curve(x, y, role, name, 1, dash="solid", mode="lines+markers", marker=marker)
