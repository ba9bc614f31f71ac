"""Exercises on code that sets a rate wrongly: a cycle cut short, a cosine too long, and steps in the wrong loop."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.exercises.questions import Question, Slip, choice, count, number
from core.exercises.templates import Refused, Template

TOPIC = "Training"


def code(text: str) -> str:
    """Return a block of Python in Markdown."""
    return f"```python\n{text}\n```"


def short(value: float) -> str:
    """Write a rate as in code.

    >>> short(2.78e-5), short(0.1)
    ('2.78e-5', '0.1')
    """
    return f"{value:g}".replace("e-0", "e-")


@dataclass(frozen=True)
class Cyclic:
    """A cyclical rate: its bounds, the steps of its rise, the epochs, the training images, and the batch size."""

    low: float
    high: float
    rise: int
    epochs: int
    images: int
    batch: int

    @property
    def updates(self) -> int:
        """Updates of the whole run; the incomplete last batch of an epoch counts."""
        return self.epochs * math.ceil(self.images / self.batch)

    def rate(self, step: int) -> float:
        """Return the rate after so many steps of the scheduler."""
        phase = step % (2 * self.rise)
        return self.low + (self.high - self.low) * min(phase, 2 * self.rise - phase) / self.rise

    @property
    def state(self) -> Mapping[str, Any]:
        """Values of the lab's controls."""
        return {
            "schedule": "exp_range",
            "gamma": 1.0,
            "low": self.low,
            "high": self.high,
            "length": self.rise,
            "epochs": self.epochs,
            "n_train": self.images,
            "batch": self.batch,
        }


def _draw_cyclic(rng: random.Random, epochs: tuple[int, int]) -> Cyclic:
    found = Cyclic(
        low=rng.choice((2.78e-5, 0.001, 0.01)),
        high=rng.choice((0.1, 0.3, 0.774, 1.0)),
        rise=rng.choice((400, 500, 800, 1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 6000)),
        epochs=rng.randint(*epochs),
        images=rng.choice((5_000, 6_000, 10_000, 20_000, 50_000, 60_000)),
        batch=rng.choice((32, 64, 128, 256)),
    )
    share = (found.rate(found.updates) - found.low) / (found.high - found.low)
    if found.images % found.batch == 0 or not 0.1 < share < 0.9 or abs(share - 0.5) < 0.05:
        raise Refused("The last batch and the place in the cycle must matter.")
    return found


def _draw_truncated(rng: random.Random) -> Cyclic:
    found = _draw_cyclic(rng, (3, 20))
    if not found.rise < found.updates < 12 * found.rise:
        raise Refused("A few cycles, the last one cut short.")
    return found


