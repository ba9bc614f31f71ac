"""Costs of the designs that see 7 x 7: weights in units of C squared, and the bottlenecks over their width."""

from __future__ import annotations

import numpy as np

from core.draw.live import Figure, Frames, Panel, Track
from core.draw.marks import labels, lines
from core.draw.style import BARE, ceiling, layout
from core.kit.arrays import Numbers
from core.labs.inception.compute.explore import WIDTHS, Sweep
from core.labs.inception.panels.widths import LOWER, UPPER, R, above, column, steady

_BOTTLENECKS = "three bottlenecks"
_TICKS = ("7×7", "1×7<br>7×1", "two<br>4×4", "three<br>3×3", "three<br>bottlenecks", "yours")


def weight_bars(result: Sweep) -> Panel:
    """Draw the weights of every design and of the visitor's stack."""
    weights = {name: float(stack.weights_c2) for name, stack in result.designs.items()}
    at = list(weights).index(_BOTTLENECKS)
    x = np.arange(len(weights) + 1, dtype=np.float64)
    y = np.array([*weights.values(), float(result.own.weights_c2)])
    steps = np.repeat([y], len(R), axis=0)
    steps[:, at] = [float(part) for part in result.bottlenecks]
    fixed = [k for k in range(len(weights)) if k != at]
    texts = [plain(value) for value in y]
    texts[at] = "%{customdata:.3~g}"
    if not result.own.covers:
        texts[-1] = f"({texts[-1]})"
    data = [
        column(x[[at]], y[[at]], "accent", "bottlenecks of width r", width=0.6),
        above([(*at, "") for at in zip(x, y, strict=True)], "text", "in words", texttemplate=texts, customdata=y),
        column(x[fixed], y[fixed], "first", "designs", width=0.6),
        column(x[-1:], y[-1:], "second" if result.own.covers else "noise", "yours", width=0.6),
    ]
    frames = (*steady(data, (2, 3)), Frames(0, steps[:, [at]]), Frames(1, steps), Frames(1, steps, "customdata"))
    top = 1.2 * ceiling(max(49.0, float(y[-1])))
    look = layout(
        title="Weights in C², operations in H·W·C²",
        x="design",
        y="weights (C²), operations (H·W·C²)",
        barmode="stack",
        margin={"l": 4, "r": 4, "t": 30, "b": 58},
        xaxis={
            "range": [-0.5, 5.5],
            "tickvals": x.tolist(),
            "ticktext": _TICKS,
            "tickangle": 0,
            "showgrid": False,
            "title": {"text": "design"},
        },
        yaxis=BARE | {"range": [0, top]},
    )
    told = ", ".join(f"{name} {plain(value)}" for name, value in weights.items())
    own = f"the stack that was typed {plain(y[-1])}" + ("" if result.own.covers else ", but it is not 7 × 7")
    alt = f"Weights in units of C squared: {told}, with bottlenecks of half the channels; {own}."
    return Panel(Figure(data=data, layout=look), alt=alt, frames=frames, column=1, height=UPPER - 60)


def bottleneck_curve(result: Sweep) -> Panel:
    """Draw the weights of the bottlenecks over their width, with those of the other designs as levels."""
    c = result.channels
    right = 1.25 * c
    grid = np.linspace(0, right, 60)
    curve = 3 * (2 * grid / c + 9 * (grid / c) ** 2)
    levels = {name: float(stack.weights_c2) for name, stack in result.designs.items() if name != _BOTTLENECKS}
    x: Numbers = np.array([at for _ in levels for at in (0, right, np.nan)])
    y: Numbers = np.array([at for level in levels.values() for at in (level, level, np.nan)])
    # 49 is near the end of the axis, and 32, 27 and 14 are near to each other.
    sides = ((0.01, "bottom right"), (0.01, "top right"), (0.01, "top right"), (0.25, "bottom right"))
    named = [
        (at * right, level, f"{name.replace('x', '×')}: {plain(level)}", side)
        for (at, side), (name, level) in zip(sides, levels.items(), strict=True)
    ]
    data = [
        lines(x, y, "first", "other designs", dash="dot"),
        lines(grid, curve, "second", "three bottlenecks", 2.6, table=True),
        labels(named, "names of the designs", "first"),
    ]
    seen = right >= R
    steps = np.array([float(part) for part in result.bottlenecks])
    look = layout(
        x="reduction width r (channels inside a bottleneck)",
        y="weights (C²)",
        margin={"l": 50, "r": 10, "t": 14, "b": 40},
        xaxis={"range": [-0.02 * right, 1.02 * right], "showgrid": False},
        yaxis={"range": [0, 56], "dtick": 10},
    )
    half = WIDTHS.index(c // 2) if c // 2 in WIDTHS else None
    at_half = "" if half is None else f" At r = C/2 = {c // 2} it is {plain(steps[half])}."
    alt = (
        "Weights of three bottlenecks over their width r: 3 (2 r/C + 9 (r/C)²), in units of C "
        f"squared.{at_half} They weigh as much as three 3×3 at r = {meets(27) * c:.0f} of {c} "
        "channels."
    )
    return Panel(
        Figure(data=data, layout=look),
        alt=alt,
        tracks=(Track(R), Track(np.where(seen, R, np.nan), steps, "accent")),
        absent=("Off to the right, where bottlenecks are heavier than C wide layers.",),
        column=1,
        height=LOWER + 60,
    )


def plain(weights: float) -> str:
    """Write weights in units of C^2 with three digits."""
    return f"{weights:.3g}" if weights < 1000 else f"{weights:,.0f}"


def meets(weights: float) -> float:
    """Return the fraction r / C of the channels at which three bottlenecks have these weights, in C^2."""
    return float((-1 + np.sqrt(1 + 3 * weights)) / 9)
