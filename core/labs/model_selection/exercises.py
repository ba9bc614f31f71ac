"""Exercises: criteria by hand, the one-standard-error rule, and what cross-validation costs."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from core.exercises.kinds import Pick, Vector
from core.exercises.questions import Question, Slip, count, number
from core.exercises.recipes import Edit, Recipe, asked
from core.exercises.templates import Refused, Template

F = Fraction
TOPIC = "Generalization"


@dataclass(frozen=True)
class Criteria:
    """Residual sums of squares of the polynomials of degree 1, 2, ... on n points."""

    n: int
    rss: tuple[Fraction, ...]


def _scores(p: Criteria, price: float, parameters: int = 1, base: float = math.e) -> list[float]:
    return [p.n * math.log(float(r) / p.n, base) + price * (d + parameters) for d, r in enumerate(p.rss, 1)]


def _smallest(values: Sequence[float]) -> int:
    return 1 + min(range(len(values)), key=lambda k: values[k])


def _draw_criteria(rng: random.Random) -> Criteria:
    n = rng.choice((20, 25, 30, 40, 50))
    rss = [F(rng.randint(600, 900), 10)]
    for drop in (rng.randint(30, 60), rng.randint(5, 25), rng.randint(1, 12), rng.randint(1, 4)):
        rss.append(round(rss[-1] * (100 - drop) / 100, 1))
    found = Criteria(n, tuple(rss))
    for price in (2.0, math.log(n)):
        ranked = sorted(_scores(found, price))
        if ranked[1] - ranked[0] < 0.3:
            raise Refused("The best two must be apart.")
    return found


def _ask_criteria(p: Criteria) -> Sequence[Question]:
    aic, bic = _scores(p, 2.0), _scores(p, math.log(p.n))
    best = _smallest(aic)
    first, k = aic[0], 2
    rss = float(p.rss[0])
    return (
        number(
            "AIC of degree 1",
            first,
            (
                Slip("parameters", first - 2, "A polynomial of degree 1 has two coefficients."),
                Slip("mean_forgotten", p.n * math.log(rss) + 4, "The logarithm is that of RSS/n."),
                Slip("log10", p.n * math.log10(rss / p.n) + 4, "The logarithm is the natural one."),
                Slip("bic", bic[0], "That is the BIC, which charges ln n a parameter."),
            ),
            (f"{p.n} · ln({rss:g}/{p.n}) + 2 · {k} = {first:.5g}",),
        ),
        count(
            "Degree chosen by AIC",
            best,
            (
                Slip(
                    "smallest_rss", _smallest([float(r) for r in p.rss]), "RSS always falls; the price must be added."
                ),
                Slip("bic", _smallest(bic), "That is the choice of BIC."),
            ),
            (f"AIC: {', '.join(f'{v:.4g}' for v in aic)}; the smallest is that of degree {best}",),
        ),
        count(
            "Degree chosen by BIC",
            _smallest(bic),
            (
                Slip(
                    "smallest_rss", _smallest([float(r) for r in p.rss]), "RSS always falls; the price must be added."
                ),
                Slip("aic", best, "That is the choice of AIC."),
            ),
            (f"BIC: {', '.join(f'{v:.4g}' for v in bic)}; the smallest is that of degree {_smallest(bic)}",),
        ),
    )


CRITERIA = Template(
    key="model_selection.criteria",
    title="AIC and BIC by hand",
    topic=TOPIC,
    minutes=6,
    draw=_draw_criteria,
    text=lambda p: (
        f"Polynomials are fitted to {p.n} points. Use AIC = n ln(RSS/n) + 2k and BIC = n ln(RSS/n) + k ln n with k "
        "coefficients.\n\n| degree | RSS |\n|--|--|\n"
        + "\n".join(f"| {d} | {float(r):g} |" for d, r in enumerate(p.rss, 1))
    ),
    ask=_ask_criteria,
    state=lambda p: {"n_train": p.n} if p.n in (20, 25, 30, 40, 50) else {},
    hints=lambda p: ("Degree d has d + 1 coefficients.", "Compare neighbors: does n ln of the ratio beat the price?"),
    lesson="BIC charges ln n instead of 2, so with more than 7 points it never picks a larger model than AIC.",
)


@dataclass(frozen=True)
class Rule:
    """Cross-validated errors of degrees 1, 2, ... and their standard errors."""

    errors: tuple[Fraction, ...]
    standard_errors: tuple[Fraction, ...]


def _draw_rule(rng: random.Random) -> Rule:
    best = rng.randint(3, 6)
    errors = tuple(F(100 + abs(d - best) * rng.randint(4, 12) * (3 if d < best - 2 else 1), 100) for d in range(1, 8))
    found = Rule(errors, tuple(F(rng.randint(8, 16), 100) for _ in range(7)))
    if errors.count(min(errors)) > 1 or _within(found) == best:
        raise Refused("The rule must change the choice.")
    return found


def _within(p: Rule) -> int:
    best = min(range(len(p.errors)), key=lambda k: p.errors[k])
    bound = p.errors[best] + p.standard_errors[best]
    return next(d for d, error in enumerate(p.errors, 1) if error <= bound)


def _ask_rule(p: Rule) -> Sequence[Question]:
    best = min(range(len(p.errors)), key=lambda k: p.errors[k])
    bound = p.errors[best] + p.standard_errors[best]
    largest = max(d for d, error in enumerate(p.errors, 1) if error <= bound)
    two = next(d for d, e in enumerate(p.errors, 1) if e <= bound + p.standard_errors[best])
    return (
        number(
            "Largest error that is still accepted",
            bound,
            (
                Slip("minimum", p.errors[best], "Add one standard error to the smallest error."),
                Slip("subtracted", p.errors[best] - p.standard_errors[best], "The standard error is added."),
                Slip("own_error", p.errors[0] + p.standard_errors[0], "Take the standard error of the best degree."),
            ),
            (f"{float(p.errors[best]):g} + {float(p.standard_errors[best]):g} = {float(bound):g}",),
        ),
        count(
            "Degree chosen by the 1-SE rule",
            _within(p),
            (
                Slip("minimum", best + 1, "That is the degree of the smallest error."),
                Slip("most_complex", largest, "Take the simplest degree within the bound, not the most complex."),
                Slip("two_errors", two, "Only one standard error is allowed."),
            ),
            (f"the simplest degree with an error of at most {float(bound):g} is {_within(p)}",),
        ),
    )


RULE = Template(
    key="model_selection.one_se",
    title="The 1-SE rule",
    topic=TOPIC,
    minutes=3,
    draw=_draw_rule,
    text=lambda p: (
        "Cross-validation gives these errors. Which degree does the one-standard-error rule choose?\n\n"
        "| degree | error | standard error |\n|--|--|--|\n"
        + "\n".join(
            f"| {d} | {float(e):g} | {float(s):g} |"
            for d, (e, s) in enumerate(zip(p.errors, p.standard_errors, strict=True), 1)
        )
    ),
    ask=_ask_rule,
    state=lambda p: {},
    hints=lambda p: (
        "Find the smallest error and add its standard error.",
        "Take the simplest model below that bound.",
    ),
    lesson="The rule trades a difference that may be chance for a simpler model.",
)


@dataclass(frozen=True)
class Cost:
    """Repeated K-fold cross-validation over degrees."""

    n: int
    folds: int
    repeats: int
    degrees: int


def _draw_cost(rng: random.Random) -> Cost:
    folds = rng.choice((4, 5, 10))
    return Cost(folds * rng.randint(4, 20), folds, rng.choice((2, 3, 5, 10)), rng.randint(5, 15))


def _ask_cost(p: Cost) -> Sequence[Question]:
    own = p.n // p.folds
    return (
        count(
            "Points in each training set",
            p.n - own,
            (
                Slip("fold", own, "That is the size of the fold that is held out."),
                Slip("all", p.n, "One fold is held out."),
            ),
            (f"{p.n} − {p.n} / {p.folds} = {p.n - own}",),
        ),
        asked(
            "Fits in all, the final one included",
            Recipe(({"folds": p.folds, "repeats": p.repeats, "degrees": p.degrees}, {"final": 1})),
            (
                Edit(
                    "final_forgotten",
                    "The chosen degree is fitted once more to all points.",
                    lambda r: Recipe(r.terms[:1]),
                ),
                Edit("repeats_forgotten", "Each repeat divides the points again.", lambda r: r.drop("repeats")),
                Edit("degrees_forgotten", "Each degree is fitted in each fold.", lambda r: r.drop("degrees")),
                Edit("leave_one_out", "There are K folds, not n.", lambda r: r.edit("folds", p.n)),
            ),
        ),
    )


COST = Template(
    key="model_selection.cost",
    title="What cross-validation costs",
    topic=TOPIC,
    minutes=3,
    draw=_draw_cost,
    text=lambda p: (
        f"{p.repeats}×{p.folds}-fold cross-validation on {p.n} points chooses one of {p.degrees} degrees; the "
        f"chosen one "
        "is then fitted to all points."
    ),
    ask=_ask_cost,
    state=lambda p: {"folds": p.folds},
    hints=lambda p: ("A fold holds out n/K points.", "Fits: folds × repeats × degrees, and one more at the end."),
    lesson="Cross-validation multiplies the work by K times the repeats; leave-one-out has K = n.",
)


@dataclass(frozen=True)
class Redrawn:
    """Seed and number of points of y = x − 2x² + noise, from NumPy's old generator: x first, then the noise."""

    seed: int
    n: int

    def errors(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the residuals of degrees 1 to 4 at each point (4, n), in training and with the point left out."""
        generator = np.random.RandomState(self.seed)
        x = generator.normal(size=self.n)
        y = x - 2 * x**2 + generator.normal(size=self.n)
        q = np.linalg.qr(np.vander(x, DEGREES[-1] + 1, increasing=True))[0].T  # its first rows span a lower degree
        trained = y - np.cumsum(q * (q @ y)[:, None], axis=0)[1:]
        return trained, trained / (1 - np.cumsum(q * q, axis=0)[1:])


DEGREES = (1, 2, 3, 4)
YES = Pick(("yes", "no"))


def _rmse(residuals: np.ndarray) -> tuple[float, ...]:
    return tuple(np.sqrt(np.mean(residuals**2, axis=1)).tolist())


def _draw_redrawn(rng: random.Random) -> Redrawn:
    return Redrawn(rng.randint(1, 9999), rng.choice((60, 80, 100)))


def _ask_redrawn(p: Redrawn) -> Sequence[Question]:
    trained, left = p.errors()
    rmse = _rmse(left)
    best, flattered = (1 + min(range(4), key=errors.__getitem__) for errors in (rmse, _rmse(trained)))
    if best == flattered:
        raise Refused("Training errors lead to the same degree.")
    slips = (
        Slip("training_error", _rmse(trained), "Those are training errors; each point must be left out."),
        Slip("mean_absolute", tuple(np.mean(abs(left), axis=1).tolist()), "Those are mean absolute errors."),
        Slip("mse", tuple(value**2 for value in rmse), "Those are mean squares; take their roots."),
    )
    redraw = Slip("seed_without_redraw", "yes", "The data are drawn already, and leave-one-out draws nothing.")
    written = "; ".join(f"{value:.4g}" for value in rmse)
    return (
        Question("Leave-one-out RMSE of degrees 1 to 4", Vector(4), rmse, slips, (f"({written})",)),
        count(
            "Degree with the smallest one",
            best,
            (Slip("training_error", flattered, "That one has the smallest training error."),),
            (f"The smallest of {written} belongs to degree {best}",),
        ),
        Question("Now np.random.seed(1) is called. Do the errors change?", YES, "no", (redraw,)),
    )


# The drawn points in the lab, with the degrees that are asked for.
DATA: dict[str, Any] = {
    "truth": "quadratic",
    "generator": "legacy",
    "inputs": "normal",
    "noise_std": 1.0,
    "n_test": 10,
    "test_at": "train",
    "low": -3.0,
    "high": 3.0,
    "max_degree": 4,
    "rule": "leave-one-out",
}

LEFT_OUT = Template(
    key="model_selection.left_out",
    title="Leave-one-out of four polynomials",
    topic=TOPIC,
    minutes=10,
    draw=_draw_redrawn,
    published=Redrawn(0, 100),
    text=lambda p: (
        f"Draw {p.n} points in Python and fit polynomials of degree 1 to 4 by least squares.\n\n```python\n"
        f"np.random.seed({p.seed})\nx = np.random.normal(size={p.n})\n"
        f"y = x - 2 * x**2 + np.random.normal(size={p.n})\n```"
    ),
    ask=_ask_redrawn,
    state=lambda p: {**DATA, "seed": p.seed, "n_train": p.n},
    hints=lambda p: (
        "Leave a point out, fit the rest, predict the point, and repeat.",
        "Shortcut: residual / (1 − leverage), with the diagonal of the hat matrix.",
    ),
    lesson="Training errors fall with the degree; leave-one-out errors need not. Only new data change them.",
)


EXERCISES: tuple[Template[Any], ...] = (CRITERIA, RULE, COST, LEFT_OUT)
