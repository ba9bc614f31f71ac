"""Questions of the page on schedules, to be answered before the picture is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.exercises.questions import Slip
from core.kit.controls import LogSlider, Slider
from core.kit.mark import Mark
from core.kit.prediction import Prediction, because
from core.kit.words import number
from core.labs.schedules.compute.explore import Schedules
from core.labs.schedules.compute.memory import GIB
from core.labs.schedules.controls import DOUBLING
from core.labs.schedules.panels.memory import bar_of, gib

ASKED = 5000  # the homework's length


def _steps(result: Schedules) -> int:
    return result.epochs if result.by_epoch else result.base.updates


def ends_at(result: Schedules) -> int:
    """Rate after the training, with the homework's length, in percent of the peak rate."""
    return round(100 * _end(result) / result.shape.high)


def _rate_mark(result: Schedules, values: Mapping[str, Any]) -> Mark | None:
    """Return where one schedule has its rate."""
    if values["what"] != "plan" or values["view"] != "one":
        return None
    return Mark(0, "y", place=lambda percent: percent / 100 * result.shape.high)


def _end(result: Schedules) -> float:
    return float(replace(result.shape, length=ASKED).rate(_steps(result)))


def ends_verdict(guess: int, truth: int, result: Schedules) -> str:
    """Questions on the number of steps, and on the rate at the end."""
    shape, steps = replace(result.shape, length=ASKED), _steps(result)
    return (
        f"The scheduler makes {steps:,} {'step' if steps == 1 else 'steps'}, {number(steps / shape.period)} of the "
        f"{shape.period:,} of its pattern, and the rate then is {number(_end(result))} of at most {number(shape.high)}."
    )


def fitting(result: Schedules) -> int:
    """The largest power of two that fits into the card as a batch size, as far as the slider goes."""
    most = max(result.need.fits(result.card), 8)
    return int(min(2 ** (most.bit_length() - 1), 8192))


def fitting_verdict(guess: int, truth: int, result: Schedules) -> str:
    """Say what the guess and its double need."""
    need = result.need
    told = "; ".join(f"{batch:,}: {gib(need.total(batch))} GiB" for batch in sorted({guess, truth, 2 * truth}))
    return (
        f"Weights, gradients, and momentum take {need.fixed / GIB:.3f} GiB, and each image "
        f"{need.each / 2**20:.2f} MiB of stored activations. {told}."
    )


def _memory(result: Schedules, values: Mapping[str, Any]) -> Mark | None:
    planned = values["what"] == "plan" and values["view"] == "one"
    return Mark(3, place=bar_of) if planned else None


PREDICTIONS = (
    Prediction(
        f"With a length of {ASKED:,} steps, what is the final rate in percent of the peak?",
        guess=Slider(
            name="guess", label="Final rate (% of peak)", default=50, low=0, high=100, help="Enter your prediction."
        ),
        truth=ends_at,
        verdict=ends_verdict,
        slips=lambda result: (
            Slip("whole_cycle", round(100 * result.shape.low / result.shape.high), "The last cycle is not finished."),
        ),
        mark=_rate_mark,
    ),
    Prediction(
        "Which is the largest of these batches that fits in GPU memory?",
        guess=LogSlider(
            name="guess",
            label="Batch size",
            default=64,
            low=8,
            high=8192,
            per_decade=DOUBLING,
            display="{:,}".format,
            help="Enter your prediction.",
        ),
        truth=fitting,
        verdict=fitting_verdict,
        why=because(
            "What fills the memory as the batch grows?",
            "activations",
            "Every image of the batch has its own activations.",
            {
                "weights": "There is one set of weights, however large the batch is.",
                "optimizer state": "It is as large as the weights, however large the batch is.",
            },
        ),
        mark=_memory,
    ),
)
