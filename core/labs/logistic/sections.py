"""Below the picture: a fit to points of which one is dragged, and losses of given predictions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from core.draw.live import Axis, Check, Frames, Panel, Picture, Readout
from core.draw.marks import Trace, curve, dots, panel
from core.kit.arrays import Array
from core.kit.lab import Section, Table
from core.kit.words import fixed, number, verbatim
from core.labs.logistic.compute import (
    LABELS,
    LOSSES,
    PLACES,
    POINTS,
    RUNAWAY,
    Fits,
    Logistic,
    fits,
    read_predictions,
    scored,
    sigmoid,
)
from core.labs.logistic.controls import COLUMNS, FITTED, PENALTY, ROWS, TYPED, UPLOAD
from core.labs.logistic.own import Fitted, fit_own

_MOVED = 2  # the point that is dragged
_LEVELS = np.arange(1, 20) / 20  # thresholds on P of a fitted table
_GRID = np.linspace(-0.5, 8.5, 91)
_fits = lru_cache(maxsize=8)(fits)


def fit_it(result: Logistic, values: Mapping[str, Any]) -> Iterator[Any]:
    """Yield a fit to six points, the third of which is dragged, or to a visitor's table."""
    yield FITTED
    if values["fitted"] == "own":
        yield from (ROWS, UPLOAD, COLUMNS, PENALTY)
        own = fit_own(values)
        yield (
            f"P is the probability of “{verbatim(own.classes[1])}”. Drag the threshold: rows from it on are predicted "
            f"“{verbatim(own.classes[1])}”."
        )
        yield _own_picture(own, float(values["penalty"]))
        return
    found = _fits(penalty=float(values["penalty"]))
    held = (
        f"The penalty λ = {number(found.penalty)} holds the weight."
        if found.penalty
        else "Without a penalty the fitted probabilities add up to the three positive labels, wherever the points lie."
    )
    yield (
        "Six points on a line, three of each label. Drag the third one past its neighbors. "
        f"{held} Once a border separates the labels, the loss has no minimum: a steeper curve is always better, and "
        "the weight runs away. Set “Penalty λ” above 0 to stop it."
    )
    yield PENALTY
    yield _fit_picture(found)


def _fit_picture(found: Fits) -> Picture:
    held = np.isfinite(found.weights[:, 0])
    weights = np.where(held[:, None], found.weights, 0.0)
    curves = sigmoid(weights[:, :1] + weights[:, 1:] * _GRID)
    # A flat half says nothing where there is no fit: show the step that the fit runs to.
    steps = np.array([_step(at) for at in PLACES])
    drawn = np.where(held[:, None], curves, steps)
    border = np.where(held, found.border, np.nan)
    still = [k for k in range(len(POINTS)) if k != _MOVED]
    traces = [
        curve(_GRID, None, "first", "fitted probability", 3),
        dots(np.array(POINTS)[still], np.array(LABELS, float)[still], "train", "points", 10),
        dots(None, np.array([float(LABELS[_MOVED])]), "accent", "third point", 13),
        curve(None, np.array([-0.05, 1.05]), "threshold", "border", 1.8),
    ]
    frames = (
        Frames(0, list(drawn)),
        Frames(2, [np.array([at]) for at in PLACES], "x"),
        Frames(3, [np.array([b, b]) for b in border], "x"),
    )
    alt = "Six points with labels 0 and 1, and the fitted probability, whose border follows the third point."
    one = panel(
        traces,
        alt,
        x="x",
        y="probability",
        frames=frames,
        height=320,
        xaxis={"range": [-0.5, 8.5]},
        yaxis={"range": [-0.08, 1.08]},
    )
    axis = Axis(
        "third_point",
        "Third point",
        tuple(float(round(p, 10)) for p in PLACES),
        tuple(f"{p:g}" for p in np.round(PLACES, 10)),
        start=POINTS[_MOVED],
    )
    return Picture((one,), axis=axis, readouts=_fit_readouts(found), sentences=_fit_sentences(found))


