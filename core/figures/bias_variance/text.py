"""Words of the bias-variance lab: readouts, the identity in numbers, the verdict on a guess."""

from __future__ import annotations

import numpy as np

from core.designs import Array
from core.exploration import Exploration
from core.figures.live import Readout
from core.text import fixed, number

RULES = {  # rule of core.selection -> label, colour role
    "oracle": ("knows the truth", "risk"),
    "one test set": ("one test set", "test"),
    "hold-out": ("hold-out", "second"),
    "k-fold": ("{folds}-fold", "first"),
    "leave-one-out": ("leave-one-out", "threshold"),
}


def terms(result: Exploration, view: str) -> tuple[Readout, ...]:
    """Readouts of the decomposition at each degree."""
    d = result.decomposition
    own = Readout(
        "training error, this data set",
        _each(d.train_mse_first),
        "train",
        "Mean squared residual of the fit.",
    )
    parts = (
        Readout("bias²", _each(result.bias2), "bias", "Squared distance of the mean fit from the truth."),
        Readout(
            "variance",
            _each(result.variance),
            "variance",
            "How much the fit moves from data set to data set.",
        ),
        Readout("noise σ²", (fixed(d.noise),), "noise", "What no model can predict."),
        Readout("expected test error", _each(result.risk), "risk", "Bias² + variance + noise, in closed form."),
        Readout(
            f"simulated with {len(d.y_train)} data sets",
            tuple(
                f"{fixed(float(error))} ± {number(float(se), 2)}"
                for error, se in zip(d.mc_error, d.mc_error_se, strict=True)
            ),
            help="Mean squared error on fresh noisy test points and its standard error: a second, independent way.",
        ),
    )
    return (own, *parts) if view == "one" else parts


def _each(values: Array) -> tuple[str, ...]:
    return tuple(fixed(float(value)) for value in values)


def rule_name(result: Exploration, rule: str) -> str:
    """Name of a selection rule on screen."""
    return RULES[rule][0].format(folds=result.folds)


def cost(result: Exploration, rule: str) -> str:
    """How much the choices of a rule cost on average over the best degree, relative where that has a meaning."""
    s = result.selection
    excess, least = float(s.excess[s.rules.index(rule)]), float(s.risk.min())
    return f"+{100 * excess / least:.1f} %" if excess < 1e3 * least else f"+{number(excess)}"


def rules(result: Exploration, k: int) -> str:
    """What the rules make of the k-th degree, and which of them does best."""
    s = result.selection
    blind = [rule for rule in s.rules if rule != "oracle"]
    ranked = sorted(blind, key=lambda rule: s.excess[s.rules.index(rule)])
    best, worst = ranked[0], ranked[-1]
    own = s.shares[[s.rules.index(rule) for rule in blind], k]
    oracle = int(s.picks["oracle"][0])
    return (
        f"Without knowing the truth, the rules choose degree {int(s.degrees[k])} in {own.min():.0%} to {own.max():.0%} "
        f"of {len(s.picks[best])} repetitions; the best degree is {oracle}. Their choices cost from "
        f"{cost(result, best)} ({rule_name(result, best)}) to {cost(result, worst)} ({rule_name(result, worst)}) in "
        f"expected error."
    )


def shares(result: Exploration) -> tuple[Readout, ...]:
    """Readouts of the rules: how often each chooses each degree."""
    s = result.selection
    return (
        Readout("expected test error", _each(result.risk), "risk"),
        *(
            Readout(
                f"chosen by {rule_name(result, rule)}",
                tuple(f"{part:.1%}" for part in share),
                RULES[rule][1],
            )
            for rule, share in zip(s.rules, s.shares, strict=True)
            if rule != "oracle"
        ),
        Readout(
            "leave-one-out RMSE, this data set",
            tuple(fixed(float(v), 4) for v in result.loo_rmse),
            "threshold",
            "Root of the mean squared leave-one-out residual of the first data set, from the hat matrix.",
        ),
    )


def identity(result: Exploration, k: int) -> str:
    """The decomposition at the k-th degree in numbers, the simulation beside it, and what follows."""
    d = result.decomposition
    degree, risk, best = int(d.degrees[k]), float(result.risk[k]), result.best
    gap = abs(float(d.mc_error[k]) - float(d.risk[k])) / float(np.hypot(d.mc_error_se[k], d.risk_se[k]) or 1)
    terms = (
        f"bias² {fixed(float(result.bias2[k]))} + variance {fixed(float(result.variance[k]))} + noise {fixed(d.noise)}"
    )
    checked = (
        f"{terms} = {fixed(risk)} expected; simulated {fixed(float(d.mc_error[k]))} ± "
        f"{number(float(d.mc_error_se[k]), 2)}, {gap:.1f} standard errors away."
    )
    if result.heavy_tailed:
        checked = (
            f"Medians over {len(d.x_train)} designs: {terms}; the mean, {number(float(d.risk[k]))} ± "
            f"{number(float(d.risk_se[k]), 2)}, hangs on a few unlucky designs."
        )
    larger = "bias² exceeds variance" if result.bias2[k] > result.variance[k] else "variance exceeds bias²"
    least = float(result.risk[best - 1])
    if degree == best:
        return f"{checked} Degree {degree} has the smallest expected error; here {larger}."
    more = f"{100 * (risk / least - 1):.0f} % more" if least > 1e-12 and risk < 100 * least else "far more"
    return f"{checked} Degree {degree} costs {more} than the best, degree {best}; here {larger}."


def verdict(guess: int, truth: int, result: Exploration) -> str:
    """What there is to learn from a guess of the best degree."""
    d = result.decomposition
    if guess > d.degrees[-1]:
        return f"The data do not determine a polynomial of degree {guess}."
    own, least = float(result.risk[guess - 1]), float(result.risk[truth - 1])
    if guess == truth:
        return f"No other degree has an expected error below {fixed(least)}."
    reason = "is too stiff:" if guess < truth else "is too flexible:"
    part = "bias²" if guess < truth else "variance"
    values = result.bias2 if guess < truth else result.variance
    return (
        f"Degree {guess} {reason} {part} {fixed(float(values[guess - 1]))} against {fixed(float(values[truth - 1]))}; "
        f"its expected error is {fixed(own)}, the smallest is {fixed(least)}."
    )
