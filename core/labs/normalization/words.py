"""Words of the lab on batch normalization: readouts, the sentence under the picture, predictions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.draw.live import Check, Readout
from core.kit.controls import Choice
from core.kit.prediction import Prediction, because
from core.kit.words import bracketed, fixed, number
from core.labs.normalization.compute import MOVED, NUDGE, Normalized
from core.labs.normalization.panels import MINE, OTHERS

_ROUNDING = 1e-9
AGREE = 1e-9  # of two ways to an output, beside its size
_AGREE_SLOPE = 1e-5  # of a gradient and a central difference, in units of γ/√(v + ε)
_SEEN = 0.0005  # a change of an output with three decimals
_SIX, _TEN = (int(np.abs(MOVED - at).argmin()) for at in (6.0, 10.0))


def said(values: Iterable[float]) -> tuple[str, ...]:
    """Write numbers with three decimals; what differs from 0 by rounding alone is 0."""
    return tuple(fixed(float(v) if abs(v) > _ROUNDING else 0.0) for v in values)


def readouts(result: Normalized) -> tuple[Readout, ...]:
    """The output of the dragged value, the statistics behind it, and its gradient."""
    y, again = result.outputs[:, -1], result.again
    own, difference = result.gradient[:, -1], result.difference
    close = np.abs(y - again) <= AGREE * (1 + np.abs(y) + abs(result.folded[1] if result.mode == "test" else 0.0))
    steep = abs(result.gamma) / np.sqrt(result.variance + result.eps)
    same = np.abs(own - difference) <= _AGREE_SLOPE * (steep + 1e-6)
    how = "from differences of pairs" if result.mode == "train" else "scale · z + shift, folded"
    of = "batch" if result.mode == "train" else "running"
    typed = "divided by n" if result.mode == "train" else f"after {result.updates} updates from 1"
    return (
        Readout(
            "output",
            said(y),
            MINE,
            "The output of the last value: normalized, then scaled by γ and shifted by β.",
            formula=tuple(_formula(result, k) for k in range(len(MOVED))),
            check=Check(said(again), tuple(close.tolist()), how),
            headline=True,
        ),
        Readout(
            f"{of} mean μ",
            said(result.mean),
            help="It is subtracted from every value.",
        ),
        Readout(
            f"{of} variance v",
            said(result.variance),
            help=f"The {of} variance, {typed}. Every value is divided by √(v + ε).",
        ),
        Readout(
            "gradient by itself",
            said(own),
            MINE,
            "Slope of the last value's output: what a little more of the value adds, for each unit.",
            check=Check(said(difference), tuple(same.tolist()), "central difference"),
        ),
    )


def _formula(result: Normalized, k: int) -> str:
    z, mean, variance = float(MOVED[k]), float(result.mean[k]), float(result.variance[k])
    inside = f"({number(z)} − {_signed(mean)})/√({number(variance)} + {number(result.eps, 1)})"
    return f"{number(result.gamma)} · {inside} + {_signed(result.beta)} = {said(result.outputs[k, -1:])[0]}"


def _signed(value: float) -> str:
    return bracketed(value if abs(value) > _ROUNDING else 0.0)


def _plain(value: float) -> str:
    return f"{value + 0.0:g}".replace("-", "−")


def summaries(result: Normalized) -> tuple[str, ...]:
    """At most 15 words at each value: how the outputs hang together there."""
    if result.mode == "test":
        (change,) = said(result.nudged[0, -1:])
        return (f"Up by {NUDGE}, only [{MINE}|its own output] moves, by [{MINE}|{change}], wherever it is.",)
    if result.size == 1:
        return (f"Alone in its batch, the value always lands at [{MINE}|β = {_plain(result.beta)}].",)
    away = np.abs(result.inputs[:, -1] - result.mean) / np.sqrt(result.variance + result.eps)
    return tuple(_summary(result, k, float(away[k]), row) for k, row in enumerate(result.nudged))


def _summary(result: Normalized, k: int, away: float, change: np.ndarray) -> str:
    mine, other = (_plain(round(float(result.outputs[k, at]), 3)) for at in (-1, 0))
    if result.size == 2 and {mine, other} == {_plain(round(result.beta + way * result.gamma, 3)) for way in (-1, 1)}:
        return f"However far apart, two values land at [{MINE}|{mine}] and [{OTHERS}|{other}]."
    if not np.ptp(result.inputs[k]):
        return "All values are equal: only ε keeps the root from being 0."
    if result.size > 2 and away > 0.985 * result.limit:
        return f"An outlier takes it all: [{MINE}|{number(away)}] spreads from the mean, at most √{result.size - 1}."
    mine, others = said([change[-1], change[:-1].sum()])
    return f"Up by {NUDGE}, its output changes by [{MINE}|{mine}], the others by [{OTHERS}|{others}] together."


def _others(result: Normalized) -> str:
    """Say what the sum of the other outputs does when the last value goes from 6 to 10."""
    change = float((result.outputs[_TEN] - result.outputs[_SIX])[:-1].sum())
    return "stay" if abs(change) < _SEEN else "up" if change > 0 else "down"


def _others_verdict(guess: str, truth: str, result: Normalized) -> str:
    change = (result.outputs[_TEN] - result.outputs[_SIX])[:-1].sum()
    if result.mode == "test":
        return "Nothing else moves: in testing the mean and the variance do not depend on this value."
    if result.size == 1:
        return "There are no others in this batch."
    if truth == "stay":
        if result.size == 2 and result.gamma:
            return "Of two values only the order is left: the other one stays where it is, but for ε."
        return "Their outputs add up to the same at both values."
    return f"Together they change by {number(float(change))}: in training all outputs add up to n times β."


def _verdict_of_two(guess: str, truth: str, result: Normalized) -> str:
    return "The mean is 50.5 and the spread 49.5, so 100 lands at 49.5/49.5 = 1, but for ε. So would 1,000."


def _verdict_of_one(guess: str, truth: str, result: Normalized) -> str:
    return "Its deviation from its own mean is 0: the output is β, and no gradient reaches the value."


PREDICTIONS = (
    Prediction(
        "The last value goes from 6 to 10. What do the other outputs do together?",
        guess=Choice(
            name="guess",
            label="The others",
            default="stay",
            options={"stay": "stay", "up": "rise", "down": "fall"},
            help="Your guess.",
        ),
        truth=_others,
        verdict=_others_verdict,
    ),
    Prediction(
        "A batch of two, 1 and 100, with γ = 1 and β = 0: where does 100 land in training?",
        guess=Choice(
            name="guess",
            label="Output",
            default="100",
            options={"1": "1", "2": "2", "50": "50", "100": "100"},
            help="Your guess.",
        ),
        truth=lambda result: "1",
        verdict=_verdict_of_two,
        why=because(
            "Of two different values, each lies",
            "one standard deviation from their mean",
            "Both are equally far from the mean, and that distance is the standard deviation.",
            {
                "where it was, minus the mean": "The difference is divided by the standard deviation too.",
                "two standard deviations apart from the mean": "The mean is in the middle, half their distance away.",
            },
        ),
    ),
    Prediction(
        "A batch has a single value. What reaches the layer before in training?",
        guess=Choice(
            name="guess",
            label="Gradient",
            default="all",
            options={"all": "the whole gradient", "part": "a part of it", "none": "nothing"},
            help="Your guess.",
        ),
        truth=lambda result: "none",
        verdict=_verdict_of_one,
    ),
)