def _step(at: float) -> Array:
    """The step that a runaway fit approaches; rising or falling as the labels lie."""
    x, y = np.array(POINTS), np.array(LABELS)
    x[_MOVED] = at
    rising = x[y == 1].min() >= x[y == 0].max()
    border = (x[y == 1].min() + x[y == 0].max()) / 2 if rising else (x[y == 1].max() + x[y == 0].min()) / 2
    step: Array = (border < _GRID if rising else border > _GRID).astype(float)
    return step


def _fit_readouts(found: Fits) -> tuple[Readout, ...]:
    def texts(values: Array) -> tuple[str, ...]:
        return tuple(fixed(float(v)) if np.isfinite(v) else "none" for v in values)

    equal = tuple(bool(abs(t - sum(LABELS)) < 1e-6) or bool(np.isnan(t)) for t in found.total)
    check = Check(tuple(f"sum of P = {t}, positive labels: {sum(LABELS)}" for t in texts(found.total)), equal)
    return (
        Readout("weight", texts(found.weights[:, 1]), "first", "Slope of the score along x."),
        Readout("border", texts(found.border), "threshold", "The x at which both labels are equally probable."),
        Readout(
            "mean loss",
            texts(found.loss),
            help="Mean cross-entropy of the six points, in nats.",
            check=check if not found.penalty else None,
        ),
    )


def _fit_sentences(found: Fits) -> tuple[str, ...]:
    said = []
    for b, w in found.weights:
        if np.isnan(b):
            said.append("The labels are separable: no finite weight is best.")
        elif abs(w) > RUNAWAY:
            said.append(f"Almost separable: the weight is {number(w)}.")
        else:
            said.append(f"P is one half at x = {number(-b / w) if w else '–'}.")
    return tuple(said)


def _own_picture(own: Fitted, penalty: float) -> Picture:
    """Draw the fit with a threshold on the probability, which is dragged."""
    levels = tuple(_LEVELS.tolist())
    axis = Axis("level", "Threshold on P", levels, tuple(f"{level:g}" for level in levels), start=0.5)
    drawn = _line(own) if len(own.columns) == 1 else _plane(own)
    return Picture((drawn,), axis=axis, readouts=_own_readouts(own, penalty), sentences=_own_sentences(own))


def _borders(own: Fitted) -> Array:
    """Return the score b + w · x at which P reaches each of `_LEVELS`, less the intercept; shape (19,)."""
    scores: Array = np.log(_LEVELS / (1 - _LEVELS)) - own.weights[0]
    return scores


def _ends(values: Array) -> tuple[float, float]:
    margin = 0.08 * float(np.ptp(values))
    return float(values.min()) - margin, float(values.max()) + margin


def _line(own: Fitted) -> Panel:
    low, high = _ends(own.x[:, 0])
    grid = np.linspace(low, high, 121)
    traces: list[Trace] = [curve(grid, sigmoid(own.weights[0] + own.weights[1] * grid), "first", "probability", 3)]
    traces += [
        dots(own.x[own.y == label, 0], np.full(int((own.y == label).sum()), float(label)), role, own.classes[label], 9)
        for label, role in enumerate(("train", "second"))
    ]
    traces.append(curve(None, np.array([-0.05, 1.05]), "threshold", "threshold", 2))
    at = _borders(own) / own.weights[1] if own.weights[1] else np.full(len(_LEVELS), np.nan)
    at = np.where((at >= low) & (at <= high), at, np.nan)
    return panel(
        traces,
        f"Fitted probability of {own.classes[1]} against {own.columns[0]} with {len(own.y)} rows at 0 and 1; a "
        "vertical line stands where the probability reaches the threshold.",
        x=own.columns[0],
        y="probability",
        frames=(Frames(3, [np.array([a, a]) for a in at], "x"),),
        height=340,
        xaxis={"range": [low, high]},
        yaxis={"range": [-0.08, 1.08]},
    )


