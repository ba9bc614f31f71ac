"""Below the picture: a fit to points of which one is dragged, and losses of given predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core.draw.live import Axis, Check, Frames, Picture, Readout
from core.draw.marks import curve, dots, panel
from core.kit.arrays import Array
from core.kit.lab import Section, Table
from core.kit.words import fixed, number
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
from core.labs.logistic.controls import PENALTY, TYPED

_MOVED = 2  # the point that is dragged
_GRID = np.linspace(-0.5, 8.5, 91)
_fits = lru_cache(maxsize=8)(fits)


def fit_it(result: Logistic, values: Mapping[str, Any]) -> Sequence[Any]:
    """A fit to six points, the third of which is dragged."""
    found = _fits(penalty=float(values["penalty"]))
    held = (
        f"The penalty λ = {number(found.penalty)} holds the weight."
        if found.penalty
        else "Without a penalty the fitted probabilities add up to the three positive labels, wherever the points lie."
    )
    return (
        "Six points on a line, three of each label. Drag the third one past its neighbors. "
        f"{held} Once a border separates the labels, the loss has no minimum: a steeper curve is always better, and "
        "the weight runs away. Set “Penalty λ” above 0 to stop it.",
        PENALTY,
        _fit_picture(found),
    )


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
        traces, alt, x="x", y="probability", frames=frames, height=320,
        xaxis={"range": [-0.5, 8.5]}, yaxis={"range": [-0.08, 1.08]},
    )  # fmt: skip
    axis = Axis("third_point", "Third point", tuple(float(round(p, 10)) for p in PLACES),
                tuple(f"{p:g}" for p in np.round(PLACES, 10)), start=POINTS[_MOVED])  # fmt: skip
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
        Readout("mean loss", texts(found.loss), help="Mean cross-entropy of the six points, in nats.",
                check=check if not found.penalty else None),
    )  # fmt: skip


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


def predictions(result: Logistic, values: Mapping[str, Any]) -> Sequence[Any]:
    """Losses of the typed predictions, one row each, with their mean."""
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
    return (
        "Type a true label and a predicted probability for each row. The gradient is that of the mean loss by the "
        "score of this prediction: how hard it still pulls.",
        TYPED,
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
