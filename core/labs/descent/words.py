"""Words of the lab on gradient descent: readouts, the sentence under the picture, predictions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.draw.live import Check, Readout
from core.kit.arrays import Array
from core.kit.controls import Choice
from core.kit.mark import Mark
from core.kit.prediction import Prediction, Spot, because
from core.kit.words import number
from core.labs.descent.compute.descent import RATES, Descent, place
from core.labs.descent.compute.losses import BOTH, SHARP, TOP, WIDE, begin, steepest
from core.labs.descent.panels import pointed, profile, window

GROWN = 100  # times the first loss: then it diverges
_LIMITS = {
    "bowl": "Above it, each step overshoots more than the one before.",
    "valley": "2 over the largest curvature, 100. Above it, the steepest direction diverges.",
    "quartic": "From this start; on x⁴ the slope over the distance takes the place of a curvature.",
    "absolute": "The slope of |x| jumps at 0, so no rate makes the steps shrink.",
    "two": "That of the valley in which the start lies.",
    "squares": "2 over the largest eigenvalue of XᵀX/n.",
    "logistic": "2 over the largest eigenvalue of XᵀX/(4n): no place curves more, so any smaller rate is safe.",
}

_OVERSHOOTS = {
    "bowl": "Each step overshoots, but ever less",
    "valley": "The steepest direction overshoots, but ever less",
    "quartic": "Early steps overshoot, later ones do not",
    "two": "Steps overshoot the minimum, but ever less",
    "squares": "The steepest direction overshoots, but ever less",
}


def readouts(result: Descent) -> tuple[Readout, ...]:
    """Loss at the end, limit, steps to half of the loss, and how often it rises or where noise keeps it."""
    return (_last(result), _limit(result), _half(result), _floor(result) if result.noise else _rises(result))


def _last(result: Descent) -> Readout:
    check: Check | None = None
    formula: tuple[str, ...] = ()
    if result.quadratic and not result.noise:
        again = result.expected[:, -1]
        agrees = np.isclose(again, result.last, rtol=1e-6, atol=1e-300) | result.gone
        check = Check(
            _losses(result, again), tuple(agrees.tolist()), "From the curvatures: a direction λ shrinks by (1 − ηλ)ᵏ"
        )
    if result.loss == "bowl" and not result.noise:
        formula = tuple(
            f"½ · ({_plain(1 - rate)})^{2 * result.steps} · ({_plain(result.start)})² = {text}"
            for rate, text in zip(RATES, _losses(result, result.last), strict=True)
        )
    return Readout(
        f"loss after {_steps(result.steps)}",
        _losses(result, result.last),
        "accent",
        f"It begins at {number(float(result.losses[0, 0]))}.",
        formula=formula,
        check=check,
        headline=True,
    )


def _losses(result: Descent, values: Array) -> tuple[str, ...]:
    return tuple("diverged" if gone else number(float(value)) for value, gone in zip(values, result.gone, strict=True))


def _limit(result: Descent) -> Readout:
    text, check = limit_text(result), None
    formula: tuple[str, ...] = ()
    if math.isfinite(result.limit):
        same = bool(np.isclose(result.limit, result.limit_again, rtol=1e-6))
        check = Check((f"{result.limit_again:.4g}",), (same,), "From gradients alone, without the curvature")
        formula = (f"2 / {2 / result.limit:.6g} = {text}",)
    return Readout("limit 2/L", (text,), "threshold", _LIMITS[result.loss], formula=formula, check=check)


def limit_text(result: Descent) -> str:
    """The limit, or that there is none."""
    return f"{result.limit:.4g}" if math.isfinite(result.limit) else "none"


def _plain(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def _half(result: Descent) -> Readout:
    texts = tuple("never" if steps is None else str(steps) for steps in result.to_half)
    return Readout("steps to half", texts, help="Steps until the loss is half of that at the start, or less.")


def _rises(result: Descent) -> Readout:
    texts = tuple(str(int(count)) for count in result.rises)
    return Readout("steps that go up", texts, help="How many of the steps raise the loss instead of lowering it.")


def _floor(result: Descent) -> Readout:
    if not result.quadratic:
        return _rises(result)
    texts = tuple(number(float(v)) if math.isfinite(v) else "none" for v in result.floor)
    formula: tuple[str, ...] = ()
    if result.loss == "bowl":
        formula = tuple(
            f"½ · {rate:g} · {result.noise:g}² / (2 − {rate:g}) = {text}" if text != "none" else "η < 2 only"
            for rate, text in zip(RATES, texts, strict=True)
        )
    return Readout("noise floor", texts, "truth", "The mean loss in the long run: noise keeps it up.", formula=formula)


def summaries(result: Descent) -> tuple[str, ...]:
    """At most 15 words at each rate: does it converge, and why not faster?"""
    return tuple(_summary(result, k) for k in range(len(RATES)))


def _summary(result: Descent, k: int) -> str:
    first, last = float(result.losses[k, 0]), float(result.last[k])
    grown = result.gone[k] or last > GROWN * max(first, 0.1)
    if grown and result.loss != "absolute" and not (result.quadratic and RATES[k] <= result.limit):
        return _diverges(result)
    if result.noise:
        return _noisy(result, k)
    if first == 0:
        return "It starts at the minimum: the gradient is 0, and nothing moves."
    if result.loss == "two" and result.limit < 1 and abs(float(result.places[k, -1]) - WIDE) < 0.2:
        return "Thrown out of the sharp valley, it settles in the wide one."
    if result.loss == "absolute" and (result.rises[k] or result.places[k, -1] * result.places[k, -2] < 0):
        ends = sorted(0.0 if v < 1e-9 else float(v) for v in result.losses[k, -2:])
        return f"The slope never shrinks, so it ends up jumping between {' and '.join(number(v, 2) for v in ends)}."
    return _against_the_limit(result, k)


def _diverges(result: Descent) -> str:
    if result.loss == "quartic":
        if result.noise:
            return "Diverges: noise drives it where x⁴ is too steep for this rate."
        return f"Diverges: from this start the limit is [threshold|{limit_text(result)}]."
    if result.loss == "two":
        return "Diverges: the steps leave both valleys and grow."
    return f"Diverges: above [threshold|2/L = {limit_text(result)}] every step overshoots more than the one before."


def _noisy(result: Descent, k: int) -> str:
    if not result.quadratic:
        return f"Noise keeps it moving: after {_steps(result.steps)} the loss is {number(float(result.last[k]))}."
    if not math.isfinite(result.floor[k]):
        return f"At or above [threshold|2/L = {limit_text(result)}] the noise adds up without end."
    mean, floor = float(result.expected[k, -1]), number(float(result.floor[k]), 2)
    if not 0.5 <= mean / result.floor[k] <= 2:
        way = "above" if mean > result.floor[k] else "below"
        return f"The mean loss is {number(mean)}, still {way} the floor of [truth|{floor}]."
    return f"Noise keeps the loss near [truth|{floor}]; a smaller rate lowers that floor."


def _against_the_limit(result: Descent, k: int) -> str:
    rate, half = RATES[k], result.to_half[k]
    limit = f"[threshold|2/L = {limit_text(result)}]"
    rises = int(result.rises[k])
    if result.loss == "logistic" and rate > result.limit and rises < result.steps:
        if rises:
            return (
                f"It rises {'once' if rises == 1 else f'{rises} times'}, then falls: away from 0 the loss curves less."
            )
        return f"Above {limit}, yet the loss falls: curvature shrinks along the way."
    if math.isclose(rate, result.limit, rel_tol=1e-9):
        if result.loss == "two" and not np.allclose(result.losses[k], result.losses[k, 0]):
            return f"At {limit} the parabola keeps the distance, but the hill does not."
        which = "the steepest direction" if result.loss in ("valley", "squares") else "the distance"
        return f"At {limit} {which} neither grows nor shrinks."
    if rate > result.limit:
        return f"Above {limit}: {rises} of {result.steps} steps go up."
    if half is None and not rate > result.limit / 2:
        left = number(100 * float(result.last[k] / result.losses[k, 0]))
        return f"Too small: after {_steps(result.steps)} {left}% of the loss is left."
    gone = f"half the loss is gone after {_steps(half)}" if half else "it has not settled"
    if result.loss != "logistic" and rate > result.limit / 2 * (1 + 1e-9):
        return f"{_overshoots(result, k)}: {gone}."
    return f"Smooth descent: {gone}."


def _overshoots(result: Descent, k: int) -> str:
    """Say how steps overshoot at a rate between half of the limit and the limit."""
    before, after = result.places[k, -2:].tolist()
    if result.loss == "quartic" and before * after < 0:
        return _OVERSHOOTS["bowl"]  # the last step still does, so all did
    if result.loss == "two":
        if result.limit < 1 and after < TOP:
            return "Thrown out of the sharp valley"
        beyond = result.places[k] > (SHARP if result.limit < 1 else WIDE)
        if beyond.all() or not beyond.any():
            return "No step overshoots yet"
    return _OVERSHOOTS[result.loss]


def _steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"


def _best(result: Descent) -> str:
    return min(_GUESSED, key=lambda text: (float(result.last[place(float(text))]), float(text)))


def _best_verdict(guess: str, truth: str, result: Descent) -> str:
    ends = ", ".join(f"{text}: {_losses(result, result.last)[place(float(text))]}" for text in _GUESSED)
    return f"The losses at the end are {ends}."


def _mirrored(result: Descent) -> tuple[float, float]:
    """Return where the first step ends at the limit; at the start where there is no limit."""
    before, after = result.places[0, :2].tolist()
    slope = (before - after) / RATES[0]  # with its noise
    x = before - slope * (result.limit if math.isfinite(result.limit) else 0.0)
    return round(x, 2), round(float(profile(result, np.array([x]))[0]), 2)


def _mirrored_mark(result: Descent, values: Mapping[str, Any]) -> Mark | None:
    """Return where the landscape has the place; it may lie outside."""
    (low, high), top = window(result)
    x, y = _mirrored(result)
    return Mark(0, "xy") if low < x < high and y < top else None


def _no_limit(result: Descent) -> str:
    if result.loss == "quartic":
        return "At the minimum of x⁴ the slope is 0: from there no rate is a limit."
    return "Here no rate is a limit: the slope does not grow with the distance."


def _mirrored_verdict(guess: tuple[float, float], truth: tuple[float, float], result: Descent) -> str:
    if not math.isfinite(result.limit):
        return _no_limit(result)
    return f"At η = {limit_text(result)} the step ends at {number(truth[0])}. {_height(result)}"


def _height(result: Descent) -> str:
    """Compare the loss where the first step at the limit ends with that where it begins; noise left out."""
    start = float(result.places[0, 0])
    _, slopes = BOTH[result.loss](begin(result.loss, result.start)[None])
    landed = start - result.limit * float(slopes[0] @ steepest(result.loss))
    if math.isclose(landed, start, abs_tol=1e-12):
        return "The start is the minimum: only noise moves it." if result.noise else "The start is the minimum."
    before, after = profile(result, np.array([start, landed])).tolist()
    if not math.isclose(before, after, rel_tol=1e-6):
        way = "Without noise" if result.noise else "Along this line"
        return f"{way} the loss goes from {number(before)} to {number(after)}: this is not a parabola."
    if result.noise:
        return f"Without noise it would end on the other side at the same height, at {number(landed)}."
    return "That is the other side at the same height, so the next step leads back."


def _near(result: Descent) -> float:
    (low, high), _ = window(result)
    return 0.06 * (high - low)


def _twice_the_limit(result: Descent) -> int:
    return place(min(2 * result.limit, RATES[-1]))


def _twice(result: Descent) -> str:
    if not math.isfinite(result.limit):
        return "no"
    k = _twice_the_limit(result)
    return "yes" if result.last[k] > result.losses[k, 0] else "no"


def _twice_verdict(guess: str, truth: str, result: Descent) -> str:
    if not math.isfinite(result.limit):
        return _no_limit(result)
    k = _twice_the_limit(result)
    ends = "the run diverges" if result.gone[k] else f"the loss ends at {number(float(result.last[k]))}"
    why = "the steps land where the loss curves less" if result.losses[k, 0] else "it starts at the minimum"
    if truth == "yes":
        why = "each step ends farther away than it began"
    return f"At η = {RATES[k]:g} {ends}: {why}."


_GUESSED = ("0.01", "0.1", "1", "10")

PREDICTIONS = (
    Prediction(
        "Which of these rates ends with the lowest loss?",
        guess=Choice(
            name="guess", label="Rate", default="0.1", options={rate: rate for rate in _GUESSED}, help="Your guess."
        ),
        truth=_best,
        verdict=_best_verdict,
    ),
    Prediction(
        "At a rate of 2/L, where does the first step end? Click the place.",
        guess=Spot(pointed, ((-2.0, 2.0), (2.0, 2.0), (0.0, 0.0), (5.0, 1.0))),
        truth=_mirrored,
        verdict=_mirrored_verdict,
        mark=_mirrored_mark,
        margin=_near,
        why=because(
            "Along a parabola, the step at 2/L is",
            "twice the way to the minimum",
            "A step at 1/L ends at the minimum, and this one is twice as long.",
            {
                "the way to the minimum": "That is the step at 1/L.",
                "half the way to the minimum": "Half the way takes a rate of 0.5/L.",
            },
        ),
    ),
    Prediction(
        "Does descent at twice the limit 2/L end with a higher loss than at the start?",
        guess=Choice(
            name="guess", label="Higher", default="yes", options={"yes": "yes", "no": "no"}, help="Your guess."
        ),
        truth=_twice,
        verdict=_twice_verdict,
    ),
)
