"""Exercises: what does waiting cost, and how large a rate do old gradients allow?"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, count, number
from core.exercises.templates import Refused, Template
from core.labs.staleness.compute.delayed import critical, limit
from core.labs.staleness.compute.explore import TICKS
from core.labs.staleness.compute.timelines import simulate
from core.labs.staleness.exercises.ages import TOPIC


@dataclass(frozen=True)
class Pace:
    """A fast and a slow learner: ticks for a gradient, gradients of the slow one, and a bound on the lead."""

    fast: int
    slow: int
    rounds: int
    bound: int

    @property
    def horizon(self) -> int:
        """Ticks in all."""
        return self.slow * self.rounds


def _draw_pace(rng: random.Random) -> Pace:
    p = Pace(rng.choice((10, 15, 20)), rng.choice(range(15, 55, 5)), rng.randint(3, 9), rng.randint(1, 4))
    if p.slow <= p.fast or p.horizon % TICKS or not 5 * TICKS <= p.horizon <= 20 * TICKS:
        raise Refused("The time must be one that the lab shows, and one learner faster.")
    line = simulate((p.fast, p.slow), p.horizon, sync="bounded", bound=p.bound)
    if int((line.learner == 0).sum()) != p.rounds + p.bound or p.horizon // p.fast <= p.rounds + p.bound + 1:
        raise Refused("The bound must matter.")
    return p


def _ask_pace(p: Pace) -> Sequence[Question]:
    free = p.horizon // p.fast
    idle = 1 - Fraction(p.fast, p.slow)
    fast, slow = f"{p.fast / TICKS:g}", f"{p.slow / TICKS:g}"
    return (
        count(
            "Updates without waiting",
            free + p.rounds,
            (
                Slip("fast_only", free, "Learner 2 updates the weights, too."),
                Slip("rounds", p.rounds, "That is with waiting, one update in a round."),
                Slip("twice", 2 * p.rounds, "Learner 1 need not wait for learner 2."),
            ),
            (f"{free} + {p.rounds} = {free + p.rounds}",),
        ),
        count(
            "Updates with synchronous rounds",
            p.rounds,
            (
                Slip("gradients", 2 * p.rounds, "Both gradients of a round make one update."),
                Slip("fast_only", free, "A round takes as long as the slower learner."),
            ),
            (f"{p.horizon / TICKS:g} / {slow} = {p.rounds}",),
        ),
        number(
            "Part of its time that learner 1 waits then",
            idle,
            (
                Slip("busy", Fraction(p.fast, p.slow), "That is the part in which it computes."),
                Slip("of_both", idle / 2, "That is the part of the time of both learners."),
                Slip("ratio", Fraction(p.slow - p.fast, p.fast), "Divide by the length of a round."),
            ),
            (f"({slow} − {fast}) / {slow} = {float(idle):.6f}",),
            share=True,
        ),
        count(
            f"Gradients of learner 1 if it may be at most {p.bound} ahead when it reads",
            p.rounds + p.bound,
            (
                Slip("no_lead", p.rounds, "It may be ahead of learner 2."),
                Slip("no_bound", free, "It has to wait for learner 2."),
                Slip("one_more", p.rounds + p.bound + 1, "The gradient that it may begin then has not arrived."),
                Slip("bound_alone", p.bound, "The bound is the lead over learner 2, not all that it makes."),
            ),
            (f"{p.rounds} + {p.bound} = {p.rounds + p.bound}",),
        ),
    )


PACE = Template(
    key="staleness.pace",
    title="What does waiting cost?",
    topic=TOPIC,
    minutes=6,
    draw=_draw_pace,
    published=Pace(10, 25, 8, 2),
    text=lambda p: (
        f"Learner 1 has a period of {p.fast / TICKS:g}, the time that it needs for a gradient; learner 2 has one of "
        f"{p.slow / TICKS:g}. Both start at t = 0, and gradients that arrive by t = {p.horizon / TICKS:g} count. "
        "Compare three ways: nobody waits; synchronous rounds, with one update by the mean of both gradients; and a "
        "bound on how many gradients learner 1 may be ahead when it reads the weights."
    ),
    ask=_ask_pace,
    state=lambda p: {
        "others": p.fast / TICKS,
        "period": p.slow / TICKS,
        "horizon": p.horizon // TICKS,
        "sync": "bounded",
        "bound": p.bound,
    },
    hints=lambda p: (
        "A synchronous round takes as long as the slower learner.",
        "With a bound, learner 1 has in the end as many gradients as learner 2 and its lead.",
    ),
    lesson="Waiting keeps gradients fresh and costs updates; a bound on the lead is in between.",
)


@dataclass(frozen=True)
class Rate:
    """Staleness of all gradients, and the curvature of the quadratic."""

    tau: int
    curvature: Fraction


def _draw_rate(rng: random.Random) -> Rate:
    return Rate(rng.randint(2, 7), rng.choice([Fraction(k, 2) for k in (1, 3, 4, 5, 6, 8, 10, 20)]))


def _ask_rate(p: Rate) -> Sequence[Question]:
    tau, bend = p.tau, float(p.curvature)
    most, best = limit(tau), critical(tau)
    written = f"{bend:g}"
    return (
        number(
            "Learning rate below which descent converges",
            most / bend,
            (
                Slip("no_delay", 2 / bend, "That is the limit 2/λ for fresh gradients."),
                Slip("no_curvature", most, "That is ηλ; divide by λ."),
                Slip("times_curvature", most * bend, "Divide by λ: a steeper function needs smaller steps."),
                Slip("shared_out", 2 / (tau + 1) / bend, "It is not 2/λ shared among τ + 1 updates."),
                Slip("half_angle", 2 * math.sin(math.pi / (2 * (tau + 1))) / bend, "The angle is π / (2 (2τ + 1))."),
            ),
            (f"2 sin(π / {2 * (2 * tau + 1)}) / {written} = {most:.6f} / {written} = {most / bend:.6f}",),
        ),
        number(
            "Rate with the fastest decay that does not oscillate",
            best / bend,
            (
                Slip("no_delay", 1 / bend, "That is the best rate 1/λ for fresh gradients."),
                Slip("half_the_limit", most / 2 / bend, "Half the limit is right for fresh gradients only."),
                Slip("no_curvature", best, "That is ηλ; divide by λ."),
                Slip("inverse", 1 / (tau + 1) / bend, "It is τ^τ / (τ + 1)^(τ + 1), less than that."),
            ),
            (f"{tau}^{tau} / {tau + 1}^{tau + 1} / {written} = {best / bend:.6f}",),
        ),
        number(
            "Factor of an update there",
            Fraction(tau, tau + 1),
            (
                Slip("one_step", 0, "Fresh gradients would reach the minimum at once; old ones do not."),
                Slip("complement", Fraction(1, tau + 1), "That is 1 minus the factor."),
            ),
            (f"{tau} / {tau + 1} = {tau / (tau + 1):.6f}",),
        ),
    )


RATE = Template(
    key="staleness.rate",
    title="How large a rate do old gradients allow?",
    topic=TOPIC,
    minutes=6,
    draw=_draw_rate,
    published=Rate(2, Fraction(4)),
    text=lambda p: (
        f"Every gradient of gradient descent on λw²/2 with λ = {float(p.curvature):g} is {p.tau} "
        f"updates old: w ← w − ηλ · w({p.tau} updates before). Its errors are sums of powers "
        "of the roots z of z^(τ + 1) − z^τ + ηλ = 0."
    ),
    ask=_ask_rate,
    state=lambda p: {"learners": p.tau + 1, "period": 1.0},
    hints=lambda p: (
        "At the limit a pair of roots lies on the unit circle, z = e^(iθ), with θ = π/(2τ + 1).",
        "Without oscillation the decay is fastest where two real roots meet: at z = τ/(τ + 1).",
    ),
    lesson="The limit of the rate is 2 sin(π / (2 (2τ + 1))) / λ: about half for gradients twice as old.",
)
