"""Exercises: rates of gradient descent, best settings, and steps of the heavy ball by hand."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.exercises.questions import Question, Slip, count, number
from core.exercises.templates import Refused, Template
from core.kit.controls import closest
from core.labs.momentum.controls import CONTROLS

F = Fraction
TOPIC = "Optimization"


@dataclass(frozen=True)
class Descent:
    """A curvature, a step size, and how small the distance is to become."""

    curvature: Fraction
    rate: Fraction
    target: Fraction

    @property
    def factor(self) -> Fraction:
        """Factor of the distance in each step, 1 − ηλ."""
        return 1 - self.rate * self.curvature


def _draw_descent(rng: random.Random) -> Descent:
    found = Descent(F(rng.choice((2, 4, 5, 8, 10)), 10), F(rng.randint(2, 38), 10), F(1, rng.choice((10, 100, 1000))))
    if not F(1, 20) < abs(found.factor) < F(19, 20):
        raise Refused("It must converge, and not at once.")
    return found


def _ask_descent(p: Descent) -> Sequence[Question]:
    steps = math.ceil(math.log(p.target) / math.log(abs(p.factor)) - 1e-12)
    return (
        number(
            "Factor of the distance in one step",
            p.factor,
            (
                Slip("product", p.rate * p.curvature, "The step goes back by ηλ, so 1 − ηλ is left."),
                Slip("plus", 1 + p.rate * p.curvature, "The step goes against the gradient."),
                Slip("rate_alone", 1 - p.rate, "The gradient is λ times the distance."),
            ),
            (f"1 − {float(p.rate):g} · {float(p.curvature):g} = {float(p.factor):g}",),
        ),
        count(
            f"Steps until the distance is below {float(p.target):g} of the start",
            steps,
            (
                Slip(
                    "loss",
                    math.ceil(math.log(p.target) / (2 * math.log(abs(p.factor)))),
                    "That is for the loss, the square of the distance.",
                ),
                Slip("rounded_down", steps - 1, "One step fewer is not enough yet."),
            ),
            (
                f"ln({float(p.target):g}) / ln({abs(float(p.factor)):g}) = "
                f"{math.log(p.target) / math.log(abs(p.factor)):.3f}, rounded up = {steps}",
            ),
        ),
        number(
            "Largest step size that does not diverge",
            2 / p.curvature,
            (
                Slip("one_over", 1 / p.curvature, "That is the best one here; up to twice as much converges."),
                Slip("two", F(2), "The bound depends on the curvature: 2/λ."),
                Slip("product", 2 * p.curvature, "Divide by the curvature."),
            ),
            (f"2 / {float(p.curvature):g} = {float(2 / p.curvature):.6g}",),
        ),
    )


DESCENT = Template(
    key="momentum.descent",
    title="How fast does it converge?",
    topic=TOPIC,
    minutes=4,
    draw=_draw_descent,
    text=lambda p: f"Gradient descent with step size {float(p.rate):g} minimizes ½λw² with λ = {float(p.curvature):g}.",
    ask=_ask_descent,
    state=lambda p: {"momentum": 0.0, **closest(CONTROLS, lr=p.rate * p.curvature)},
    hints=lambda p: ("The gradient is λw: write w after one step.", "After k steps the distance is |1 − ηλ|ᵏ."),
    lesson="Each direction has its own factor 1 − ηλ; it diverges beyond 2/λ.",
)


@dataclass(frozen=True)
class Best:
    """Smallest and largest curvature; the condition number is a square of a whole number."""

    smallest: Fraction
    root: int

    @property
    def kappa(self) -> int:
        """Condition number."""
        return self.root**2


def _ask_best(p: Best) -> Sequence[Question]:
    kappa, r = p.kappa, p.root
    largest = p.smallest * kappa
    rate = 2 / (p.smallest + largest)
    return (
        number(
            "Best step size without momentum",
            rate,
            (
                Slip("one_over_largest", 1 / largest, "That is safe, not best: both ends should shrink equally."),
                Slip("two_over_largest", 2 / largest, "There it stops converging."),
                Slip("mean", 1 / (p.smallest + largest), "The numerator is 2."),
            ),
            (f"2 / ({float(p.smallest):g} + {float(largest):g}) = {float(rate):.6g}",),
        ),
        number(
            "Its factor per step",
            F(kappa - 1, kappa + 1),
            (
                Slip("with_momentum", F(r - 1, r + 1), "That is the heavy ball's factor."),
                Slip("one_minus", 1 - F(1, kappa), "That is the factor for the step size 1/λmax."),
            ),
            (f"({kappa} − 1) / ({kappa} + 1) = {float(F(kappa - 1, kappa + 1)):.6g}",),
        ),
        number(
            "Best momentum of the heavy ball",
            F(r - 1, r + 1) ** 2,
            (
                Slip("not_squared", F(r - 1, r + 1), "That is its rate; the momentum is the square."),
                Slip("no_root", F(kappa - 1, kappa + 1) ** 2, "It depends on √κ."),
            ),
            (f"(({r} − 1) / ({r} + 1))^2 = {float(F(r - 1, r + 1) ** 2):.6g}",),
        ),
    )


BEST = Template(
    key="momentum.best",
    title="Best settings for a valley",
    topic=TOPIC,
    minutes=5,
    draw=lambda rng: Best(F(rng.choice((1, 2, 5, 10)), 10), rng.randint(2, 12)),
    text=lambda p: (
        f"A quadratic has curvatures between {float(p.smallest):g} and {float(p.smallest * p.kappa):g}. Find the best "
        "step size of gradient descent, its factor per step, and the best momentum of the heavy ball."
    ),
    ask=_ask_best,
    state=lambda p: {"momentum": 0.0, **closest(CONTROLS, kappa=p.root**2)},
    hints=lambda p: ("At the best step size both ends shrink by the same factor.", "Use κ = λmax/λmin and √κ."),
    lesson="Momentum replaces κ by √κ: that is the whole gain.",
)


@dataclass(frozen=True)
class Ball:
    """A start, a curvature, a step size, and a momentum."""

    start: int
    curvature: Fraction
    rate: Fraction
    momentum: Fraction


def _ask_ball(p: Ball) -> Sequence[Question]:
    w0 = F(p.start)
    v1 = -p.rate * p.curvature * w0
    w1 = w0 + v1
    v2 = p.momentum * v1 - p.rate * p.curvature * w1
    w2 = w1 + v2
    plain = w1 - p.rate * p.curvature * w1
    damped = w1 + (1 - p.momentum) * -p.rate * p.curvature * w1 + p.momentum * v1
    return (
        number(
            "w after one step",
            w1,
            (
                Slip("uphill", w0 - v1, "The step goes against the gradient."),
                Slip("gradient_as_step", w0 - p.curvature * w0, "The step size multiplies the gradient."),
            ),
            (f"{p.start} − {float(p.rate):g} · {float(p.curvature):g} · {p.start} = {float(w1):.6g}",),
        ),
        number(
            "w after two steps",
            w2,
            (
                Slip("no_momentum", plain, "The first step's velocity goes on."),
                Slip("averaged", damped, "Here the gradient is not multiplied by 1 − μ."),
                Slip(
                    "old_gradient",
                    w1 + p.momentum * v1 - p.rate * p.curvature * w0,
                    "The gradient is taken at the new place.",
                ),
            ),
            (
                f"velocity = {float(p.momentum):g} · ({float(v1):.6g}) − {float(p.rate):g} · {float(p.curvature):g} · "
                f"({float(w1):.6g}) = {float(v2):.6g}",
                f"{float(w1):.6g} + ({float(v2):.6g}) = {float(w2):.6g}",
            ),
        ),
    )


def _draw_ball(rng: random.Random) -> Ball:
    found = Ball(
        rng.choice((4, 8, 10, 12, 20)),
        F(rng.choice((5, 10, 20)), 10),
        F(rng.choice((1, 2, 3, 4)), 10),
        F(rng.choice((3, 5, 8, 9)), 10),
    )
    if found.rate * found.curvature == 1:
        raise Refused("The first step would end at the minimum.")
    return found


BALL = Template(
    key="momentum.two_steps",
    title="Two steps of the heavy ball",
    topic=TOPIC,
    minutes=4,
    draw=_draw_ball,
    text=lambda p: (
        f"The heavy ball v ← μv − η∇, w ← w + v minimizes ½λw² with λ = {float(p.curvature):g}, η = "
        f"{float(p.rate):g}, and "
        f"μ = {float(p.momentum):g}, starting at w = {p.start} with v = 0."
    ),
    ask=_ask_ball,
    state=lambda p: {"method": "heavy", **closest(CONTROLS, lr=p.rate * p.curvature, momentum=p.momentum)},
    hints=lambda p: ("The gradient at w is λw.", "The second velocity keeps μ of the first one."),
    lesson="Momentum remembers steps: the second one is larger than gradient descent's as long as the slope "
    "keeps its sign.",
)

EXERCISES: tuple[Template[Any], ...] = (DESCENT, BEST, BALL)
