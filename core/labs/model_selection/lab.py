"""Model-selection lab: which model, if nobody knows the truth?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.model_selection.compute.explore import select_model, tables
from core.labs.model_selection.controls import CONTROLS
from core.labs.model_selection.exercises import EXERCISES
from core.labs.model_selection.picture import picture, thumbnail
from core.labs.model_selection.sections import SECTIONS
from core.labs.model_selection.stories import STORIES
from core.labs.model_selection.words import PREDICTIONS
from core.regression.points import POINTS
from core.regression.truths import with_truth

HOMEWORK = {
    "generator": "legacy",
    "seed": 0,
    "n_test": 10,
    "truth": "quadratic",
    "inputs": "normal",
    "n_train": 100,
    "noise_std": 1.0,
    "test_at": "train",
    "max_degree": 4,
    "low": -3.0,
    "high": 3.0,
    "rule": "leave-one-out",
}

PRESETS = (
    Preset(
        "Leave-one-out, degrees 1 to 4",
        "100 points from x − 2x², degrees 1 to 4. Change the split seed: what happens? Then press New draw.",
        HOMEWORK | {"view": "residuals", "degree": 2},
    ),
    Preset(
        "Leave-one-out explodes",
        "Without one far point, high degrees run wild there and the leave-one-out error explodes. Which point is it?",
        HOMEWORK | {"view": "residuals", "degree": 8, "max_degree": 12, "log_y": True},
    ),
    Preset(
        "Ten points held out",
        "Hold-out judges by ten points, drawn once. Change the split seed and watch its choice.",
        {"rule": "hold-out", "held_out_share": 0.25, "seed": 1},
    ),
    Preset(
        "One-standard-error rule",
        "The smallest leave-one-out error is at degree 12. Which degrees are within one standard error?",
        {"rule": "leave-one-out", "seed": 1, "degree": 6},
    ),
    Preset(
        "Two folds",
        "Each fit sees only half of the points, so high degrees look worse than they are.",
        {"folds": 2, "degree": 7},
    ),
    Preset(
        "15 points: GCV, AIC, BIC fail",
        "15 points and degrees up to 14. Which criteria notice overfitting when almost nothing is left to test on?",
        {"n_train": 15, "folds": 5, "degree": 6, "rule": "GCV", "log_y": True},
    ),
    Preset(
        "AIC and BIC pick degree 18",
        "22 points, up to 19 parameters: the log of a vanishing residual outweighs AIC's fixed penalty.",
        {"n_train": 22, "max_degree": 18, "rule": "AIC", "degree": 18, "log_y": True},
    ),
    Preset(
        "Much noise: a line wins",
        "With this much noise the simplest model is best. Which criteria find it?",
        {"noise_std": 1.5, "n_train": 30, "degree": 1, "rule": "repeated k-fold"},
    ),
    Preset(
        "Your own points",
        "Speed and stopping distance of cars: is a parabola better than a line? Then paste points of your own.",
        {"truth": POINTS, "degree": 2, "max_degree": 8, "rule": "leave-one-out"},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script of the model-selection lab: every rule on one data set."""
    head, parts = parts_of(SCRIPT)
    brought = values["truth"] == POINTS
    named = ("brought", "rules", "resamples") if brought else ("drawn", "rules", "truth")
    script = head + "".join(parts[name] for name in named).rstrip() + "\n"
    return script if brought else with_truth(script, values)


LAB = Lab(
    name="model_selection",
    title="Model selection",
    question="How do you choose a model from data alone?",
    controls=CONTROLS,
    main="degree",
    open=("view", "rule", "pasted", "upload", "n_train", "noise_std", "folds"),
    presets=PRESETS,
    compute=select_model,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
)
