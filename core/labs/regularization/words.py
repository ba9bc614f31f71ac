"""Words of the regularization lab: readouts, a sentence for each penalty, questions, and verdicts."""

from __future__ import annotations

import numpy as np

from core.draw.live import Readout
from core.kit.arrays import Numbers
from core.kit.controls import Choice
from core.kit.prediction import Prediction
from core.kit.words import each, fixed, larger, number, with_error
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.compute.own import OwnRidge
from core.labs.regularization.controls import show_penalty
from core.labs.regularization.panels.penalty import index_of
from core.regression.resampling import RESAMPLES

_BLURRED = "lost in rounding"
ASKED = 10.0  # penalty of the questions: that of the homework


def _sizes(result: Regularization, values: Numbers) -> tuple[str, ...]:
    """Return the size of the weights at each penalty; at 0 it may be only rounding."""
    texts = [number(float(value)) for value in values]
    return (_BLURRED if result.blurred else texts[0], *texts[1:])


def ridge_readouts(result: Regularization) -> tuple[Readout, ...]:
    """Return the terms of the expected error at each penalty, and the error without one."""
    r = result.ridge
    rounding = 1e-14 * float(np.mean(r.f_test**2))  # a bias² below is nothing else
    simulated = tuple(with_error(float(e), float(se)) for e, se in zip(r.mc_error, r.mc_error_se, strict=True))
    bias2, variance, risk, noise = (
        each(np.where(r.bias2 > rounding, r.bias2, 0)),
        each(r.variance),
        each(r.risk),
        fixed(r.noise),
    )
    return (
        Readout(
            "bias²",
            bias2,
            "bias",
            "How far the mean fit misses the truth, squared.",
        ),
        Readout(
            "variance",
            variance,
            "variance",
            "How much the fit moves from data set to data set.",
        ),
        Readout(
            "expected test error",
            risk,
            "risk",
            "What a fit costs on new data; exact in the noise.",
            formula=(f"bias² + variance + {noise}",),
            headline=True,
        ),
        Readout("without penalty", (risk[0],), help="Expected test error of least squares."),
        Readout("noise σ²", (noise,), "noise", "What no model can predict."),
        Readout(
            f"simulated, {len(r.y_train)} sets",
            simulated,
            help="Mean squared error on fresh noisy test points and its standard error: a second, independent way.",
        ),
        Readout(
            "eff. parameters",
            tuple(f"{df:.2f}" for df in r.df),
            help="Effective degrees of freedom: trace of the matrix that maps targets to fits, the intercept counted.",
        ),
    )


def ridge_summaries(result: Regularization) -> tuple[str, ...]:
    """Say in one line in which direction each penalty moves the terms and their sum."""
    r = result.ridge
    texts = ["No penalty: this is least squares."]
    for k in range(1, len(r.alphas)):
        bias2, variance, risk = (_way(float(y[k]), float(y[0])) for y in (r.bias2, r.variance, r.risk))
        head = "The best penalty" if r.alphas[k] == r.best else "Compared with no penalty"
        texts.append(f"{head}: [bias|bias²] {bias2}, [variance|variance] {variance}, [risk|expected error] {risk}.")
    return tuple(texts)


def _way(new: float, old: float) -> str:
    return "unchanged" if abs(new - old) < 5e-4 else "up" if new > old else "down"


def path_summaries(result: Regularization) -> tuple[str, ...]:
    """Say in one line how many weights each penalty leaves, and which fit is better."""
    pairs = zip(result.path.nonzero.tolist(), each(result.path.error), each(result.ridge_fit.error), strict=True)
    name = result.penalty_name
    return tuple(
        f"{int(left)} of {result.degree} weights are left. [risk|Error] with [second|{name}] {own}, "
        f"[first|ridge] {ridge}."
        for left, own, ridge in pairs
    )


def ridge_sentences(result: Regularization) -> tuple[str, ...]:
    """Say how each penalty compares with none, and how far the simulation is from the exact error."""
    return tuple(_ridge_sentence(result, k) for k in range(len(result.ridge.alphas)))


def _ridge_sentence(result: Regularization, k: int) -> str:
    r = result.ridge
    error, se = float(r.mc_error[k]), float(r.mc_error_se[k])
    checked = f" Simulated: {abs(error - float(r.risk[k])) / se:.1f} SE away." if se else ""
    if k == 0:
        return f"Without penalty this is least squares.{checked} {r.at_zero}".strip()
    terms = (("bias²", r.bias2), ("variance", r.variance), ("expected error", r.risk))
    moved = ", ".join(f"{name} {_signed(float(y[k] - y[0]))}" for name, y in terms)
    best = show_penalty(r.best)
    here = "no other penalty does better" if r.alphas[k] == r.best else f"the best α is {best}"
    return f"Against no penalty: {moved}; {here}.{checked}"


