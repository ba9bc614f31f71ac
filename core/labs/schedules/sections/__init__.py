"""Folded sections of the page on schedules: formulas, bugs, what they came to, and every epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.draw.live import Panel, Picture
from core.draw.marks import SMALL, labels, lines, panel
from core.draw.style import color, line
from core.kit.lab import Section, Table
from core.kit.words import number
from core.labs.schedules.compute.explore import Schedules, index_of
from core.labs.schedules.compute.plan import Plan
from core.labs.schedules.compute.runs import VALIDATION, Asked, small
from core.labs.schedules.compute.slips import CLR, CLR_UPDATES, COSINE, PRINTED, SIZES, batches_run, true_mean
from core.labs.schedules.compute.tables import epoch_table, training_table
from core.labs.schedules.compute.trained import moment
from core.labs.schedules.controls import SHAPES
from core.labs.schedules.panels.strategies import names
from core.labs.schedules.questions import exercises
from core.labs.schedules.sections.formulas import formulas

_MARGIN = {"l": 56, "r": 10, "t": 30, "b": 44}


def _plan(result: Schedules, values: Mapping[str, Any]) -> Plan:
    return result.plans[index_of(result, values["length"])]


def numbers(result: Schedules, values: Mapping[str, Any]) -> Sequence[str]:
    """The formulas of the schedule on screen."""
    return formulas(result, _plan(result, values))


def what_is_trained(result: Schedules, values: Mapping[str, Any]) -> Sequence[str | Table]:
    """The small training that follows the plan, and what those with the settings on screen have come to."""
    plan = small(result)
    rounded = "" if plan.epochs == result.epochs else f" instead of {result.epochs}"
    stepping = "once an epoch" if result.by_epoch else "with every update"
    said = (
        f"A small network (784-128-128-10 with batch normalisation) on {plan.n_train:,} images of the tenth of "
        f"Fashion-MNIST that is part of Lectern; {VALIDATION} more, equally many of each class, are for validation; "
        f"{plan.epochs} epochs{rounded}. The rate changes {stepping}, and lengths are scaled with the training, so "
        "that there are as many cycles as in the plan; an incomplete batch is left out. Test images are looked at "
        "once, at the end."
    )
    if values["what"] == "plan":
        return (f"{said} “Trained” above the picture shows it.",)
    found = moment(result, Asked.of(values))[index_of(result, values["length"])]
    rows = training_table(found)
    columns = rows | {
        "strategy": [names(result).get(kind, SHAPES.get(kind, kind)) for kind in rows["strategy"]],
        "end": [_ENDS[end] for end in rows["end"]],
        "test_accuracy": [round(share, 4) if end else None for share, end in
                          zip(rows["test_accuracy"], rows["end"], strict=True)],
    }  # fmt: skip
    return said, Table(
        columns, caption="The trainings with the settings on screen; images count as often as they were seen."
    )


_ENDS = {"": "not yet", "end": "all updates", "nonfinite": "diverged"}


def bugs(result: Schedules, values: Mapping[str, Any]) -> Sequence[Any]:
    """Cards with a bug each."""
    return (
        "Code as it was handed in. Work out what it really does; the last right answer of a card says how to mend it. "
        "Known slips are recognised.",
        *exercises(),
    )


def consequences(result: Schedules, values: Mapping[str, Any]) -> Sequence[Any]:
    """What the homeworks' code did, drawn."""
    return (
        "Answers to some of the cards above, drawn: what the code did, and what was meant.",
        Picture((_cycles(), _samples())),
        f"The cosine over 200 epochs has come from 0.1 to {number(float(COSINE.rate(5)), 4)} after "
        "five; over five it would "
        f"have come to {number(float(replace(COSINE, length=5).rate(5)))}.",
    )


