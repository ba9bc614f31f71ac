"""Controls of the bias-variance lab: the degree, the experiment, and what stands beside the error curves."""

from __future__ import annotations

from core.kit.controls import Choice, Several, Slider, Toggle
from core.regression.controls import EXPERIMENT

VIEWS = {"one": "One data set", "many": "Many data sets", "choose": "Choosing"}

CONTROLS = (
    Slider(name="degree", label="Degree", default=3, low=1, high=20, help="Degree of the fitted polynomial."),
    Choice(name="view", label="Show", default="many", options=VIEWS, place="stage",
           help="What stands beside the error curves."),
    *EXPERIMENT,
    Toggle(name="log_y", label="Logarithmic error axis", place="stage",
           help="Shows what leaves the picture at the top."),
    Several(name="compare", label="Fits that stay", default=(1, 3, 10), options=range(1, 21), limit=4, place="stage",
            when=("view", ("one",)), help="Degrees that stay on screen beside the one on the slider."),
    Slider(name="folds", label="Folds", default=5, low=2, high=10, place="stage", when=("view", ("choose",)),
           help="Folds of the cross-validation, divided once for all repetitions; hold-out takes one of them."),
    Slider(name="repetitions", label="Repetitions", default=400, low=100, high=1000, step=50, place="stage",
           when=("view", ("choose",)), help="How often the experiment is repeated to see what each rule chooses."),
)  # fmt: skip
