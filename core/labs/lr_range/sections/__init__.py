"""Folded sections of the page on range tests: the rules, the homework, what the protocols cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.kit.lab import Section, Table
from core.kit.words import fixed, number
from core.labs.lr_range.compute.checks import longest_fall, steepest, weighted_mean
from core.labs.lr_range.compute.curves import Ramp, epoch_steps
from core.labs.lr_range.compute.explore import HOMEWORK_UPDATES, POINT_RULES, RAMP_UPDATES, LrRange
from core.labs.lr_range.compute.suggestions import longest_valley, window_of
from core.labs.lr_range.controls import show_rate
from core.labs.lr_range.sections import match, runs
from core.labs.lr_range.words import nearest
from core.networks.trainable import network_text
from core.training.experiments import Sweep
from core.training.offers import expected_seconds, in_words
from core.training.schedules import exponential_ramp

# The homework's grid, and the two rates that its solution reports.
GRID = exponential_ramp(10, low=1e-9, high=10.0)
REPORTED = (4, 8)


def rules(result: LrRange, values: Mapping[str, Any]) -> Sequence[str | Table]:
    """Every rule with its formula and what it says, and how the smoothed loss comes about."""
    now = result.now()
    if not result.is_ramp:
        return ("The rules read a single test with a rising rate; choose “One rising rate” above the picture.",)
    if not now.ramps:
        return ("There is no run with these settings yet.",)
    rows: dict[str, Sequence[Any]] = {
        "rule": [rule.name for rule in now.rules],
        "rate η": [show_rate(rule.median) if rule.rates.size else "–" for rule in now.rules],
        "your upper rate is": [
            f"{number(values['upper'] / rule.median, 2)} times that" if rule.rates.size else "–" for rule in now.rules
        ],
        "over the seeds": [_between(rule.rates) for rule in now.rules],
        "formula": [rule.formula for rule in now.rules],
    }
    beta = result.weight
    age = beta / (1 - beta)  # of the average, in steps
    factor = (result.spec.high / result.spec.low) ** (age / (result.spec.steps - 1))
    return (
        "η is the rate, s the smoothed loss, k the step; the first tenth and the last five steps are left out, and "
        "everything from the first loss that is no number. A loss that does not fall by more than its noise gives no "
        "answer at all. With several seeds the rate is the median.",
        Table(rows),
        f"**Smoothing.** $e_t = \\beta e_{{t-1}} + (1-\\beta) L_t$ from $e_{{-1}} = 0$ and "
        f"$s_t = e_t / (1 - \\beta^{{t+1}})$ with β = {number(beta)}. What it averages is "
        f"β / (1 − β) = {age:.0f} steps old on average, in which the rate grows by a factor of {number(factor, 2)}: "
        "s lags behind, and so does every rule. $L_t$ is the loss of the batch *before* the step with $\\eta_t$; what "
        "that step does is seen one step later.",
        _checked(result, now.counted[0], values["upper"]),
        f"**Which rate, then?** {', '.join(POINT_RULES)} each name one rate"
        + (f"; here they are apart by a factor of {number(now.disagreement, 2)}" if now.disagreement else "")
        + ". The three last rules are bounds of a schedule: the range of Smith's cyclical rates (arXiv 1506.01186, "
        "section 3.3, made exact), and the top of one cycle. The slope over η itself, in place of ln η, is "
        "never steepest at a larger rate. fastai's rules are steep, minimum / 10, valley and slide.",
    )


def _between(rates: Any) -> str:
    return f"{show_rate(rates.min())} to {show_rate(rates.max())}" if rates.size > 1 else "one seed"


def _checked(result: LrRange, ramp: Ramp, rate: float) -> str:
    """The headline numbers a second time, in another way."""
    window, reason = window_of(ramp.rates, ramp.losses, beta=result.weight)
    step = int(np.abs(np.log(ramp.rates / rate)).argmin())
    again = weighted_mean(ramp.losses[: step + 1], result.weight)
    words = (
        f"**Computed twice** (seed {ramp.seed}). Smoothed loss at step {step}, η = {show_rate(ramp.rates[step])}: "
        f"{fixed(ramp.smoothed[step], 6)} by the recursion, {fixed(again, 6)} as a weighted mean of all losses so "
        f"far; difference {number(abs(again - ramp.smoothed[step]), 1)}."
    )
    if reason:
        return f"{words} {reason}"
    said = {each.rule: each.rate for each in ramp.suggestions}
    return (
        f"{words} Steepest: {number(said['steep'] or 0)} at once, {number(steepest(window.rates, window.smoothed))} "
        f"step by step. Longest falling subsequence: {longest_valley(window.smoothed)[1]} steps by dynamic "
        f"programming, {longest_fall(window.smoothed)} by patience sorting."
    )


def homework(result: LrRange, values: Mapping[str, Any]) -> Sequence[str | Table]:
    """The homework's grid and rule, its reported bounds, and what the rule gives here."""
    low, high = (float(GRID[k]) for k in REPORTED)
    rows: dict[str, Sequence[Any]] = {
        "index": list(range(len(GRID))),
        "rate η": [number(float(rate)) for rate in GRID],
        "reported as": ["lr_min" if k == REPORTED[0] else "lr_max" if k == REPORTED[1] else "" for k in range(10)],
    }
    blocks: list[str | Table] = [
        f"**The homework**: batches of 64, SGD with momentum 0.9, ten rates between 10⁻⁹ and 10, five epochs for each. "
        f"Plot the final training loss over the rate, and take lr_min = rate[argmin], lr_max = rate[argmin + 1]. "
        f"Neighbours of this grid have the ratio {number(float(GRID[1] / GRID[0]))}.",
        Table(rows),
        f"**The reported pair**, {number(low)} and {number(high)}, are the indices {REPORTED[0]} and {REPORTED[1]}: "
        f"their ratio is {number(high / low)}. They are no neighbours, so they do not follow from the rule; how they "
        f"were chosen is not known. And the rule cannot be right: the best rate is no lower bound, the next one is "
        f"often the first that diverges, one value in 1.11 powers of ten is coarse, and `numpy.argmin` gives the place "
        f"of the first value that is no number, so that a diverged training would be “the best”.",
    ]
    if result.is_ramp or not result.now().sweeps:
        return (*blocks, "The preset “Homework: ten rates” shows such a sweep, recorded with a smaller network.")
    return (*blocks, _here(result))


