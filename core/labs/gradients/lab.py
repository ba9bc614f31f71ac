"""Gradients: who gets how much of the gradient?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.labs.gradients.compute.explore import explore, tables
from core.labs.gradients.controls import CONTROLS
from core.labs.gradients.exercises import EXERCISES
from core.labs.gradients.picture import picture, take, thumbnail
from core.labs.gradients.sections import SECTIONS
from core.labs.gradients.stories import STORIES
from core.labs.gradients.words import PREDICTIONS

PRESETS = (
    Preset(
        "Two ways to x",
        "The product hands back 24 and the sum −8: x gets 16. Step back to see both.",
        {"graph": "shared", "value": 2.0},
    ),
    Preset(
        "Softmax",
        "Only the true class has a negative gradient, f − 1. Which entries add up to 0?",
        {"graph": "softmax", "inputs": "2 1 0", "value": 2.0},
    ),
    Preset(
        "A tie",
        "Drag x₁ past 2: its gradient jumps from 0 to 1. At the tie every share is right.",
        {"graph": "max", "inputs": "2 1 2", "value": 2.0, "step": 2},
    ),
    Preset(
        "Ten sigmoids",
        "Each slope is at most 1/4. How much of the gradient is left for x?",
        {"graph": "chain", "act": "sigmoid", "step": 20, "value": 0.0},
    ),
    Preset(
        "A dead ReLU",
        "Below 0 nothing comes back, however long you train. Drag x below 0.",
        {"graph": "chain", "act": "relu", "n": 3, "value": -1.0},
    ),
    Preset(
        "σ(Ax + b)",
        "The gradient by o is (2, −1). Each entry is multiplied by o(1 − o) on the way back.",
        {"act": "sigmoid", "inputs": "1 -1 2", "weights": "1 2 0; 0 -1 1", "bias": "0 1", "delta": "2 -1"},
    ),
    Preset(
        "Mean",
        "The mean hands the same share to each entry, whatever its value.",
        {"graph": "mean", "inputs": "3 1 3", "step": 2, "value": 3.0},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script that prints the output and its gradient."""
    return SCRIPT.read_text("utf-8")


LAB = Lab(
    name="gradients",
    title="Gradients",
    question="Who gets how much of the gradient?",
    controls=CONTROLS,
    main="step",
    second="value",
    open=("graph", "leaf", "variable", "held", "act", "n", "label", "inputs"),
    presets=PRESETS,
    compute=explore,
    picture=picture,
    take=take,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
)
