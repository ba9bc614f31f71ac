"""Exercises: an exam passed by hours, the loss of predictions, and which loss still pulls."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.kinds import Vector
from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template
from core.kit.words import number as written

F = Fraction
TOPIC = "Classification"


@dataclass(frozen=True)
class Exam:
    """A student with hours x1 and grade average x2 under given weights, and a target probability."""

    b0: Fraction
    b1: Fraction
    b2: Fraction
    hours: int
    average: Fraction
    target: Fraction

    @property
    def score(self) -> Fraction:
        """The score b0 + b1 hours + b2 average."""
        return self.b0 + self.b1 * self.hours + self.b2 * self.average


def _w(value: Fraction | float) -> str:
    return f"{float(value):.4g}"


def _signed(value: Fraction | float) -> str:
    return f"({_w(value)})" if value < 0 else _w(value)


def _sigma(z: Fraction | float) -> float:
    return 1 / (1 + math.exp(-z))


def _draw_exam(rng: random.Random) -> Exam:
    exam = Exam(
        F(-rng.choice((4, 5, 6, 7))),
        rng.choice((F("0.02"), F("0.04"), F("0.05"), F("0.08"), F("0.1"))),
        rng.choice((F("0.5"), F(1), F("1.5"))),
        rng.choice(range(10, 100, 5)),
        rng.choice((F("2.5"), F(3), F("3.5"), F(4))),
        rng.choice((F("0.5"), F("0.25"), F("0.75"), F("0.9"))),
    )
    if not 0.05 < _sigma(exam.score) < 0.95 or abs(exam.score) < F("0.1"):
        raise Refused("A probability near 0, one half, or 1 hides mistakes.")
    if not 0 < _hours(exam) <= 120:
        raise Refused("The hours must be possible.")
    return exam


def _hours(exam: Exam) -> float:
    odds = exam.target / (1 - exam.target)
    return float((math.log(odds) - exam.b0 - exam.b2 * exam.average) / exam.b1)


def _ask_exam(exam: Exam) -> Sequence[Question]:
    z, rest = exam.score, exam.b0 + exam.b2 * exam.average
    forgotten = z - exam.b2 * exam.average
    p = _sigma(z)
    log_odds = math.log(exam.target / (1 - exam.target))
    return (
        number(
            "Probability",
            p,
            (
                Slip("sign", _sigma(-z), "The exponent is minus the score: 1/(1 + e^(−z))."),
                Slip("odds", math.exp(z), "These are the odds; divide by one plus the odds."),
                Slip("average_forgotten", _sigma(forgotten), "The grade average has a term of its own."),
                Slip("intercept_forgotten", _sigma(z - exam.b0), "The intercept belongs to the score."),
            ),
            (
                f"z = {_w(exam.b0)} + {_w(exam.b1)} · {exam.hours} + {_w(exam.b2)} · {_w(exam.average)} = {float(z):g}",
                f"P = 1/(1 + e^({-float(z):g})) = {_w(p)}",
            ),
        ),
        number(
            f"Hours for a probability of {float(exam.target):g}",
            _hours(exam),
            (
                Slip(
                    "target_in_the_score",
                    float((exam.target - rest) / exam.b1),
                    "The probability is σ of the score, not the score itself.",
                ),
                Slip(
                    "log_of_target",
                    float((math.log(exam.target) - rest) / exam.b1),
                    "The score is the logarithm of the odds P/(1 − P), not of P.",
                ),
                Slip(
                    "intercept_sign",
                    float((log_odds + exam.b0 - exam.b2 * exam.average) / exam.b1),
                    "The intercept changes its sign when it moves to the other side.",
                ),
                Slip("average_forgotten", float((log_odds - exam.b0) / exam.b1), "The grade average counts too."),
            ),
            (
                f"log-odds = ln({float(exam.target):g}/{float(1 - exam.target):g}) = {_w(log_odds)}",
                f"hours = ({_w(log_odds)} − {_signed(rest)}) / {_w(exam.b1)} = {_w(_hours(exam))}",
            ),
            unit="h",
        ),
    )


EXAM = Template(
    key="logistic.exam",
    title="Hours for an exam",
    topic=TOPIC,
    minutes=4,
    draw=_draw_exam,
    published=Exam(F(-6), F("0.05"), F(1), 40, F("3.5"), F("0.5")),
    text=lambda p: (
        f"A logistic regression of passing an exam on hours of study x₁ and grade average x₂ has b₀ = "
        f"{_w(p.b0)}, b₁ = {_w(p.b1)}, and b₂ = {_w(p.b2)}.\n\nHow probable is "
        f"passing after {p.hours} hours with an average of {float(p.average):g}? How many hours does the same student "
        f"need for a probability of {float(p.target):g}?"
    ),
    ask=_ask_exam,
    state=lambda p: {
        "b0": float(p.b0),
        "b1": float(p.b1),
        "b2": float(p.b2),
        "x1": p.hours,
        "x2": float(p.average),
        "target": float(p.target),
    },
    hints=lambda p: (
        "First compute the score z = b₀ + b₁x₁ + b₂x₂.",
        "P = 1/(1 + e^(−z)). For the hours, solve z = ln(P/(1 − P)).",
    ),
    lesson="The score is linear in the hours, the probability is not: a weight adds to the log-odds, not to P.",
)


@dataclass(frozen=True)
class Predictions:
    """Labels and predicted probabilities."""

    labels: tuple[int, ...]
    probabilities: tuple[Fraction, ...]


def _draw_predictions(rng: random.Random) -> Predictions:
    n = rng.choice((3, 4))
    labels = tuple(rng.randint(0, 1) for _ in range(n))
    if len(set(labels)) == 1:
        raise Refused("Both labels are needed.")
    values = tuple(F(rng.randint(1, 19), 20) for _ in range(n))
    if len(set(values)) < n:
        raise Refused("Equal predictions hide mistakes.")
    return Predictions(labels, values)


def _ask_predictions(p: Predictions) -> Sequence[Question]:
    n, pairs = len(p.labels), list(zip(p.labels, map(float, p.probabilities), strict=True))
    squared = sum((y - q) ** 2 for y, q in pairs) / n
    gradient = tuple((q - y) / n for y, q in pairs)
    slopes = tuple(2 * (q - y) * q * (1 - q) / n for y, q in pairs)
    return (
        _cross_entropy(pairs),
        number(
            "Mean squared error",
            squared,
            (
                Slip("sum", squared * n, "That is the sum; divide by the number of predictions."),
                Slip("root", math.sqrt(squared), "That is its square root."),
                Slip("absolute", sum(abs(y - q) for y, q in pairs) / n, "That is the mean absolute error."),
            ),
            (
                " + ".join(f"{(y - q) ** 2:.4g}" for y, q in pairs) + f" = {squared * n:.6g}",
                f"{squared * n:.6g} / {n} = {squared:.6g}",
            ),
        ),
        Question(
            "Gradient of the mean cross-entropy by the scores",
            Vector(n),
            gradient,
            tuple(
                slip
                for slip in (
                    Slip("sign", tuple(-v for v in gradient), "It is prediction minus label."),
                    Slip("sum", tuple(v * n for v in gradient), "The mean has a factor of 1/n."),
                    Slip("squared_error", slopes, "That is the gradient of the squared error."),
                )
                if slip.value != gradient
            ),
            (f"(ŷ − y)/{n} = ({'; '.join(f'{v:.5f}' for v in gradient)})",),
        ),
    )


def _cross_entropy(pairs: Sequence[tuple[int, float]]) -> Question:
    n, hits = len(pairs), [q if y else 1 - q for y, q in pairs]
    terms = [-math.log(hit) for hit in hits]
    mean = sum(terms) / n
    positives = [t for t, (y, _) in zip(terms, pairs, strict=True) if y]
    squared = sum((y - q) ** 2 for y, q in pairs) / n
    return number(
        "Mean cross-entropy (natural logarithm)",
        mean,
        (
            Slip("squared_error", squared, "That is the mean squared error."),
            Slip("log10", mean / math.log(10), "That is with the logarithm to base 10."),
            Slip("bits", mean / math.log(2), "That is in bits, with the logarithm to base 2."),
            Slip("sum", sum(terms), "That is the sum; divide by the number of predictions."),
            Slip("positives_only", sum(positives) / n, "Predictions with label 0 count too, with ln(1 − ŷ)."),
            Slip("mean_of_positives", sum(positives) / len(positives), "Predictions with label 0 count too."),
            Slip(
                "log_of_prediction",
                -sum(math.log(q) for _, q in pairs) / n,
                "For label 0 the logarithm is that of 1 − ŷ.",
            ),
            Slip("no_minus", -mean, "The logarithm of a probability is negative; the loss has a minus sign."),
        ),
        (
            " + ".join(f"(−ln {hit:g})" for hit in hits) + f" = {sum(terms):.6f}",
            f"{sum(terms):.6f} / {n} = {mean:.6f}",
        ),
    )


PREDICTIONS = Template(
    key="logistic.losses",
    title="Score predictions",
    topic=TOPIC,
    minutes=5,
    draw=_draw_predictions,
    published=Predictions((1, 0, 0), (F("0.2"), F("0.5"), F("0.1"))),
    text=lambda p: (
        "Compute the losses of these predictions.\n\n| y | ŷ |\n|--|--|\n"
        + "\n".join(f"| {y} | {float(q):g} |" for y, q in zip(p.labels, p.probabilities, strict=True))
    ),
    ask=_ask_predictions,
    state=lambda p: {
        "predictions": ", ".join(f"{y} {float(q):g}" for y, q in zip(p.labels, p.probabilities, strict=True))
    },
    hints=lambda p: (
        "A prediction costs −ln of the probability that it gave to what happened.",
        "For label 1 that is −ln ŷ, for label 0 −ln(1 − ŷ). The gradient by the score is ŷ − y over n.",
    ),
    lesson="Cross-entropy looks only at the probability given to what happened, and its gradient is ŷ − y.",
)


@dataclass(frozen=True)
class Odds:
    """A weight and a change of its input."""

    weight: Fraction
    change: int
    probability: Fraction


def _draw_odds(rng: random.Random) -> Odds:
    odds = Odds(
        F(rng.choice((-20, -10, 5, 8, 10, 12, 15, 20, 25, 30)), 100),
        rng.randint(2, 10),
        rng.choice((F("0.2"), F("0.3"), F("0.4"), F("0.6"), F("0.7"))),
    )
    if not 0.15 < abs(float(odds.weight) * odds.change) < 2.5:
        raise Refused("Too small or too large a change hides mistakes.")
    return odds


def _ask_odds(p: Odds) -> Sequence[Question]:
    factor = math.exp(p.weight * p.change)
    odds = float(p.probability / (1 - p.probability))
    after = odds * factor / (1 + odds * factor)
    return (
        number(
            "Factor of the odds",
            factor,
            (
                Slip("one_step", math.exp(p.weight), f"That is the factor of one step; there are {p.change}."),
                Slip(
                    "linear",
                    float(1 + p.weight * p.change),
                    "The odds are multiplied by e^(…).",
                ),
                Slip("exponent_alone", float(p.weight * p.change), "That is the change of the log-odds."),
            ),
            (f"e^({float(p.weight):g} · {p.change}) = {factor:.5f}",),
        ),
        number(
            "New probability",
            after,
            (
                Slip("added", float(p.probability + p.weight * p.change), "A weight does not add to the probability."),
                Slip("multiplied", float(p.probability) * factor, "The factor is that of the odds."),
                Slip("odds", odds * factor, "These are the odds; divide by one plus the odds."),
            ),
            (
                f"odds = {odds:.5f} · {factor:.5f} = {odds * factor:.5f}",
                f"P = {odds * factor:.5f} / {1 + odds * factor:.5f} = {after:.5f}",
            ),
        ),
        choice(
            "How does the probability change with one more step?",
            ("by the weight", "most near one half", "by the same factor"),
            "most near one half",
            {
                "by the weight": "The weight is added to the log-odds, not to the probability.",
                "by the same factor": "The odds change by the same factor, the probability does not.",
            },
            "The slope is b · P(1 − P), largest at P = 1/2.",
        ),
    )


ODDS = Template(
    key="logistic.odds",
    title="What a weight does",
    topic=TOPIC,
    minutes=4,
    draw=_draw_odds,
    text=lambda p: (
        f"In a logistic regression an input has the weight {written(float(p.weight))}. For someone with probability "
        f"{float(p.probability):g} it rises by {p.change}."
    ),
    ask=_ask_odds,
    state=lambda p: {"b1": float(p.weight), "x1": p.change},
    hints=lambda p: ("The weight is what one step adds to the log-odds.", "Multiply the odds by e^(b · steps)."),
    lesson="A weight multiplies the odds by e^b a step; what that does to the probability depends on where it is.",
)

EXERCISES: tuple[Template, ...] = (EXAM, PREDICTIONS, ODDS)  # type: ignore[type-arg]
