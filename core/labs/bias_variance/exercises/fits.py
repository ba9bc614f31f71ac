"""Exercises: noise given by its variance, and three fits ranked by their expected error."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.kinds import Order, Vector
from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template
from core.kit.controls import closest
from core.labs.bias_variance.controls import CONTROLS
from core.labs.bias_variance.exercises.decomposition import TOPIC

F = Fraction


@dataclass(frozen=True)
class Noise:
    """Observations, and the variance of their noise."""

    n: int
    variance: Fraction


def _ask_noise(p: Noise) -> Sequence[Question]:
    v, sd = float(p.variance), math.sqrt(p.variance)
    return (
        number(
            "Third argument of np.random.normal(0, …, n)",
            sd,
            (
                Slip("var_as_sd", p.variance, "NumPy takes the standard deviation, the root of the variance."),
                Slip("squared", p.variance**2, "Take the root, not the square."),
            ),
            (f"√{v:g} = {sd:.6g}",),
        ),
        number(
            "Expected sum of the squared distances of all points from f",
            p.n * p.variance,
            (
                Slip("one_point", p.variance, f"That is one point; there are {p.n}."),
                Slip("standard_deviations", p.n * sd, "Squared distances have the variance as their mean."),
                Slip("squared", p.n * p.variance**2, "The number given is already the variance."),
            ),
            (f"{p.n} · {v:g} = {float(p.n * p.variance):g}",),
        ),
        choice(
            "random.seed(0), then np.random.normal: the same points every time?",
            ("yes", "no", "only for small n"),
            "no",
            {
                "yes": "Python's random and NumPy's generator have seeds of their own.",
                "only for small n": "The number of points does not matter.",
            },
            "NumPy's generator has a seed of its own: np.random.seed, or default_rng(0).",
        ),
    )


def _draw_noise(rng: random.Random) -> Noise:
    found = Noise(rng.choice((15, 20, 25, 30, 40, 50)), F(rng.randint(5, 60), 100))
    if abs(found.variance - F(1, 4)) < F(3, 100):
        raise Refused("Some numbers would agree by chance.")
    return found


NOISE = Template(
    key="bias_variance.noise",
    title="Noise with a variance",
    topic=TOPIC,
    minutes=3,
    draw=_draw_noise,
    published=Noise(20, F(3, 10)),
    text=lambda p: (
        f"Draw {p.n} points from y = f(x) + ε in NumPy, where ε is normal with mean 0 and variance "
        f"{float(p.variance):g}."
    ),
    ask=_ask_noise,
    state=lambda p: {"n_train": p.n},
    hints=lambda p: ("What does np.random.normal take as its scale?", "The mean of a squared distance is σ²."),
    lesson="Say whether a number is σ or σ²; and seed the generator that draws.",
)


@dataclass(frozen=True)
class Rank:
    """Points, noise variance, and the squared bias of the fits of degree 1, 3, and 10 at these points."""

    n: int
    noise: Fraction
    bias: tuple[Fraction, Fraction, Fraction]

    @property
    def variances(self) -> tuple[Fraction, ...]:
        """Mean variance of each fit at the points."""
        return tuple(self.noise * k / self.n for k in (2, 4, 11))

    @property
    def errors(self) -> tuple[Fraction, ...]:
        """Expected squared error of each fit on new observations at the points."""
        return tuple(b + v + self.noise for b, v in zip(self.bias, self.variances, strict=True))


def _order(values: Sequence[Fraction]) -> str:
    return "".join("ABC"[place] for place in sorted(range(3), key=lambda place: values[place]))


def _draw_rank(rng: random.Random) -> Rank:
    first = F(rng.randint(20, 90), 100)
    second = first * rng.randint(20, 90) / 100
    found = Rank(
        rng.choice((15, 20, 25, 30, 40)),
        F(rng.randint(10, 60), 100),
        (first, round(second, 3), round(second * rng.randint(0, 30) / 100, 4)),
    )
    errors = sorted(found.errors)
    if min(errors[1] - errors[0], errors[2] - errors[1]) < F(1, 50):
        raise Refused("The order must be clear.")
    return found


def _ask_rank(p: Rank) -> Sequence[Question]:
    errors = tuple(map(float, p.errors))
    truth = _order(p.errors)
    noise_forgotten = tuple(float(b + v) for b, v in zip(p.bias, p.variances, strict=True))
    degrees = tuple(float(b + p.noise * d / p.n + p.noise) for b, d in zip(p.bias, (1, 3, 10), strict=True))
    slips = (
        Slip("by_bias", _order(p.bias), "That counts the bias alone; variance belongs to the error."),
        Slip("by_variance", _order(p.variances), "That counts the parameters alone; bias belongs to the error."),
        Slip("by_eye", "BAC" if truth[0] != "B" else "BCA", "The eye sees one data set; the error is a mean over all."),
        Slip("worst_first", truth[::-1], "The smallest error comes first."),
    )
    return (
        Question(
            "Expected squared error of A, B, and C",
            Vector(3),
            errors,
            (
                Slip("noise_forgotten", noise_forgotten, "New observations have noise of their own."),
                Slip("degree_for_count", degrees, "A polynomial of degree d has d + 1 coefficients."),
                Slip("bias_alone", tuple(map(float, p.bias)), "Variance and noise belong to the error."),
            ),
            (
                *(
                    f"{name}: {float(b):.4g} + {float(p.noise):g} · {k} / {p.n} + {float(p.noise):g} = {error:.6g}"
                    for name, b, k, error in zip("ABC", p.bias, (2, 4, 11), errors, strict=True)
                ),
                f"({'; '.join(f'{error:.6g}' for error in errors)})",
            ),
        ),
        Question(
            "From the best to the worst",
            Order("ABC"),
            truth,
            tuple(slip for slip in slips if slip.value != truth),
            reason="The smallest expected error comes first.",
        ),
    )


RANK = Template(
    key="bias_variance.rank",
    title="Rank three fits",
    topic=TOPIC,
    minutes=4,
    draw=_draw_rank,
    # y = x + sin 1.5x on 20 points of [0, 10]
    published=Rank(20, F(3, 10), (F(4828, 10_000), F(4088, 10_000), F(1, 10_000))),
    text=lambda p: (
        f"Polynomials A, B, and C of degree 1, 3, and 10 are fitted to {p.n} points; the noise has variance "
        f"{float(p.noise):g}. Their squared bias, averaged over the points, is "
        f"{', '.join(f'{float(b):.4g}' for b in p.bias)}. Which predicts new observations at these points best?"
    ),
    ask=_ask_rank,
    state=lambda p: {"test_at": "train", **closest(CONTROLS, n_train=p.n, noise_std=float(p.noise) ** 0.5)},
    hints=lambda p: (
        "Each of the d + 1 coefficients adds σ²/n to the mean variance.",
        "Expected error = bias² + σ²(d + 1)/n + σ².",
    ),
    lesson="Rank fits by their expected error: neither the eye nor the number of parameters knows it.",
)
