"""Bias-variance lab: how complex should a model be?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.bias_variance.compute.explore import explore, tables
from core.labs.bias_variance.controls import CONTROLS
from core.labs.bias_variance.exercises import EXERCISES
from core.labs.bias_variance.picture import picture, thumbnail
from core.labs.bias_variance.sections import SECTIONS
from core.labs.bias_variance.stories import STORIES
from core.labs.bias_variance.words import PREDICTIONS
from core.regression.truths import with_truth

HOMEWORK = {"generator": "legacy", "seed": 0, "n_test": 10}
LEAVE_ONE_OUT = {"truth": "quadratic", "inputs": "normal", "n_train": 100, "noise_std": 1.0, "test_at": "train",
                 "max_degree": 4, "low": -3.0, "high": 3.0}  # fmt: skip

PRESETS = (
    Preset("Homework: three fits",
           "20 points with g₁, g₃ and g₁₀. Which one would you keep, by eye? Then look at the expected error.",
           HOMEWORK | {"view": "one", "n_train": 20, "test_at": "train"}),
    Preset("Homework: 100 data sets",
           "50 points, 40 to train and 10 to test, degrees 1 to 15. The green line has the published test errors.",
           HOMEWORK | {"degree": 7}),
    Preset("Homework: leave-one-out",
           "100 points of x − 2x², x ~ N(0, 1), degrees 1 to 4. “New draw”: new data may choose another degree.",
           HOMEWORK | LEAVE_ONE_OUT | {"view": "choose", "degree": 2}),
    Preset("Too few points", "12 points: the variance explodes as the degree nears the number of points.",
           {"n_train": 12, "degree": 8, "test_at": "inside"}),
    Preset("No noise", "Without noise there is no variance: only the bias is left, and high degrees nearly remove it.",
           {"noise_std": 0.0, "degree": 10, "log_y": True}),
    Preset("A jump", "No polynomial makes a jump: the bias stays, wherever the degree goes.",
           {"truth": "step", "degree": 9}),
    Preset("Beyond the data", "Test points just outside the training range: high degrees know nothing there.",
           {"test_at": "beyond", "degree": 6, "log_y": True}),
)  # fmt: skip

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Script of the bias-variance lab: the decomposition and, where that is shown, the choice of a degree."""
    head, parts = parts_of(SCRIPT)
    wanted = ["decomposition", "choice"] if values["view"] == "choose" else ["decomposition"]
    head = with_truth(head, values)
    return (head + "".join(parts[name] for name in wanted)).rstrip() + "\n"


LAB = Lab(
    name="bias_variance",
    title="Bias and variance",
    question="How complex should a model be?",
    controls=CONTROLS,
    main="degree",
    open=("view", "n_train", "noise_std", "truth", "log_y"),
    start={"test_at": "inside"},
    presets=PRESETS,
    compute=explore,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
)
