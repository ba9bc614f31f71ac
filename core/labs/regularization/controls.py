"""Controls of the regularization lab: the penalty, what it acts on, and the experiment."""

from __future__ import annotations

from core.kit.controls import Choice, Control, LogSlider, Places, Slider, Toggle
from core.kit.words import number
from core.labs.regularization.balls.shrinkage import POSITIONS
from core.labs.regularization.compute.ridge import PER_DECADE
from core.regression.controls import EXPERIMENT, PASTED, UPLOAD, or_points

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
    help="Strength of the penalty. Raising it shrinks the weights: less variance, more bias. At 0 it is least squares.",
)

SOLUTION = Places(
    name="solution",
    label="Least-squares solution",
    default=((1.6, 0.5),),
    across=tuple(POSITIONS.tolist()),
    up=tuple(POSITIONS.tolist()),
    help="The two weights without a penalty, in the section on lasso and ridge balls.",
)

EXTRA = Places(
    name="extra",
    label="Added points",
    default=((5.0, 15.0),),
    across=tuple(float(x) for x in range(-10, 31)),
    up=tuple(float(y) for y in range(-20, 21)),
    limit=6,
    help="Click the first plot to add a point or select one; drag the selected point.",
)

CONTROLS: tuple[Control, ...] = (
    PENALTY,
    Choice(
        name="view",
        label="Show",
        default="ridge",
        options=VIEWS,
        place="stage",
        help="Ridge averaged over many data sets, or lasso and ridge compared on one.",
    ),
    Slider(
        name="degree",
        label="Degree",
        default=10,
        low=1,
        high=20,
        help="Degree of the polynomial. Raising it adds weights, so the penalty has more to shrink.",
    ),
    Choice(
        name="basis",
        label="Basis",
        default="monomial",
        options={"monomial": "x, x², …", "chebyshev": "Chebyshev"},
        help="Columns whose weights are penalized, standardized on the training points; the intercept "
        "is free. Another basis makes it another penalty.",
    ),
    Slider(
        name="l1_ratio",
        label="L1 ratio",
        default=1.0,
        low=0.0,
        high=1.0,
        step=0.1,
        display=_show_ratio,
        place="stage",
        when=("view", ("paths",)),
        help="Mix of penalties: 1 is the lasso, 0 is ridge, between is the elastic net. Raising it "
        "sets more weights to zero.",
    ),
    *(control for control in or_points(EXPERIMENT, ("seed",)) if control.name not in ("protocol", "max_degree")),
    PASTED,
    UPLOAD,
    Toggle(
        name="log_y",
        label="Log scale",
        place="stage",
        help="Draw errors on a logarithmic axis, so that very large ones stay visible.",
    ),
    SOLUTION,
    EXTRA,
)
