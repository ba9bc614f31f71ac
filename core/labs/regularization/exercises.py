"""Exercises: ridge in one dimension, degrees of freedom, soft thresholds, and losses of residuals."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Any

from core.exercises.kinds import Number, Vector
from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template
from core.kit.controls import closest
from core.labs.regularization.controls import CONTROLS

F = Fraction
TOPIC = "Regularization"


@dataclass(frozen=True)
class Ridge:
    """Centered data (x, y) and a penalty."""

    x: tuple[int, ...]
    y: tuple[int, ...]
    alpha: int


def _draw_ridge(rng: random.Random) -> Ridge:
    x = rng.choice(((-2, -1, 1, 2), (-3, -1, 1, 3), (-2, 0, 0, 2), (-1, 0, 1, 0), (-3, -2, 2, 3)))
    y = tuple(2 * v + rng.randint(-3, 3) for v in x)
    found = Ridge(x, y, rng.choice((1, 2, 4, 5, 10)))
    if sum(a * b for a, b in zip(x, y, strict=True)) <= 0 or found.alpha == len(x):
        raise Refused("The slope must be positive.")
    return found


def _ask_ridge(p: Ridge) -> Sequence[Question]:
    xy = sum(a * b for a, b in zip(p.x, p.y, strict=True))
    xx = sum(a * a for a in p.x)
    plain, held = F(xy, xx), F(xy, xx + p.alpha)
    return (
        number(
            "Slope without a penalty",
            plain,
            (Slip("upside_down", 1 / plain, "Divide Σxy by Σx²."), Slip("sum", F(xy), "Divide by Σx².")),
            (f"{xy} / {xx} = {float(plain):.6g}",),
        ),
        number(
            "Ridge slope",
            held,
            (
                Slip("no_penalty", plain, "The penalty adds to Σx² in the denominator."),
                Slip("mean_loss", F(xy, xx + p.alpha * len(p.x)), "The loss here is the sum of squares, not the mean."),
                Slip("half", F(xy * 2, 2 * xx + p.alpha), "Here the penalty is α w², without a factor of one half."),
                Slip("lasso", max(F(2 * xy - p.alpha, 2 * xx), F(0)), "That is the lasso's slope."),
                Slip("subtracted", plain - p.alpha, "Ridge divides; it does not subtract."),
            ),
            (f"{xy} / ({xx} + {p.alpha}) = {float(held):.6g}",),
        ),
        number(
            "Effective degrees of freedom",
            F(xx, xx + p.alpha),
            (
                Slip("one", F(1), "The penalty takes part of the one parameter away."),
                Slip("complement", F(p.alpha, xx + p.alpha), "That is what the penalty takes away."),
            ),
            (f"{xx} / ({xx} + {p.alpha}) = {float(F(xx, xx + p.alpha)):.6g}",),
        ),
    )


RIDGE = Template(
    key="regularization.ridge",
    title="Ridge with one weight",
    topic=TOPIC,
    minutes=4,
    draw=_draw_ridge,
    text=lambda p: (
        f"Fit y = w x to the centered data x = ({', '.join(map(str, p.x))}), y = ({', '.join(map(str, p.y))}), "
        f"minimizing "
        f"Σ(y − w x)² + α w² with α = {p.alpha}."
    ),
    ask=_ask_ridge,
    state=lambda p: {"degree": 1, **closest(CONTROLS, alpha=p.alpha)},
    hints=lambda p: ("Set the derivative by w to 0.", "w = Σxy / (Σx² + α)."),
    lesson="Ridge divides every weight by a factor that is near 1 for strong directions and large for weak ones.",
)


@dataclass(frozen=True)
class Freedom:
    """Singular values of the data and a penalty."""

    singular: tuple[int, ...]
    alpha: int


def _draw_freedom(rng: random.Random) -> Freedom:
    return Freedom(tuple(sorted(rng.sample(range(1, 13), 3), reverse=True)), rng.choice((1, 4, 9, 16, 25, 36)))


def _ask_freedom(p: Freedom) -> Sequence[Question]:
    squares = [s * s for s in p.singular]
    shares = [F(q, q + p.alpha) for q in squares]
    linear = [F(s, s + p.alpha) for s in p.singular]
    first = squares[-1]
    return (
        number(
            "Effective degrees of freedom",
            sum(shares, F(0)),
            (
                Slip("not_squared", sum(linear, F(0)), "The singular values enter squared."),
                Slip("parameters", F(len(squares)), "That is the number without a penalty."),
                Slip("taken_away", len(squares) - sum(shares, F(0)), "That is what the penalty takes away."),
            ),
            (" + ".join(f"{q}/({q} + {p.alpha})" for q in squares) + f" = {float(sum(shares, F(0))):.6g}",),
        ),
        number(
            "Factor on the weakest direction",
            shares[-1],
            (
                Slip("not_squared", linear[-1], "The singular values enter squared."),
                Slip("strongest", shares[0], "That is the factor on the strongest direction."),
                Slip("complement", 1 - shares[-1], "That is the share that is lost."),
            ),
            (f"{first} / ({first} + {p.alpha}) = {float(shares[-1]):.6g}",),
        ),
    )


FREEDOM = Template(
    key="regularization.freedom",
    title="Effective degrees of freedom",
    topic=TOPIC,
    minutes=4,
    draw=_draw_freedom,
    text=lambda p: (
        f"The centered data have the singular values {', '.join(map(str, p.singular))}. Ridge regression "
        f"minimizes the sum "
        f"of squared residuals plus α|w|² with α = {p.alpha}."
    ),
    ask=_ask_freedom,
    state=lambda p: {"degree": len(p.singular), **closest(CONTROLS, alpha=p.alpha)},
    hints=lambda p: (
        "Each direction keeps s²/(s² + α) of its least-squares weight.",
        "Their sum counts the parameters left.",
    ),
    lesson="A penalty removes weak directions first: degrees of freedom are what remains of them.",
)


@dataclass(frozen=True)
class Threshold:
    """Least-squares weights of an orthonormal design, and a penalty."""

    weights: tuple[Fraction, ...]
    alpha: Fraction


def _draw_threshold(rng: random.Random) -> Threshold:
    alpha = F(rng.choice((5, 10, 15)), 10)
    weights = (
        F(rng.randint(20, 45), 10),
        -F(rng.randint(18, 40), 10),
        F(rng.randint(1, 4), 10) * rng.choice((1, -1)),
    )
    return Threshold(weights, alpha)


def _ask_threshold(p: Threshold) -> Sequence[Question]:
    def soft(cut: Fraction) -> tuple[float, ...]:
        return tuple(float((1 if w > 0 else -1) * max(abs(w) - cut, F(0))) for w in p.weights)

    lasso = soft(p.alpha)
    ridge = tuple(float(w / (1 + p.alpha)) for w in p.weights)
    hard = tuple(float(w) if abs(w) > p.alpha else 0.0 for w in p.weights)
    crossed = tuple(float(w - p.alpha) for w in p.weights)
    slips = (
        Slip("ridge", ridge, "That is ridge: it divides. The lasso subtracts."),
        Slip("hard", hard, "That is best-subset selection; the lasso also shrinks what it keeps."),
        Slip(
            "no_zero",
            tuple(float((1 if w > 0 else -1) * (abs(w) - p.alpha)) for w in p.weights),
            "A weight smaller than α becomes 0; it never changes its sign.",
        ),
        Slip("sign_ignored", crossed, "Negative weights move up, toward 0."),
    )
    other = (
        Slip("lasso", lasso, "That is the lasso: it subtracts. Ridge divides."),
        Slip("one_minus", tuple(float(w * (1 - p.alpha)) for w in p.weights), "Divide by 1 + α."),
    )
    shown = "; ".join(f"{value:.4g}" for value in lasso)
    return (
        Question(
            "Lasso weights",
            Vector(3, Number(2)),
            lasso,
            tuple(s for s in slips if s.value != lasso),
            (f"subtract {float(p.alpha):g} from each size, at 0 stop: ({shown})",),
        ),
        Question(
            "Ridge weights",
            Vector(3),
            ridge,
            tuple(s for s in other if s.value != ridge),
            (f"divide by 1 + {float(p.alpha):g}: ({'; '.join(f'{value:.5g}' for value in ridge)})",),
        ),
    )


THRESHOLD = Template(
    key="regularization.thresholds",
    title="Lasso and ridge on an orthonormal design",
    topic=TOPIC,
    minutes=5,
    draw=_draw_threshold,
    text=lambda p: (
        f"The columns of a design are orthonormal, and its least-squares weights are "
        f"{', '.join(f'{float(w):g}' for w in p.weights)}. Find the weights that minimize ½|y − Xw|² + α|w|₁ "
        f"(lasso) and "
        f"½|y − Xw|² + ½α|w|² (ridge) for α = {float(p.alpha):g}."
    ),
    ask=_ask_threshold,
    state=lambda p: {"view": "paths", "l1_ratio": 1.0, **closest(CONTROLS, alpha=p.alpha)},
    hints=lambda p: ("With orthonormal columns every weight has its own problem.", "Lasso: sign(w) · max(|w| − α, 0)."),
    lesson="The lasso subtracts and reaches exactly 0; ridge divides and never does.",
)


@dataclass(frozen=True)
class Residuals:
    """Observations with an outlier."""

    values: tuple[int, ...]
    outlier: int


def _draw_residuals(rng: random.Random) -> Residuals:
    return Residuals(tuple(sorted(rng.sample(range(1, 15), 4))), rng.choice((40, 60, 80, 100)))


def _ask_residuals(p: Residuals) -> Sequence[Question]:
    every = (*p.values, p.outlier)
    mean, middle = F(sum(every), 5), F(median(every))
    calm = F(sum(p.values), 4)
    return (
        number(
            "Constant with the least squared error",
            mean,
            (
                Slip("median", middle, "That has the least absolute error."),
                Slip("without_outlier", calm, "The outlier counts like any other observation."),
            ),
            (f"({' + '.join(map(str, every))}) / 5 = {float(mean):g}",),
        ),
        number(
            "Constant with the least absolute error",
            middle,
            (
                Slip("mean", mean, "That has the least squared error."),
                Slip("without_outlier", F(median(p.values)), "The outlier counts as one observation."),
            ),
            (f"the third of {', '.join(map(str, sorted(every)))} = {float(middle):g}",),
        ),
        choice(
            "When is the absolute error the better loss?",
            ("always", "with heavy-tailed noise", "to get sparse weights"),
            "with heavy-tailed noise",
            {
                "always": "With Gaussian noise the squared error uses the data better.",
                "to get sparse weights": "That is an L1 penalty on weights, not an L1 loss of residuals.",
            },
            "The influence of an observation on it is bounded.",
        ),
    )


RESIDUALS = Template(
    key="regularization.residuals",
    title="L1 or L2 residuals",
    topic=TOPIC,
    minutes=3,
    draw=_draw_residuals,
    text=lambda p: (
        f"Predict {', '.join(map(str, p.values))}, {p.outlier} by one constant. The last value is an outlier."
    ),
    ask=_ask_residuals,
    state=lambda p: {"degree": 1},
    hints=lambda p: ("One minimizer is the mean, the other the median.",),
    lesson="Squared error follows outliers without limit; absolute error only counts on which side they lie.",
)


@dataclass(frozen=True)
class Held:
    """Squared bias and variance without and with a penalty, and the noise's variance."""

    bias: tuple[Fraction, Fraction]
    variance: tuple[Fraction, Fraction]
    noise: Fraction
    noisy: tuple[Fraction, Fraction] | None = None  # squared error of the mean fit on one noisy test set


