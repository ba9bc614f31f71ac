"""Controls of the model-selection lab: the degree, the rule being examined, what is held out, and the experiment."""

from __future__ import annotations

from dataclasses import replace

from core.kit.controls import Choice, Control, Seed, Slider, Toggle
from core.kit.words import percent
from core.regression.controls import DRAWN, EXPERIMENT, PASTED, UPLOAD, or_points

VIEWS = {"held": "Held-out points", "residuals": "Residuals"}


def _one_data_set(control: Control) -> Control:
    """One data set is shown; sections that use others say how these get their inputs."""
    if control.name != "protocol":
        return control
    more = f"{control.help} The plots show one data set; the sections below use many."
    return replace(control, place="more", help=more)


_DATA = tuple(_one_data_set(control) for control in or_points(EXPERIMENT, ("max_degree",)) if control.name != "n_sets")
_SEED = next(place for place, control in enumerate(_DATA) if isinstance(control, Seed)) + 1

CONTROLS: tuple[Control, ...] = (
    Slider(
        name="degree",
        label="Degree",
        default=7,
        low=1,
        high=20,
        help="Degree of the fitted polynomial. Raising it lowers the bias and raises the variance.",
    ),
    Choice(
        name="view",
        label="Show",
        default="held",
        options=VIEWS,
        place="stage",
        help="The second plot: the points each fit does not see, or the residuals r and r/(1 − h).",
    ),
    Choice(
        name="rule",
        label="Criterion",
        default="k-fold",
        options={
            "hold-out": "Hold-out",
            "k-fold": "k-fold",
            "repeated k-fold": "Repeated k-fold",
            "leave-one-out": "Leave-one-out",
            "GCV": "GCV",
            "AIC": "AIC",
            "BIC": "BIC",
        },
        place="stage",
        help="The selection criterion shown with its standard errors and held-out points.",
    ),
    *_DATA[:_SEED],
    PASTED,
    UPLOAD,
    Seed(
        name="split_seed",
        label="Split seed",
        help="Seed for choosing held-out points and folds. Changing it leaves the data unchanged.",
    ),
    Slider(
        name="folds",
        label="Folds",
        default=10,
        low=2,
        high=20,
        help="Number of parts the points are divided into; each is held out once. More folds leave "
        "more training points but need more fits.",
    ),
    *_DATA[_SEED:],
    Slider(
        name="repeats",
        label="Repeats",
        default=10,
        low=1,
        high=50,
        place="more",
        help="Number of random fold assignments to average over. More repeats reduce the luck of the split.",
    ),
    Slider(
        name="held_out_share",
        label="Hold-out fraction",
        default=0.2,
        low=0.05,
        high=0.95,
        step=0.05,
        display=percent,
        place="more",
        help="Fraction of the points kept for testing. Raising it steadies the score but leaves fewer training points.",
    ),
    Choice(
        name="order",
        label="Order points by",
        default="x",
        options={"x": "x", "index": "index"},
        place="more",
        when=("view", ("held",)),
        help="Place held-out points at their x, or in the order they were drawn.",
    ),
    Slider(
        name="repetitions",
        label="Repetitions",
        when=DRAWN,
        default=400,
        low=100,
        high=1000,
        step=50,
        place="more",
        help="Number of simulated experiments. More repetitions give steadier percentages but take longer.",
    ),
    Toggle(
        name="log_y",
        label="Log scale",
        place="stage",
        help="Draw errors on a logarithmic axis, so that very large ones stay visible.",
    ),
)
