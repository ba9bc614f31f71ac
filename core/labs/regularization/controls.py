"""Controls of the regularization lab: the penalty, what it acts on, and the experiment."""

from __future__ import annotations

from core.kit.controls import Choice, Control, LogSlider, Places, Slider, Toggle
from core.kit.words import number
from core.labs.regularization.balls.shrinkage import POSITIONS
from core.labs.regularization.compute.ridge import PER_DECADE
from core.regression.controls import EXPERIMENT

VIEWS = {"ridge": "Ridge", "paths": "Lasso and ridge"}


def show_penalty(alpha: float) -> str:
    """Write a penalty with the digits that mean something."""
    return number(alpha, 2)


def _show_ratio(ratio: float) -> str:
    return {0.0: "ridge", 1.0: "lasso"}.get(ratio, f"{ratio:g}")


PENALTY = LogSlider(
    name="alpha",
    label="Penalty α",
    default=10.0,
    low=1e-12,
    high=1e4,
    per_decade=PER_DECADE,
    zero=True,
    display=show_penalty,
    help="Weight of the penalty in the sum of squared residuals + α · (sum of squared weights). 0 is least squares.",
)

SOLUTION = Places(
    name="solution",
    label="Least-squares solution",
    default=((1.6, 0.5),),
    across=tuple(POSITIONS.tolist()),
    up=tuple(POSITIONS.tolist()),
    help="Of the two weights in the section about balls.",
)

EXTRA = Places(
    name="extra",
    label="Added points",
    default=((5.0, 15.0),),
    across=tuple(float(x) for x in range(-10, 31)),
    up=tuple(float(y) for y in range(-20, 21)),
    limit=6,
    help="A click into the first figure adds a point, or takes an added one into the hand; the one in hand is dragged.",
)

CONTROLS: tuple[Control, ...] = (
    PENALTY,
    Choice(
        name="view",
        label="Show",
        default="ridge",
        options=VIEWS,
        place="stage",
        help="Ridge over many data sets, or the weights and the fit of one data set under two penalties.",
    ),
    Slider(name="degree", label="Degree", default=10, low=1, high=20, help="Degree of the polynomial."),
    Choice(
        name="basis",
        label="Penalised columns",
        default="monomial",
        options={"monomial": "x, x², …", "chebyshev": "Chebyshev"},
        help="The columns whose weights are penalised, standardised on the training points; the intercept is free. "
        "The same polynomials in other columns are another penalty.",
    ),
    Slider(
        name="l1_ratio",
        label="Share of |w|",
        default=1.0,
        low=0.0,
        high=1.0,
        step=0.1,
        display=_show_ratio,
        place="stage",
        when=("view", ("paths",)),
        help="Share of the absolute weights in the penalty: 1 is the lasso, 0 is ridge, between is the elastic net.",
    ),
    *(control for control in EXPERIMENT if control.name not in ("protocol", "max_degree")),
    Toggle(
        name="log_y",
        label="Logarithmic error axis",
        place="stage",
        help="Shows what leaves the picture at the top.",
    ),
    SOLUTION,
    EXTRA,
)