def _signed(change: float) -> str:
    return f"{'−' if change < 0 else '+'}{fixed(abs(change))}"


def compared(new: float, old: float) -> str:
    """Say how a number compares with another one of its kind."""
    if abs(new - old) <= 1e-9 * max(abs(new), abs(old)):
        return "the same"
    if min(new, old) <= 1e-6 * max(new, old):
        return "far larger" if new > old else "far smaller"
    if new > old:
        return larger(new / old).removesuffix(" than").replace(" times", " times as large")
    if new < 0.01 * old:
        return f"{number(old / new, 2)} times smaller"
    part = 100 * (1 - new / old)
    return f"{f'{part:.0f}' if part >= 1 else 'less than 1'}% smaller"


def path_readouts(result: Regularization) -> tuple[Readout, ...]:
    """Return readouts on the effect of the chosen penalty on the first data set."""
    path, ridge = result.path, result.ridge_fit
    name = result.penalty_name
    return (
        Readout(
            "error of this fit",
            each(path.error),
            "risk",
            "Expected squared error of this very fit on new data.",
            headline=True,
        ),
        Readout("ridge with the same α", each(ridge.error), help="The same for the squared penalty alone."),
        Readout("training error", each(path.train_mse), "train", "Mean squared residual."),
        Readout(f"Σ|w|, {name}", _sizes(result, path.l1), "second", "Sum of the absolute weights."),
        Readout("√Σw²", _sizes(result, path.l2), help="Root of the sum of squared weights."),
        Readout("√Σw², ridge", _sizes(result, ridge.l2), "first", "The same for the squared penalty alone."),
    )


def path_sentences(result: Regularization) -> tuple[str, ...]:
    """Say how many weights remain, which fit is better, and how exactly the minimum is known."""
    path, ridge = result.path, result.ridge_fit
    texts = []
    for k, alpha in enumerate(path.alphas):
        left = f"{int(path.nonzero[k])} of {result.degree} weights are not zero."
        if alpha == 0:
            texts.append(f"Without penalty both are least squares: {left} {result.ridge.at_zero}".strip())
            continue
        error, other = float(path.error[k]), float(ridge.error[k])
        better = (
            ""
            if result.l1_ratio == 0
            else f" Against ridge with the same α the error of this fit is {compared(error, other)}."
        )
        texts.append(f"{left}{better} {_certified(float(result.gaps[k]))}")
    return tuple(texts)


def _certified(gap: float) -> str:
    if not gap <= 1e-3:
        return "At so small a penalty rounding hides how near the minimum is."
    return f"No weights do better by more than {number(max(gap, 1e-16), 2)} of the penalized sum (duality gap)."


def own_readouts(result: OwnRidge) -> tuple[Readout, ...]:
    """Return what points of unknown origin tell about each penalty."""
    return (
        Readout(
            "leave-one-out error",
            each(result.left_out),
            "threshold",
            "Mean of (r/(1−h))²: each point is predicted by the fit to all others.",
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
            "eff. parameters",
            tuple(f"{df:.2f}" for df in result.df),
            help="Effective degrees of freedom: sum of the leverages h of all points.",
        ),
        Readout(
            "largest leverage h",
            each(result.leverage.max(axis=1)),
            help="How much of its own fit one point decides; at 1 the fit passes through it.",
        ),
    )


def own_summaries(result: OwnRidge) -> tuple[str, ...]:
    """Say in one line how leave-one-out judges each penalty."""
    texts = []
    for alpha, error in zip(result.alphas.tolist(), result.left_out.tolist(), strict=True):
        if np.isnan(error):
            texts.append("[threshold|Leave-one-out] cannot judge this fit: it passes through some point.")
        elif alpha == result.best:
            texts.append("[threshold|Leave-one-out error] is smallest here; the truth is unknown.")
        else:
            best = show_penalty(result.best)
            texts.append(f"[threshold|Leave-one-out error] {fixed(error)} is above that at α = {best}.")
    return tuple(texts)


