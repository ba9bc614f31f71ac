"""Cycles, a growing batch, steps and a constant rate side by side: with equal epochs, or with equal updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.draw.live import Figure, Frames, Panel
from core.draw.marks import Trace, bars, colored, lines
from core.draw.style import ceiling, color, layout
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.schedules.compute.explore import ARMS, Schedules
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.panels.axes import (
    LOWER,
    MARGIN,
    UPPER,
    batch_axis,
    batch_steps,
    horizontal,
    place,
    with_frames,
)

ROLES = {"smooth": "first", "grow": "second", "step": "threshold", "constant": "muted"}
_EDGE = 1.04  # of the training, so much is drawn
_SHORT = {
    "triangular": "cycles",
    "triangular2": "halved cycles",
    "exp_range": "decaying cycles",
    "one_cycle": "one cycle",
    "three_phase": "three phases",
    "cosine": "cosine",
    "restarts": "restarts",
    "polynomial": "polynomial",
}


def names(result: Schedules) -> dict[str, str]:
    """Return the names of the strategies."""
    factor = result.shape.factor
    smooth = _SHORT[result.smooth.kind]
    return {"smooth": smooth, "grow": f"batch × {factor}", "step": f"rate ÷ {factor}", "constant": "constant"}


def arms(result: Schedules, along: str) -> dict[str, tuple[Plan, ...]]:
    """The strategies, with as many epochs or updates as each other."""
    return result.arms_by_epochs if along == "epochs" else result.arms_by_updates


def strategy_panels(result: Schedules, along: str) -> tuple[Panel, ...]:
    """Rate, batch size, noise scale, and what is not equal, of all strategies."""
    found = arms(result, along)
    return (
        _curves(result, found, along, 1),
        _batches(result, found, along),
        _curves(result, found, along, 3),
        _bars(result, found, along),
    )


def _panel(
    result: Schedules,
    found: Mapping[str, tuple[Plan, ...]],
    along: str,
    curve: Callable[[Plan], tuple[Numbers, Numbers]],
    name: str,
) -> tuple[list[Trace], list[Frames]]:
    traces: list[Trace] = []
    frames: list[Frames] = []
    for arm in reversed(ARMS):  # the first is drawn on top
        xs, ys = zip(*(curve(plan) for plan in found[arm]), strict=True)
        words = f"{names(result)[arm]}<br>{along[:-1]} %{{x:,.6~g}}: {name} %{{y:.4~g}}"
        width = 1.6 if arm == "constant" else 2.4
        traces.append(lines(xs[0], ys[0], ROLES[arm], names(result)[arm], width, hover=words, table=True))
        frames += [] if arm == "constant" and name != "batch size" else with_frames(len(traces) - 1, xs, ys)
    return traces, frames


def _curves(result: Schedules, found: Mapping[str, tuple[Plan, ...]], along: str, quantity: int) -> Panel:
    name = "learning rate η" if quantity == 1 else "noise scale ηN/(B(1 − μ))"

    def curve(plan: Plan) -> tuple[Numbers, Numbers]:
        trained = plan.curve[0]
        return place(plan, trained[0], along), trained[quantity]

    traces, frames = _panel(result, found, along, curve, name.split(" η")[0])
    highest = (
        result.shape.high
        if quantity == 1
        else max(float(plan.curve[0][3].max()) for plans in found.values() for plan in plans)
    )
    top = 1.1 * (highest if quantity == 1 else ceiling(highest))
    said = colored((ROLES[arm], text) for arm, text in names(result).items())
    look = layout(
        title=said if quantity == 1 else "",
        x=along,
        y=name,
        margin=MARGIN | {"t": 30},
        xaxis=horizontal(result, along, _EDGE),
        yaxis={"range": [-0.03 * top, top], "nticks": 6} | ({"exponentformat": "SI"} if quantity == 3 else {}),
    )
    last = [f"{text} {number(_last(found[arm][0], quantity))}" for arm, text in names(result).items()]
    what = "Learning rate" if quantity == 1 else "Noise scale"
    alt = f"{what} of the strategies over {along}. With the shortest length they end at: {'; '.join(last)}."
    return Panel(
        Figure(data=traces, layout=look), alt=alt, frames=tuple(frames), column=0 if quantity == 1 else 1, height=UPPER
    )


def _last(plan: Plan, quantity: int) -> float:
    return plan.last_rate if quantity == 1 else plan.last_noise


def _batches(result: Schedules, found: Mapping[str, tuple[Plan, ...]], along: str) -> Panel:
    def curve(plan: Plan) -> tuple[Numbers, Numbers]:
        at, sizes = batch_steps(plan.run)
        return place(plan, at, along), sizes

    traces, frames = _panel(result, found, along, curve, "batch size")
    top = 1.6 * max(result.max_batch, result.batch)
    look = layout(
        x=along,
        y="batch size B",
        margin=MARGIN,
        xaxis=horizontal(result, along, _EDGE),
        yaxis=batch_axis(result.batch, top),
    )
    alt = (
        f"Batch sizes: {result.batch:,} throughout, but for the growing batch, which is multiplied by "
        f"{result.shape.factor} after each length, up to {result.max_batch:,}."
    )
    return Panel(Figure(data=traces, layout=look), alt=alt, frames=tuple(frames), height=LOWER)


def _bars(result: Schedules, found: Mapping[str, tuple[Plan, ...]], along: str) -> Panel:
    """Updates of each strategy with equal epochs, epochs with equal updates."""
    counted = "updates" if along == "epochs" else "epochs"

    def value(plan: Plan) -> float:
        return float(plan.run.updates if along == "epochs" else plan.run.epochs_at(plan.run.updates))

    traces: list[dict[str, Any]] = []
    frames: list[Frames] = []
    for row, arm in enumerate(ARMS):
        xs = [np.array([value(plan)]) for plan in found[arm]]
        traces.append(
            bars(
                xs[0],
                np.array([float(row)]),
                ROLES[arm],
                names(result)[arm],
                orientation="h",
                customdata=xs[0],
                width=0.62,
                showlegend=False,
                texttemplate="%{customdata:,.5~r}" if along == "updates" else "%{customdata:,d}",
                textposition="outside",
                cliponaxis=False,
                hoverinfo="skip",
                textfont={"size": 12, "color": color("text")},
            )
        )
        frames += [Frames(row, xs, "x"), Frames(row, xs, "customdata")]
    longest = max(value(plan) for plans in found.values() for plan in plans)
    look = layout(
        x=f"{counted}, with equal {along}",
        y="strategy",
        margin=MARGIN | {"l": 128},
        barmode="overlay",
        xaxis={"range": [0, 1.25 * longest], "nticks": 5, "showgrid": False, "title": {"standoff": 5}},
        yaxis={
            "range": [3.6, -0.6],
            "tickvals": [0, 1, 2, 3],
            "ticktext": list(names(result).values()),
            "title": {"text": "strategy", "standoff": 88},
            "showgrid": False,
        },
    )
    told = [f"{text} {value(found[arm][0]):,.6g}" for arm, text in names(result).items()]
    alt = f"{counted.capitalize()} of the strategies with equal {along}, at the shortest length: {'; '.join(told)}."
    return Panel(Figure(data=traces, layout=look), alt=alt, frames=tuple(frames), column=1, height=LOWER)
