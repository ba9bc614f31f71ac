"""A visitor's own log above the plan: its losses and accuracies, and its rates in the panel of the planned ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel
from core.draw.marks import Trace, curve
from core.draw.style import ceiling, color, layout
from core.kit.arrays import Array, Numbers
from core.kit.words import number
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.own import Beside
from core.labs.schedules.panels.axes import LOWER, MARGIN, UPPER, horizontal, right
from core.labs.schedules.panels.curves import batch_panel, momentum_panel, rate_panel

_POINTS = 2_000  # of a curve, at most
_MARKED = 40  # rows; of more, dots would be a thick line
_EDGE = 1.04
_SAID = {"train": "training", "test": "validation"}


def own_panels(result: Schedules, along: str, found: Beside) -> tuple[Panel, ...]:
    """Loss and accuracy of the log above the planned rate and momentum, or batch size."""
    across = horizontal(result, along)
    end = max(right(result, along), _EDGE * float(_places(found, along)[-1]))
    across["range"] = [-0.02 * end, end]
    losses = _curves(found, along, "loss")
    accuracies = _curves(found, along, "accuracy")
    rates = _with_recorded(rate_panel(result, along), _recorded(found, along))
    other = (batch_panel if result.shape.kind == "grow" else momentum_panel)(result, along)
    lower = [replace(rates, height=LOWER), replace(other, column=1)]
    upper = [
        _upper(name, traces, across, along, column)
        for column, (name, traces) in enumerate((("loss", losses), ("accuracy", accuracies)))
    ]
    return upper[0], _across(lower[0], across), upper[1], _across(lower[1], across)


def _places(found: Beside, along: str) -> Array:
    return found.epochs if along == "epochs" else found.updates


def _across(panel: Panel, across: dict[str, Any]) -> Panel:
    """Return a panel over another part of the horizontal axis."""
    look = panel.figure["layout"]
    axis = look["xaxis"] | {"range": across["range"]}
    return replace(panel, figure=Figure(data=panel.figure["data"], layout=look | {"xaxis": axis}))


def _known(found: Beside, along: str, role: str) -> tuple[Numbers, Numbers]:
    """Return the places and values of a curve, without rows that lack it, and of few enough points."""
    values = found.log.curves.get(role, np.zeros(0))
    rows = np.flatnonzero(np.isfinite(values))
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _POINTS)).round().astype(int))]
    return _places(found, along)[rows], values[rows]


def _curves(found: Beside, along: str, name: str) -> list[Trace]:
    traces = []
    for key, role in ((name, "train"), (f"validation_{name}", "test")):
        x, y = _known(found, along, key)
        if x.size:
            mode = "lines+markers" if len(x) <= _MARKED else "lines"
            look: Trace = {"mode": mode, "marker": {"size": 5}, "hoverinfo": "all"}
            words = f"{along[:-1]} %{{x:,.6~g}}: {_SAID[role]} {name} %{{y:.4~g}}<extra></extra>"
            line = {"color": color(role), "width": 2.6, "dash": "solid"}
            traces.append(curve(x, y, role, _SAID[role], line=line, hovertemplate=words, **look))
    return traces


def _recorded(found: Beside, along: str) -> list[Trace]:
    x, y = _known(found, along, "rate")
    line = {"color": color("second"), "width": 0}
    look: Trace = {"mode": "markers", "marker": {"size": 6, "color": color("second")}}
    return [curve(x, y, "second", "rate in your log", line=line, **look)] if x.size else []


def _with_recorded(panel: Panel, recorded: Sequence[Trace]) -> Panel:
    """Return the panel of the planned rates with those of the log, all of them on its axis."""
    look = panel.figure["layout"]
    low, high = look["yaxis"]["range"]
    top = max([high, *(1.05 * float(np.max(trace["y"])) for trace in recorded)])
    axis = look["yaxis"] | {"range": [low, top]}
    figure = Figure(data=[*panel.figure["data"], *recorded], layout=look | {"yaxis": axis})
    return replace(panel, figure=figure)


def _upper(name: str, traces: Sequence[Trace], across: dict[str, Any], along: str, column: int) -> Panel:
    every: Numbers = np.concatenate([np.zeros(0), *(np.asarray(trace["y"], float) for trace in traces)])
    low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
    if name == "loss":
        # A loss that explodes would flatten everything else: the axis ends at ten times the middle.
        high = min(high, 10 * float(np.median(every))) if every.size and low >= 0 else high
        bottom, top = (0.0, ceiling(high or 1.0)) if low >= 0 else (low - 0.1 * (high - low or 1), high)
    else:
        bottom, top = (np.floor(10 * low) / 10, 1.0) if high <= 1 else (0.0, ceiling(high))
    gap = 0.02 * (top - bottom)
    words = ", ".join(
        f'<span style="color:{color(role)}">{_SAID[role]}</span>'
        for role in _SAID
        if any(trace["name"] == _SAID[role] for trace in traces)
    )
    look = layout(
        title=words or f"no {name} in your log",
        x=along,
        y=name,
        margin=MARGIN | {"t": 30},
        xaxis=across,
        yaxis={"range": [bottom - gap, top + gap], "nticks": 6},
    )
    told = "; ".join(f"{trace['name']}, last {number(float(trace['y'][-1]))}" for trace in traces)
    alt = f"The {name} in your log: {told}." if told else f"Empty axes: your log has no {name}."
    return Panel(Figure(data=list(traces), layout=look), alt=alt, column=column, height=UPPER)
