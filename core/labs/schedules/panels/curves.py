"""One schedule over the training: its rate, its momentum or batch size, and the noise scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.draw.live import Figure, Frames, Panel, Track
from core.draw.marks import Trace, dots, lines, texts
from core.draw.style import ceiling, layout
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.panels.axes import (
    LOWER,
    MARGIN,
    UPPER,
    batch_axis,
    batch_steps,
    horizontal,
    place,
    right,
    shade,
    with_frames,
)


def rate_panel(result: Schedules, along: str) -> Panel:
    """The rate in the training and, fainter, behind its end; the end of the first length is the handle."""
    top = 1.18 * result.shape.high
    traces, frames = _split(result, along, 1, "first", "learning rate", top)
    if result.shape.kind == "exp_range":
        traces.append(_envelope(result, along))
    end, moves = _marker(result, along, [plan.next_rate for plan in result.plans], len(traces), "first", top, ".3~g")
    look = layout(
        x=along,
        y="learning rate η",
        margin=MARGIN,
        xaxis=horizontal(result, along),
        yaxis={"range": [-0.03 * top, top], "nticks": 6},
    )
    middle = result.plans[len(result.plans) // 2]
    alt = (
        f"Learning rate over {result.epochs} epochs. With length {middle.shape.length:,} it is "
        f"{number(float(middle.shape.rate(0)))} at the first update and {number(middle.last_rate)} at the last."
    )
    return Panel(
        Figure(data=[*traces, *end], layout=look),
        alt=alt,
        frames=(*frames, *moves),
        tracks=(handle(result, along),),
        absent=absent(result),
        height=UPPER,
    )


def handle(result: Schedules, along: str) -> Track:
    """The place at which the first length ends."""
    if result.shape.kind == "constant":
        nowhere = np.full(len(result.plans), np.nan)
        return Track(nowhere, nowhere)
    limit = right(result, along)
    found = []
    for plan in result.plans:
        at = plan.update_of(plan.shape.length)
        x = float(place(plan, at, along)) if np.isfinite(at) else np.inf
        found.append((x, float(plan.shape.rate(plan.shape.length))) if x <= limit else (np.nan, np.nan))
    x, y = np.array(found).T
    return Track(x, y)


def absent(result: Schedules) -> tuple[str, ...]:
    """Why that place is not to be seen."""
    if result.shape.kind == "constant":
        return ("A constant rate has no length.",)
    return ("The first length ends far to the right, after the training.",)


def _split(
    result: Schedules, along: str, quantity: int, role: str, name: str, top: float
) -> tuple[list[Trace], list[Frames]]:
    """Shade what lies behind the end, and draw a quantity of the curves before and behind it."""
    plans = result.plans
    ends = [float(place(plan, plan.run.updates, along)) for plan in plans]
    area, moving = shade(result, ends, along, top)
    limit = 1.001 * right(result, along)
    before, behind = (
        [(place(plan, part[0], along), part[quantity]) for part, plan in zip(parts, plans, strict=True)]
        for parts in zip(*(_parts(plan, quantity) for plan in plans), strict=True)
    )
    behind = [(x[x <= limit], y[x <= limit]) for x, y in behind]
    words = f"{along[:-1]} %{{x:,.6~g}}: {name} %{{y:.4~g}}"
    traces = [
        area,
        lines(*behind[0], role, f"{name} after the end", 1.6, dash="dot"),
        lines(*before[0], role, name, 2.4, dash="solid", hover=words, table=True),
    ]
    return traces, [*moving, *with_frames(1, *zip(*behind, strict=True)), *with_frames(2, *zip(*before, strict=True))]


def _parts(plan: Plan, quantity: int) -> tuple[Numbers, ...]:
    """The curves in the training and after it; of a momentum that never changes, their ends."""
    if quantity != 2 or plan.shape.sets_momentum:
        return plan.curve
    return tuple(part[:, [0, -1]] for part in plan.curve)


def _envelope(result: Schedules, along: str) -> Trace:
    """Heights that the peaks of exp_range can have."""
    last = right(result, along)
    x = np.linspace(0, last, 40)
    plan = result.plans[0]
    steps = x if (along == "epochs") == plan.by_epoch else _other(plan, x, along)
    shape = plan.shape
    y = shape.low + (shape.high - shape.low) * shape.gamma**steps
    return lines(x, y, "muted", "envelope γᵗ", 1.4, dash="dash", table=True)


def _other(plan: Plan, x: Numbers, along: str) -> Numbers:
    return plan.further.updates_at(x) if along == "epochs" else plan.further.epochs_at(x)


def _marker(
    result: Schedules, along: str, values: Sequence[float], at: int, role: str, top: float, digits: str
) -> tuple[list[Trace], list[Frames]]:
    """A dot at the end of the training, and its number at the upper edge, where no curve is."""
    xs = [np.array([float(place(plan, plan.run.updates, along))]) for plan in result.plans]
    ys = [np.array([value]) for value in values]
    level = [np.array([0.93 * top])] * len(xs)
    look: Trace = {"showlegend": False, "cliponaxis": False, "table": False}
    words: Trace = {"customdata": ys[0], "texttemplate": f"<b>%{{customdata:{digits}}}</b>"}
    words |= {"textposition": "middle right"}
    traces = [
        dots(xs[0], ys[0], role, "at the end", 7, edge=0, **look),
        texts(xs[0], level[0], None, role, "number at the end", 13, **look, **words),
    ]
    return traces, [*with_frames(at, xs, ys), Frames(at + 1, xs, "x"), Frames(at + 1, ys, "customdata")]


def momentum_panel(result: Schedules, along: str) -> Panel:
    """The momentum over the training."""
    lowest = min(float(plan.curve[0][2].min()) for plan in result.plans)
    bottom = 0.75 if lowest >= 0.78 else 0.0
    top = 1.0
    traces, frames = _split(result, along, 2, "second", "momentum", top)
    look = layout(
        x=along,
        y="momentum μ",
        margin=MARGIN,
        xaxis=horizontal(result, along),
        yaxis={"range": [bottom - 0.01, top], "nticks": 5},
    )
    shape = result.shape
    told = "goes down where the rate goes up" if shape.sets_momentum else f"stays at {shape.momentum:g}"
    alt = f"Momentum over the same axis: it {told}; the lowest value is {number(lowest)}."
    return Panel(Figure(data=traces, layout=look), alt=alt, frames=tuple(frames), height=LOWER)


def batch_panel(result: Schedules, along: str) -> Panel:
    """The batch size over the training, where it grows."""
    plans = result.plans
    top = 1.6 * max(result.max_batch, result.batch)
    at, ys = zip(*(batch_steps(plan.run) for plan in plans), strict=True)
    xs = [place(plan, updates, along) for plan, updates in zip(plans, at, strict=True)]
    trace = lines(xs[0], ys[0], "second", "batch size", 2.4, dash="solid", table=True)
    look = layout(
        x=along,
        y="batch size B",
        margin=MARGIN,
        xaxis=horizontal(result, along),
        yaxis=batch_axis(result.batch, top),
    )
    alt = f"Batch size over the training: from {result.batch:,}, times {result.shape.factor} after each length."
    return Panel(Figure(data=[trace], layout=look), alt=alt, frames=with_frames(0, xs, ys), height=LOWER)


def noise_panel(result: Schedules, along: str) -> Panel:
    """The noise scale over the training."""
    highest = max(float(plan.curve[0][3].max()) for plan in result.plans)
    top = 1.25 * ceiling(highest)
    traces, frames = _split(result, along, 3, "risk", "noise scale", top)
    end, moves = _marker(result, along, [plan.last_noise for plan in result.plans], len(traces), "risk", top, ",.4~r")
    look = layout(
        x=along,
        y="noise scale ηN/(B(1 − μ))",
        margin=MARGIN,
        xaxis=horizontal(result, along),
        yaxis={"range": [-0.03 * top, top], "nticks": 6, "exponentformat": "SI"},
    )
    alt = (
        f"Noise scale of stochastic gradient descent over the training: at most {number(highest)} at any length; "
        f"with the first length it ends at {number(result.plans[0].last_noise)}."
    )
    return Panel(
        Figure(data=[*traces, *end], layout=look),
        alt=alt,
        frames=(*frames, *moves),
        column=1,
        height=UPPER,
        folded=True,
    )
