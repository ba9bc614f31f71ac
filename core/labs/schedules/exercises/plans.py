"""Exercises: a triangular rate that decays, cosine annealing, and a batch that grows."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, choice, count, number
from core.exercises.templates import Refused, Template
from core.kit.controls import closest
from core.labs.schedules.controls import CONTROLS

F = Fraction
TOPIC = "Training"


@dataclass(frozen=True)
class Triangle:
    """Bounds of the rate, length of the rise in updates, decay of the amplitude per update, and an update."""

    low: Fraction
    high: Fraction
    rise: int
    gamma: Fraction
    update: int


def _draw_triangle(rng: random.Random) -> Triangle:
    rise = rng.choice((500, 1000, 2000, 4000))
    found = Triangle(
        F(rng.choice((1, 2, 5)), 1000),
        F(rng.choice((1, 2, 4, 5)), 10),
        rise,
        F(rng.choice((9995, 9998, 9999)), 10_000),
        rng.randrange(rise // 10, 4 * rise, rise // 10),
    )
    if _share(found) < F(1, 20):
        raise Refused("At the lower bound the decay does not show.")
    return found


def _share(p: Triangle) -> Fraction:
    """Return how far up the triangle the rate is, without decay."""
    phase = F(p.update % (2 * p.rise), p.rise)
    return phase if phase <= 1 else 2 - phase


def _ask_triangle(p: Triangle) -> Sequence[Question]:
    share, decay = _share(p), float(p.gamma) ** p.update
    span = float(p.high - p.low)
    rate = float(p.low) + span * float(share) * decay
    cycles = F(p.update, 2 * p.rise)
    return (
        number(
            f"Rate at update {p.update}",
            rate,
            (
                Slip("gamma_default", float(p.low) + span * float(share), "The amplitude decays by γ in every update."),
                Slip(
                    "all_decays",
                    (float(p.low) + span * float(share)) * decay,
                    "Only the amplitude decays, not the lower bound.",
                ),
                Slip(
                    "by_cycle",
                    float(p.low) + span * float(share) * float(p.gamma) ** math.ceil(float(cycles)),
                    "γ is taken to the power of the update, not of the cycle.",
                ),
                Slip("other_side", float(p.low) + span * float(1 - share) * decay, "Count from the lower bound."),
            ),
            (
                f"share of the way up = {float(share):.6g}, γ^{p.update} = {decay:.6g}",
                f"{float(p.low):g} + {span:g} · {float(share):.6g} · {decay:.6g}: rate = {rate:.6g}",
            ),
        ),
        number(
            "Cycles up to there",
            cycles,
            (Slip("rises", F(p.update, p.rise), "A cycle goes up and down: twice the rise."),),
            (f"{p.update} / (2 · {p.rise}) = {float(cycles):.6g}",),
        ),
    )


TRIANGLE = Template(
    key="schedules.triangle",
    title="A cyclical rate that decays",
    topic=TOPIC,
    minutes=5,
    draw=_draw_triangle,
    text=lambda p: (
        f"A cyclical rate runs between {float(p.low):g} and {float(p.high):g}, rising for {p.rise} updates and "
        f"falling as "
        f"long. Its amplitude is multiplied by γ = {float(p.gamma):g} in every update. What is the rate at update "
        f"{p.update}, counted from 0?"
    ),
    ask=_ask_triangle,
    state=lambda p: {"schedule": "exp_range", "length": p.rise, "gamma": float(p.gamma)},
    hints=lambda p: ("Where in its cycle is this update?", "rate = low + (high − low) · share · γ^update."),
    lesson="Decay acts on the amplitude, update by update; by default γ is 1 and nothing decays.",
)


@dataclass(frozen=True)
class Cosine:
    """Peak rate, planned length, and the epoch asked for."""

    peak: Fraction
    length: int
    epoch: int


def _draw_cosine(rng: random.Random) -> Cosine:
    length = rng.choice((10, 20, 30, 50, 100, 200))
    return Cosine(F(rng.choice((1, 2, 4, 5)), 10), length, rng.randint(1, length - 1))


def _ask_cosine(p: Cosine) -> Sequence[Question]:
    x = p.epoch / p.length
    rate = float(p.peak) * (1 + math.cos(math.pi * x)) / 2
    return (
        number(
            f"Rate after {p.epoch} epochs",
            rate,
            (
                Slip("linear", float(p.peak) * (1 - x), "That is a straight line down."),
                Slip("no_half", float(p.peak) * (1 + math.cos(math.pi * x)), "Divide 1 + cos by 2."),
                Slip(
                    "half_wave",
                    float(p.peak) * math.cos(math.pi * x / 2),
                    "The cosine goes through half a period: from 1 to −1.",
                ),
                Slip(
                    "whole_wave",
                    float(p.peak) * (1 + math.cos(2 * math.pi * x)) / 2,
                    "At the end the rate is 0: half a period.",
                ),
            ),
            (f"{float(p.peak):g} · (1 + cos(π · {p.epoch}/{p.length}))/2: rate = {rate:.6g}",),
        ),
        number(
            "Rate at the same time if T_max is ten times the length",
            float(p.peak) * (1 + math.cos(math.pi * x / 10)) / 2,
            (
                Slip("same", rate, "The cosine is stretched: less of it has passed."),
                Slip("tenth", rate / 10, "The time is divided by ten, not the rate."),
            ),
            (
                f"{float(p.peak):g} · (1 + cos(π · {p.epoch}/{10 * p.length}))/2: rate = "
                f"{float(p.peak) * (1 + math.cos(math.pi * x / 10)) / 2:.6g}",
            ),
        ),
    )


COSINE = Template(
    key="schedules.cosine",
    title="Cosine annealing",
    topic=TOPIC,
    minutes=3,
    draw=_draw_cosine,
    text=lambda p: f"Cosine annealing lowers the rate from {float(p.peak):g} to 0 in T_max = {p.length} epochs.",
    ask=_ask_cosine,
    state=lambda p: {
        "schedule": "cosine",
        "counts": "epochs",
        "along": "epochs",
        "low": 0.0,
        "epochs": p.length,
        "length": p.length,
    },
    hints=lambda p: ("The cosine runs from 1 to −1 while the epoch runs from 0 to T_max.",),
    lesson="T_max is the planned length: copied from a longer training, it leaves the rate almost constant.",
)


@dataclass(frozen=True)
class Growing:
    """Batch sizes that double, and when the loop over each stops: batch number times batch size reaches a limit."""

    first: int
    doublings: int
    limit: int

    @property
    def batches(self) -> tuple[int, ...]:
        """All batch sizes."""
        return tuple(self.first * 2**k for k in range(self.doublings + 1))

    @property
    def updates(self) -> tuple[int, ...]:
        """Updates at each batch size."""
        return tuple(math.ceil(self.limit / batch) for batch in self.batches)


def _draw_growing(rng: random.Random) -> Growing:
    found = Growing(rng.choice((8, 16, 24, 32, 48, 64)), rng.randint(4, 7), rng.randrange(1000, 6000, 100))
    if found.updates[0] == found.limit // found.first:
        raise Refused("The limit must not be a multiple.")
    return found


def _ask_growing(p: Growing) -> Sequence[Question]:
    total = sum(p.updates)
    seen = sum(u * b for u, b in zip(p.updates, p.batches, strict=True))
    return (
        count(
            f"Updates at batch size {p.first}",
            p.updates[0],
            (
                Slip("samples_not_updates", p.limit, "The loop counts images, not updates."),
                Slip("rounded_down", p.limit // p.first, "The loop stops only when the limit is reached: round up."),
            ),
            (f"{p.limit} / {p.first} = {p.limit / p.first:g}, rounded up: updates = {p.updates[0]}",),
        ),
        count(
            "Updates in all",
            total,
            (
                Slip("samples_not_updates", p.limit * len(p.batches), "The loop counts images, not updates."),
                Slip(
                    "rounded_down",
                    sum(p.limit // b for b in p.batches),
                    "Every size has at least one update: round up.",
                ),
                Slip("equal_stages", p.updates[0] * len(p.batches), "Larger batches have fewer updates."),
            ),
            (f"{' + '.join(map(str, p.updates))} = {total}",),
        ),
        count(
            "Images seen in all",
            seen,
            (
                Slip("limit", p.limit * len(p.batches), "A stage ends with a whole batch, beyond the limit."),
                Slip("updates", total, "These are updates."),
            ),
            (" + ".join(f"{u} · {b}" for u, b in zip(p.updates, p.batches, strict=True)) + f" = {seen:,}",),
        ),
        choice(
            "What would keep stages comparable?",
            ("equal updates", "equal epochs", "equal seconds"),
            "equal epochs",
            {
                "equal updates": "Larger batches would then see many more images.",
                "equal seconds": "That depends on the machine.",
            },
            "Every stage then sees the same images.",
        ),
    )


GROWING = Template(
    key="schedules.growing_batch",
    title="A batch that grows",
    topic=TOPIC,
    minutes=5,
    draw=_draw_growing,
    published=Growing(32, 8, 2000),
    text=lambda p: (
        f"Instead of lowering the rate, the batch doubles from {p.first} to {p.batches[-1]}. At each size a loop runs "
        f"until the number of batches times the batch size reaches {p.limit}."
    ),
    ask=_ask_growing,
    state=lambda p: {
        "schedule": "grow",
        "cycled": "kept",
        "factor": 2,
        **closest(CONTROLS, batch=p.first, max_batch=p.first * 2**p.doublings, length=p.limit),
    },
    hints=lambda p: ("At each size divide the limit by the batch size and round up.",),
    lesson="Count updates: large batches soon have a single one per stage.",
)
