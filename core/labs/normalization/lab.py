"""Batch normalization: what does a batch do to a number?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.labs.normalization.compute import explore, tables
from core.labs.normalization.controls import CONTROLS
from core.labs.normalization.exercises.batches import BATCH, GRADIENT, SMALL
from core.labs.normalization.exercises.kept import PARAMETERS, RUNNING
from core.labs.normalization.picture import picture, thumbnail
from core.labs.normalization.sections import SECTIONS
from core.labs.normalization.stories import STORIES
from core.labs.normalization.words import PREDICTIONS

PRESETS = (
    Preset(
        "Two values land at ±1",
        "Any two different values become −1 and 1. Drag the last one past the other.",
        {"batch": "1 6"},
    ),
    Preset(
        "A batch of one",
        "Alone, a value lands at β = 0.5 and gets no gradient. What could it teach?",
        {"batch": "6", "beta": 0.5},
    ),
    Preset(
        "An outlier takes it all",
        "At 10 the outlier is 1.72 spreads out; √3 = 1.73 is the limit. What do the others do?",
        {"batch": "1 1.5 2 6", "moved": 10.0},
    ),
    Preset(
        "γ and β undo it",
        "γ near the spread and β at the mean give the values back. Drag, and they do not.",
        {"gamma": 1.85, "beta": 3.0},
    ),
    Preset(
        "ε matters",
        "With ε = 1 a narrow batch stays narrow. Lower ε and watch it spread.",
        {"batch": "0 0.5 1 1.5", "moved": 1.5, "eps": 1.0},
    ),
    Preset(
        "Testing",
        "Testing uses the running statistics: now only its own output moves, on a straight line.",
        {"mode": "test"},
    ),
    Preset(
        "Momentum 0.99 in Keras",
        "Keras keeps 99% of the old value: ten updates leave 90% of the start.",
        {"mode": "test", "momentum": 0.99, "convention": "keras"},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script that runs the layer forward and back."""
    return SCRIPT.read_text("utf-8")


LAB = Lab(
    name="normalization",
    title="Batch normalization",
    question="What does a batch do to a number?",
    controls=CONTROLS,
    main="moved",
    open=("batch", "mode", "gamma", "beta", "eps"),
    presets=PRESETS,
    compute=explore,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=(BATCH, RUNNING, PARAMETERS, SMALL, GRADIENT),
    stories=STORIES,
)
