"""Exercises: rates of a range test, its smoothed loss, and how many updates each protocol takes."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, count, number
from core.exercises.recipes import Edit, Recipe, asked
from core.exercises.templates import Refused, Template
from core.kit.controls import closest
from core.labs.lr_range.controls import CONTROLS

F = Fraction
TOPIC = "Training"


@dataclass(frozen=True)
class Sweep:
    """Lowest and highest rate as powers of ten, number of rates, and the place asked for, counted from 1."""

    low: int
    high: int
    rates: int
    place: int


def _draw_sweep(rng: random.Random) -> Sweep:
    rates = rng.choice((9, 10, 12, 20, 25, 50, 100))
    return Sweep(rng.randint(-9, -4), rng.randint(-1, 1), rates, rng.randint(2, rates - 1))


def _ask_sweep(p: Sweep) -> Sequence[Question]:
    decades, steps = p.high - p.low, p.rates - 1
    rate = 10 ** (p.low + decades * (p.place - 1) / steps)
    return (
        number(
            f"Rate number {p.place}",
            rate,
            (
                Slip("one_step_on", 10 ** (p.low + decades * p.place / steps), "The first rate is the lowest one."),
                Slip(
                    "divided_by_n",
                    10 ** (p.low + decades * (p.place - 1) / p.rates),
                    f"{p.rates} rates have {steps} steps between them.",
                ),
                Slip(
                    "linear",
                    10**p.low + (10**p.high - 10**p.low) * (p.place - 1) / steps,
                    "The rates grow by equal factors, not by equal amounts.",
                ),
            ),
            (f"10^({p.low} + {decades} · {p.place - 1}/{steps}): rate = {rate:.5g}",),
        ),
        number(
            "Factor between neighboring rates",
            10 ** (decades / steps),
            (
                Slip("divided_by_n", 10 ** (decades / p.rates), f"{p.rates} rates have {steps} steps between them."),
                Slip("exponent", F(decades, steps), "That is the step in powers of ten."),
            ),
            (f"10^({decades}/{steps}): factor = {10 ** (decades / steps):.5g}",),
        ),
    )


SWEEP = Template(
    key="lr_range.sweep",
    title="Rates of a sweep",
    topic=TOPIC,
    minutes=3,
    draw=_draw_sweep,
    published=Sweep(-9, 1, 10, 4),
    text=lambda p: (
        f"A range test tries {p.rates} learning rates from 10^{p.low} to 10^{p.high}, both included, at equal ratios."
    ),
    ask=_ask_sweep,
    state=lambda p: {
        "protocol": "sweep",
        **closest(CONTROLS, candidates=p.rates, low=10.0**p.low, high=10.0**p.high),
    },
    hints=lambda p: ("Equal ratios are equal steps of the exponent.", "n values have n − 1 steps between them."),
    lesson="A range test is linear in the logarithm of the rate.",
)


@dataclass(frozen=True)
class Smooth:
    """Losses and the smoothing factor."""

    losses: tuple[Fraction, ...]
    beta: Fraction


def _draw_smooth(rng: random.Random) -> Smooth:
    start = rng.randint(20, 28)
    losses = tuple(F(start - k * rng.randint(1, 5), 10) for k in range(3))
    if len(set(losses)) < 3:
        raise Refused("Equal losses hide mistakes.")
    return Smooth(losses, F(rng.choice((5, 6, 7, 8, 9)), 10))


def _ask_smooth(p: Smooth) -> Sequence[Question]:
    average = F(0)
    for loss in p.losses:
        average = p.beta * average + (1 - p.beta) * loss
    started = p.losses[0]
    for loss in p.losses[1:]:
        started = p.beta * started + (1 - p.beta) * loss
    correction = 1 - p.beta ** len(p.losses)
    corrected = average / correction
    other = F(0)
    for loss in p.losses:
        other = (1 - p.beta) * other + p.beta * loss
    return (
        number(
            "Average before the correction",
            average,
            (
                Slip("first_loss", started, "The average starts at 0, not at the first loss."),
                Slip("beta_swapped", other, "β keeps the old average; 1 − β takes the new loss."),
                Slip("mean", sum(p.losses, F(0)) / 3, "That is the plain mean."),
            ),
            (
                f"{float(p.beta):g} · (…) + {float(1 - p.beta):g} · {float(p.losses[-1]):g}: average = "
                f"{float(average):.6g}",
            ),
        ),
        number(
            "Average after the correction",
            corrected,
            (
                Slip("uncorrected", average, "Divide by 1 − βᵏ: the zero at the start is still in it."),
                Slip("one_power", average / (1 - p.beta), "The power is the number of losses."),
                Slip("first_loss", started, "Starting at the first loss is another rule."),
            ),
            (f"{float(average):.6g} / (1 − {float(p.beta):g}^3) = {float(corrected):.6g}",),
        ),
    )


SMOOTH = Template(
    key="lr_range.smoothing",
    title="A smoothed loss",
    topic=TOPIC,
    minutes=4,
    draw=_draw_smooth,
    text=lambda p: (
        f"The first three losses are {', '.join(f'{float(v):g}' for v in p.losses)}. Smooth them with a ← βa + "
        f"(1 − β)·loss, "
        f"β = {float(p.beta):g}, starting at a = 0, and correct the bias as Adam does."
    ),
    ask=_ask_smooth,
    state=lambda p: {
        "protocol": "own",
        "pasted": "\n".join(("lr,loss", *(f"{10.0 ** (k - 4):g},{float(v):g}" for k, v in enumerate(p.losses)))),
    },
    hints=lambda p: ("Go through the losses one by one.", "After k losses the weights add up to 1 − βᵏ."),
    lesson="Without the correction a smoothed curve starts near 0 and seems to rise.",
)


@dataclass(frozen=True)
class Updates:
    """Images, batch size, rates, and epochs for each rate."""

    images: int
    batch: int
    rates: int
    epochs: int


def _draw_updates(rng: random.Random) -> Updates:
    found = Updates(
        rng.randrange(5_000, 60_001, 1_000),
        rng.choice((32, 64, 128, 256)),
        rng.choice((5, 8, 10, 12)),
        rng.randint(2, 6),
    )
    if found.images % found.batch == 0:
        raise Refused("The last batch must be a smaller one.")
    return found


def _ask_updates(p: Updates) -> Sequence[Question]:
    each = math.ceil(p.images / p.batch)
    floor = p.images // p.batch
    return (
        count(
            "Updates in an epoch",
            each,
            (
                Slip("drop_last", floor, "The last, smaller batch is an update too."),
                Slip("images", p.images, "An update takes a whole batch."),
            ),
            (f"{p.images:,} / {p.batch} = {p.images / p.batch:.3f}, rounded up: updates = {each}",),
        ),
        asked(
            "Updates for all rates",
            Recipe(({"rates": p.rates, "epochs": p.epochs, "updates": each},)),
            (
                Edit("drop_last", "The last, smaller batch is an update too.", lambda r: r.edit("updates", floor)),
                Edit("one_rate", "Each rate is a training of its own.", lambda r: r.drop("rates")),
                Edit("one_epoch", "Each training has several epochs.", lambda r: r.drop("epochs")),
            ),
        ),
        count(
            "Images in the last batch of an epoch",
            p.images - floor * p.batch,
            (
                Slip("missing", (floor + 1) * p.batch - p.images, "That is how many are missing."),
                Slip("full", p.batch, "It is smaller than the others."),
            ),
            (f"{p.images:,} − {floor} · {p.batch} = {p.images - floor * p.batch}",),
        ),
    )


UPDATES = Template(
    key="lr_range.updates",
    title="Updates of a range test",
    topic=TOPIC,
    minutes=3,
    draw=_draw_updates,
    published=Updates(60_000, 64, 10, 5),
    text=lambda p: (
        f"A training set has {p.images:,} images, taken in batches of {p.batch}; the last batch of an epoch may "
        f"be smaller. "
        f"{p.rates} rates are tried in separate trainings of {p.epochs} epochs each."
    ),
    ask=_ask_updates,
    state=lambda p: {
        "protocol": "sweep",
        **closest(CONTROLS, candidates=p.rates, epochs=p.epochs, batch=p.batch),
    },
    hints=lambda p: ("Divide images by the batch size and round up.", "Multiply by epochs and by rates."),
    lesson="Separate trainings cost many times a single rising sweep, which needs about one epoch.",
)
