"""Trainings that follow the plan, as far as they have come: loss, accuracy, rate and momentum over the same axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.draw.live import Figure, Panel, Track
from core.draw.marks import colored
from core.draw.style import ceiling, color, layout
from core.kit.arrays import Numbers
from core.kit.words import number
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.runs import Asked, shrunk, small
from core.labs.schedules.compute.trained import Strategy
from core.labs.schedules.panels.axes import LOWER, MARGIN, UPPER, batch_axis
from core.labs.schedules.panels.curves import absent, handle
from core.labs.schedules.panels.strategies import ROLES, arms, names
from core.labs.schedules.panels.trained_curves import Drawing

Found = Sequence[Sequence[Strategy]]  # for each length, what there is of each strategy
_TOP = 2.6  # of a loss; a network that knows nothing about ten classes has 2.3
_EDGE = 1.04
_BOTH = {
    "text": "validation (dotted: training)",
    "x": 1,
    "y": 1,
    "xref": "paper",
    "yref": "paper",
    "xanchor": "right",
    "yanchor": "top",
    "showarrow": False,
    "font": {"size": 12, "color": color("muted")},
}


def trained_panels(result: Schedules, asked: Asked, found: Found) -> tuple[Panel, ...]:
    """Loss and accuracy above rate and momentum, or batch size, of one training or of all strategies."""
    drawings = tuple(Drawing(result, asked) for _ in range(4))
    return _one(drawings, found) if asked.view == "one" else _several(drawings, found)


def _one(drawings: tuple[Drawing, ...], found: Found) -> tuple[Panel, ...]:
    loss, rate, accuracy, other = drawings
    result, own = rate.result, [row[0] for row in found]
    for drawing, curves in ((loss, ("smoothed", "validation_loss")), (accuracy, ("accuracy", "validation_accuracy"))):
        for draw in (drawing.seeds, drawing.mean):
            for name, role, said in zip(curves, ("train", "test"), ("training", "validation"), strict=True):
                draw(own, name, role, said)
    grows = result.shape.kind == "grow"
    rate.followed(result.plans, own, "rates", "first")
    other.followed(result.plans, own, "batches" if grows else "momenta", "second")
    said = _titled({"train": "training", "test": "validation"})
    return (
        _panel(loss, "loss", _alt(result, found, "validation_loss"), 0, said, yaxis=_span(0, _TOP)),
        _rates(rate),
        _panel(
            accuracy,
            "accuracy",
            _alt(result, found, "validation_accuracy"),
            1,
            said,
            yaxis=_shares(found, "accuracy", "validation_accuracy"),
        ),
        _batches(other) if grows else _momenta(other),
    )


def _several(drawings: tuple[Drawing, ...], found: Found) -> tuple[Panel, ...]:
    loss, rate, accuracy, batch = drawings
    result = rate.result
    plans = arms(result, rate.asked.along)
    for at, (kind, said) in reversed(list(enumerate(names(result).items()))):  # the first is drawn on top
        own, role = [row[at] for row in found], ROLES[kind]
        loss.mean(own, "loss", role, f"{said}, training", dash="dot")
        for drawing, name in ((loss, "validation_loss"), (accuracy, "validation_accuracy")):
            drawing.seeds(own, name, role, said)
            drawing.mean(own, name, role, said)
        rate.followed(plans[kind], own, "rates", role)
        batch.followed(plans[kind], own, "batches", role)
    title = _titled({ROLES[kind]: said for kind, said in names(result).items()})
    top = min(ceiling(float(np.nanmax(_every(found, "loss", "validation_loss"), initial=1.0))), _TOP)
    return (
        _panel(
            loss, "loss", _alt(result, found, "validation_loss"), 0, title, yaxis=_span(0, top), annotations=[_BOTH]
        ),
        _rates(rate),
        _panel(
            accuracy,
            "validation accuracy",
            _alt(result, found, "validation_accuracy"),
            1,
            title,
            yaxis=_shares(found, "validation_accuracy"),
        ),
        _batches(batch),
    )


def _titled(words: dict[str, str]) -> str:
    return colored(words.items())


def _span(low: float, high: float) -> dict[str, Any]:
    return {"range": [low - 0.02 * (high - low), high + 0.02 * (high - low)], "nticks": 6}


def _every(found: Found, *curves: str) -> Numbers:
    """Values of some curves over the epochs, of all trainings of all lengths."""
    trainings = [one for row in found for each in row for one in each.every]
    return np.concatenate([np.zeros(0), *(one.epochs[name] for one in trainings for name in curves)])


def _shares(found: Found, *curves: str) -> dict[str, Any]:
    """Axis of some accuracies, between whole tenths."""
    values = 10 * _every(found, *curves)
    if not values.size:
        return _span(0, 1)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return _span(np.floor(low) / 10, np.ceil(high) / 10 if high > np.floor(low) else 1.0)


def _rates(drawing: Drawing) -> Panel:
    result, asked = drawing.result, drawing.asked
    top = 1.1 * result.shape.high
    own, scale = handle(result, asked.along), shrunk(result, asked.along)
    tracks = (Track(scale * own.x, own.y),) if asked.view == "one" else ()
    alt = f"Learning rate, at most {number(result.shape.high)}: dotted as planned, solid as far as it was trained with."
    return _panel(drawing, "learning rate η", alt, 0, tracks=tracks, yaxis=_span(0, top))


def _momenta(drawing: Drawing) -> Panel:
    lowest = min(float(plan.curve[0][2].min()) for plan in drawing.result.plans)
    alt = f"Momentum, at least {number(lowest)}: dotted as planned, solid as far as it was trained with."
    return _panel(drawing, "momentum μ", alt, 1, yaxis=_span(0.75 if lowest >= 0.78 else 0.0, 1.0))


def _batches(drawing: Drawing) -> Panel:
    result = drawing.result
    alt = f"Batch size, at first {result.batch:,}: dotted as planned, solid as far as it was trained with."
    largest = 1.6 * max(result.max_batch, result.batch)
    return _panel(drawing, "batch size B", alt, 1, yaxis=batch_axis(result.batch, largest))


def _panel(
    drawing: Drawing,
    y: str,
    alt: str,
    column: int,
    title: str = "",
    tracks: tuple[Track, ...] = (),
    **look: Any,
) -> Panel:
    asked, plan = drawing.asked, small(drawing.result)
    end = _EDGE * (plan.epochs if asked.along == "epochs" else plan.base.updates)
    if title:
        drawing.say_nothing(end / 2, sum(look["yaxis"]["range"]) / 2)
    across = {"range": [-0.02 * end, end], "showgrid": False, "nticks": 7, "title": {"standoff": 5}, "tickformat": ","}
    layouted = layout(
        title=title, x=asked.along, y=y, margin=MARGIN | ({"t": 30} if title else {}), xaxis=across, **look
    )
    return Panel(
        Figure(data=drawing.traces, layout=layouted),
        alt=alt,
        frames=tuple(drawing.frames),
        tracks=tracks,
        absent=absent(drawing.result) if tracks else (),
        column=column,
        height=UPPER if title else LOWER,
    )


def _alt(result: Schedules, found: Found, name: str) -> str:
    """Say how the trainings of the first lengths that have any turned out."""
    told = [
        f"{length:,}: {', '.join(number(float(each.last(name).mean())) for each in row if each.epochs)}"
        for length, row in zip(result.lengths, found, strict=True)
        if any(each.epochs for each in row)
    ]
    what = name.replace("_", " ")
    if not told:
        return f"Empty axes for the {what}: no run with these settings has finished an epoch yet."
    return f"Last {what} by length, {'; '.join(told[:3])}."
