"""Exercises: four curves and their rates, two steps on x⁴, a limit from data, and the level at which noise stays."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.exercises.kinds import Order, Pick
from core.exercises.questions import Question, Slip, number
from core.exercises.templates import Refused, Template
from core.kit.words import number as written
from core.labs.descent.compute.losses import CURVATURES

F = Fraction
TOPIC = "Optimization"
_AFTER = (0, 1, 10, 100)  # steps in the table of the four curves
_NAMES = {"valley": "½(w₁² + 10w₂² + 100w₃²)", "bowl": "½w²"}


@dataclass(frozen=True)
class Four:
    """Four rates on one loss: the largest, each other a tenth of the one before, and a letter for each of them."""

    loss: str
    start: Fraction
    top: Fraction
    letters: str  # from the largest rate to the smallest

    def losses(self, place: int) -> list[float]:
        """Loss after each of `_AFTER` steps at the rate in this place."""
        rate = float(self.top / 10**place)
        return [
            sum(c * (1 - rate * c) ** (2 * k) for c in CURVATURES[self.loss]) * float(self.start) ** 2 / 2
            for k in _AFTER
        ]

    def by_loss(self, column: int) -> str:
        """The letters from the lowest loss in a column of the table to the highest."""
        order = sorted(range(4), key=lambda place: self.losses(place)[column])
        return "".join(self.letters[place] for place in order)


def _draw_four(rng: random.Random) -> Four:
    loss = rng.choice(("valley", "bowl"))
    tops = ("0.1", "0.125", "0.16") if loss == "valley" else ("2.5", "3.2", "4", "5", "6.3", "8", "10")
    letters = "".join(rng.sample("ABCD", 4))
    return Four(loss, F(rng.randint(1, 6), 2), F(rng.choice(tops)), letters)


def _ask_four(p: Four) -> Sequence[Question]:
    largest, high = int(max(CURVATURES[p.loss])), p.letters[0]
    orders = (
        Slip(
            "low_start", p.by_loss(1), "The lowest loss after one step does not tell: a rate that is too large rises."
        ),
        Slip("low_end", p.by_loss(3), "The lowest loss at the end belongs to a good rate, not to the largest."),
        Slip("ascending", p.letters[::-1], "The largest rate comes first."),
    )
    return (
        Question(
            "Letters from the largest rate to the smallest",
            Order("ABCD"),
            p.letters,
            tuple(slip for slip in orders if slip.value != p.letters),
            reason="The one that rises has the largest rate; of the others, a smaller rate is slower.",
        ),
        Question(
            "Which curve has a rate above the limit?",
            Pick(tuple("ABCD")),
            high,
            tuple(Slip(letter, letter, "Its loss falls.") for letter in "ABCD" if letter != high),
            reason="Its loss rises.",
        ),
        Question(
            "Which curve has a good rate?",
            Pick(tuple("ABCD")),
            p.letters[1],
            (
                Slip("too_large", high, "Its loss rises: the rate is too large."),
                *(
                    Slip("too_small", letter, "After 100 steps it has more of the loss left than another one.")
                    for letter in p.letters[2:]
                ),
            ),
            reason="After 100 steps its loss is the lowest.",
        ),
        number(
            "The limit 2/L of the rate",
            F(2, largest),
            (
                Slip("one_over_l", F(1, largest), "From 1/L on steps overshoot; they diverge only beyond 2/L."),
                Slip("smallest_curvature", F(2), "The largest curvature sets the limit."),
                Slip(
                    "mean_curvature",
                    F(2 * len(CURVATURES[p.loss]), int(sum(CURVATURES[p.loss]))),
                    "The largest curvature sets the limit, not the mean one.",
                ),
            ),
            (f"2 / {largest} = {float(F(2, largest)):g}",),
        ),
    )


def _table(p: Four) -> str:
    rows = []
    for letter in "ABCD":
        losses = p.losses(p.letters.index(letter))
        rows.append(f"| {letter} | " + " | ".join("over 10⁹" if v > 1e9 else written(v) for v in losses) + " |")
    head = "| curve | at the start | after 1 step | after 10 steps | after 100 steps |\n|--|--|--|--|--|\n"
    return head + "\n".join(rows)


FOUR = Template(
    key="descent.four",
    title="Four curves, four rates",
    topic=TOPIC,
    minutes=4,
    draw=_draw_four,
    published=Four("valley", F(1), F("0.1"), "ACBD"),
    text=lambda p: (
        f"Gradient descent on {_NAMES[p.loss]} with four rates: "
        f"{', '.join(f'{float(p.top / 10**k):g}' for k in range(4))}. Which curve has which rate?\n\n{_table(p)}"
    ),
    ask=_ask_four,
    state=lambda p: {
        "loss": p.loss,
        "x0": float(p.start),
        "top": float(p.top),
        "steps": 100,
        "rate": float(p.top / 10),
    },
    hints=lambda p: (
        "A loss that rises has a rate above 2/L.",
        "Among rates that are small enough, a smaller one has more of the loss left after 100 steps.",
    ),
    lesson="Look at the whole curve: the largest rate rises, the smallest creeps, and a good one is lowest at the end.",
)


@dataclass(frozen=True)
class Steps:
    """A start and a rate on x⁴."""

    start: Fraction
    rate: Fraction


def _draw_steps(rng: random.Random) -> Steps:
    found = Steps(
        F(rng.randint(5, 30), 10),
        F(rng.choice(("0.01", "0.02", "0.025", "0.04", "0.05", "0.08", "0.1", "0.125", "0.2"))),
    )
    factor = abs(1 - 4 * found.rate * found.start**2)
    if factor > 2 or min(factor, abs(factor - 1)) < F(1, 20):
        raise Refused("Steps that end at the minimum, turn it over, or explode hide mistakes.")
    return found


def _ask_steps(p: Steps) -> Sequence[Question]:
    x, eta = p.start, p.rate
    first = x - eta * 4 * x**3
    second = first - eta * 4 * first**3
    border = math.sqrt(1 / (2 * eta))
    a, b, after, e = (f"{float(v):.6g}".replace("-", "−") for v in (x, first, second, eta))
    return (
        number(
            "x after one step",
            first,
            (
                Slip("uphill", x + eta * 4 * x**3, "The step goes against the gradient."),
                Slip("factor_forgotten", x - eta * x**3, "The derivative of x⁴ is 4x³."),
                Slip("value", x - eta * x**4, "The step uses the derivative, not the value."),
            ),
            (f"{a} − {e} · 4 · {a}^3 = {b}",),
        ),
        number(
            "x after two steps",
            second,
            (
                Slip("same_gradient", first - eta * 4 * x**3, "Take the gradient at the new position."),
                Slip("uphill", first + eta * 4 * first**3, "The step goes against the gradient."),
                Slip("constant_factor", first * (1 - 4 * eta), "On x⁴ the factor depends on the position."),
            ),
            (f"{b} − {e} · 4 · ({b})^3 = {after}",),
        ),
        number(
            f"Distance from 0 below which a rate of {e} converges",
            border,
            (
                Slip("no_root", 1 / (2 * eta), "That is its square."),
                Slip(
                    "curvature",
                    math.sqrt(1 / (6 * eta)),
                    "12x² is the curvature there; the gradient over the distance is only 4x².",
                ),
                Slip("one_over_l", math.sqrt(1 / (4 * eta)), "From there the first step ends in the minimum."),
            ),
            (f"1 − 4 · {e} · x² = −1, so x² = {float(1 / (2 * eta)):.6g}", f"x = {border:.6g}"),
        ),
    )


STEPS = Template(
    key="descent.fourth_power",
    title="Two steps on x⁴",
    topic=TOPIC,
    minutes=5,
    draw=_draw_steps,
    published=Steps(F("2.2"), F("0.1")),
    text=lambda p: f"Gradient descent on x⁴ begins at x = {float(p.start):g} with a rate of {float(p.rate):g}.",
    ask=_ask_steps,
    state=lambda p: {"loss": "quartic", "x0": float(p.start), "rate": float(p.rate), "steps": 2, "top": 0.1},
    hints=lambda p: (
        "A step is x − η · 4x³ = x · (1 − 4ηx²).",
        "It converges as long as the factor 1 − 4ηx² is above −1; at −1 the steps go back and forth.",
    ),
    lesson="Where the curvature grows with the distance, no rate is safe from every start.",
)


@dataclass(frozen=True)
class Inputs:
    """Inputs of a logistic regression with one weight."""

    x: tuple[int, ...]


def _draw_inputs(rng: random.Random) -> Inputs:
    x = tuple(rng.choice((-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6)) for _ in range(rng.choice((3, 4, 5))))
    if len(set(x)) < len(x) or sum(x) == 0:
        raise Refused("Equal inputs hide mistakes.")
    return Inputs(x)


def _ask_inputs(p: Inputs) -> Sequence[Question]:
    n, total = len(p.x), sum(v * v for v in p.x)
    largest = F(total, 4 * n)
    squares = " + ".join(f"{abs(v)}^2" for v in p.x)
    return (
        number(
            "Largest curvature L of the mean cross-entropy",
            largest,
            (
                Slip("no_quarter", F(total, n), "That is for squared error; here p(1 − p) is at most 1/4."),
                Slip("sum", F(total, 4), "The mean loss has a factor of 1/n."),
                Slip("square_of_mean", F(sum(p.x) ** 2, 4 * n * n), "Square the inputs first, then take the mean."),
            ),
            (f"({squares}) / (4 · {n}) = {float(largest):.6g}",),
        ),
        number(
            "The limit 2/L",
            2 / largest,
            (
                Slip("one_over_l", 1 / largest, "From 1/L on steps can overshoot; only beyond 2/L can they diverge."),
                Slip("no_quarter", F(2 * n, total), "That is for squared error."),
                Slip("half", largest / 2, "Divide 2 by the curvature."),
            ),
            (f"2 / {float(largest):.6g} = {float(2 / largest):.6g}",),
        ),
        Question(
            "Must descent diverge at a rate just above 2/L?",
            Pick(("yes", "no")),
            "no",
            (Slip("all_rises_diverge", "yes", "Away from w = 0 the curvature shrinks, and the steps fit again."),),
            reason="The curvature is p(1 − p) times the square of the input, largest at w = 0.",
        ),
    )


INPUTS = Template(
    key="descent.inputs",
    title="A limit from the data",
    topic=TOPIC,
    minutes=4,
    draw=_draw_inputs,
    text=lambda p: (
        f"A logistic regression with one weight and no intercept is fitted to {len(p.x)} examples with the inputs "
        f"{', '.join(written(v, 1) for v in p.x)}. Gradient descent on the mean cross-entropy begins at w = 0."
    ),
    ask=_ask_inputs,
    state=lambda p: {"loss": "logistic", "rate": 1.0},
    hints=lambda p: (
        "The second derivative of the loss of one example is p(1 − p)x².",
        "p(1 − p) is largest at w = 0, where it is 1/4. Take the mean over the examples.",
    ),
    lesson="2/L can be computed from the data before the first step; it is safe, and often too careful.",
)


@dataclass(frozen=True)
class Noise:
    """A rate and the standard deviation of the gradient noise on a parabola."""

    rate: Fraction
    deviation: Fraction


def _ask_noise(p: Noise) -> Sequence[Question]:
    eta, s = p.rate, p.deviation
    variance = eta * s**2 / (2 - eta)
    e, d = f"{float(eta):g}", f"{float(s):g}"
    larger = "its rate is larger"
    return (
        number(
            "Variance of w in the long run",
            variance,
            (
                Slip("no_minus_rate", eta * s**2 / 2, "That holds for small rates only: the denominator is 2 − η."),
                Slip("one_step", eta**2 * s**2, "That is what one step adds; the steps before count too."),
                Slip("deviation", math.sqrt(variance), "That is the standard deviation."),
                Slip("not_squared", eta * s / (2 - eta), "The noise counts with its square."),
            ),
            (f"{e} · {d}^2 / (2 − {e}) = {float(variance):.6g}",),
        ),
        number(
            "Mean loss in the long run",
            variance / 2,
            (
                Slip("not_halved", variance, "The loss is half the square."),
                Slip("no_minus_rate", eta * s**2 / 4, "The denominator of the variance is 2 − η."),
            ),
            (f"{float(variance):.6g} / 2 = {float(variance / 2):.6g}",),
        ),
        Question(
            "Another run with the same rate settles four times as high. Why?",
            Pick(("its noise is twice as large", "its noise is four times as large", larger)),
            "its noise is twice as large",
            (
                Slip("noisy_is_high", larger, "Both rates are equal: a noisy curve need not have a large rate."),
                Slip("linear", "its noise is four times as large", "The level grows with the square of the noise."),
            ),
            reason="The level grows with the square of the noise.",
        ),
    )


NOISE = Template(
    key="descent.noise",
    title="Where noise stops descent",
    topic=TOPIC,
    minutes=4,
    draw=lambda rng: Noise(
        F(rng.choice(("0.05", "0.1", "0.2", "0.25", "0.4", "0.5", "0.8", "1.25", "1.5", "1.6", "1.9"))),
        F(rng.randint(5, 20), 10),
    ),
    published=Noise(F("0.1"), F(1)),
    text=lambda p: (
        f"Gradient descent on ½w² with a rate of {float(p.rate):g} gets gradients with noise of mean 0 and standard "
        f"deviation {float(p.deviation):g}, independent in each step."
    ),
    ask=_ask_noise,
    state=lambda p: {"rate": float(p.rate), "noise": float(p.deviation), "steps": 100},
    hints=lambda p: (
        "A step multiplies w by 1 − η and adds η times the noise.",
        "In the long run the variance v does not change: v = (1 − η)²v + η²s².",
    ),
    lesson="With noise, the rate sets the level at which the loss stays: smaller is lower, and slower.",
)

EXERCISES: tuple[Template[Any], ...] = (FOUR, STEPS, INPUTS, NOISE)
