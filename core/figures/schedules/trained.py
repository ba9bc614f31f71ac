"""Trainings with the schedules on screen: loss, accuracy, rate and momentum over the same axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.figures.live import Panel, Picture
from core.figures.parts import Array, Trace, curve, panel
from core.figures.schedules.parts import batch_axis
from core.figures.schedules.strategies import ROLES, names
from core.figures.style import color, line
from core.lab import Table, Work
from core.text import fixed, number, percent
from core.training.bounds import begin_all
from core.training.experiments import Training
from core.training.offers import offer, refusal
from core.training.range_curves import smooth
from core.training.runs import Seen, look
from core.training.schedule_controls import SHAPES
from core.training.schedule_plans import Schedules
from core.training.schedule_runs import VALIDATION, Trained, small, trained, trainings
from core.training.schedule_tables import index_of

_BETA = 0.9  # of the smoothed loss
_HEIGHT = 250


def train(result: Schedules, values: Mapping[str, Any]) -> Sequence[str | Work | Picture | Table]:
    """Training with the schedule on screen, or with every strategy: what there is already, or the offer of it."""
    along = values["along"]
    specs = trainings(result, result.lengths[index_of(result, values["length"])], values["view"], along)
    every = tuple(specs.values())
    said = _said(result)
    seen = tuple(map(look, every))
    if all(each.state in ("recorded", "done") for each in seen):
        recorded = " These runs were recorded with Lectern." * all(each.state == "recorded" for each in seen)
        return said + recorded, *_outcome(result, specs, seen, along)
    said = f"{said} {offer(every)}"
    no = refusal(every)
    if no:
        return said, no
    kinds = SHAPES[result.shape.kind] if values["view"] == "one" else f"all strategies, with equal {along}"
    return said, Work(
        f"Train: {kinds}", every, lambda: begin_all(every), lambda found: _outcome(result, specs, found, along)
    )


def _said(result: Schedules) -> str:
    """What is trained."""
    plan = small(result)
    stepping = "the rate changes after each update here, and " if result.by_epoch else ""
    return (
        f"A small network (784-128-128-10 with batch normalisation) on {plan.n_train:,} images of the tenth of "
        f"Fashion-MNIST that is part of Lectern; {VALIDATION} more are for validation; {plan.epochs} epochs. "
        f"The lengths are scaled with the updates, so that there are as many cycles as in the plan; {stepping}an "
        "incomplete batch is left out."
    )


def _outcome(
    result: Schedules, specs: Mapping[str, Training], seen: Sequence[Seen], along: str
) -> Sequence[Picture | Table]:
    found = {kind: trained(each) for kind, each in zip(specs, seen, strict=True)}
    told = [f"{_name(result, kind)}: {_ended(each)}" for kind, each in found.items()]
    sentence = f"{'; '.join(told)}."
    panels = _one(next(iter(found.values())), along) if len(found) == 1 else _several(result, found, along)
    rows: dict[str, Sequence[Any]] = {
        "strategy": [_name(result, kind) for kind in found],
        "updates": [len(each.losses) for each in found.values()],
        "images": [int(each.batches.sum()) for each in found.values()],
        "training loss": [_last(each, "loss") for each in found.values()],
        "validation loss": [_last(each, "validation_loss") for each in found.values()],
        "validation accuracy": [_last(each, "validation_accuracy") for each in found.values()],
        "test accuracy": [round(each.test_accuracy, 4) for each in found.values()],
    }
    caption = "After the last epoch; then the test images were looked at, once. One seed: small differences are luck."
    return Picture(panels, sentences=(sentence,)), Table(rows, caption=caption)


def _name(result: Schedules, kind: str) -> str:
    return names(result).get(kind, SHAPES.get(kind, kind))


def _last(one: Trained, name: str) -> float | str:
    return round(float(one.epochs[name][-1]), 4) if len(one.ends) else "–"


def _ended(one: Trained) -> str:
    if one.end != "end":
        return f"the loss was no number any more after {len(one.losses):,} updates"
    accuracy, loss = one.epochs["validation_accuracy"][-1], one.epochs["validation_loss"][-1]
    return f"validation accuracy {percent(accuracy)}, validation loss {fixed(loss)} after {len(one.losses):,} updates"


def _across(one: Trained, updates: Array, along: str) -> Array:
    """Updates, or the epochs that they are: those end where the training has recorded it."""
    if along == "updates" or not len(one.ends):
        return np.asarray(updates, dtype=np.float64)
    return np.interp(updates, np.append(0, one.ends), np.arange(len(one.ends) + 1))


def _one(one: Trained, along: str) -> tuple[Panel, ...]:
    """Loss, accuracy, rate and momentum of one training."""
    steps = _across(one, np.arange(len(one.losses)), along)
    ends = _across(one, one.ends, along)
    smoothed = smooth(one.losses, _BETA)
    loss = [
        curve(steps, smoothed, "train", "training, smoothed", 1.4),
        curve(ends, one.epochs["validation_loss"], "test", "validation", mode="lines+markers"),
    ]
    accuracy = [
        curve(ends, one.epochs["accuracy"], "train", "training", mode="lines+markers"),
        curve(ends, one.epochs["validation_accuracy"], "test", "validation", mode="lines+markers"),
    ]
    rate = [curve(steps, one.rates, "first", "learning rate η")]
    momentum = [curve(steps, one.momenta, "second", "momentum μ", line={"color": color("second"), "width": 2.2})]
    right = float(steps[-1]) if len(steps) else 1.0
    told = _ended(one)
    return (
        _panel(loss, along, right, "loss", f"Loss of the training: {told}.", 0, range=[0, _top(one.losses[:1])]),
        _panel(rate, along, right, "learning rate η", f"Learning rate, at most {number(float(one.rates.max()))}.", 0),
        _panel(accuracy, along, right, "accuracy", f"Accuracy after each epoch: {told}.", 1, range=[0, 1]),
        _panel(momentum, along, right, "momentum μ", f"Momentum, at least {number(float(one.momenta.min()))}.", 1,
               range=[0, 1]),
    )  # fmt: skip


def _top(first: Array) -> float:
    """Upper end of the axis of a loss: what explodes leaves the picture."""
    return 1.3 * float(first[0]) if len(first) else 3.0


def _several(result: Schedules, found: Mapping[str, Trained], along: str) -> tuple[Panel, ...]:
    """Loss and accuracy, rate and batch size of all strategies."""
    right = max(float(_across(one, np.array([len(one.losses)]), along)[0]) for one in found.values())
    told = "; ".join(f"{_name(result, kind)}: {_ended(one)}" for kind, one in found.items())

    def lines(name: str) -> list[Trace]:
        traces = []
        for kind, one in found.items():
            every = name in ("rates", "batches")
            x = np.arange(len(one.losses)) if every else one.ends
            y = getattr(one, name) if every else one.epochs[name]
            look = line(ROLES[kind], shape="hv" if name == "batches" else "linear")
            traces.append(curve(_across(one, x, along), y, ROLES[kind], _name(result, kind), line=look))
        return traces

    largest = max(float(one.batches.max(initial=1)) for one in found.values())
    least = min(float(one.batches.min(initial=largest)) for one in found.values())
    losses, accuracies = (
        np.concatenate([one.epochs[f"validation_{name}"] for one in found.values()]) for name in ("loss", "accuracy")
    )
    return (
        _panel(lines("validation_loss"), along, right, "validation loss", f"Validation loss: {told}.", 0,
               range=_span(losses, 3.0)),
        _panel(lines("rates"), along, right, "learning rate η", "Learning rates of the strategies.", 0),
        _panel(lines("validation_accuracy"), along, right, "validation accuracy", f"Validation accuracy: {told}.", 1,
               range=_span(accuracies, 1.0)),
        _panel(lines("batches"), along, right, "batch size B", "Batch sizes of the strategies.", 1,
               **batch_axis(least, 1.6 * largest)),
    )  # fmt: skip


def _span(values: Array, most: float) -> list[float]:
    """Range of an axis in which curves that are alike can be told apart."""
    low, high = float(values.min(initial=most)), min(float(values.max(initial=0.0)), most)
    pad = 0.1 * max(high - low, 0.1)
    return [max(low - pad, 0.0), high + pad]


def _panel(traces: Sequence[Trace], along: str, right: float, title: str, alt: str, column: int, **axis: Any) -> Panel:
    drawn = [trace if len(trace["x"]) else trace | {"x": np.array([0.0]), "y": np.array([np.nan])} for trace in traces]
    return panel(
        drawn,
        alt,
        x=along,
        y=title,
        column=column,
        height=_HEIGHT,
        showlegend=len(traces) > 1,
        xaxis={"range": [0, 1.02 * right], "tickformat": ",", "showgrid": False},
        yaxis={"nticks": 6, "rangemode": "tozero"} | axis,
    )