def own_sentences(result: OwnRidge) -> tuple[str, ...]:
    """Compare the errors at each penalty, and name what stays unknown."""
    least = float(np.nanmin(result.left_out))
    unknown = "Bias², noise, and expected error need the true function, which nobody knows."
    texts = []
    for k, (alpha, error) in enumerate(zip(result.alphas.tolist(), result.left_out.tolist(), strict=True)):
        told = ""
        if alpha == result.best:
            told = f"No penalty has a smaller leave-one-out error than {fixed(error)}."
        elif least > 0 and not np.isnan(error):
            told = f"The leave-one-out error is {larger(error / least)} that at α = {show_penalty(result.best)}."
        texts.append(" ".join(part for part in (told, unknown, result.at_zero if k == 0 else "") if part))
    return tuple(texts)


def risen(result: Regularization) -> str:
    """Tell whether the expected error is larger at the penalty of the question than at 0."""
    risk = result.ridge.risk
    return "rises" if risk[index_of(ASKED)] > risk[0] else "falls"


def risen_verdict(guess: str, truth: str, result: Regularization) -> str:
    """Say what happens to the terms between no penalty and the one of the question."""
    r, k = result.ridge, index_of(ASKED)
    steps = "; ".join(
        f"{name} goes from {fixed(float(y[0]))} to {fixed(float(y[k]))}"
        for name, y in (("bias²", r.bias2), ("variance", r.variance), ("the expected error", r.risk))
    )
    best = f"A penalty helps: the best α is {show_penalty(r.best)}."
    none = "No penalty helps here: α = 0 is best."
    return f"{steps[0].upper()}{steps[1:]}. {best if r.best > 0 else none}"


_REASONS = {
    "bias": "bias² grows more than variance falls",
    "variance": "variance falls more than bias² grows",
    "both": "both move the same way",
}


def _moves(result: Regularization) -> tuple[float, float]:
    """Say how bias² and variance change from no penalty to the one of the question."""
    r, k = result.ridge, index_of(ASKED)
    return float(r.bias2[k] - r.bias2[0]), float(r.variance[k] - r.variance[0])


def reason(result: Regularization) -> str:
    """Tell which term decides whether the penalty of the question helps."""
    bias2, variance = _moves(result)
    if (bias2 >= 0) == (variance > 0):
        return "both"
    return "bias" if bias2 + variance > 0 else "variance"


def _reason_verdict(guess: str, truth: str, result: Regularization) -> str:
    bias2, variance = _moves(result)
    return f"Bias² changes by {fixed(bias2)}, variance by {fixed(variance)}: together {fixed(bias2 + variance)}."


def shrinks(result: Regularization) -> str:
    """Tell whether every weight of the fit moves toward 0 with every step of the penalty from the smallest on."""
    return "no" if _growing(result) else "yes"


def _growing(result: Regularization) -> int:
    sizes = np.abs(result.ridge.weights[1:])
    return int((np.diff(sizes, axis=0) > 1e-6 * sizes[:-1]).any(axis=0).sum())


def shrinks_verdict(guess: str, truth: str, result: Regularization) -> str:
    """Say how many weights grow somewhere, though their sum of squares falls."""
    norms = np.sqrt((result.ridge.weights**2).sum(axis=1))
    return (
        f"{_growing(result)} of {result.degree} weights grow somewhere. Only their norm always "
        f"shrinks: {number(float(norms[1]))} at α = 10⁻¹², "
        f"{number(float(norms[index_of(ASKED)]))} at 10."
    )


def _is_drawn(result: Regularization | OwnRidge) -> bool:
    return isinstance(result, Regularization)


PREDICTIONS = (
    Prediction(
        "Does the expected test error rise from α = 0 to α = 10?",
        guess=Choice(
            name="guess",
            label="Your answer",
            default="falls",
            options={"rises": "It rises", "falls": "It does not"},
            help="Enter your prediction.",
        ),
        truth=risen,
        verdict=risen_verdict,
        when=_is_drawn,
    ),
    Prediction(
        lambda result: "Why does it rise?" if risen(result) == "rises" else "Why does it not rise?",
        guess=Choice(name="guess", label="Because", default="bias", options=_REASONS, help="What the terms do."),
        truth=reason,
        verdict=_reason_verdict,
        when=_is_drawn,
    ),
    Prediction(
        "As α grows, does every weight shrink toward zero at every step?",
        guess=Choice(
            name="guess",
            label="Your answer",
            default="yes",
            options={"yes": "Yes", "no": "No"},
            help="Enter your prediction.",
        ),
        truth=shrinks,
        verdict=shrinks_verdict,
        when=_is_drawn,
    ),
)