def _here(result: LrRange) -> str:
    sweep = result.now().sweeps[0]
    low, high = (nearest(float(GRID[k]), sweep.candidates) for k in REPORTED)
    bounds = sweep.homework_bounds
    rule = f"argmin and its neighbour are {show_rate(bounds[0])} and {show_rate(bounds[1])}" if bounds else "no answer"
    bracket = sweep.bracket
    useful = bracket if isinstance(bracket, str) else f"{show_rate(bracket[0])} to {show_rate(bracket[1])}"
    told = [
        f"at {show_rate(each.rate)} "
        + ("the training diverged" if each.diverged is not None else f"the loss is {fixed(each.loss)}")
        for each in (low, high)
        if each is not None and each.ended
    ]
    ended = [each for each in sweep.candidates if each.ended and each.diverged is None]
    gap = max((abs(float(np.mean(each.losses[-_count(result) :])) - each.loss) for each in ended), default=0.0)
    return (
        f"**In this sweep** {rule}; the bracket from the largest rate with less than 5 % of the best gain to the "
        f"largest within 10 % of the best loss is {useful}. {'; '.join(told).capitalize()}. The losses above were "
        f"averaged by the run; averaged again from its {sweep.updates:,} steps they differ by {number(gap, 1)} at most."
    )


def _count(result: LrRange) -> int:
    """Steps that the loss at the end of a training is the mean of."""
    return min(epoch_steps(result.spec), max(int(result.spec.updates) // 2, 1))


def cost(result: LrRange, values: Mapping[str, Any]) -> Sequence[str | Table]:
    """Updates of both protocols."""
    spec = result.spec
    product = "" if result.is_ramp else f"{spec.candidates} × {spec.updates:,} = "
    own = f"{product}{result.updates // len(result.specs):,}"
    return (
        f"**Ten trainings**: 10 rates × 5 epochs × {RAMP_UPDATES} batches = {HOMEWORK_UPDATES:,} updates; an epoch of "
        f"60,000 images has 60,000 / 64 = 937.5 batches, the last one half full. **One ramp** tries another rate at "
        f"each update and needs one epoch at most, {RAMP_UPDATES}: {HOMEWORK_UPDATES // RAMP_UPDATES} times fewer.",
        f"**These settings**: {own} updates a seed, {result.updates:,} in all. The ramp stops earlier when the "
        f"smoothed loss is four times its smallest, a training when its loss is no number any more. The homework's own "
        f"network and all 60,000 images would keep one core busy for some {in_words(expected_seconds(_original()))}.",
        "What the ramp pays for it: its weights have seen all smaller rates before, each for one batch; what a rate "
        "does in the long run it cannot tell, and its smoothed curve lags behind. Train with the bounds below to see.",
    )


def _original() -> Sweep:
    """The homework as it was set."""
    text = network_text("small_inception_homework")
    return Sweep(text=text, data="fashion-mnist", low=1e-9, high=10.0, candidates=10, updates=5 * RAMP_UPDATES)


SECTIONS = (
    Section("The rules, with these numbers", rules),
    Section("The homework's protocol, and why its two bounds do not follow from it", homework),
    Section("What both protocols cost", cost),
    match.SECTION,
    *runs.SECTIONS,
)
