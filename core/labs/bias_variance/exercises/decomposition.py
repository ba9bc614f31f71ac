"""Exercises: the decomposition at one point, its Monte Carlo estimate, the price of parameters, and leaving one out."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template
from core.kit.controls import closest
from core.labs.bias_variance.controls import CONTROLS

F = Fraction
TOPIC = "Generalization"


@dataclass(frozen=True)
class Point:
    """Predictions of fits to several data sets at one x, the truth there, and the noise's standard deviation."""

    predictions: tuple[Fraction, ...]
    truth: Fraction
    noise: Fraction

    @property
    def mean(self) -> Fraction:
        """Mean prediction."""
        return sum(self.predictions, F(0)) / len(self.predictions)

    @property
    def squares(self) -> Fraction:
        """Sum of the squared deviations from the mean prediction."""
        return sum(((p - self.mean) ** 2 for p in self.predictions), F(0))


def _draw_point(rng: random.Random) -> Point:
    truth = F(rng.randint(10, 60), 10)
    shift = F(rng.choice((-12, -9, -7, 6, 8, 11)), 10)
    found = Point(
        tuple(truth + shift + F(rng.randint(-9, 9), 10) for _ in range(4)), truth, F(rng.choice((3, 4, 6, 7)), 10)
    )
    if found.squares < F(1, 5) or abs(found.mean - truth) < F(3, 10):
        raise Refused("Bias and variance must both be seen.")
    return found


def _ask_point(p: Point) -> Sequence[Question]:
    n, bias = len(p.predictions), p.mean - p.truth
    variance = p.squares / (n - 1)
    total = bias**2 + variance + p.noise**2
    shown = " + ".join(f"({float(v - p.mean):.4g})²" for v in p.predictions)
    return (
        number(
            "Squared bias",
            bias**2,
            (
                Slip("not_squared", abs(bias), "That is the bias; square it."),
                Slip(
                    "mean_of_squares",
                    sum(((v - p.truth) ** 2 for v in p.predictions), F(0)) / n,
                    "That is the mean squared distance of single fits, which contains the variance.",
                ),
            ),
            (
                f"mean prediction = {float(p.mean):.5g}",
                f"({float(p.mean):.5g} − {float(p.truth):g})² = {float(bias**2):.6g}",
            ),
        ),
        number(
            "Variance (divisor n − 1)",
            variance,
            (
                Slip("divisor_n", p.squares / n, "The mean is estimated from the same fits: divide by n − 1."),
                Slip(
                    "standard_deviation",
                    math.sqrt(variance),
                    "That is the standard deviation; the variance is its square.",
                ),
                Slip("sum", p.squares, "Divide the sum of squares by n − 1."),
            ),
            (f"{shown} = {float(p.squares):.6g}", f"{float(p.squares):.6g} / {n - 1} = {float(variance):.6g}"),
        ),
        number(
            "Expected squared test error",
            total,
            (
                Slip("noise_forgotten", bias**2 + variance, "A new observation has noise of its own."),
                Slip("var_as_sd", bias**2 + variance + p.noise, "The noise enters with its variance, σ²."),
                Slip("bias_forgotten", variance + p.noise**2, "The squared bias belongs to it."),
            ),
            (f"{float(bias**2):.6g} + {float(variance):.6g} + {float(p.noise**2):g} = {float(total):.6g}",),
        ),
    )


POINT = Template(
    key="bias_variance.point",
    title="Decompose one prediction",
    topic=TOPIC,
    minutes=5,
    draw=_draw_point,
    text=lambda p: (
        f"At one x the truth is {float(p.truth):g}. Fits to four data sets predict "
        f"{', '.join(f'{float(v):g}' for v in p.predictions)}. Observations have noise with standard deviation "
        f"{float(p.noise):g}."
    ),
    ask=_ask_point,
    state=lambda p: {"view": "many", **closest(CONTROLS, noise_std=p.noise, n_sets=len(p.predictions))},
    hints=lambda p: (
        "Bias compares the mean prediction with the truth; variance compares single predictions with their mean.",
        "Expected test error = bias² + variance + σ².",
    ),
    lesson="Bias is what all fits miss together, variance what each misses alone, and noise what nobody can predict.",
)


@dataclass(frozen=True)
class Parameters:
    """A polynomial of a degree that contains the truth, fitted to n points with noise variance."""

    degree: int
    n: int
    noise: Fraction


def _draw_parameters(rng: random.Random) -> Parameters:
    return Parameters(rng.randint(2, 9), rng.choice((20, 25, 40, 50, 60)), F(rng.choice((2, 3, 4, 5, 8)), 10))


