"""Controls of the bias-variance lab: the degree, the experiment, and the panel next to the error curves."""

from __future__ import annotations

from core.kit.controls import Choice, Several, Slider, Toggle
from core.regression.controls import EXPERIMENT, PASTED, UPLOAD, or_points

VIEWS = {"one": "One data set", "many": "Many data sets", "choose": "Choosing"}

CONTROLS = (
    Slider(
        name="degree",
        label="Degree",
        default=3,
        low=1,
        high=20,
        help="Degree of the fitted polynomial. Raising it lowers the bias and raises the variance.",
    ),
    Choice(
        name="view",
        label="Show",
        default="many",
        options=VIEWS,
        place="stage",
        help="The second plot: one data set, many data sets, or the degrees that selection rules choose.",
    ),
    *or_points(EXPERIMENT, ("max_degree", "seed")),
    PASTED,
    UPLOAD,
    Toggle(
        name="log_y",
        label="Log scale",
        place="stage",
        help="Draw errors on a logarithmic axis, so that very large ones stay visible.",
    ),
    Several(
        name="compare",
        label="Pinned fits",
        default=(1, 3, 10),
        options=range(1, 21),
        limit=4,
        place="stage",
        when=("view", ("one",)),
        help="Degrees whose fits stay visible for comparison with the current one.",
    ),
    Slider(
        name="folds",
        label="Folds",
        default=5,
        low=2,
        high=10,
        place="stage",
        when=("view", ("choose",)),
        help="Number of cross-validation folds. More folds leave more points for training; hold-out tests on one fold.",
    ),
    Slider(
        name="repetitions",
        label="Repetitions",
        default=400,
        low=100,
        high=1000,
        step=50,
        place="stage",
        when=("view", ("choose",)),
        help="Number of simulated experiments. More repetitions give steadier percentages but take longer.",
    ),
)
