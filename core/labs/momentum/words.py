"""Numbers and sentences at each point of the plane."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.draw.live import Check, Readout
from core.kit.arrays import Numbers
from core.kit.words import each, fixed, number
from core.labs.momentum.compute.explore import STEPS, Momentum
from core.labs.momentum.compute.roots import border

CREEPS, RINGS, JUMPS = "creeps", "rings", "jumps from side to side"
EDGE, GONE = "is at the edge of ringing", "is gone at once"
_PLURAL = {CREEPS: "creep", RINGS: "ring", JUMPS: "jump from side to side"}
_ADVICE = {
    CREEPS: "a larger step or more momentum is faster",
    RINGS: "less momentum is faster",
    JUMPS: "a smaller step is faster",
}
_EVEN = 1e-7  # rates that differ by less are equal: a double root is known to half of the digits


def readouts(result: Momentum) -> tuple[Readout, ...]:
    """Return rate and distance, both in two ways, and the best possible ones."""
    best = result.best
    return (
        Readout(
            "steps per digit",
            each(result.rate.ravel(), digit),
            help="Steps in which the distance shrinks by a factor of ten, in the long run.",
            formula=("−1 / log₁₀(rate per step)",),
            headline=True,
        ),
        Readout(
            "rate per step",
            each(result.rate.ravel(), fixed4),
            "accent",
            "Largest modulus of a root: in the long run, the factor of the distance in a step.",
            check=_same(
                result.powers,
                result.rate,
                fixed4,
                "‖Aᵏ‖ to the power of 1/k for k = 2³⁰, where A is the 2 × 2 matrix of a step",
            ),
        ),
        Readout(
            f"distance, {STEPS} steps",
            each(result.distance[..., -1].ravel(), number),
            "risk",
            "From the minimum, as a share of that at the start (1, 1); from the roots.",
            check=_same(
                result.ran, result.distance[..., -1], number, "By taking the steps one by one, as torch.optim.SGD does"
            ),
        ),
        Readout(
            "best rate",
            (f"{fixed4(best.rate)} at η {best.lr:.2f}, μ {best.momentum:.2f}",),
            help="For this condition number and this method.",
            formula=_best_formula(result),
        ),
    )


def _best_formula(result: Momentum) -> tuple[str, ...]:
    """Write the best rate by its closed form, with the condition number in it."""
    kappa, rate = result.kappa, fixed4(result.best.rate)
    if result.method == "nesterov":
        return (f"1 − 2 / √(3 · {kappa:g} + 1) = {rate}",)
    return (f"(√{kappa:g} − 1) / (√{kappa:g} + 1) = {rate}",)


def _same(again: Numbers, first: Numbers, show: Callable[[float], str], how: str) -> Check:
    """Return a second computation at each point of the plane."""
    close = np.isclose(again, first, rtol=1e-3, atol=1e-9).ravel()
    return Check(each(again.ravel(), show), tuple(close.tolist()), how)


def summaries(result: Momentum) -> tuple[str, ...]:
    """Say in one line how the run at each point of the plane moves, and how fast."""
    edges = border(result.momenta, result.method)
    least = digit(result.best.rate)
    return tuple(
        _summary(result, row, column, float(edges[row]), least)
        for row in range(len(result.momenta))
        for column in range(len(result.lrs))
    )


def _summary(result: Momentum, row: int, column: int, edge: float, least: str) -> str:
    rate = float(result.rates[row, column].max())
    if rate > 1 + _EVEN:
        return f"Diverges: with this momentum the step size must stay below {edge:.2f}."
    if rate > 1 - _EVEN:
        return f"On the border: at step size {edge:.2f} the error does not shrink."
    low, high = kinds(result, row, column)
    if low == high:
        return f"Both directions {_plain(low)}. At best {least} steps would do for a digit."
    return f"The flat direction {_brief(low)}, the steep one {_brief(high)}. Best: {least} steps a digit."


def _brief(kind: str) -> str:
    return {JUMPS: "zigzags", EDGE: "almost rings", GONE: "is gone"}.get(kind, kind)


def _plain(kind: str) -> str:
    return {JUMPS: "zigzag", EDGE: "almost ring", GONE: "are gone", CREEPS: "creep", RINGS: "ring"}[kind]


def fixed4(value: float) -> str:
    """Write a rate."""
    return fixed(value, 4)


def digit(rate: float) -> str:
    """Write the number of steps for one more decimal digit at a rate."""
    if rate > 1 - 1e-12:
        return "never"
    return number(float(-np.log(10) / np.log(rate))) if rate > 0 else "0"


def sentences(result: Momentum) -> tuple[str, ...]:
    """Say what happens at each point, and what would be faster."""
    edges = border(result.momenta, result.method)
    return tuple(
        sentence(result, row, column, float(edges[row]))
        for row in range(len(result.momenta))
        for column in range(len(result.lrs))
    )


def kinds(result: Momentum, row: int, column: int) -> list[str]:
    """Describe how the error moves in the flat and in the steep direction, by the roots."""
    return [_kind(first, second) for first, second in result.roots[row, column].tolist()]


def _kind(first: complex, second: complex) -> str:
    if abs(first) < _EVEN:
        return GONE
    if abs(first - second) < 10 * _EVEN:
        return EDGE
    return RINGS if first.imag else JUMPS if first.real < 0 else CREEPS


def sentence(result: Momentum, row: int, column: int, edge: float) -> str:
    """Say what limits the rate at one point."""
    flat, steep = result.rates[row, column].tolist()
    rate = max(flat, steep)
    if rate > 1 + _EVEN:
        return f"Diverges: at this momentum the steep direction allows step sizes below {edge:.2f}."
    if rate > 1 - _EVEN:
        return f"On the border: at step size {edge:.2f} the error in the steep direction neither grows nor shrinks."
    low, high = kinds(result, row, column)
    words = f"The flat direction {low}, the steep one {high}"
    if low == high:
        words = f"Both directions {_PLURAL.get(low, low.replace('is', 'are', 1))}"
    if rate < result.best.rate + _EVEN:
        return f"{words}. No step size and momentum are faster than these."
    if abs(flat - steep) > _EVEN:
        slower, kind = ("flat", low) if flat > steep else ("steep", high)
        advice = f": {_ADVICE[kind]}" if kind in _ADVICE else ""
        return f"{words}. The {slower} one is the slower{advice}."
    if low == high == RINGS and result.method == "heavy":
        return f"{words} at rate √μ = {rate:.3f}, at any step size where both ring: {_ADVICE[RINGS]}."
    return f"{words}: {_ADVICE[low]}." if low == high and low in _ADVICE else f"{words}, equally slowly."
