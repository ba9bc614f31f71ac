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
from core.regression.truths import with_truth

HOMEWORK = {"generator": "legacy", "seed": 0, "n_test": 10}

PRESETS = (
    Preset("Homework: α = 10", "Degree 10, α = 10 against none: did it help? Drag to 0 and back, then open the second "
           "section below.", HOMEWORK),
    Preset("Homework: inside only", "The same without the test points outside the training range. Is the verdict the "
           "same?", HOMEWORK | {"test_at": "inside"}),
    Preset("Lasso", "Noisy data, and a penalty that removes weights one by one. Which stay longest?",
           {"view": "paths", "noise_std": 1.0, "n_train": 30, "alpha": 1.0}),
    Preset("Few noisy points", "15 points, much noise, degree 12: variance is what hurts.",
           {"n_train": 15, "noise_std": 1.0, "degree": 12, "test_at": "inside", "alpha": 0.01}),
    Preset("Another basis", "The same polynomials, but the penalty is on Chebyshev weights: a different prior.",
           {"basis": "chebyshev", "alpha": 1.0}),
    Preset("More weights than points", "Degree 20 through 12 points: α = 0 is not unique, and the smallest penalty "
           "makes it so.", {"n_train": 12, "degree": 20, "alpha": 1e-6, "log_y": True}),
    Preset("No noise", "Without noise there is no variance to save: what is there to gain from a penalty?",
           {"noise_std": 0.0, "log_y": True, "alpha": 1e-6}),
)  # fmt: skip

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Script of the regularization lab: ridge over many data sets, or the path of one data set."""
    head, parts = parts_of(SCRIPT)
    head = with_truth(head, values)
    return (head + parts[values["view"]]).rstrip() + "\n"


LAB = Lab(
    name="regularization",
    title="Regularization",
    question="How much should a model be held back?",
    controls=CONTROLS,
    main="alpha",
    open=("view", "n_train", "noise_std", "degree", "l1_ratio"),
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
