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
from core.regression.points import POINTS
from core.regression.truths import with_truth

HOMEWORK = {"generator": "legacy", "seed": 0, "n_test": 10}
LEAVE_ONE_OUT = {
    "truth": "quadratic",
    "inputs": "normal",
    "n_train": 100,
    "noise_std": 1.0,
    "test_at": "train",
    "max_degree": 4,
    "low": -3.0,
    "high": 3.0,
}

PRESETS = (
    Preset(
        "By eye: degree 1, 3, or 10",
        "20 points and fits of degree 1, 3, and 10. Which looks best? Then check the expected error.",
        HOMEWORK | {"view": "one", "n_train": 20, "test_at": "train"},
    ),
    Preset(
        "One test set says 7, best is 8",
        "50 points: 40 for training, 10 for testing. The green curve is the error on that one test set.",
        HOMEWORK | {"degree": 7},
    ),
    Preset(
        "Picking a degree 400 times",
        "100 points from x − 2x², degrees 1 to 4. Press New draw: does leave-one-out keep its choice?",
        HOMEWORK | LEAVE_ONE_OUT | {"view": "choose", "degree": 2},
    ),
    Preset(
        "12 points, 9 weights",
        "With 12 points, variance explodes as the degree approaches the number of points.",
        {"n_train": 12, "degree": 8, "test_at": "inside"},
    ),
    Preset(
        "No noise, no variance",
        "Without noise the variance is zero. Only bias remains, and high degrees nearly remove it.",
        {"noise_std": 0.0, "degree": 10, "log_y": True},
    ),
    Preset(
        "A jump", "A polynomial cannot jump, so some bias remains whatever the degree.", {"truth": "step", "degree": 9}
    ),
    Preset(
        "Just past the data",
        "Test points just outside the training range, where high degrees go wild.",
        {"test_at": "beyond", "degree": 6, "log_y": True},
    ),
    Preset(
        "Your own points",
        "Speed and stopping distance of cars: how flexible may a fit be? Then paste points of your own.",
        {"truth": POINTS, "degree": 2, "max_degree": 10},
    ),
)

SCRIPT, OWN_SCRIPT = (Path(__file__).with_name(name) for name in ("script.py", "own_script.py"))


def script(values: Mapping[str, Any]) -> str:
    """Return the script of the bias-variance lab: the decomposition and, if shown, the choice of a degree."""
    if values["truth"] == POINTS:
        return OWN_SCRIPT.read_text("utf-8")
    head, parts = parts_of(SCRIPT)
    wanted = ["decomposition", "choice"] if values["view"] == "choose" else ["decomposition"]
    head = with_truth(head, values)
    return (head + "".join(parts[name] for name in wanted)).rstrip() + "\n"


LAB = Lab(
    name="bias_variance",
    title="Bias and variance",
    question="How flexible should a model be?",
    controls=CONTROLS,
    main="degree",
    open=("view", "n_train", "noise_std", "truth", "formula", "pasted", "upload", "log_y"),
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
