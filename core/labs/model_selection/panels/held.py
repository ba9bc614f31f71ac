"""Held-out points: the data with the fits that leave some out, and below them one row of points per fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import chebvander

from core.draw.live import Frames, Panel, strands
from core.draw.marks import Trace, band, curve, dots, panel, span, texts
from core.draw.regression import fit_range, there
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.model_selection.compute.explore import ModelSelection
from core.labs.model_selection.panels.view import LOWER, UPPER, opening
from core.regression.polynomials import scaled
from core.regression.resampling import RESAMPLES

_CURVES = 20  # fits that are drawn at most
_OFF = 1e9  # height of a fit that is not determined: off the picture
# Rule -> what the first of its fits does not see, and each of them.
_FITS = {
    "hold-out": ("the held-out points", ""),
    "k-fold": ("fold 1", "each fold"),
    "repeated k-fold": ("row 1", "each row"),
    "leave-one-out": ("point 1", "each point"),
}
_ROW_NAMES = {
    "hold-out": "one split",
    "k-fold": "fold",
    "repeated k-fold": "division",
    "leave-one-out": "point left out",
}


def held_panels(result: ModelSelection, rule: str, order: str) -> tuple[Panel, ...]:
    """Draw data and fits above the raster of held-out points."""
    place = _places(result, order)
    held = result.held(rule)
    if rule == "leave-one-out":
        held = held[np.argsort(place)]
    return _data(result, rule, held), _raster(result, rule, order, place, held)


def _places(result: ModelSelection, order: str) -> Numbers:
    x = result.validation.x
    return np.arange(1.0, x.size + 1) if order == "index" else x


def _data(result: ModelSelection, rule: str, held: Numbers) -> Panel:
    """Draw all points with the fits, highlighting the points that the first of these leaves out."""
    v = result.validation
    first = held[0] if len(held) else np.zeros(v.x.size, bool)
    hover = "x %{x:.3g}<br>y %{y:.3g}"
    fits, frames = _fits(result, rule, held)
    traces = [
        _behind(result),
        *fits,
        dots(v.x[~first], v.y[~first], "train", "points", 7, showlegend=False, hover=hover),
        *([dots(v.x[first], v.y[first], "test", _FITS[rule][0], 9, "diamond", hover=hover)] if len(held) else []),
    ]
    if v.known:
        shown, said = "with noise, the truth (dashed)", "the expected error of the fit to all points"
        value, (low, high) = float(v.own_risk[v.best - 1]), fit_range(v.f_grid, v.noise)
    else:
        shown, said = "of your own, a band of bootstrap fits", "the bootstrap spread of the fit to all points"
        value, (low, high) = float(result.spread[result.looked_at - 1]), span(v.y, 0.15)
        edges = [there(np.concatenate([upper, lower[::-1]])) for lower, upper in result.band.swapaxes(0, 1)]
        frames = [Frames(0, edges), *frames]
    alt = (
        f"{v.x.size} points {shown} and the polynomial of the current "
        f"degree. {_said(result, rule, held)} At degree {result.looked_at} {said} is {number(value)}."
    )
    return panel(
        traces,
        alt,
        x="x",
        y="y",
        frames=frames,
        height=UPPER,
        xaxis={"range": span(v.grid, 0.02)},
        yaxis={"range": [min(low, float(v.y.min())), max(high, float(v.y.max()))]},
    )


def _behind(result: ModelSelection) -> Trace:
    """Draw what lies behind the fits: the truth, or where nobody knows it, how far the fits to resamples spread."""
    v = result.validation
    if v.known:
        return curve(v.grid, v.f_grid, "truth", "truth", 2)
    return band(np.concatenate([v.grid, v.grid[::-1]]), None, "band", f"68% of {RESAMPLES} bootstrap fits")


def _fits(result: ModelSelection, rule: str, held: Numbers) -> tuple[list[Trace], list[Frames]]:
    """Draw curves of the fits that leave out some points, the first of them, and the fit to all points."""
    v = result.validation
    shown = held[:_CURVES]
    coefs = result.coefficients(np.vstack([np.zeros((1, v.x.size), bool), shown]))
    coefs = np.where(np.isnan(coefs), [_OFF] + [0.0] * v.degrees.size, coefs)
    basis = np.asarray(chebvander(scaled(v.grid, v.grid[0], v.grid[-1]), v.degrees.size).T)
    traces, frames = [], []

    def add(rows: slice, role: str, name: str, width: float, **more: Any) -> None:
        own = [curves[rows, : k + 2] for k, curves in enumerate(coefs.swapaxes(0, 1))]
        x = strands(np.tile(v.grid, (len(own[0]), 1)))
        traces.append(curve(x, None, role, name, width, dash="solid", **more))
        frames.append(Frames(len(traces), own, basis=basis))  # the truth, or a band, is drawn before

    one, each = _FITS.get(rule, ("", ""))
    if len(shown) > 1:
        part = f" ({len(shown)} of {len(held)})" if len(shown) < len(held) else ""
        add(slice(1, None), "variance", f"fits without {each}{part}", 1, opacity=0.5)
    if len(shown):
        add(slice(1, 2), "test", f"fit without {one}", 2.4)
    add(slice(0, 1), "accent", "fit to all points", 3)
    return traces, frames


def _said(result: ModelSelection, rule: str, held: Numbers) -> str:
    name = opening(result, rule)
    if not len(held):
        return f"{name} holds out no points."
    sizes = held.sum(axis=1)
    count = str(sizes.min()) if sizes.min() == sizes.max() else f"{sizes.min()} to {sizes.max()}"
    rows = {"k-fold": " (each fold is a row)", "repeated k-fold": " (the first fold of each division is a row)"}
    return f"{name} holds out {count} at a time{rows.get(rule, '')}."


def _raster(result: ModelSelection, rule: str, order: str, place: Numbers, held: Numbers) -> Panel:
    """Draw one row per fit: a line of the points it uses, and marks on those it leaves out."""
    v = result.validation
    count = max(len(held), 1)
    ends = [float(place.min()), float(place.max())]
    y = np.arange(1.0, count + 1)
    seen = curve(
        np.tile([*ends, np.nan], count),
        np.repeat(y, 3),
        "train",
        "used for the fit",
        _width(count, 0.35, 0.8),
        dash="solid",
        table=False,
    )
    traces = [seen, _tiles(held, place, _width(count, 0.7, 3))] if len(held) else [seen, _nobody(ends)]
    return panel(
        traces,
        f"Held-out points. {_said(result, rule, held)}",
        x="x" if order == "x" else "point index",
        y=_ROW_NAMES.get(rule, "all points"),
        height=LOWER,
        folded=True,
        margin={"t": 8, "b": 44},
        xaxis={"range": span(v.grid, 0.02) if order == "x" else [0.2, v.x.size + 0.8], "showgrid": False},
        yaxis={"range": [count + 0.5, 0.5], "showgrid": False, "tickvals": _ticks(count) if count > 1 else []},
    )


def _width(rows: int, share: float, least: float) -> float:
    """Return the pixels of a line that takes a fraction of a row."""
    return float(np.clip(share * 140 / rows, least, 16 * share))


def _ticks(rows: int) -> list[int]:
    return list(range(1, rows + 1, -(-rows // 5)))


def _tiles(rows: Numbers, place: Numbers, width: float) -> Trace:
    """Draw a short line for each point that a fit leaves out."""
    row, point = np.nonzero(rows)
    half = 0.42 * float(np.ptp(place)) / max(place.size - 1, 1)
    x, y = place[point], row + 1.0
    gap = np.full(x.size, np.nan)
    ends, level = np.stack([x - half, x + half, gap], axis=1), np.stack([y, y, gap], axis=1)
    return curve(ends.ravel(), level.ravel(), "test", "held-out", width, dash="solid")


def _nobody(ends: list[float]) -> Trace:
    words = ["No points are held out; parameters are penalized instead."]
    return texts([sum(ends) / 2], [0.8], words, "muted", "nobody", 13, showlegend=False)