def _ask_parameters(p: Parameters) -> Sequence[Question]:
    k, s = p.degree + 1, p.noise
    variance = s * k / p.n
    return (
        number(
            "Mean variance of the fit at the training points",
            variance,
            (
                Slip("degree_for_count", s * p.degree / p.n, "A polynomial of degree d has d + 1 coefficients."),
                Slip("noise", s, "That is the noise; the fit averages it over the points."),
                Slip("var_as_sd", s * s * k / p.n, "The number given is already the variance."),
            ),
            (f"{float(s):g} · {k} / {p.n} = {float(variance):.6g}",),
        ),
        number(
            "Expected training error",
            s - variance,
            (
                Slip("plus", s + variance, "The fit follows the training noise, so this error is smaller than σ²."),
                Slip("noise", s, "The fit follows part of the noise, which lowers this error."),
                Slip("degree_for_count", s - s * p.degree / p.n, "A polynomial of degree d has d + 1 coefficients."),
            ),
            (f"{float(s):g} − {float(variance):.6g} = {float(s - variance):.6g}",),
        ),
        number(
            "Expected error on new observations at the same x",
            s + variance,
            (
                Slip("training", s - variance, "That is the training error; new noise is independent of the fit."),
                Slip("noise_forgotten", variance, "New observations have noise of their own."),
                Slip("test_below_noise", s, "The fit's variance adds to the noise."),
            ),
            (f"{float(s):g} + {float(variance):.6g} = {float(s + variance):.6g}",),
        ),
    )


PARAMETERS = Template(
    key="bias_variance.parameters",
    title="What a parameter costs",
    topic=TOPIC,
    minutes=4,
    draw=_draw_parameters,
    text=lambda p: (
        f"A polynomial of degree {p.degree} is fitted by least squares to {p.n} points. The truth is such a "
        f"polynomial, "
        f"and the noise has variance {float(p.noise):g}."
    ),
    ask=_ask_parameters,
    state=lambda p: {"degree": p.degree, "test_at": "train"},
    hints=lambda p: (
        "Least squares projects the observations on as many dimensions as there are coefficients.",
        "The trace of that projection is d + 1: the mean variance at the training points is σ²(d + 1)/n.",
    ),
    lesson="Training error underestimates and test error overshoots σ² by the same amount, σ²(d + 1)/n.",
)


@dataclass(frozen=True)
class Simulation:
    """A simulation with M data sets: the squared distance of its mean fit, and its variance."""

    sets: int
    raw: Fraction
    variance: Fraction


def _draw_simulation(rng: random.Random) -> Simulation:
    sets = rng.choice((10, 20, 25, 40, 50, 100))
    variance = F(rng.randint(30, 90), 100)
    exact = F(rng.randint(5, 60), 1000)
    return Simulation(sets, exact + variance / sets, variance)


def _ask_simulation(p: Simulation) -> Sequence[Question]:
    own = p.variance / p.sets
    truth = p.raw - own
    return (
        number(
            "Share of the variance in the simulated bias²",
            own,
            (
                Slip("variance", p.variance, "The mean of M fits has only 1/M of their variance."),
                Slip(
                    "root", float(p.variance) / math.sqrt(p.sets), "The variance of a mean falls with M, not with √M."
                ),
            ),
            (f"{float(p.variance):g} / {p.sets} = {float(own):.6g}",),
        ),
        number(
            "Unbiased estimate of bias²",
            truth,
            (
                Slip("mc_bias_inflated", p.raw, "The mean of M fits still scatters, which looks like bias."),
                Slip("added", p.raw + own, "That share is subtracted."),
                Slip("all_of_it", p.raw - p.variance, "Only 1/M of the variance is in it."),
            ),
            (f"{float(p.raw):.6g} − {float(own):.6g} = {float(truth):.6g}",),
        ),
    )


SIMULATION = Template(
    key="bias_variance.simulation",
    title="Bias that is only variance",
    topic=TOPIC,
    minutes=4,
    draw=_draw_simulation,
    text=lambda p: (
        f"A simulation fits {p.sets} data sets. The squared distance of their mean fit from the truth is "
        f"{float(p.raw):.5g}, and the fits have variance {float(p.variance):g}. How large is bias² itself?"
    ),
    ask=_ask_simulation,
    state=lambda p: {"view": "many", **closest(CONTROLS, n_sets=p.sets)},
    hints=lambda p: ("A mean of M independent fits has variance/M.", "E[simulated bias²] = bias² + variance/M."),
    lesson="A finite simulation overstates bias² by variance/M; with many data sets or a correction it vanishes.",
)


@dataclass(frozen=True)
class Left:
    """Observations of one quantity, predicted by their mean."""

    values: tuple[int, ...]


def _draw_left(rng: random.Random) -> Left:
    found = Left(tuple(rng.randint(1, 20) for _ in range(rng.choice((4, 5)))))
    if len(set(found.values)) < len(found.values):
        raise Refused("Equal observations hide mistakes.")
    return found