def _draw_held(rng: random.Random) -> Held:
    found = Held(
        (F(rng.randint(2, 40), 1000), F(rng.randint(60, 500), 1000)),
        (F(rng.randint(200, 700), 1000), F(rng.randint(10, 90), 1000)),
        F(rng.randint(10, 50), 100),
    )
    free, held = (b + v for b, v in zip(found.bias, found.variance, strict=True))
    if abs(free - held) < F(3, 100):
        raise Refused("One of the two must be better.")
    return found


_TEST_SET = (F("0.2252216"), F("0.716595"))  # of the published fits: degree 10, without and with α = 10
_NOISY = "That is the error of the mean fit on one noisy test set: it has lost the variance, too."


def _ask_held(p: Held) -> Sequence[Question]:
    free, held = (b + v + p.noise for b, v in zip(p.bias, p.variance, strict=True))
    without, with_ = (b + p.noise for b in p.bias)
    noisy = [Slip("one_test_set", value, _NOISY) for value in p.noisy or ()]
    ratio = [Slip("one_test_set", p.noisy[1] / p.noisy[0], _NOISY)] if p.noisy else []
    rows = [(float(b), float(v)) for b, v in zip(p.bias, p.variance, strict=True)]
    (b0, v0), (b1, v1) = rows
    noise = float(p.noise)
    better = "it falls" if held < free else "it rises"
    other = "it rises" if held < free else "it falls"
    return (
        number(
            "Expected squared error without the penalty",
            free,
            (
                Slip("mse_of_mean", without, "That is the error of the mean fit: it has lost the variance."),
                Slip("noise_forgotten", free - p.noise, "New observations have noise of their own."),
                *noisy[:1],
            ),
            (f"{b0:g} + {v0:g} + {noise:g} = {float(free):g}",),
        ),
        number(
            "Expected squared error with the penalty",
            held,
            (
                Slip("mse_of_mean", with_, "That is the error of the mean fit: it has lost the variance."),
                Slip("noise_forgotten", held - p.noise, "New observations have noise of their own."),
                *noisy[1:],
            ),
            (f"{b1:g} + {v1:g} + {noise:g} = {float(held):g}",),
        ),
        number(
            "Their ratio, with ÷ without",
            held / free,
            (
                Slip("mse_of_mean", with_ / without, "A ratio of errors of mean fits leaves out the variance."),
                Slip("bias_only", p.bias[1] / p.bias[0], "That is the ratio of the squared biases."),
                Slip("inverse", free / held, "The penalized fit comes first."),
                *ratio,
            ),
            (f"{float(held):g} / {float(free):g} = {float(held / free):.6g}",),
        ),
        choice(
            "What does this penalty do to the expected error?",
            ("it falls", "it rises", "every penalty lowers it"),
            better,
            {
                other: "Compare the sums of bias², variance, and noise.",
                "every penalty lowers it": "That depends on what it does to bias and variance here.",
            },
            "The sum of bias², variance, and noise decides.",
        ),
    )


HELD = Template(
    key="regularization.errors",
    title="What a penalty does to the error",
    topic=TOPIC,
    minutes=4,
    draw=_draw_held,
    published=Held((F("0.00573"), F("0.45305")), (F("0.412"), F("0.02313")), F("0.3"), _TEST_SET),
    text=lambda p: (
        "Many data sets are fitted, once without and once with a penalty; the noise has variance "
        f"{float(p.noise):g}.\n\n| fit | bias² | variance |\n|--|--|--|\n"
        f"| without | {float(p.bias[0]):g} | {float(p.variance[0]):g} |\n"
        f"| with | {float(p.bias[1]):g} | {float(p.variance[1]):g} |"
    ),
    ask=_ask_held,
    state=lambda p: {"degree": 10, "alpha": 10.0, **closest(CONTROLS, noise_std=float(p.noise) ** 0.5)},
    hints=lambda p: ("A single fit has bias, variance, and noise; the mean fit has no variance.",),
    lesson="A penalty trades variance for bias; whether that pays is a sum, not a slogan.",
)

EXERCISES: tuple[Template[Any], ...] = (RIDGE, FREEDOM, THRESHOLD, RESIDUALS, HELD)
