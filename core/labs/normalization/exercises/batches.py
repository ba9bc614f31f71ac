"""Exercises on a batch in training: by hand, with very few values, and its gradient."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.kinds import Vector
from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template

F = Fraction
TOPIC = "Networks"
TINY = 1e-8  # the ε of the states that show an answer without one


@dataclass(frozen=True)
class Batch:
    """Whole numbers, scale and shift."""

    z: tuple[int, ...]
    gamma: Fraction = F(1)
    beta: Fraction = F(0)

    @property
    def mean(self) -> Fraction:
        """Mean of the batch."""
        return F(sum(self.z), len(self.z))

    @property
    def variance(self) -> Fraction:
        """Variance of the batch, divided by n."""
        return sum((v - self.mean) ** 2 for v in self.z) / F(len(self.z))

    @property
    def unbiased(self) -> Fraction:
        """Variance of the batch, divided by n - 1."""
        return self.variance * F(len(self.z), len(self.z) - 1)

    def normalized(self, variance: Fraction | None = None) -> tuple[float, ...]:
        """(z − μ)/√v."""
        root = math.sqrt(self.variance if variance is None else variance)
        return tuple(float(v - self.mean) / root for v in self.z)


def written(value: float | Fraction) -> str:
    """Write a number with six digits."""
    return f"{float(value):.6g}".replace("-", "−")


def signed(value: float | Fraction) -> str:
    """Write a number after an operator: a negative one in parentheses."""
    return f"({written(value)})" if value < 0 else written(value)


def vector(values: Sequence[float | Fraction]) -> str:
    """Write numbers in parentheses."""
    return f"({'; '.join(map(written, values))})"


def spaced(z: Sequence[int]) -> str:
    """Write a batch as the lab's control reads it."""
    return " ".join(map(str, z))


def draw_values(rng: random.Random, n: int) -> tuple[int, ...]:
    """Draw different values, the last of them away from their mean."""
    z = tuple(rng.sample(range(-4, 10), n))
    batch = Batch(z)
    if batch.mean == 0 or abs(float(z[-1] - batch.mean)) < 0.7:
        raise Refused("A mean of 0, or a value at the mean, hides mistakes.")
    return z


def _draw_batch(rng: random.Random) -> Batch:
    gamma = F(rng.choice((-20, -15, -5, 5, 15, 20, 25)), 10)
    return Batch(draw_values(rng, 4), gamma, F(rng.choice((-10, -5, -2, 2, 5, 10)), 10))


def _ask_batch(p: Batch) -> Sequence[Question]:
    n, last = len(p.z), p.z[-1] - p.mean
    unit, gamma, beta = p.normalized()[-1], float(p.gamma), float(p.beta)
    squares = sum((v - p.mean) ** 2 for v in p.z)
    y = gamma * unit + beta
    return (
        number(
            "Batch variance in training",
            p.variance,
            (
                Slip("n_minus_1", p.unbiased, "In training the variance is divided by n."),
                Slip("sum_of_squares", squares, "Divide the sum of squares by n."),
                Slip("root", math.sqrt(p.variance), "That is the standard deviation."),
                Slip("mean_forgotten", sum(F(v * v, n) for v in p.z), "Subtract the mean before squaring."),
            ),
            (f"μ = {written(p.mean)}", f"v = {written(squares)}/{n} = {written(p.variance)}"),
        ),
        number(
            "Normalized last value",
            unit,
            (
                Slip("n_minus_1", p.normalized(p.unbiased)[-1], "In training the variance is divided by n."),
                Slip("no_root", float(last / p.variance), "Divide by the root of the variance."),
                Slip("not_centered", p.z[-1] / math.sqrt(p.variance), "Subtract the mean first."),
                Slip("not_scaled", float(last), "Divide by the standard deviation."),
            ),
            (f"({p.z[-1]} − {signed(p.mean)})/√{written(p.variance)} = {written(unit)}",),
        ),
        number(
            "Output of the last value",
            y,
            (
                Slip("gamma_beta_forgotten", unit, "Scale by γ and shift by β."),
                Slip("shift_first", gamma * (unit + beta), "β is added after the scale."),
                Slip("swapped", beta * unit + gamma, "γ scales and β shifts."),
                Slip("no_shift", gamma * unit, "β is missing."),
            ),
            (f"{written(gamma)} · {signed(unit)} + {signed(beta)} = {written(y)}",),
        ),
    )


def _state(p: Batch) -> dict[str, object]:
    return {"batch": spaced(p.z), "moved": float(p.z[-1]), "gamma": float(p.gamma), "beta": float(p.beta), "eps": TINY}


BATCH = Template(
    key="normalization.batch",
    title="A batch by hand",
    topic=TOPIC,
    minutes=4,
    draw=_draw_batch,
    published=Batch((1, 2, 3, 6), F("1.5"), F("0.2")),
    text=lambda p: (
        f"A batch of one feature is z = {vector(p.z)}; γ = {written(p.gamma)}, β = {written(p.beta)}, and ε does not "
        "count. The layer is in training."
    ),
    ask=_ask_batch,
    state=_state,
    hints=lambda p: ("Mean first, then the mean of the squared deviations.", "y = γ(z − μ)/√v + β."),
    lesson="Training divides the variance by n, normalizes, then scales by γ and shifts by β.",
)


@dataclass(frozen=True)
class Small:
    """A value alone, a pair, a batch size, and γ and β."""

    alone: int
    pair: tuple[int, int]
    size: int
    gamma: Fraction
    beta: Fraction


