"""Words of the bias-variance lab: readouts, the identity in numbers, the verdict on a guess."""

from __future__ import annotations

import numpy as np

from core.draw.live import Check, Readout
from core.draw.regression import cost
from core.exercises.questions import Slip
from core.kit.arrays import Array
from core.kit.controls import Choice, Slider
from core.kit.mark import Mark
from core.kit.prediction import Prediction
from core.kit.words import each, fixed, larger, number, percent, with_error
from core.labs.bias_variance.compute.explore import Exploration
from core.labs.bias_variance.compute.own import OwnFits
from core.labs.bias_variance.panels.choice import RULES, rule_name
from core.regression.resampling import RESAMPLES


def terms(result: Exploration, view: str) -> tuple[Readout, ...]:
    """Return readouts of the decomposition at each degree."""
    d = result.decomposition
    median = ", median" if result.heavy_tailed else ""
    own = Readout(
        "training error, this data set",
        each(d.train_mse_first),
        "train",
        "Mean squared residual of the fit.",
    )
    parts = (
        Readout(
            f"bias²{median}",
            each(result.bias2),
            "bias",
            "How far the fits miss the truth together, squared.",
            formula=_averaged("(average fit − truth)²", result, result.bias2),
        ),
        Readout(
            f"variance{median}",
            each(result.variance),
            "variance",
            "How much the fit moves from data set to data set.",
            formula=_averaged("variance of the fit", result, result.variance),
        ),
        Readout(
            "noise σ²",
            (fixed(d.noise),),
            "noise",
            "What no model can predict.",
            formula=(f"{number(result.settings.noise_std)}² = {fixed(d.noise)}",),
        ),
        Readout(
            f"expected test error{median}",
            each(result.risk),
            "risk",
            "What a fit of this degree costs on new data; exact in the noise.",
            formula=() if result.heavy_tailed else tuple(_added(result, k) for k in range(len(d.degrees))),
            headline=True,
        ),
        Readout(
            f"simulated with {len(d.y_train)} data sets",
            tuple(with_error(float(e), float(se)) for e, se in zip(d.mc_error, d.mc_error_se, strict=True)),
            help="Mean squared error on fresh noisy test points and its standard error: a second, independent way.",
        ),
    )
    return (own, *parts) if view == "one" else parts


def _averaged(what: str, result: Exploration, values: Array) -> tuple[str, ...]:
    """Write a mean over the test points; none where designs are averaged, too."""
    d = result.decomposition
    if result.heavy_tailed or len(d.x_train) > 1:
        return ()
    return tuple(f"mean {what} at {d.x_test.size} test points = {text}" for text in each(values))


def _added(result: Exploration, k: int) -> str:
    """Write the sum of the terms at the k-th degree in numbers."""
    bias2, variance, risk = _parts(result, k)
    return f"{fixed(bias2)} + {fixed(variance)} + {fixed(result.decomposition.noise)} = {fixed(risk)}"


def summary(result: Exploration, view: str, k: int) -> str:
    """Say in one line which term dominates at the k-th degree, or how often the rules choose it."""
    degree, best = int(result.decomposition.degrees[k]), result.best
    if view == "choose":
        s = result.selection
        own = s.shares[[rule != "oracle" for rule in s.rules], k]
        oracle = int(s.picks["oracle"][0])
        return (
            f"Degree {degree}: chosen in {percent(own.min())} to {percent(own.max())} of repetitions; best is {oracle}."
        )
    bias2, variance, risk = _parts(result, k)
    least = float(result.risk[best - 1])
    if degree == best or risk <= least * (1 + 1e-9):
        noise = fixed(result.decomposition.noise)
        return f"Degree {degree} is best here: [risk|expected error] {fixed(risk)}, of which noise {noise}."
    dominant = (
        "[bias|Bias²] dominates: too stiff." if bias2 > variance else "[variance|Variance] dominates: too flexible."
    )
    if least < 1e-12:
        return f"{dominant} Degree {best} has almost no error."
    return f"{dominant} [risk|Expected error] is {larger(risk / least)} degree {best}'s."


