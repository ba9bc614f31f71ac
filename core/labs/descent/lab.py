"""Gradient descent: how large may a step be?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.labs.descent.compute.descent import explore, tables
from core.labs.descent.controls import CONTROLS
from core.labs.descent.exercises import EXERCISES
from core.labs.descent.picture import picture, thumbnail
from core.labs.descent.sections import SECTIONS
from core.labs.descent.stories import STORIES
from core.labs.descent.words import PREDICTIONS

PRESETS = (
    Preset(
        "Just past the limit",
        "At 2.1 the loss grows by 21% a step. Drag back to 2, then to 1.9.",
        {"rate": 2.1, "x0": 0.5, "steps": 20},
    ),
    Preset(
        "Four rates in a valley",
        "After 100 steps, which of the four rates is lowest? And which one diverges?",
        {"loss": "valley", "x0": 1.0, "top": 0.1, "rate": 0.0198, "steps": 100},
    ),
    Preset(
        "x⁴: the start decides",
        "From 2.2 a rate of 0.1 converges. Move the start to 2.24: now it diverges.",
        {"loss": "quartic", "x0": 2.2, "rate": 0.1, "top": 0.1},
    ),
    Preset(
        "Out of a sharp valley",
        "Below 0.125 it stays in the sharp valley. Drag the rate past that: where does it go?",
        {"loss": "two", "x0": 1.5, "rate": 0.1},
    ),
    Preset(
        "Noise floor",
        "Noise keeps the loss up. Drag the rate down: the floor sinks, but descent takes longer.",
        {"noise": 1.0, "rate": 0.5, "steps": 100},
    ),
    Preset(
        "A real loss breaks",
        "Squared error on 569 tumors: at 0.16, just past 2/L = 0.1506, it diverges.",
        {"loss": "squares", "rate": 0.16, "top": 0.1},
    ),
    Preset(
        "A real loss holds",
        "Cross-entropy on the same data: 2/L is 0.6023, yet a rate of 5 still converges. Why?",
        {"loss": "logistic", "rate": 5.0},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script that descends at one rate and prints the limit."""
    return SCRIPT.read_text("utf-8")


LAB = Lab(
    name="descent",
    title="Gradient descent",
    question="How large may a step be?",
    controls=CONTROLS,
    main="rate",
    open=("loss", "x0", "steps", "noise", "top"),
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
