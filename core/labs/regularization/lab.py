"""Regularization lab: how much should a model be held back?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.regularization.compute.explore import regularize, tables
from core.labs.regularization.controls import CONTROLS
from core.labs.regularization.exercises import EXERCISES
from core.labs.regularization.picture import picture, thumbnail
from core.labs.regularization.sections import SECTIONS
from core.labs.regularization.stories import STORIES
from core.labs.regularization.words import PREDICTIONS
from core.regression.points import POINTS
from core.regression.truths import with_truth

HOMEWORK = {"generator": "legacy", "seed": 0, "n_test": 10}

PRESETS = (
    Preset("α = 10: does it help?", "Degree 10 with α = 10. Did the penalty help? Drag α to 0 and back.", HOMEWORK),
    Preset(
        "α = 10, inside the data",
        "The same, with all test points inside the training range. Does the verdict change?",
        HOMEWORK | {"test_at": "inside"},
    ),
    Preset(
        "Lasso drops weights",
        "Noisy data and a penalty that removes weights one by one. Which survive longest?",
        {"view": "paths", "noise_std": 1.0, "n_train": 30, "alpha": 1.0},
    ),
    Preset(
        "15 noisy points",
        "15 points, strong noise, degree 12: variance dominates. How much does a penalty help?",
        {"n_train": 15, "noise_std": 1.0, "degree": 12, "test_at": "inside", "alpha": 0.01},
    ),
    Preset(
        "Chebyshev basis",
        "The same polynomials, penalized in the Chebyshev basis. How does the curve change?",
        {"basis": "chebyshev", "alpha": 1.0},
    ),
    Preset(
        "Degree 20, 12 points",
        "Degree 20 through 12 points: infinitely many fits are perfect. Any α > 0 makes the solution unique.",
        {"n_train": 12, "degree": 20, "alpha": 1e-6, "log_y": True},
    ),
    Preset(
        "No noise, nothing to save",
        "Without noise there is no variance to reduce. Can a penalty still help?",
        {"noise_std": 0.0, "log_y": True, "alpha": 1e-6},
    ),
    Preset(
        "Your own points",
        "Speed and stopping distance of cars: which penalty helps? Then paste your own points.",
        {"truth": POINTS, "alpha": 0.1},
    ),
)

SCRIPT, OWN_SCRIPT = (Path(__file__).with_name(name) for name in ("script.py", "own_script.py"))


def script(values: Mapping[str, Any]) -> str:
    """Return the script of the regularization lab: ridge over many data sets, or the path of one data set."""
    if values["truth"] == POINTS:
        return OWN_SCRIPT.read_text("utf-8")
    head, parts = parts_of(SCRIPT)
    head = with_truth(head, values)
    return (head + parts[values["view"]]).rstrip() + "\n"


LAB = Lab(
    name="regularization",
    title="Regularization",
    question="How strong should the penalty be?",
    controls=CONTROLS,
    main="alpha",
    open=("view", "n_train", "noise_std", "degree", "pasted", "upload", "l1_ratio"),
    start={
        "truth": "sine",
        "n_train": 20,
        "noise_std": 1.0,
        "degree": 9,
        "test_at": "inside",
        "seed": 44,
        "alpha": 0.1,
    },
    presets=PRESETS,
    compute=regularize,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
)