def _ask_left(p: Left) -> Sequence[Question]:
    n = len(p.values)
    mean = F(sum(p.values), n)
    residuals = [v - mean for v in p.values]
    loo = [r / (1 - F(1, n)) for r in residuals]
    rmse = math.sqrt(sum(r**2 for r in loo) / n)
    train = math.sqrt(sum(r**2 for r in residuals) / n)
    first = F(sum(p.values[1:]), n - 1)
    return (
        number(
            "Prediction of the first observation from the others",
            first,
            (
                Slip("mean_of_all", mean, "The first observation must not take part in its own prediction."),
                Slip("divisor_n", F(sum(p.values[1:]), n), f"There are {n - 1} others."),
            ),
            (f"({' + '.join(str(v) for v in p.values[1:])}) / {n - 1} = {float(first):.6g}",),
        ),
        number(
            "Leave-one-out RMSE",
            rmse,
            (
                Slip("training_error", train, "That is the training error; each point must be left out."),
                Slip("mse", rmse**2, "That is the mean square; take its root."),
                Slip("mean_absolute", float(sum(abs(r) for r in loo) / n), "That is the mean absolute error."),
            ),
            (
                f"residual/(1 − 1/{n}): {', '.join(f'{float(r):.4g}' for r in loo)}",
                f"root of their mean square = {rmse:.6g}",
            ),
        ),
        choice(
            "Now np.random.seed(1) is called, and the error is computed again",
            ("it changes", "it is the same"),
            "it is the same",
            {"it changes": "The observations are there already: only new ones would change it."},
            "Leaving out each point once draws nothing at random.",
        ),
    )


LEFT = Template(
    key="bias_variance.leave_one_out",
    title="Leave one out",
    topic=TOPIC,
    minutes=5,
    draw=_draw_left,
    text=lambda p: (
        f"The observations {', '.join(map(str, p.values))} are predicted by a constant, their mean. How large is the "
        "leave-one-out error?"
    ),
    ask=_ask_left,
    state=lambda p: {"view": "choose"},
    hints=lambda p: (
        "Leave a point out, predict it from the rest, and repeat.",
        "Shortcut: residual / (1 − leverage).",
    ),
    lesson="Leaving a point out enlarges its residual by 1/(1 − leverage): no refit is needed.",
)


@dataclass(frozen=True)
class Cross:
    """A cross term of the decomposition, by number."""

    term: int


_TERMS = (
    ("2 (f − E g)(E g − g)", "f − E g is a constant and E g − g has mean 0"),
    ("2 ε (f − E g)", "ε has mean 0 and the other factor is a constant"),
    ("2 ε (E g − g)", "the test noise is independent of the training set"),
)
_OTHER = "the two factors are uncorrelated random variables"


_WHOLE = "the mean over i of E[(f(xᵢ) + ε − g(xᵢ))²]"
_EXPANDED = {
    "the mean over i of E[(f(xᵢ) + ε + g(xᵢ))²]": "The error is the observation minus the prediction.",
    "E[(f(x₁) + ε − g(x₁))²]": "That is one point: the mean over all test points is lost.",
}


def _ask_cross(p: Cross) -> Sequence[Question]:
    right = _TERMS[p.term][1]
    reasons = {
        _TERMS[0][1]: "That is the reason for the term of bias and scatter.",
        _TERMS[1][1]: "That is the reason for the term of noise and bias.",
        _TERMS[2][1]: "That is the reason for the term of noise and scatter.",
        _OTHER: "One factor of two of these terms is no random variable at all.",
    }
    options = (*(reason for _, reason in _TERMS), _OTHER)
    trained = ("it vanishes too", "it does not vanish")
    return (
        choice("Why does it vanish?", options, right, reasons, "Then its expectation is a product with a factor 0."),
        choice(
            "And 2 ε (E g − g) with the noise of the training points?",
            trained,
            trained[1],
            {trained[0]: "The fit depends on the training noise, so the product has a mean: −2σ²(d + 1)/n."},
            "The fit follows the training noise, which is why the training error flatters.",
        ),
        choice("What does the proof expand?", (*_EXPANDED, _WHOLE), _WHOLE, _EXPANDED, "Each point has three terms."),
    )


CROSS = Template(
    key="bias_variance.cross_terms",
    title="Why the cross terms vanish",
    topic=TOPIC,
    minutes=3,
    draw=lambda rng: Cross(rng.randrange(3)),
    text=lambda p: (
        "In the proof of E[(y − g)²] = bias² + variance + noise with y = f + ε, the square has three cross terms. Take "
        f"{_TERMS[p.term][0]}."
    ),
    ask=_ask_cross,
    state=lambda p: {"view": "many"},
    hints=lambda p: ("What in the product is random, and what is a constant?", "ε belongs to a new test point."),
    lesson="Two terms vanish because a factor is constant, the third because test noise and training set are "
    "independent.",
)
