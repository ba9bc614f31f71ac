"""Bias-variance lab: how complex should a model be?"""

from __future__ import annotations

from core import scripts
from core.controls import Choice, Several, Slider, Toggle
from core.experiment_controls import EXPERIMENT
from core.exploration import explore, tables
from core.figures import bias_variance as figures
from core.figures import bias_variance_text as text
from core.figures.bias_variance_story import SECTIONS
from core.lab import Lab, Prediction, Preset
from pages.ui import frame, shell

HOMEWORK = {"generator": "legacy", "n_test": 10}

CONTROLS = (
    Slider(name="degree", label="Degree", default=3, low=1, high=20, help="Degree of the fitted polynomial."),
    Choice(name="view", label="Show", default="many", options=figures.VIEWS, place="stage", help="What stands beside the error curves."),
    *EXPERIMENT,
    Several(name="compare", label="Fits that stay", default=(1, 3, 10), options=range(1, 21), limit=4, place="more",
            help="Degrees that stay on screen beside the one on the slider, in the view of one data set."),
    Toggle(name="log_y", label="Logarithmic error axis", help="Shows what leaves the picture at the top.", place="more"),
    Slider(name="repetitions", label="Repetitions", default=400, low=100, high=1000, step=100, place="more",
           help="How often the experiment is repeated to see which degree each rule chooses."),
    Slider(name="folds", label="Folds", default=5, low=2, high=10, place="more",
           help="Folds of the cross-validation; the hold-out set is one of them."),
)  # fmt: skip

PRESETS = (
    Preset(
        label="Homework: three fits",
        note="20 points of x + sin 1.5x with g₁, g₃ and g₁₀. Which one would you keep, by eye? Then look at the expected error.",
        values=HOMEWORK | {"view": "one", "n_train": 20, "test_at": "train"},
    ),
    Preset(
        label="Homework: 100 data sets",
        note="50 points, 40 to train and 10 to test, degrees 1 to 15. The published test errors are the green line.",
        values=HOMEWORK | {"degree": 7},
    ),
    Preset(
        label="Homework: leave-one-out",
        note="100 points of x − 2x², x ~ N(0, 1), degrees 1 to 4. Press “New draw”: new data may choose another degree.",
        values=HOMEWORK | {"view": "choose", "truth": "quadratic", "inputs": "normal", "n_train": 100, "degree": 2,
                           "noise_std": 1.0, "test_at": "train", "max_degree": 4, "low": -3.0, "high": 3.0},
    ),
    Preset(
        label="Too few points",
        note="12 points: the variance explodes as the degree nears the number of points.",
        values={"n_train": 12, "degree": 8, "test_at": "inside"},
    ),
    Preset(
        label="No noise",
        note="Without noise there is no variance: more degrees only help.",
        values={"noise_std": 0.0, "degree": 10, "log_y": True},
    ),
    Preset(
        label="A jump",
        note="No polynomial makes a jump: the bias stays, wherever the degree goes.",
        values={"truth": "step", "degree": 9},
    ),
    Preset(
        label="Beyond the data",
        note="Test points just outside the training range: high degrees know nothing there.",
        values={"test_at": "beyond", "degree": 6, "log_y": True},
    ),
)  # fmt: skip

LAB = Lab(
    name="bias_variance",
    title="Bias and variance",
    question="How complex should a model be?",
    controls=CONTROLS,
    main="degree",
    presets=PRESETS,
    compute=explore,
    picture=figures.picture,
    prediction=Prediction(
        question="Which degree has the smallest expected test error?",
        guess=Slider(name="guess", label="Degree", default=5, low=1, high=20, help="Your guess."),
        truth=lambda result: result.best,
        verdict=text.verdict,
    ),
    script=scripts.bias_variance,
    tables=tables,
    thumbnail=figures.thumbnail,
    sections=SECTIONS,
)


def render() -> None:
    """Draw the page."""
    frame.show(LAB)


if __name__ == "__main__":
    shell.run_page(render)