def _ask_truncated(p: Cyclic) -> Sequence[Question]:
    cycle, updates = 2 * p.rise, p.updates
    phase = updates % cycle
    rate, share = p.rate(updates), min(phase, cycle - phase) / p.rise
    return (
        count(
            "Updates in all",
            updates,
            (
                Slip(
                    "incomplete_batch_forgotten",
                    p.epochs * (p.images // p.batch),
                    f"The last batch of an epoch has {p.images % p.batch} images, and the loader keeps it.",
                ),
                Slip("images", p.epochs * p.images, "An update takes a whole batch."),
            ),
            (
                f"batches in an epoch: {p.images:,} / {p.batch}, rounded up: {math.ceil(p.images / p.batch)}",
                f"{p.epochs} · {math.ceil(p.images / p.batch)} = {updates}",
            ),
        ),
        count(
            "Complete cycles",
            updates // cycle,
            (
                Slip("begun", updates // cycle + 1, "The last cycle is cut short."),
                Slip("rises", updates // p.rise, f"A cycle goes up and down: {cycle:,} updates."),
            ),
            (f"{updates} / {cycle} = {updates / cycle:.4g}; complete cycles: {updates // cycle}",),
        ),
        number(
            "Rate after the last update",
            rate,
            (
                Slip("whole_cycle", p.low, "That is the rate at the end of a whole cycle."),
                Slip("peak", p.high, "That is the rate at the peak."),
                Slip("other_side", p.low + p.high - rate, "Count from the lower rate."),
            ),
            (
                f"{updates} − {updates // cycle} · {cycle} = {phase}",
                f"share of the way up: {min(phase, cycle - phase)} / {p.rise} = {share:.6g}",
                f"{short(p.low)} + {p.high - p.low:.6g} · {share:.6g}: rate = {rate:.6g}",
            ),
        ),
        choice(
            "The height of the triangles",
            ("stays the same", "halves with each cycle", "decays toward 0"),
            "stays the same",
            {
                "halves with each cycle": "That is what triangular2 does.",
                "decays toward 0": "That takes a gamma below 1.",
            },
            "gamma is 1 by default, so exp_range decays only if it is given.",
        ),
    )


TRUNCATED = Template(
    key="schedules.truncated",
    title="Find the bug: a cycle that should decay",
    topic=TOPIC,
    minutes=6,
    draw=_draw_truncated,
    published=Cyclic(2.78e-5, 0.774, 5000, 10, 60_000, 64),
    text=lambda p: (
        f"This rate is meant to cycle and decay over {p.epochs} epochs of {p.images:,} images in batches of "
        f"{p.batch}. What does it really do?\n\n"
        + code(
            f"scheduler = CyclicLR(optimizer, {short(p.low)}, {short(p.high)}, step_size_up={p.rise}, "
            "mode='exp_range')\n# scheduler.step() after each batch"
        )
    ),
    ask=_ask_truncated,
    state=lambda p: p.state,
    hints=lambda p: (
        "First count the batches of one epoch; the last one may be smaller.",
        "A cycle takes twice step_size_up. Where in its cycle does the run end?",
    ),
    lesson="Choose step_size_up by the updates there are, and give gamma: by default nothing decays.",
)


def _draw_outer(rng: random.Random) -> Cyclic:
    found = _draw_cyclic(rng, (5, 80))
    if found.epochs > found.rise // 4:
        raise Refused("The rate must still be rising.")
    return found


def _ask_outer(p: Cyclic) -> Sequence[Question]:
    rate = p.rate(p.epochs)
    return (
        count(
            "Steps of the scheduler",
            p.epochs,
            (Slip("updates_as_epochs", p.updates, "scheduler.step() stands in the loop over epochs."),),
            (f"one for each epoch: {p.epochs}",),
        ),
        number(
            "Rate after the last epoch",
            rate,
            (
                Slip("every_update", p.rate(p.updates), "That takes a step after every update."),
                Slip("whole_cycle", p.low, "The rate has begun to rise."),
                Slip("low_forgotten", rate - p.low, "The rise begins at the lower rate."),
            ),
            (f"{short(p.low)} + {p.high - p.low:.6g} · {p.epochs}/{p.rise}: rate = {rate:.6g}",),
        ),
    )


OUTER = Template(
    key="schedules.outer_loop",
    title="Find the bug: steps in the outer loop",
    topic=TOPIC,
    minutes=3,
    draw=_draw_outer,
    published=Cyclic(2.78e-5, 0.774, 5000, 10, 60_000, 64),
    text=lambda p: (
        f"The loader gives {p.images:,} images in batches of {p.batch}. How does the rate really change?\n\n"
        + code(
            f"scheduler = CyclicLR(optimizer, {short(p.low)}, {short(p.high)}, step_size_up={p.rise})\n"
            f"for epoch in range({p.epochs}):\n    for x, y in loader:\n        train_step(x, y)\n    scheduler.step()"
        )
    ),
    ask=_ask_outer,
    state=lambda p: {**p.state, "counts": "epochs", "schedule": "triangular"},
    hints=lambda p: ("How often does scheduler.step() run?", "The rate rises by (high − low)/step_size_up a step."),
    lesson="Lengths count steps of the scheduler: step after each update, or give the length in epochs.",
)


@dataclass(frozen=True)
class Annealed:
    """Peak rate, T_max as given, and the epochs that are trained."""

    peak: float
    length: int
    epochs: int


def _ask_annealed(p: Annealed) -> Sequence[Question]:
    x = p.epochs / p.length
    rate = p.peak * (1 + math.cos(math.pi * x)) / 2
    return (
        number(
            f"Rate after the {p.epochs} epochs",
            rate,
            (
                Slip("annealed", 0, f"It would be 0 after {p.length} epochs."),
                Slip("linear", p.peak * (1 - x), "That is a straight line down."),
            ),
            (f"{short(p.peak)} · (1 + cos(π · {p.epochs}/{p.length}))/2: rate = {rate:.6g}",),
        ),
        count(
            "T_max that ends at a rate of 0",
            p.epochs,
            (
                Slip("as_it_is", p.length, f"The run has {p.epochs} epochs."),
                Slip("half_wave", 2 * p.epochs, "T_max is the way down alone."),
            ),
            (f"T_max = epochs = {p.epochs}",),
        ),
        choice(
            "The printed accuracy is measured on",
            ("training images", "validation images", "test images"),
            "training images",
            {
                "validation images": "No images are set aside here.",
                "test images": "test() gets the loader of the training images.",
            },
            "Whatever its name, test() measures what the loader gives it.",
        ),
    )


def _draw_annealed(rng: random.Random) -> Annealed:
    length = rng.choice((100, 120, 150, 200, 250, 300))
    return Annealed(rng.choice((0.05, 0.1, 0.3)), length, rng.randint(5, 2 * length // 5))


ANNEALED = Template(
    key="schedules.annealed",
    title="Find the bug: a cosine that anneals",
    topic=TOPIC,
    minutes=3,
    draw=_draw_annealed,
    published=Annealed(0.1, 200, 5),
    text=lambda p: (
        "Is this rate annealed, and what is tested?\n\n"
        + code(
            f"optimizer = SGD(net.parameters(), lr={short(p.peak)}, momentum=0.9, weight_decay=5e-4)\n"
            f"scheduler = CosineAnnealingLR(optimizer, T_max={p.length})\nfor epoch in range({p.epochs}):\n"
            "    train(epoch); test(trainloader); scheduler.step()"
        )
    ),
    ask=_ask_annealed,
    state=lambda p: {
        "schedule": "cosine",
        "counts": "epochs",
        "along": "epochs",
        "low": 0.0,
        "high": p.peak,
        "epochs": p.epochs,
        "length": p.length,
    },
    hints=lambda p: ("The cosine runs from 1 to −1 in T_max epochs.", "Read what test() is called with."),
    lesson="Set T_max to the epochs you train, and give test() the test images.",
)