def rules(result: Exploration, k: int) -> str:
    """Say how the rules judge the k-th degree, and which of them does best."""
    s = result.selection
    blind = [rule for rule in s.rules if rule != "oracle"]
    ranked = sorted(blind, key=lambda rule: s.excess[s.rules.index(rule)])
    best, worst = ranked[0], ranked[-1]
    own = s.shares[[s.rules.index(rule) for rule in blind], k]
    oracle = int(s.picks["oracle"][0])
    return (
        f"Without knowing the truth, the rules choose degree {int(s.degrees[k])} in {percent(own.min())} to "
        f"{percent(own.max())} of {len(s.picks[best])} repetitions; the best fixed degree is {oracle}. Their choices "
        f"cost from {cost(s, best)} ({rule_name(result, best)}) to {cost(s, worst)} "
        f"({rule_name(result, worst)}) in expected error."
    )


def shares(result: Exploration) -> tuple[Readout, ...]:
    """Return readouts of the rules: how often each chooses each degree."""
    s = result.selection
    return (
        Readout("expected test error", each(result.risk), "risk", headline=True),
        *(
            Readout(
                f"chosen by {rule_name(result, rule)}",
                tuple(percent(part) for part in share),
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
    """Write the decomposition at the k-th degree in numbers, the simulation, and the conclusion."""
    d = result.decomposition
    degree, best = int(d.degrees[k]), result.best
    bias2, variance, risk, least = (float(v) for v in (*_parts(result, k), result.risk[best - 1]))
    checked = _medians(result, k) if result.heavy_tailed else _sum(result, k)
    if bias2 == variance:
        part = "bias² and variance are equal"
    else:
        part = "bias² exceeds variance" if bias2 > variance else "variance exceeds bias²"
    if degree == best:
        return f"{checked} Degree {degree} has the smallest expected error; here {part}."
    if risk <= least * (1 + 1e-9):
        return f"{checked} Degree {degree} is as good as degree {best}, the lowest of the best; here {part}."
    if least < 1e-12:
        return f"{checked} Degree {best}, the best, has almost no error; here {part}."
    return f"{checked} The expected error is {larger(risk / least)} that of degree {best}, the best; here {part}."


def _parts(result: Exploration, k: int) -> tuple[float, float, float]:
    return float(result.bias2[k]), float(result.variance[k]), float(result.risk[k])


def _sum(result: Exploration, k: int) -> str:
    d = result.decomposition
    bias2, variance, risk = _parts(result, k)
    error, se = float(d.mc_error[k]), float(d.mc_gap_se[k])
    terms = f"bias² {fixed(bias2)} + variance {fixed(variance)} + noise {fixed(d.noise)} = {fixed(risk)} expected"
    simulated = with_error(error, float(d.mc_error_se[k]))
    if se == 0:
        return f"{terms}; simulated {simulated}."
    return f"{terms}; simulated {simulated}, {abs(error - float(d.risk[k])) / se:.1f} standard errors away."


def _medians(result: Exploration, k: int) -> str:
    d = result.decomposition
    bias2, variance, risk = _parts(result, k)
    mean = float(d.risk[k])
    ratio = f", {larger(mean / risk)} that" if risk > 1e-12 else ""
    tail = f"{ratio}: a few unlucky draws of x dominate it" if mean > max(1.25 * risk, 1e-12) else ""
    return (
        f"Each data set has its own x, so these are medians over {len(d.x_train)} designs, which need not add up: "
        f"bias² {fixed(bias2)}, variance {fixed(variance)}, expected error {fixed(risk)}. The mean error is "
        f"{with_error(mean, float(d.risk_se[k]))}{tail}."
    )


def verdict(guess: int, truth: int, result: Exploration) -> str:
    """Say what a guess of the best degree teaches."""
    last = int(result.decomposition.degrees[-1])
    if guess > last:
        return f"The polynomials on this page stop at degree {last}."
    (own_bias2, own_variance, own), (bias2, variance, least) = _parts(result, guess - 1), _parts(result, truth - 1)
    if guess == truth:
        return f"No other degree has an expected error below {fixed(least)}."
    return (
        f"Degree {guess} has bias² {fixed(own_bias2)} and variance {fixed(own_variance)}, degree {truth} has "
        f"{fixed(bias2)} and {fixed(variance)}; the expected errors are {fixed(own)} and {fixed(least)}."
    )


def own_readouts(result: OwnFits) -> tuple[Readout, ...]:
    """Return what points of unknown origin tell about each degree."""
    check = None
    if result.is_refitted:
        same = np.isclose(result.left_out, result.refitted, rtol=1e-6, equal_nan=True)
        how = f"By {result.x.size} refits, each without one point"
        check = Check(each(result.refitted), tuple(map(bool, same)), how)
    return (
        Readout(
            "leave-one-out error",
            each(result.left_out),
            "threshold",
            "Mean of (r/(1−h))²: each point is predicted by the fit to all others.",
            check=check,
            headline=True,
        ),
        Readout("training error", each(result.train_mse), "train", "Mean squared residual of the fit."),
        Readout(
            "bootstrap variance",
            each(result.resampled.variance),
            "variance",
            f"Variance of {RESAMPLES} fits to resampled points, median over x. "
            "Bias², noise, and expected error are unknown.",
        ),
        Readout(
            "largest leverage h",
            each(result.leverage.max(axis=1)),
            help="How much of its own fit one point decides; at 1 the fit passes through it.",
        ),
    )


def own_summary(result: OwnFits, k: int) -> str:
    """Say in one line how leave-one-out judges the k-th degree."""
    degree, error = int(result.degrees[k]), float(result.left_out[k])
    if np.isnan(error):
        return f"[threshold|Leave-one-out] cannot judge degree {degree}: some point determines it alone."
    if degree == result.best:
        return f"[threshold|Leave-one-out error] is smallest at degree {degree}; the truth is unknown."
    return f"[threshold|Leave-one-out error] {fixed(error)} is above degree {result.best}'s; the truth is unknown."


def own_sentence(result: OwnFits, k: int) -> str:
    """Compare the errors at the k-th degree, and name what stays unknown."""
    error, least = float(result.left_out[k]), float(result.left_out[result.best - 1])
    told = ""
    if np.isnan(error):
        told = "Without some point the others do not determine this degree."
    elif int(result.degrees[k]) == result.best:
        told = f"No degree has a smaller leave-one-out error than {fixed(error)}."
    elif least > 0:
        told = f"The leave-one-out error is {larger(error / least)} that of degree {result.best}."
    unknown = "Bias², noise, and expected error need the true function, which nobody knows."
    return " ".join(part for part in (told, unknown, result.degree_limit) if part)


_TERMS = {"bias": "more bias²", "variance": "more variance", "noise": "more noise"}


def _worse(result: Exploration) -> int:
    """The degree that the best one is compared with: the largest, or the smallest if that is best."""
    last = int(result.decomposition.degrees[-1])
    return last if result.best < last else 1


def _reason(result: Exploration) -> str:
    best, worse = result.best - 1, _worse(result) - 1
    more = result.variance[worse] - result.variance[best] > result.bias2[worse] - result.bias2[best]
    return "variance" if more else "bias"


def _reason_verdict(guess: str, truth: str, result: Exploration) -> str:
    (bias2, variance, _), (best_bias2, best_variance, _) = (
        _parts(result, _worse(result) - 1),
        _parts(result, result.best - 1),
    )
    return (
        f"From degree {result.best} to {_worse(result)}, bias² goes from {fixed(best_bias2)} to {fixed(bias2)} and "
        f"variance from {fixed(best_variance)} to {fixed(variance)}. Noise stays."
    )


def _is_drawn(result: Exploration | OwnFits) -> bool:
    return isinstance(result, Exploration)


def _has_reason(result: Exploration | OwnFits) -> bool:
    if isinstance(result, OwnFits):
        return False
    return not result.heavy_tailed and bool(result.risk[_worse(result) - 1] > result.risk[result.best - 1] * (1 + 1e-9))


PREDICTIONS = (
    Prediction(
        lambda result: (
            f"With {result.settings.n_train} points, which degree up to {result.settings.max_degree} has the smallest "
            "expected test error?"
        ),
        guess=Slider(name="guess", label="Degree", default=5, low=1, high=20, help="Enter your prediction."),
        truth=lambda result: result.best,
        when=_is_drawn,
        verdict=verdict,
        slips=lambda result: (
            Slip("train", result.settings.max_degree, "That degree has the smallest training error."),
        ),
        mark=lambda result, values: Mark(-1),  # the errors, in every view
    ),
    Prediction(
        lambda result: f"Why is degree {_worse(result)} worse than the best one?",
        guess=Choice(name="guess", label="It has", default="bias", options=_TERMS, help="The term that grows most."),
        truth=_reason,
        verdict=_reason_verdict,
        when=_has_reason,
    ),
)
