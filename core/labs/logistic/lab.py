"""Logistic regression: how sure should a model be?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.labs.logistic.compute import explore
from core.labs.logistic.controls import CONTROLS
from core.labs.logistic.exercises import EXERCISES
from core.labs.logistic.own import tables
from core.labs.logistic.picture import picture, thumbnail
from core.labs.logistic.sections import SECTIONS
from core.labs.logistic.stories import STORIES
from core.labs.logistic.words import PREDICTIONS

PRESETS = (
    Preset("Forty hours", "40 hours and an average of 3 give P = 0.269. How many hours make it one half?", {"x2": 3.0}),
    Preset(
        "Nine in ten",
        "P = 0.9 takes 93.9 hours, 43.9 more than one half does. Drag the point there.",
        {"target": 0.9, "x1": 94},
    ),
    Preset(
        "Sure and wrong",
        "It did not happen, yet P = 0.971. Which of the four gradients still pulls?",
        {"y": "0", "x1": 120},
    ),
    Preset("Bits", "With logarithms to base 2 a coin toss costs exactly 1 bit: see P = 0.5.", {"base": "2", "x1": 50}),
    Preset(
        "A steep curve",
        "A large weight makes the model sure almost everywhere. Where does an hour still matter?",
        {"b1": 0.3, "b0": -10.0, "x1": 20},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script that prints probability, losses, and a fit."""
    return SCRIPT.read_text("utf-8")


LAB = Lab(
    name="logistic",
    title="Logistic regression",
    question="How sure should a model be?",
    controls=CONTROLS,
    main="x1",
    open=("x2", "target", "y", "b1"),
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
