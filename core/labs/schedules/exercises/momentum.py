"""Exercises on code that changes the momentum: a scheduler that cycles it, and a resume that loses it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, count, number
from core.exercises.templates import Refused, Template
from core.labs.schedules.exercises.schedulers import TOPIC, code, short

F = Fraction


@dataclass(frozen=True)
class Cycled:
    """Bounds of a cyclical rate, the steps of its rise, and an update on the way up."""

    low: float
    high: float
    rise: int
    update: int


def _ask_cycled(p: Cycled) -> Sequence[Question]:
    share = F(p.update, p.rise)
    momentum = F(9, 10) - share / 10
    rate = F(str(p.low)) + (F(str(p.high)) - F(str(p.low))) * share
    effective = rate / (1 - momentum)
    return (
        number(
            f"Momentum at update {p.update:,}",
            momentum,
            (
                Slip("as_made", F(0), "cycle_momentum is on by default and sets its own momentum."),
                Slip("up", F(8, 10) + share / 10, "Momentum goes down while the rate goes up."),
            ),
            (f"0.9 − 0.1 · {p.update}/{p.rise} = {float(momentum):g}",),
        ),
        number(
            "Rate / (1 − momentum) there",
            effective,
            (
                Slip("rate", rate, "Each gradient acts for about 1/(1 − momentum) updates."),
                Slip("momentum_kept", 10 * rate, "The momentum has gone down from 0.9."),
                Slip("times", rate * momentum, "Divide by 1 − momentum."),
            ),
            (
                f"rate = {short(p.low)} + {float(F(str(p.high)) - F(str(p.low))):g} · {float(share):g} "
                f"= {float(rate):.6g}",
                f"{float(rate):.6g} / (1 − {float(momentum):g}): {float(effective):.6g}",
            ),
        ),
        number(
            "Momentum of the first update",
            F(9, 10),
            (
                Slip("as_made", F(0), "cycle_momentum is on by default and sets its own momentum."),
                Slip("lowest", F(8, 10), "That is the momentum at the peak of the rate."),
            ),
            ("where the rate is lowest the momentum is highest: 0.9",),
        ),
    )


def _draw_cycled(rng: random.Random) -> Cycled:
    rise = rng.choice((1000, 2000, 4000, 5000))
    return Cycled(rng.choice((0.001, 0.01)), rng.choice((0.1, 0.3)), rise, rise * rng.randint(1, 20) // 20)


CYCLED = Template(
    key="schedules.cycled_momentum",
    title="Find the bug: a run without momentum",
    topic=TOPIC,
    minutes=4,
    draw=_draw_cycled,
    published=Cycled(0.01, 0.1, 2000, 2000),
    text=lambda p: (
        "The optimizer is made without momentum. What does it run with? CyclicLR has base_momentum=0.8 and "
        "max_momentum=0.9 by default.\n\n"
        + code(
            f"optimizer = SGD(net.parameters(), lr={short(p.high)}, momentum=0)\n"
            f"scheduler = CyclicLR(optimizer, {short(p.low)}, {short(p.high)}, step_size_up={p.rise})"
        )
    ),
    ask=_ask_cycled,
    state=lambda p: {"schedule": "triangular", "low": p.low, "high": p.high, "length": p.rise, "momentum": 0.0},
    hints=lambda p: ("cycle_momentum=True is the default.", "Momentum mirrors the rate: highest where it is lowest."),
    lesson="CyclicLR overrides the momentum of the optimizer unless cycle_momentum=False.",
)


@dataclass(frozen=True)
class Resumed:
    """Peak rate, epochs in all, epochs before the stop, and momentum."""

    peak: float
    epochs: int
    stop: int
    momentum: Fraction


def _ask_resumed(p: Resumed) -> Sequence[Question]:
    def rate(epochs: int) -> float:
        return p.peak * (1 + math.cos(math.pi * epochs / p.epochs)) / 2

    rest = p.epochs - p.stop
    back = math.ceil(math.log(0.1) / math.log(p.momentum))
    mu = float(p.momentum)
    return (
        number(
            f"Rate after epoch {p.epochs}",
            rate(rest),
            (
                Slip("annealed", 0, f"The second cosine has gone {rest} of {p.epochs} epochs."),
                Slip("before", rate(p.stop), "The new scheduler counts from 0."),
            ),
            (f"{short(p.peak)} · (1 + cos(π · {rest}/{p.epochs}))/2: rate = {rate(rest):.6g}",),
        ),
        number(
            f"Rate of epoch {p.stop + 1}",
            p.peak,
            (Slip("gone_on", rate(p.stop), "The new scheduler has seen no epoch and begins at the peak."),),
            (f"rate of a new cosine = {short(p.peak)}",),
        ),
        number(
            "First step after resuming ÷ last step before, for equal gradients and rates",
            1 - p.momentum,
            (
                Slip("as_before", F(1), "The momentum buffer is empty: the step is η g, not η g/(1 − μ)."),
                Slip("momentum", p.momentum, "The first step is 1 − μ of the settled one."),
            ),
            (f"1 − {mu:g} = {1 - mu:g}",),
        ),
        count(
            "Updates until a step is back to 90% of its size",
            back,
            (
                Slip(
                    "memory",
                    round(1 / (1 - mu)),
                    f"After {round(1 / (1 - mu))} updates it has 1 − μⁿ = {1 - mu ** round(1 / (1 - mu)):.2f} of it.",
                ),
                Slip("rounded_down", back - 1, "It is not quite back then: round up."),
            ),
            (f"ln 0.1 / ln {mu:g} = {math.log(0.1) / math.log(p.momentum):.4g}; rounded up: {back}",),
        ),
    )


def _draw_resumed(rng: random.Random) -> Resumed:
    epochs = rng.choice((10, 12, 15, 20, 25, 30, 40, 50))
    stop = rng.randint(epochs // 5 + 1, 4 * epochs // 5)
    if abs(2 * stop - epochs) < 2:
        raise Refused("Before and after must differ.")
    return Resumed(rng.choice((0.05, 0.1, 0.3)), epochs, stop, rng.choice((F(8, 10), F(9, 10), F(95, 100))))


RESUMED = Template(
    key="schedules.resumed",
    title="Find the bug: resumed the next day",
    topic=TOPIC,
    minutes=6,
    draw=_draw_resumed,
    published=Resumed(0.1, 10, 5, F(9, 10)),
    text=lambda p: (
        f"A run of {p.epochs} epochs is stopped after {p.stop} and resumed. What has it lost?\n\n"
        + code(
            f"# epochs 1 to {p.stop}: SGD(lr={short(p.peak)}, momentum={float(p.momentum):g}), "
            f"CosineAnnealingLR(T_max={p.epochs}), a step after each epoch\n"
            "torch.save(net.state_dict(), 'net.pt')\n"
            f"# epochs {p.stop + 1} to {p.epochs}\nnet.load_state_dict(torch.load('net.pt'))\n"
            f"optimizer = SGD(net.parameters(), lr={short(p.peak)}, momentum={float(p.momentum):g})\n"
            f"scheduler = CosineAnnealingLR(optimizer, T_max={p.epochs})"
        )
    ),
    ask=_ask_resumed,
    state=lambda p: {
        "schedule": "cosine",
        "counts": "epochs",
        "along": "epochs",
        "low": 0.0,
        "high": p.peak,
        "epochs": p.epochs,
        "length": p.epochs,
    },
    hints=lambda p: (
        "The new scheduler begins its cosine again.",
        "From an empty buffer n equal gradients add up to 1 − μⁿ of the settled step.",
    ),
    lesson="Save optimizer and scheduler with the network, or the rate jumps and the momentum is lost.",
)
