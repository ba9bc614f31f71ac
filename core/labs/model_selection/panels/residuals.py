"""Residuals with and without the point itself: the effect of leverage on leave-one-out."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel
from core.draw.marks import bars, curve, dots, panel, span
from core.draw.regression import there
from core.draw.style import ceiling, color
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.model_selection.compute.explore import ModelSelection
from core.labs.model_selection.panels.view import LOWER, UPPER

_MOST_DRAWN = 400  # of more points every second is drawn, or every third


def residual_panels(result: ModelSelection) -> tuple[Panel, ...]:
    """Draw residuals that become leave-one-out residuals, above the leverage that makes them."""
    return _lollipops(result), _leverage(result)


def _drawn(result: ModelSelection) -> Numbers:
    """Return which points are drawn, from the left to the right where not all are."""
    x = result.validation.x
    step = -(-x.size // _MOST_DRAWN)
    return np.arange(x.size) if step == 1 else np.argsort(x, kind="stable")[::step]


def _lollipops(result: ModelSelection) -> Panel:
    """Draw a stem from each residual r of the fit to all points to r / (1 - h), and a cross where a refit puts it."""
    v = result.validation
    shown = _drawn(result)
    x, residuals, left_out = v.x[shown], v.residuals[:, shown], v.left_out[:, shown]
    stems = np.stack([residuals, left_out, np.full_like(left_out, np.nan)], axis=2)
    traces = [
        curve(np.repeat(x, 3), None, "threshold", "from r to r/(1 − h)", 1.6, dash="solid", table=False),
        dots(x, None, "train", "residual r", 7),
        dots(x, None, "threshold", "leave-one-out r/(1 − h)", 10, "circle-open"),
        curve(np.array([v.grid[0], v.grid[-1]]), np.zeros(2), "noise", "0", 1, showlegend=False),
    ]
    frames = [
        Frames(0, [there(row.ravel()) for row in np.where(np.isnan(left_out[:, :, np.newaxis]), np.nan, stems)]),
        Frames(1, residuals),
        Frames(2, [there(row) for row in left_out]),
    ]
    if result.is_refitted:
        crosses = dots(x, None, "risk", f"by {v.x.size} refits", 6, "cross-thin", showlegend=True)
        crosses["marker"]["line"] = {"width": 1.4, "color": color("risk")}
        frames.append(Frames(len(traces), [there(row) for row in v.refitted[:, shown]]))
        traces.append(crosses)
    at = result.looked_at - 1
    crossed = ", with crosses for the residuals of as many refits" if result.is_refitted else ""
    alt = (
        f"Residuals r of {x.size} points and what they become when the point itself is left "
        f"out, r/(1 − h){crossed}. {_largest(result, at)}"
    )
    return panel(
        traces,
        alt,
        x="x",
        y="residual (y)",
        frames=tuple(frames),
        height=UPPER,
        xaxis={"range": span(v.grid, 0.02)},
        yaxis={"range": _reach(result)},
    )


def _reach(result: ModelSelection) -> list[float]:
    """Return a range around 0 that shows the residuals of the relevant degrees; anything that explodes leaves it."""
    v = result.validation
    score = result.left_out_rmse
    least = float(np.nanmin(score))
    shown = np.abs(v.left_out[score <= 1.6 * least])
    top = ceiling(max(3.2 * least, 1.1 * min(float(shown.max()), 6 * least), 1e-9))
    return [-top, top]


def _largest(result: ModelSelection, at: int) -> str:
    """Say which point grows most at a degree."""
    v = result.validation
    h = v.leverage[at]
    i = int(h.argmax())
    grown = v.left_out[at, i]
    turned = f"turns {number(v.residuals[at, i])} into {number(grown)}"
    becomes = "has no leave-one-out residual" if np.isnan(grown) else turned
    place = f"the point at x = {number(float(v.x[i]))}"
    return f"At degree {at + 1} {place} has the largest leverage, {number(h[i])}, and {becomes}."


def _leverage(result: ModelSelection) -> Panel:
    """Draw the leverage h of each point, and its mean, which is known beforehand."""
    v, shown = result.validation, _drawn(result)
    ends = span(v.grid, 0.02)
    mean = np.repeat((v.degrees + 1)[:, np.newaxis] / v.x.size, 2, axis=1)
    words, width = "x %{x:.3g}<br>h %{y:.4f}", 0.007 * np.ptp(ends)
    traces = [
        bars(v.x[shown], v.leverage[0, shown], "accent", "leverage h", width=width, hover=words),
        curve(np.array(ends), None, "muted", "mean, (degree + 1) / n", 1.6, dash="dash"),
    ]
    frames = (Frames(0, v.leverage[:, shown]), Frames(1, mean))
    first, last = (f"{number(float(v.leverage[k].max()))} at degree {v.degrees[k]}" for k in (0, -1))
    return panel(
        traces,
        f"Leverage of each point, the diagonal of the hat matrix. The largest is {first} and {last}.",
        x="x",
        y="leverage h",
        frames=frames,
        height=LOWER,
        folded=True,
        margin={"t": 8, "b": 44},
        xaxis={"range": ends},
        yaxis={"range": [0, 1.08]},
    )
