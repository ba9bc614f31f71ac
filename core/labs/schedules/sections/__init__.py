"""Folded sections of the page on schedules: formulas, what buggy code came to, and every epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.draw.live import Panel, Picture
from core.draw.marks import SMALL, labels, lines, panel
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
        f"A small network (784-128-128-10 with batch normalization) on {plan.n_train:,} images of "
        f"the bundled 10% of Fashion-MNIST; {VALIDATION} more, equally many of each class, are "
        f"for validation; {plan.epochs} epochs{rounded}. The rate changes {stepping}, and lengths "
        "are scaled with the training, so there are as many cycles as in the plan; incomplete "
        "batches are dropped. Test images are used once, at the end."
    )
    if values["what"] != "runs":
        return (f"{said} “Trained” above the plots shows it.",)
    found = moment(result, Asked.of(values))[index_of(result, values["length"])]
    rows = training_table(found)
    columns = rows | {
        "strategy": [names(result).get(kind, SHAPES.get(kind, kind)) for kind in rows["strategy"]],
        "end": [_ENDS[end] for end in rows["end"]],
        "test_accuracy": [
            round(share, 4) if end else None for share, end in zip(rows["test_accuracy"], rows["end"], strict=True)
        ],
    }
    return said, Table(columns, caption="The runs with the current settings; images count as often as they were seen.")


_ENDS = {"": "not yet", "end": "all updates", "nonfinite": "diverged"}


def consequences(result: Schedules, values: Mapping[str, Any]) -> Sequence[Any]:
    """Draw what the buggy code did."""
    return (
        "Bugs from the exercises below, drawn: what the code did, and what was intended.",
        Picture((_cycles(), _samples())),
        f"The cosine over 200 epochs has gone from 0.1 to {number(float(COSINE.rate(5)), 4)} "
        f"after five; over five it would reach {number(float(replace(COSINE, length=5).rate(5)))}.",
    )


def _cycles() -> Panel:
    """Three rates: as it was handed in, as it was meant, and with the scheduler in the outer loop."""
    t = np.arange(0, CLR_UPDATES + 1, 20, dtype=np.float64)
    meant = replace(CLR, length=CLR_UPDATES // 6, gamma=0.9998)
    outer = CLR.rate(np.floor(t / (CLR_UPDATES / 10)))
    traces = [
        lines(t, meant.rate(t), "first", "intended", 1.8, dash="dash", table=True),
        lines(t, CLR.rate(t), "warning", "actual", 2.6, table=True),
        lines(t, outer, "muted", "scheduler in the outer loop", 2.2, dash="dot", table=True),
        labels([(5250, 0.79, "γ = 1, actual", "middle right")], "words of the triangle", "warning"),
        labels([(100, 0.6, "three decaying cycles, intended", "top right")], "words of the intended", "first"),
        labels([(9300, -0.01, "one step per epoch", "bottom left")], "words of the outer loop"),
    ]
    end = float(CLR.rate(CLR_UPDATES))
    return panel(
        traces,
        f"Rates of the CyclicLR code over 9,380 updates: one triangle that ends at {number(end)}; "
        "three decaying cycles as intended; and with one scheduler step per epoch, at most "
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
        lines(x, mended, "first", "mean over the batches run", 2.2, mode="lines+markers", table=True),
        lines(x, printed, "warning", "as printed", 2.2, dash="dash", mode="lines+markers", table=True),
        labels([*said, (x[0] + 0.1, 3.05, "numbers: updates", "middle right")], "updates"),
        labels([(x[-1], 0.62, "as printed", "bottom left")], "words", "warning"),
        labels([(x[-1], 1.27, "over the batches run", "bottom left")], "words of the mean", "first"),
    ]
    return panel(
        traces,
        "Losses that the code printed for batches of 32 to 4,096, from 2.72 down to 0.68, and "
        f"the means over the batches run, from {number(mended[0])} to {number(mended[-1])}. "
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
    said = "One row per epoch; batch, rate, momentum, and noise scale are those of its last update."
    return (Table(columns, explain, said),)


_EXPLAIN = {
    "epoch": "One pass over the training images.",
    "updates": "Batches in this epoch, the incomplete last one included unless it is dropped.",
    "updates_in_all": "Updates up to the end of this epoch.",
    "images": "Images used: all of them, unless an incomplete batch is dropped.",
    "batch": "Batch size at the end of the epoch; the last batch itself may be smaller.",
    "rate": "Rate of the last update.",
    "momentum": "Momentum of the last update.",
    "noise_scale": "rate · N / (batch · (1 − momentum)).",
}

SECTIONS = (
    Section("How the networks are trained", what_is_trained),
    Section("Formulas with the current values", numbers),
    Section("What the code actually did", consequences),
    Section("Epoch-by-epoch table", every_epoch),
)
