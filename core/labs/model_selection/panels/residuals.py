"""Residuals with and without the point itself: the effect of leverage on leave-one-out."""

from __future__ import annotations

import numpy as np

from core.draw.live import Frames, Panel
from core.draw.marks import bars, curve, dots, panel, span
from core.draw.style import ceiling, color
from core.kit.words import number
from core.labs.model_selection.compute.explore import ModelSelection
from core.labs.model_selection.panels.view import LOWER, UPPER, there


def residual_panels(result: ModelSelection) -> tuple[Panel, ...]:
    """Draw residuals that become leave-one-out residuals, above the leverage that makes them."""
    return _lollipops(result), _leverage(result)


def _lollipops(result: ModelSelection) -> Panel:
    """Draw a stem from each residual r of the fit to all points to r / (1 - h), and a cross where a refit puts it."""
    v = result.validation
    stems = np.stack([v.residuals, v.left_out, np.full_like(v.left_out, np.nan)], axis=2)
    traces = [
        curve(
            np.repeat(v.x, 3),
            None,
            "threshold",
            "from r to r/(1 − h)",
            line={"color": color("threshold"), "width": 1.6},
            meta={"table": False},
        ),
        dots(v.x, None, "train", "residual r", 7),
        dots(v.x, None, "threshold", "leave-one-out r/(1 − h)", 10, "circle-open"),
        dots(v.x, None, "risk", f"by {v.x.size} refits", 6, "cross-thin", showlegend=True),
        curve(np.array([v.grid[0], v.grid[-1]]), np.zeros(2), "noise", "0", 1, showlegend=False),
    ]
    traces[3]["marker"]["line"] = {"width": 1.4, "color": color("risk")}
    frames = (
        Frames(0, [there(row.ravel()) for row in np.where(np.isnan(v.left_out[:, :, np.newaxis]), np.nan, stems)]),
        Frames(1, v.residuals),
        Frames(2, [there(row) for row in v.left_out]),
        Frames(3, [there(row) for row in v.refitted]),
    )
    at = v.best - 1
    alt = (
        f"Residuals r of {v.x.size} points and what they become when the point itself is left "
        f"out, r/(1 − h), with crosses for the residuals of as many refits. {_largest(result, at)}"
    )
    return panel(
        traces,
        alt,
        x="x",
        y="residual (y)",
        frames=frames,
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
    v = result.validation
    ends = span(v.grid, 0.02)
    mean = np.repeat((v.degrees + 1)[:, np.newaxis] / v.x.size, 2, axis=1)
    look = {"color": color("muted"), "width": 1.6, "dash": "dash"}
    words = "x %{x:.3g}<br>h %{y:.4f}<extra></extra>"
    traces = [
        bars(v.x, v.leverage[0], "accent", "leverage h", width=0.007 * np.ptp(ends), hovertemplate=words),
        curve(np.array(ends), None, "muted", "mean, (degree + 1) / n", line=look),
    ]
    frames = (Frames(0, v.leverage), Frames(1, mean))
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