def _plane(own: Fitted) -> Panel:
    (low, high), (below, above) = _ends(own.x[:, 0]), _ends(own.x[:, 1])
    first, second = own.weights[1:]
    scores = _borders(own)
    if abs(second) * (above - below) >= abs(first) * (high - low):
        x = np.tile([low, high], (len(scores), 1))
        y = (scores[:, None] - first * x) / second if second else np.full_like(x, np.nan)
    else:
        y = np.tile([below, above], (len(scores), 1))
        x = (scores[:, None] - second * y) / first
    traces: list[Trace] = [
        dots(own.x[own.y == label, 0], own.x[own.y == label, 1], role, own.classes[label], 9, symbol)
        for label, role, symbol in ((0, "train", "circle"), (1, "second", "square"))
    ]
    traces.append(curve(None, None, "threshold", "threshold", 2.4))
    return panel(
        traces,
        f"{len(own.y)} rows over {own.columns[0]} and {own.columns[1]}, in two classes, with the line on which the "
        f"fitted probability of {own.classes[1]} is the threshold.",
        x=own.columns[0],
        y=own.columns[1],
        frames=(Frames(2, list(x), "x"), Frames(2, list(y))),
        height=420,
        xaxis={"range": [low, high]},
        yaxis={"range": [below, above]},
    )


def _right(own: Fitted) -> list[int]:
    """Count the rows that each threshold puts into their own class."""
    return [int(((own.probabilities >= level) == own.y).sum()) for level in _LEVELS]


def _own_readouts(own: Fitted, penalty: float) -> tuple[Readout, ...]:
    total, positives = float(own.probabilities.sum()), int(own.y.sum())
    check = Check(
        (f"sum of P = {fixed(total)}, rows of {own.classes[1]}: {positives}",),
        (math.isclose(total, positives, abs_tol=1e-6),),
    )
    held = f", at λ = {number(penalty)}" if penalty else ""
    return (
        *(
            Readout(f"weight of {name}", (number(float(weight)),), "first", "What one more unit adds to the score.")
            for name, weight in zip(own.columns, own.weights[1:], strict=True)
        ),
        Readout("mean loss", (fixed(own.loss),), help=f"Mean cross-entropy of all rows in nats{held}.", check=check),
        Readout(
            "correct",
            tuple(f"{count} of {len(own.y)}" for count in _right(own)),
            "test",
            "Rows that the threshold puts into their own class.",
        ),
    )


def _own_sentences(own: Fitted) -> tuple[str, ...]:
    return tuple(
        f"Predicting from P = {level:g} on gets {count} of {len(own.y)} rows right."
        for level, count in zip(_LEVELS.tolist(), _right(own), strict=True)
    )


def predictions(result: Logistic, values: Mapping[str, Any]) -> Iterator[Any]:
    """Yield losses of the typed predictions, one row each, with their mean."""
    yield from (
        "Type a true label and a predicted probability for each row. The gradient is that of the mean loss by the "
        "score of this prediction: how hard it still pulls.",
        TYPED,
    )
    found = scored(*read_predictions(values["predictions"]), values["base"])
    names = [name for name in LOSSES if name in found.terms]
    columns: dict[str, list[Any]] = {"label": list(found.labels), "probability": list(found.probabilities)}
    columns |= {LOSSES[name]: [float(v) if np.isfinite(v) else "∞" for v in found.terms[name]] for name in names}
    columns |= {f"gradient, {LOSSES[name]}": [float(v) for v in found.gradients[name]] for name in names}
    means = "; ".join(f"{LOSSES[name]} {number(float(np.mean(found.terms[name])), 4)}" for name in names)
    endless = not all(np.isfinite(found.terms["bce"]))
    why = (
        " A wrong prediction made with certainty has an infinite cross-entropy: never predict exactly 0 or 1."
        if endless
        else ""
    )
    yield from (
        Table({name: _one_type(values) for name, values in columns.items()}),
        f"**Means:** {means}.{why}",
    )


def _one_type(values: list[Any]) -> list[Any]:
    """Write a column as texts where one of its entries is one."""
    if any(isinstance(value, str) for value in values):
        return [value if isinstance(value, str) else fixed(value, 6) for value in values]
    return values


SECTIONS = (
    Section("Fit it: what happens when the labels separate?", fit_it),
    Section("Score three predictions: which loss punishes what?", predictions),
)
