"""Words of the lab on logistic regression: readouts, the sentence under the picture, predictions."""

from __future__ import annotations

import math

from core.draw.live import Check, Readout
from core.exercises.questions import Slip
from core.kit.controls import Choice, Slider
from core.kit.mark import Mark, fraction
from core.kit.prediction import Prediction
from core.kit.words import fixed, number
from core.labs.logistic.compute import HOURS, Logistic

AGREE = 1e-12  # of the two ways to a probability
_UNIT = {"e": "nats", "2": "bits", "10": "digits"}


def readouts(result: Logistic) -> tuple[Readout, ...]:
    """Probability, score, odds, and cross-entropy at each number of hours."""
    p, z = result.probabilities, result.scores
    bce = result.loss(result.y)["bce"]
    logarithm = {"e": "ln", "2": "log₂", "10": "log₁₀"}[result.base]
    chance = [value if result.y else 1 - value for value in p]
    return (
        Readout(
            "probability",
            tuple(fixed(float(v)) for v in p),
            "first",
            "The predicted probability, σ of the score: 1/(1 + e⁻ᶻ).",
            formula=tuple(f"1/(1 + e^({number(-float(v))})) = {fixed(float(a))}" for v, a in zip(z, p, strict=True)),
            check=Check(
                tuple(f"(1 + tanh(z/2))/2 = {fixed(float(v))}" for v in result.second),
                tuple(bool(abs(a - b) < AGREE) for a, b in zip(p, result.second, strict=True)),
            ),
            headline=True,
        ),
        Readout(
            "score z",
            tuple(number(float(v)) for v in z),
            help="b₀ + b₁x₁ + b₂x₂, the logarithm of the odds.",
            formula=tuple(
                f"{number(result.b0)} + {number(result.b1)} · {x:g} + {number(result.b2)} · {number(result.x2)} = "
                f"{number(float(v))}"
                for x, v in zip(HOURS, z, strict=True)
            ),
        ),
        Readout(
            "odds",
            tuple(number(math.exp(float(v))) for v in z),
            help="Probability over its complement, e to the score. One more hour multiplies them by e to the b₁.",
        ),
        Readout(
            f"cross-entropy ({_UNIT[result.base]})",
            tuple(number(float(v)) for v in bce),
            "first",
            "Minus the logarithm of the probability given to what really happened.",
            formula=tuple(
                f"−{logarithm} {fixed(float(c))} = {number(float(v))}" for c, v in zip(chance, bce, strict=True)
            ),
        ),
    )


def summaries(result: Logistic) -> tuple[str, ...]:
    """At most 15 words at each number of hours: how sure, how wrong, and what still pulls."""
    if result.b1 == 0:
        return ("Hours change nothing: their weight b₁ is 0.",)
    at, texts = result.loss(result.y), []
    for k, p in enumerate(result.probabilities):
        right = float(p if result.y else 1 - p)
        if right < 0.05:
            cross, squared = (number(float(at[name][k])) for name in ("bce", "squared"))
            texts.append(f"Sure and wrong: [first|cross-entropy] {cross}, [second|squared error] only {squared}.")
        elif right > 0.95:
            texts.append("Sure and right: every loss is almost 0.")
        else:
            texts.append(f"One more hour changes P by about {number(float(result.slopes[k]), 2)}.")
    return tuple(texts)


def _later(result: Logistic) -> str:
    """Tell where one more hour adds more to the probability: at 40 or at 100."""
    p = result.probabilities
    first, second = abs(p[41] - p[40]), abs(p[101] - p[100])
    if math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-15):
        return "same"
    return "40" if first > second else "100"


def _later_verdict(guess: str, truth: str, result: Logistic) -> str:
    p = result.probabilities
    after40, after100 = (number(float(p[k + 1] - p[k])) for k in (40, 100))
    return (
        f"The hour after 40 changes P by {after40}, the one after 100 by {after100}: the curve is steepest where P is "
        "one half."
    )


def _sure(result: Logistic) -> float:
    return float(min(_PERCENT.values, key=lambda v: abs(v - 100 * float(result.probabilities[40]))))


def _sure_verdict(guess: float, truth: float, result: Logistic) -> str:
    z = number(float(result.scores[40]))
    return f"The score at 40 hours is {z}, so P = 1/(1 + e^(−z)) = {fixed(float(result.probabilities[40]))}."


def _sure_slips(result: Logistic) -> tuple[Slip, ...]:
    p = float(result.probabilities[40])
    found = [Slip("sign", 100 * (1 - p), "The exponent in the denominator is minus the score.")]
    if 0 < p < 0.5:
        found.append(Slip("odds", 100 * p / (1 - p), "Those are the odds: divide them by 1 plus the odds."))
    return tuple(found)


def _enough(result: Logistic) -> int:
    return round(result.hours)


def _enough_verdict(guess: int, truth: int, result: Logistic) -> str:
    score = number(math.log(result.target / (1 - result.target)))
    return f"P = {result.target:g} takes a score of {score}, which is reached at {fixed(result.hours, 1)} hours."


def _steepest_verdict(guess: str, truth: str, result: Logistic) -> str:
    p40, p100 = (fixed(float(result.probabilities[k])) for k in (40, 100))
    return f"The slope is b₁P(1 − P), largest at P = 0.5. P is {p40} at 40 hours and {p100} at 100."


_HOURS = Slider(name="guess", label="Hours", default=60, low=0, high=120, help="Your guess.")
_WHY = {
    "half": "P is closer to one half there",
    "weight": "the weight is larger there",
    "sure": "the model is surer there",
}
_PERCENT = Slider(name="guess", label="Probability in percent", default=50, low=0, high=100, help="Your guess.")

PREDICTIONS = (
    Prediction(
        lambda result: f"With a grade average of {result.x2:g}, how probable is success after 40 hours, in percent?",
        _PERCENT,
        truth=_sure,
        verdict=_sure_verdict,
        slips=_sure_slips,
        mark=lambda result, values: Mark(0, "y", at=40, place=fraction),
        margin=5,
    ),
    Prediction(
        lambda result: f"After how many hours is the probability {result.target:g}?",
        _HOURS,
        truth=_enough,
        verdict=_enough_verdict,
        mark=lambda result, values: Mark(0, at=result.target),
        margin=3,
        when=lambda result: 0 <= result.hours <= 120,
    ),
    Prediction(
        "Where does one more hour change the probability more?",
        guess=Choice(
            name="guess",
            label="After",
            default="40",
            options={"40": "40 hours", "100": "100 hours", "same": "the same"},
            help="Your guess.",
        ),
        truth=_later,
        verdict=_later_verdict,
    ),
    Prediction(
        "Why there?",
        guess=Choice(name="guess", label="Because", default="weight", options=_WHY, help="Your guess."),
        truth=lambda result: "half",
        verdict=_steepest_verdict,
        when=lambda result: _later(result) != "same",
    ),
)