def _cycles() -> Panel:
    """Three rates: as it was handed in, as it was meant, and with the scheduler in the outer loop."""
    t = np.arange(0, CLR_UPDATES + 1, 20, dtype=np.float64)
    meant = replace(CLR, length=CLR_UPDATES // 6, gamma=0.9998)
    outer = CLR.rate(np.floor(t / (CLR_UPDATES / 10)))
    traces = [
        lines(t, meant.rate(t), line("first", 1.8, dash="dash"), "as meant", meta={}),
        lines(t, CLR.rate(t), line("warning", 2.6), "as handed in", meta={}),
        lines(t, outer, line("muted", 2.2, dash="dot"), "scheduler in the outer loop", meta={}),
        labels([(5250, 0.79, "γ = 1, as handed in", "middle right")], "words of the triangle",
               textfont={"color": color("warning"), "size": 12}),
        labels([(100, 0.6, "three decaying cycles, as meant", "top right")], "words of the meant",
               textfont={"color": color("first"), "size": 12}),
        labels([(9300, -0.01, "one step an epoch", "bottom left")], "words of the outer loop"),
    ]  # fmt: skip
    end = float(CLR.rate(CLR_UPDATES))
    return panel(
        traces,
        f"Rates of the homework's CyclicLR over 9,380 updates: one triangle that ends at {number(end)}; three decaying "
        "cycles as they were meant; and with one step of the scheduler an epoch, at most "
        f"{number(float(CLR.rate(10)))}.",
        x="updates",
        y="learning rate η",
        height=SMALL,
        showlegend=False,
        margin=_MARGIN,
        xaxis={"range": [-150, 9700], "showgrid": False},
        yaxis={"range": [-0.1, 0.9]},
    )


def _samples() -> Panel:
    """Losses of the batch sizes as they were printed, and as they were."""
    x = np.log2(np.array(list(PRINTED), dtype=np.float64))
    printed = np.array(list(PRINTED.values()))
    mended = np.array([true_mean(loss, batch) for batch, loss in PRINTED.items()])
    ran = [batches_run(batch) for batch in PRINTED]
    said = [(at, loss + 0.05, f"{count}", "top center") for at, loss, count in zip(x, mended, ran, strict=True)]
    traces = [
        lines(x, mended, line("first", 2.2), "mean loss of the batches that ran", mode="lines+markers", meta={}),
        lines(x, printed, line("warning", 2.2, dash="dash"), "as printed", mode="lines+markers", meta={}),
        labels([*said, (x[0] + 0.1, 3.05, "numbers: updates", "middle right")], "updates"),
        labels([(x[-1], 0.62, "as printed", "bottom left")], "words", textfont={"color": color("warning"), "size": 12}),
        labels([(x[-1], 1.27, "over the batches that ran", "bottom left")], "words of the mean",
               textfont={"color": color("first"), "size": 12}),
    ]  # fmt: skip
    return panel(
        traces,
        f"Losses that the homework printed for batches of 32 to 4,096, from 2.72 down to 0.68, and the means over the "
        f"batches that ran, from {number(mended[0])} to {number(mended[-1])}. "
        f"{sum(map(batches_run, SIZES))} updates in all.",
        x="batch size",
        y="training loss",
        column=1,
        height=SMALL,
        showlegend=False,
        margin=_MARGIN,
        xaxis={"tickvals": x.tolist(), "ticktext": [f"{batch:,}" for batch in PRINTED], "range": [4.7, 12.4]},
        yaxis={"range": [0.3, 3.2]},
    )


def every_epoch(result: Schedules, values: Mapping[str, Any]) -> Sequence[Any]:
    """Bookkeeping of each epoch."""
    plan = _plan(result, values)
    found = epoch_table(result, plan)

    def explain(row: int, name: str) -> str:
        return _EXPLAIN[name]

    columns = {
        name: [float(f"{value:.6g}") for value in column] if column.dtype.kind == "f" else column.tolist()
        for name, column in found.items()
    }
    said = "One row for each epoch; batch, rate, momentum and noise scale are those of its last update."
    return (Table(columns, explain, said),)


_EXPLAIN = {
    "epoch": "A pass over the training images.",
    "updates": "Batches of this epoch; the incomplete last one counts unless it is left out.",
    "updates_in_all": "Updates up to the end of this epoch.",
    "images": "Images that were trained with: all of them, unless an incomplete batch is left out.",
    "batch": "Batch size at the end of the epoch; the last batch itself may be smaller.",
    "rate": "Rate of the last update.",
    "momentum": "Momentum of the last update.",
    "noise_scale": "rate · N / (batch · (1 − momentum)).",
}

SECTIONS = (
    Section("What is trained", what_is_trained),
    Section("The formulas, with the numbers on screen", numbers),
    Section("Find the bug: code from homeworks", bugs),
    Section("What that code really did", consequences),
    Section("Every epoch in numbers", every_epoch),
)