def _draw_small(rng: random.Random) -> Small:
    low, high = sorted(rng.sample(range(-9, 10), 2))
    if high - low < 2:
        raise Refused("Values next to each other hide mistakes.")
    gamma, beta = F(rng.choice((5, 15, 20, 25)), 10), F(rng.choice((-1, 1)) * rng.randint(2, 25), 10)
    return Small(rng.choice((3, 4, 6, 7, 8)), (low, high), rng.choice((5, 8, 16, 32, 64)), gamma, beta)


def _ask_small(p: Small) -> Sequence[Question]:
    gamma, beta, (low, high) = float(p.gamma), float(p.beta), p.pair
    top, mean = math.sqrt(p.size - 1), F(low + high, 2)
    return (
        number(
            "Output of the value alone",
            beta,
            (
                Slip("batch_one_is_zero", 0.0, "The normalized value is 0, and β is added."),
                Slip("unchanged", gamma * p.alone + beta, "The value is its own mean: nothing of it is left."),
                Slip("gamma_added", gamma + beta, "γ multiplies, and what it multiplies is 0."),
            ),
            (f"{written(gamma)} · 0 + ({written(beta)}) = {written(beta)}",),
        ),
        number(
            "Output of the larger value of the pair",
            gamma + beta,
            (
                Slip("n_minus_1", gamma / math.sqrt(2) + beta, "In training the variance is divided by n."),
                Slip("not_scaled", float(gamma * (high - mean)) + beta, "Divide by the standard deviation."),
                Slip("no_gamma_beta", 1.0, "Scale by γ and shift by β."),
            ),
            (
                f"({high} − ({written(mean)}))/{written(F(high - low, 2))} = 1",
                f"{written(gamma)} · 1 + ({written(beta)}) = {written(gamma + beta)}",
            ),
        ),
        number(
            f"Largest normalized value that a batch of {p.size} can have",
            top,
            (
                Slip("root_of_n", math.sqrt(p.size), "The outlier moves the mean, too: √(n − 1)."),
                Slip("no_root", p.size - 1, "Take the root."),
                Slip("two_sigma", 2.0, "Two standard deviations are no limit."),
            ),
            (f"√({p.size} − 1) = {written(top)}",),
        ),
        number(
            f"Standard deviation of the mean of a batch of {p.size}, from values with standard deviation 1",
            1 / math.sqrt(p.size),
            (
                Slip("no_root", 1 / p.size, "That is the variance of the mean."),
                Slip("n_minus_1", 1 / top, "The mean of n values scatters by 1/√n."),
                Slip("does_not_shrink", 1.0, "That is for a single value."),
            ),
            (f"1/√{p.size} = {written(1 / math.sqrt(p.size))}",),
        ),
    )


SMALL = Template(
    key="normalization.small",
    title="Very small batches",
    topic=TOPIC,
    minutes=4,
    draw=_draw_small,
    published=Small(6, (1, 9), 4, F("1.5"), F("0.5")),
    text=lambda p: (
        f"Batch normalization in training with γ = {written(p.gamma)} and β = {written(p.beta)}; ε is negligible. One "
        f"batch is the value {p.alone} alone, another one the pair {p.pair[0]} and {p.pair[1]}."
    ),
    ask=_ask_small,
    state=lambda p: {
        "batch": spaced(p.pair),
        "moved": float(p.pair[1]),
        "gamma": float(p.gamma),
        "beta": float(p.beta),
        "eps": TINY,
    },
    hints=lambda p: ("How far is a value from the mean of its batch?", "Of two values, both are as far as the spread."),
    lesson="A batch of one says nothing, a batch of two only which value is larger; statistics scatter by 1/√n.",
)


def _draw_three(rng: random.Random) -> Batch:
    return Batch(draw_values(rng, rng.choice((3, 4))))


def _ask_gradient(p: Batch) -> Sequence[Question]:
    n, unit, root = len(p.z), p.normalized(), math.sqrt(p.variance)
    own = [float(k == n - 1) for k in range(n)]
    truth = tuple((o - 1 / n - unit[-1] * u / n) / root for o, u in zip(own, unit, strict=True))
    constant = tuple(o / root for o in own)
    centered = tuple((o - 1 / n) / root for o in own)
    return (
        Question(
            "Gradient of the last output by all inputs",
            Vector(n),
            truth,
            (
                Slip("statistics_constant", constant, "The mean and the variance depend on every input."),
                Slip("variance_constant", centered, "The variance depends on every input, too."),
                Slip("no_root", tuple(v / root for v in truth), "Divide by √v, not by v."),
            ),
            (f"normalized: {vector(unit)}", f"√v = {written(root)}", f"gradient {vector(truth)}"),
        ),
        choice(
            "What do its entries add up to?",
            ("to 0", "to 1", "to 1/√v"),
            "to 0",
            {
                "to 1": "Adding the same to all inputs changes no output.",
                "to 1/√v": "That would be so with a fixed mean.",
            },
            "Adding the same to all inputs moves the mean along and changes no output.",
        ),
    )


GRADIENT = Template(
    key="normalization.gradient",
    title="A gradient through a batch",
    topic=TOPIC,
    minutes=5,
    draw=_draw_three,
    published=Batch((6, 2, 3, 1)),
    text=lambda p: (
        f"A batch of one feature is z = {vector(p.z)}; γ = 1, β = 0, and ε is negligible. The layer "
        "is in training mode."
    ),
    ask=_ask_gradient,
    state=_state,
    hints=lambda p: (
        "The input enters by itself, by the mean, and by the variance.",
        "∂yₙ/∂zⱼ = (δₙⱼ − 1/n − ẑₙẑⱼ/n)/√v.",
    ),
    lesson="A batch couples its values: the gradient of one output reaches every input, and adds up to 0.",
)
