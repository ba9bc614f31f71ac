"""A different split seed compared with new data: what changes, and what the homework concluded from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Frames, Panel, Picture
from core.draw.marks import bars, curve, dots, panel
from core.draw.style import ceiling
from core.kit.arrays import Numbers
from core.kit.lab import Section
from core.kit.words import fixed, number, percent
from core.labs.model_selection.compute.explore import REDRAWS, ModelSelection
from core.labs.model_selection.panels.view import at_most, degree_ticks, faint
from core.labs.model_selection.words import shares
from core.regression import homework
from core.regression.controls import if_known
from core.regression.designs import LIMITS

_HEIGHT, _LOWER = 330, 210
_FAINT = 40  # seeds whose errors are drawn
_SHARE = "degree %{x}: %{y:.0%}<extra></extra>"
_SEEDS = LIMITS["seed"][1] + 1


def seeds(result: ModelSelection, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Show both histories side by side, and the homework's conclusion."""
    r = result.reseeded
    return (
        f"Left: {REDRAWS} split seeds, same **data**. Right: {REDRAWS} new data sets, same "
        "**split seed**. Drag to step through them.",
        _histories(result),
        f"Leave-one-out involves no random split: over {REDRAWS} seeds its errors differ only by "
        f"rounding (a relative {at_most(r.largest_split_change)} at most). Its pick is still "
        "random, because the data are.",
        _homework(),
    )


def _histories(result: ModelSelection) -> Picture:
    """Draw errors with the seed of the step among those with other seeds, above how often each degree is picked."""
    r = result.reseeded
    sides = (
        ("new split seeds, same data", r.split_left_out, r.split_k_fold),
        ("new data, same split seed", r.data_left_out, r.data_k_fold),
    )
    picked = ((r.split_left_out_picks, r.split_k_fold_picks), (r.data_left_out_picks, r.data_k_fold_picks))
    panels = []
    for column, (title, left_out, k_fold) in enumerate(sides):
        panels.append(_history(result, title, np.sqrt(left_out), np.sqrt(k_fold), column))
        panels.append(_counts(result, title, *picked[column], column=column))
    steps = tuple(range(REDRAWS))
    axis = Axis("redraw", "New seeds", steps, tuple(map(str, steps)), 0)
    return Picture(tuple(panels), axis, sentences=tuple(_sentence(result, k) for k in steps))


def _range(result: ModelSelection) -> list[float]:
    """Return the range of both error axes: the smallest errors of nearly all draws are visible, outliers leave."""
    least = np.sqrt(np.nanmin(result.reseeded.data_left_out, axis=1))
    top = ceiling(max(1.4 * float(np.quantile(least, 0.95)), 1e-9))
    return [min(0.85 * float(least.min()), 0.5 * top), top]


def _history(result: ModelSelection, title: str, left_out: Numbers, k_fold: Numbers, column: int) -> Panel:
    """Draw errors with some seeds, faint, and those with the seed of the step."""
    degrees = result.reseeded.degrees.astype(float)
    gap = np.full((_FAINT, 1), np.nan)
    every = np.tile(np.append(degrees, np.nan), _FAINT)
    some_k_fold, some_left_out = (np.hstack([rows[:_FAINT], gap]).ravel() for rows in (k_fold, left_out))
    name = f"{result.folds}-fold"
    best = np.nanargmin(left_out, axis=1)
    traces = [
        faint(every, some_k_fold, f"{_FAINT} seeds, {name}", "first", opacity=0.25),
        faint(every, some_left_out, f"{_FAINT} seeds, leave-one-out", "threshold", opacity=0.25),
        curve(degrees, None, "first", name, 2.6),
        curve(degrees, None, "threshold", "leave-one-out", 3.2),
        dots([], None, "threshold", "its pick", 12),
    ]
    (degree, share), *_ = shares(best + 1)
    own = left_out[:, degree - 1]
    alt = (
        f"Root mean squared errors with {title}. Leave-one-out picks degree {degree} in {percent(share)}; its error "
        f"there is between {number(float(np.nanmin(own)))} and {number(float(np.nanmax(own)))}."
    )
    frames = (
        Frames(2, k_fold),
        Frames(3, left_out),
        Frames(4, best[:, np.newaxis] + 1, "x"),
        Frames(4, np.take_along_axis(left_out, best[:, np.newaxis], axis=1)),
    )
    return panel(
        traces,
        alt,
        x="degree",
        y="RMSE (y)",
        frames=frames,
        column=column,
        height=_HEIGHT,
        title=title,
        margin={"t": 34, "b": 44},
        xaxis=degree_ticks(len(degrees)),
        yaxis={"range": _range(result)},
    )


def _counts(result: ModelSelection, title: str, left_out: Numbers, k_fold: Numbers, *, column: int) -> Panel:
    """Draw how often each degree is picked."""
    degrees = result.reseeded.degrees
    both = [(f"{result.folds}-fold", "first", k_fold), ("leave-one-out", "threshold", left_out)]
    traces = [
        bars(degrees, (picked[:, np.newaxis] == degrees).mean(axis=0), role, name, hovertemplate=_SHARE)
        for name, role, picked in both
    ]
    alt = f"Degrees picked over {REDRAWS} {title}. " + " ".join(
        f"{name}: " + ", ".join(f"{degree} in {percent(share)}" for degree, share in shares(picked)[:4]) + "."
        for name, _, picked in both
    )
    return panel(
        traces,
        alt,
        x="degree picked",
        y="share",
        column=column,
        height=_LOWER,
        margin={"t": 8, "b": 44},
        showlegend=False,
        xaxis=degree_ticks(len(degrees)),
        yaxis={"range": [0, 1.05], "tickformat": ".0%"},
    )


def _sentence(result: ModelSelection, k: int) -> str:
    r, v = result.reseeded, result.experiment
    folds, last = f"{result.folds}-fold", min(4, r.degrees.size)
    return (
        f"Split seed {result.split_seed + k}: leave-one-out picks {r.split_left_out_picks[k]}, "
        f"{folds} {r.split_k_fold_picks[k]}. Data seed {(v.seed + k) % _SEEDS}: leave-one-out "
        f"picks {r.data_left_out_picks[k]}, {folds} {r.data_k_fold_picks[k]}. Leave-one-out RMSE "
        f"of degrees 1 to {last}, same data: {_few(r.split_left_out[k, :last])}; new data: "
        f"{_few(r.data_left_out[k, :last])}."
    )


def _few(squares: Numbers) -> str:
    """Write roots of some mean squares."""
    return ", ".join(fixed(float(np.sqrt(value))) for value in squares)


def _homework() -> str:
    again = homework.redraws()
    own = ", ".join(fixed(float(value), 4) for value in again.rmse[0])
    return (
        "**A common mistake**: on x − 2x² (100 points, degrees 1 to 4) the four RMSE values are "
        f"{own}. Set a new seed after drawing the data, and you get the same four: it looks as if "
        f"leave-one-out ignored the seed (left plot). With {len(again.rmse)} new data sets (right "
        f"plot), the true degree 2 wins in {percent(float(again.winners[1]))} of them, degree 3 "
        f"in {percent(float(again.winners[2]))}, degree 4 in {percent(float(again.winners[3]))}. "
        "The smallest leave-one-out error does not prove that a model is the true one."
    )


SECTION = if_known(Section("New split seed or new data: what changes?", seeds))
