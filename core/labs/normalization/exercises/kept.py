"""Exercises on what a layer keeps: running statistics, parameters, and buffers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, choice, count, number
from core.exercises.templates import Template
from core.labs.normalization.exercises.batches import TOPIC, Batch, F, draw_values, spaced, vector, written


@dataclass(frozen=True)
class Running:
    """A batch, a momentum, its convention, and updates whose rest of the start is asked for."""

    batch: Batch
    momentum: Fraction
    convention: str
    updates: int

    @property
    def new(self) -> Fraction:
        """Weight of the new value in an update."""
        return self.momentum if self.convention == "torch" else 1 - self.momentum


def _draw_running(rng: random.Random) -> Running:
    convention = rng.choice(("torch", "keras"))
    new = F(rng.choice((5, 10, 15, 20, 25, 30)), 100)
    batch = Batch(draw_values(rng, rng.choice((4, 5))))
    return Running(batch, new if convention == "torch" else 1 - new, convention, rng.randint(3, 12))


def _ask_running(p: Running) -> Sequence[Question]:
    new, old, batch = p.new, 1 - p.new, p.batch
    mean, variance, biased = new * batch.mean, old + new * batch.unbiased, old + new * batch.variance
    other, weights = (
        "The momentum weighs the other value here.",
        f"{written(old)} · 1 + {written(new)} · {written(batch.unbiased)}",
    )
    left = float(old) ** p.updates
    return (
        number(
            "Running mean after one update",
            mean,
            (
                Slip("momentum_side", old * batch.mean, other),
                Slip("replaced", batch.mean, "The old running mean keeps a weight."),
            ),
            (f"{written(old)} · 0 + {written(new)} · {written(batch.mean)} = {written(mean)}",),
        ),
        number(
            "Running variance after one update",
            variance,
            (
                Slip("biased_running", biased, "The running variance divides by n − 1 here."),
                Slip("momentum_side", new + old * batch.unbiased, other),
                Slip(
                    "momentum_side_and_biased_running",
                    new + old * batch.variance,
                    f"{other} And the running variance divides by n − 1.",
                    ("momentum_side", "biased_running"),
                ),
                Slip("started_at_0", new * batch.unbiased, "The running variance starts at 1."),
                Slip("replaced", batch.unbiased, "The old running variance keeps a weight."),
            ),
            (f"s² = {written(batch.unbiased)}", f"{weights} = {written(variance)}"),
        ),
        number(
            f"Fraction of the start that is left after {p.updates} updates",
            left,
            (
                Slip("momentum_side", float(new) ** p.updates, other),
                Slip("one_update", float(old), f"That is after one update; there are {p.updates}."),
                Slip("linear", float(1 - p.updates * new), "Each update keeps a fraction of what is left."),
            ),
            (f"{written(old)}^{p.updates} = {written(left)}",),
            share=True,
        ),
        choice(
            "Which mean and variance does the layer use in testing?",
            ("the running ones", "those of the test batch", "0 and 1"),
            "the running ones",
            {
                "those of the test batch": "Then an output would depend on what else is tested.",
                "0 and 1": "These are only the start of the running ones.",
            },
            "They do not depend on the batch, so each test value has an output of its own.",
        ),
    )


def _momentum(p: Running) -> str:
    if p.convention == "torch":
        return f"momentum {written(p.momentum)} as in PyTorch, where it weighs the new value"
    return f"momentum {written(p.momentum)} as in Keras, where it weighs the old value"


RUNNING = Template(
    key="normalization.running",
    title="Running statistics",
    topic=TOPIC,
    minutes=5,
    draw=_draw_running,
    published=Running(Batch((1, 2, 3, 6)), F("0.1"), "torch", 10),
    text=lambda p: (
        f"A layer of batch normalization starts with running mean 0 and running variance 1. It has {_momentum(p)}, and "
        f"its running variance divides by n − 1. In training it sees the batch {vector(p.batch.z)}."
    ),
    ask=_ask_running,
    state=lambda p: {
        "batch": spaced(p.batch.z),
        "moved": float(p.batch.z[-1]),
        "mode": "test",
        "momentum": float(p.momentum),
        "convention": p.convention,
        "updates": 1,
    },
    hints=lambda p: (
        "An update is a weighted mean of the old and the new value.",
        f"Here the new value weighs {written(p.new)}, the old one {written(1 - p.new)}.",
    ),
    lesson="Momentum weighs the new value in PyTorch and the old one in Keras; testing uses the running statistics.",
)


@dataclass(frozen=True)
class Sizes:
    """Inputs and outputs of a linear layer."""

    inputs: int
    outputs: int


def _draw_sizes(rng: random.Random) -> Sizes:
    inputs, outputs = rng.sample(range(5, 100), 2)
    return Sizes(inputs, outputs)


def _ask_sizes(p: Sizes) -> Sequence[Question]:
    m, n = p.inputs, p.outputs
    weights = m * n
    return (
        count(
            "Parameters",
            weights + 2 * n,
            (
                Slip("keeps_bias", weights + 3 * n, "The layer has no bias: the mean would take it away."),
                Slip("counts_buffers", weights + 4 * n, "Running statistics are buffers, not parameters."),
                Slip("no_gamma_beta", weights + n, "Normalization learns γ and β, one of each for every output."),
                Slip("weights_alone", weights, "Normalization learns γ and β."),
                Slip("by_inputs", weights + 2 * m, "γ and β belong to outputs, not to inputs."),
            ),
            (f"{m} · {n} + {n} + {n} = {weights + 2 * n:,}",),
        ),
        count(
            "Running statistics (buffers)",
            2 * n,
            (
                Slip("mean_alone", n, "There is a running variance, too."),
                Slip("by_inputs", 2 * m, "Outputs are normalized, not inputs."),
            ),
            (f"{n} + {n} = {2 * n}",),
        ),
        choice(
            "Which of these is learned by gradient descent?",
            ("γ and β", "ε", "the running mean"),
            "γ and β",
            {
                "ε": "ε is chosen; it only keeps the root from being 0.",
                "the running mean": "It is averaged, without any gradient.",
            },
            "They undo the normalization where that is better.",
        ),
    )


PARAMETERS = Template(
    key="normalization.parameters",
    title="What a layer learns",
    topic=TOPIC,
    minutes=3,
    draw=_draw_sizes,
    published=Sizes(20, 30),
    text=lambda p: (
        f"A linear layer without bias has {p.inputs} inputs and {p.outputs} outputs, which batch normalization with γ "
        "and β follows."
    ),
    ask=_ask_sizes,
    state=lambda p: {"fan_in": p.inputs, "fan_out": p.outputs},
    hints=lambda p: ("Every output has its own γ and its own β.", "Running means and variances are kept, not learned."),
    lesson="Two parameters and two buffers for each normalized output; a bias before the layer is useless.",
)
