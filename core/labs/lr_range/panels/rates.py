"""The axis of the learning rate, panels over it, and the counter of updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.draw.live import Axis, Panel, Plane, Track
from core.draw.marks import Trace, bars, curve, dots, panel, texts
from core.draw.style import color
from core.kit.arrays import Numbers
from core.kit.words import superscript
from core.labs.lr_range.compute.explore import HOMEWORK_UPDATES, RAMP_UPDATES, LrRange
from core.labs.lr_range.controls import BOUNDS

UPPER, LOWER = 300, 270  # heights of the panels of a column
_LEFT = 96  # pixels for the names of the rules, so that the rates of two panels stand above each other
# Directions of the plane of both bounds: one of them alone, and the one above the other.
LOWER_RATE, UPPER_RATE, RATIO = (1, 0), (0, 1), (-1, 1)


def bounds_plane(result: LrRange) -> Plane:
    """The lower and the upper rate, each between the ends of the test."""
    values = tuple(result.axis.tolist())
    lower, upper = (
        Axis(bound.name, bound.label, values, tuple(bound.show(value) for value in values)) for bound in BOUNDS
    )
    return Plane("bounds", lower, upper, (BOUNDS[0].default, BOUNDS[1].default))


def over_rates(result: LrRange, traces: Sequence[Trace], alt: str, *, y: str, **more: Any) -> Panel:
    """A panel over the logarithm of the rate, with the two lines that are dragged."""
    low, high = np.log10(result.spec.low), np.log10(result.spec.high)
    every = range(int(np.ceil(low - 1e-9)), int(np.floor(high + 1e-9)) + 1)
    ticks = list(every)[:: 1 + len(every) // 9]
    look: dict[str, Any] = {"margin": {"l": _LEFT, "b": 40, "t": 20, "r": 16}} | more
    lines = (Track(np.log10(result.axis), along=along) for along in (LOWER_RATE, UPPER_RATE))
    tracks = (*lines, *look.pop("tracks", ()))
    pad = 0.03 * (high - low)
    left = (3 * low + high) / 4  # of where the bounds stand
    shown = [*traces, *nothing_yet(traces, left, look["yaxis"]["range"])]
    span = {"range": [low - pad, high + pad], "tickvals": ticks, "ticktext": [power(tick) for tick in ticks]}
    return panel(shown, alt, x="learning rate η", y=y, tracks=tracks, xaxis=span, **look)


def nothing_yet(traces: Sequence[Trace], x: float, y: Sequence[float]) -> list[Trace]:
    """Words half-way up a panel that has nothing to show."""
    if any(np.isfinite(np.asarray(trace.get("y", ()), dtype=float)).any() for trace in traces):
        return []
    middle = np.array([(y[0] + y[1]) / 2])
    return [texts(np.array([x]), middle, ["nothing yet"], "muted", "no run", 13, showlegend=False)]


def power(exponent: int) -> str:
    """A power of ten as a reader wants it."""
    return {0: "1", 1: "10", 2: "100"}.get(exponent, f"10{superscript(exponent)}")


def gapped(curves: Sequence[Numbers]) -> Numbers:
    """Several curves in a row, with a gap between them."""
    return np.concatenate([part for each in curves for part in (each, [np.nan])][:-1]) if curves else np.array([])


def faint(x: Numbers, y: Numbers, role: str, name: str, **more: Any) -> Trace:
    """A thin line that stays in the background."""
    return curve(x, y, role, name, 1, dash="solid", **{"opacity": 0.55} | more)


def crosses(x: Any, y: Any, name: str, side: str = "middle right") -> Trace:
    """Draw crosses where something has diverged, and name the first of them."""
    words = [name] * (np.size(x) > 0) + [""] * (np.size(x) - 1)
    look: Trace = {"text": words, "textposition": side, "textfont": {"color": color("warning"), "size": 12}}
    look |= {"mode": "markers+text", "showlegend": False, "cliponaxis": False}
    return dots(np.asarray(x, dtype=float), y, "warning", name, 12, "x", edge=0, hover=name, **look)


def counter(result: LrRange) -> Panel:
    """Updates of the network: of these runs, of one ramp over an epoch, of the homework's protocol."""
    counts = {
        "these settings": (result.updates, "accent"),
        "one ramp, at most": (RAMP_UPDATES, "first"),
        "10 rates × 5 epochs": (HOMEWORK_UPDATES, "variance"),
    }
    traces = []
    for row, (name, (count, role)) in enumerate(counts.items()):
        share = np.array([np.log10(count)])
        look: Trace = {"orientation": "h", "width": 0.62, "hover": f"{name}: {count:,} updates", "showlegend": False}
        look |= {"textposition": "outside", "cliponaxis": False, "textfont": {"size": 12, "color": color("text")}}
        traces.append(bars(share, np.array([float(row)]), role, name, text=[f"{count:,}"], **look))
    alt = (
        f"Updates of the network on a logarithmic scale: these settings {result.updates:,}, one ramp over an epoch of "
        f"60,000 images in batches of 64 at most {RAMP_UPDATES:,}, ten rates with five epochs each "
        f"{HOMEWORK_UPDATES:,}."
    )
    ticks = list(range(7))
    return panel(
        traces,
        alt,
        x="updates of the network",
        y=" ",
        column=1,
        height=LOWER,
        folded=True,
        showlegend=False,
        margin={"l": 140, "b": 40, "t": 8, "r": 16},
        xaxis={"range": [0, 5.9], "tickvals": ticks, "ticktext": [power(tick) for tick in ticks], "showgrid": False},
        yaxis={"range": [-0.5, 2.5], "tickvals": [0, 1, 2], "ticktext": list(counts), "showgrid": False},
    )


def accuracy_range() -> dict[str, Any]:
    """Axis of a share of images."""
    return {"range": [0, 1.03], "tickformat": ".0%"}
