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
        return ("The rules read a single range test; choose “Range test” above the plots.",)
    if not now.ramps:
        return ("Not trained yet with these settings.",)
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
        "η is the rate, s the smoothed loss, k the step; the first tenth and the last five steps "
        "are left out, and everything from the first NaN loss on. If the loss never drops by "
        "more than its noise, no rule applies. With several seeds the rate is the median.",
        Table(rows),
        "**Smoothing.** $e_t = \\beta e_{t-1} + (1-\\beta) L_t$ from $e_{-1} = 0$ and $s_t = "
        f"e_t / (1 - \\beta^{{t+1}})$ with β = {number(beta)}. The losses it averages are β / (1 − "
        f"β) = {age:.0f} steps old on average; meanwhile the rate grows by a factor of "
        f"{number(factor, 2)}: s lags, and so does every rule. $L_t$ is the batch loss *before* "
        "the step with $\\eta_t$; the effect of that step shows one step later.",
        _checked(result, now.counted[0], values["upper"]),
        f"**Which rate, then?** {', '.join(POINT_RULES)} each suggest one rate"
        + (f"; here they differ by a factor of {number(now.disagreement, 2)}" if now.disagreement else "")
        + ". The last three rules are bounds of a schedule: the range of Smith's cyclical rates "
        "(arXiv 1506.01186, section 3.3, made exact) and the top of one cycle. The slope over η "
        "itself, in place of ln η, is never steepest at a larger rate. fastai's rules are steep, "
        "minimum / 10, valley, and slide.",
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
        return f"{words} {ramp.suggestions[0].reason}"
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
        "**A common protocol**: batches of 64, SGD with momentum 0.9, ten rates between 10⁻⁹ and "
        "10, five epochs for each. Plot the final training loss over the rate, and take lr_min = "
        "rate[argmin], lr_max = rate[argmin + 1]. Neighboring rates on this grid have the ratio "
        f"{number(float(GRID[1] / GRID[0]))}.",
        Table(rows),
        f"**A pair reported for it**, {number(low)} and {number(high)}, has indices {REPORTED[0]} "
        f"and {REPORTED[1]} and the ratio {number(high / low)}. They are not adjacent, so they do "
        "not follow from the rule; how they were chosen is not known. The rule itself is wrong, "
        "too: the best rate is not a lower bound, the next one is often the first that diverges, "
        "one rate every 1.11 decades is coarse, and `numpy.argmin` returns the first NaN, so a "
        "diverged run would be “the best”.",
    ]
    if result.is_ramp or not result.now().sweeps:
        return (*blocks, "The preset “Ten rates, five epochs” shows such a sweep, recorded with a smaller network.")
    return (*blocks, _here(result))


def _here(result: LrRange) -> str:
    sweep = result.now().sweeps[0]
    low, high = (nearest(float(GRID[k]), sweep.candidates) for k in REPORTED)
    bounds = sweep.homework_bounds
    rule = (
        f"the best rate and the next are {show_rate(bounds[0])} and {show_rate(bounds[1])}" if bounds else "no answer"
    )
    bracket = sweep.bracket
    useful = bracket if isinstance(bracket, str) else f"{show_rate(bracket[0])} to {show_rate(bracket[1])}"
    told = [
        f"at {show_rate(each.rate)} "
        + ("the run diverged" if each.diverged is not None else f"the loss is {fixed(each.loss)}")
        for each in (low, high)
        if each is not None and each.ended
    ]
    ended = [each for each in sweep.candidates if each.ended and each.diverged is None]
    gap = max((abs(float(np.mean(each.losses[-_count(result) :])) - each.loss) for each in ended), default=0.0)
    return (
        f"**In this sweep** {rule}; the usable range, from the largest rate with less than 5% of "
        f"the best gain to the largest within 10% of the best loss, is {useful}. "
        f"{'; '.join(told).capitalize()}. The losses above were averaged by the run; averaged "
        f"again from its {sweep.updates:,} steps they differ by {number(gap, 1)} at most."
    )


def _count(result: LrRange) -> int:
    """Steps that the loss at the end of a training is the mean of."""
    return min(epoch_steps(result.spec), max(int(result.spec.updates) // 2, 1))


def cost(result: LrRange, values: Mapping[str, Any]) -> Sequence[str | Table]:
    """Updates of both protocols."""
    spec = result.spec
    product = "" if result.is_ramp else f"{spec.candidates} × {spec.updates:,} = "
    own = f"{product}{result.updates // max(len(result.specs), 1):,}"
    return (
        f"**Ten runs**: 10 rates × 5 epochs × {RAMP_UPDATES} batches = {HOMEWORK_UPDATES:,} "
        "updates; an epoch of 60,000 images has 60,000 / 64 = 937.5 batches, the last one half "
        "full. **One ramp** tries another rate at each update and needs one epoch at most, "
        f"{RAMP_UPDATES}: 1/{HOMEWORK_UPDATES // RAMP_UPDATES} as many.",
        f"**These settings**: {own} updates a seed, {result.updates:,} in all. The ramp stops "
        "earlier when the smoothed loss is four times its smallest, a single run when its loss "
        "is NaN. The original network with all 60,000 images would keep one core busy for about "
        f"{in_words(expected_seconds(_original()))}.",
        "The price: the weights have already trained at all smaller rates, and the smoothed "
        "curve lags. What a rate does in the long run, a ramp cannot tell. Train with the bounds "
        "below to see.",
    )


def _original() -> Sweep:
    """The homework as it was set."""
    text = network_text("small_inception_homework")
    return Sweep(text=text, data="fashion-mnist", low=1e-9, high=10.0, candidates=10, updates=5 * RAMP_UPDATES)


SECTIONS = (
    Section("The rules with the current values", rules),
    Section("Ten separate runs, and why two bounds do not follow", homework),
    Section("Cost of both protocols", cost),
    match.SECTION,
    *runs.SECTIONS,
)
