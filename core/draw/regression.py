"""Parts of regression panels on several pages: ranges, error axes, and the choices of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Frames, Panel, Track
from core.draw.marks import Trace, band, bars, span
from core.draw.style import ceiling, color, layout
from core.kit.arrays import Numbers
from core.kit.words import number, percent
from core.regression.selection import Selection


def fit_range(f_grid: Numbers, noise: float) -> list[float]:
    """Return the vertical range of a panel of fits: the truth and what the noise adds."""
    reach = 3 * np.sqrt(noise) + 0.08 * np.ptp(f_grid) + 1e-6
    return [float(f_grid.min() - reach), float(f_grid.max() + reach)]


def outside(grid: Numbers, x_train: Numbers, y: Sequence[float], **more: Any) -> Trace:
    """Shade the parts of the x axis that lie left and right of all training points."""
    (left, right), (bottom, top) = span(grid, 0.01), y
    first, last = float(x_train.min()), float(x_train.max())
    x = np.array([left, left, first, first, np.nan, last, last, right, right])
    edges = np.array([bottom, top, top, bottom, np.nan, bottom, top, top, bottom])
    return band(x, edges, "noise_fill", "no training points", **more)


def there(values: Numbers) -> Numbers:
    """Return values where they are defined; an empty array if none is, so that nothing is drawn."""
    return np.asarray(values if np.isfinite(values).any() else values[:0])


def error_axis(curves: Mapping[str, Numbers], anchor: float, log_y: bool) -> dict[str, Any]:
    """Return a vertical range that keeps the smallest error readable; errors that explode leave at the top.

    Parameters
    ----------
    curves
        The curves drawn, "risk" among them.
    anchor
        A value of the risk that should be seen, if it is not far above the smallest.
    log_y
        Logarithmic axis, unless everything drawn is 0.
    """
    risk = curves["risk"]
    least = max(float(risk.min()), 1e-12)
    drawn = np.concatenate(list(curves.values()))
    positive = drawn[drawn > least * 1e-6]
    if not (log_y and positive.size):
        top = ceiling(max(2.4 * least, 1.15 * min(anchor, 5 * least), 1e-9))
        return {"range": [-0.03 * top, top]}
    top = min(float(risk.max()) * 1.6, least * 1e9)
    return {
        "type": "log",
        # in steps of a quarter of a decade, so that a small change does not move the frame
        "range": [np.floor(4 * np.log10(positive.min())) / 4, np.ceil(4 * np.log10(max(top, least * 2))) / 4],
        "exponentformat": "power",
    }


def cost(s: Selection, rule: str) -> str:
    """Return the mean excess error of a rule's choices over the best degree, relative where that is meaningful."""
    excess, least = float(s.excess[s.rules.index(rule)]), float(s.risk.min())
    sign = "+" if excess >= 0 else "−"  # with redrawn inputs a rule can beat the best fixed degree
    return f"{sign}{percent(abs(excess) / least)}" if abs(excess) < 10 * least else f"{sign}{number(abs(excess))}"


def choice_rows(s: Selection, looks: Mapping[str, tuple[str, str]], height: int) -> Panel:
    """Draw one row of bars per rule: how often it picks each degree; `looks` gives its name and color role.

    The current degree is a band around its bars and a dot above them: a line would strike the numbers out.
    """
    names = [looks[rule][0] for rule in s.rules]
    rows = np.arange(len(s.rules))[::-1]
    tallest = (0.82 - 0.03 * len(rows)) / s.shares.max(axis=1)  # a line of text goes above it
    top = len(rows) + 0.36
    column = np.array([-0.5, -0.5, 0.5, 0.5])
    here = band(column, np.array([-0.08, top, top, -0.08]), "noise_fill", "current degree")
    traces = [here] + [
        bars(
            s.degrees,
            share * scale,
            looks[rule][1],
            name,
            base=np.full(len(s.degrees), float(row), np.float32),
            width=0.84,
            marker={"color": color(looks[rule][1]), "opacity": 0.85},
            text=[f"{100 * part:.0f}" if part >= 0.045 else "" for part in share],
            textposition="outside",
            textangle=0,
            textfont={"color": color("muted"), "size": 11},
            cliponaxis=False,
            customdata=share,
            hovertemplate=f"{name}: degree %{{x}} in %{{customdata:.1%}}<extra></extra>",
        )
        for rule, name, share, scale, row in zip(s.rules, names, s.shares, tallest, rows, strict=True)
    ]
    labels = [
        f"<b>{name}</b><br>{'' if rule == 'oracle' else cost(s, rule)}"
        for rule, name in zip(s.rules, names, strict=True)
    ]
    figure = Figure(
        data=traces,
        layout=layout(
            x="degree that is chosen (share in %)",
            y="rule and its extra expected error",
            xaxis={
                "range": [0.5, s.degrees[-1] + 0.5],
                "dtick": 1 if len(s.degrees) <= 15 else 2,
                "tick0": 1,
            },
            yaxis={
                "range": [-0.08, top],
                "tickvals": [float(row) + 0.3 for row in rows],
                "ticktext": labels,
                "showgrid": False,
                "title": {"standoff": 4},
            },
            margin={"l": 150},
            barmode="overlay",
            uniformtext={"mode": "show", "minsize": 11},
        ),
    )
    alt = f"How often each rule picks each degree in {len(s.picks['oracle'])} repetitions. " + " ".join(
        f"{name}: most often degree {int(s.degrees[share.argmax()])} ({share.max():.0%})."
        for name, share in zip(names, s.shares, strict=True)
    )
    frames = (Frames(0, s.degrees[:, np.newaxis] + column, "x"),)
    dot = Track(s.degrees, np.full(len(s.degrees), top - 0.16))
    return Panel(figure, alt=alt, frames=frames, tracks=(dot,), height=height)
