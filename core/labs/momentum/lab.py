"""Momentum lab: how fast can gradient descent be, and when does it break?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.labs.momentum.compute.explore import explore, tables
from core.labs.momentum.controls import CONTROLS
from core.labs.momentum.exercises import EXERCISES
from core.labs.momentum.picture import picture, thumbnail
from core.labs.momentum.questions import PREDICTIONS
from core.labs.momentum.sections import SECTIONS
from core.labs.momentum.stories import STORIES

PRESETS = (
    Preset(
        "Plain gradient descent",
        "No momentum, at the best step size 2/(λmax + λmin). Drag the dot up and right: how much faster can it get?",
        {"kappa": 9.0, "lr": 1.8, "momentum": 0.0},
    ),
    Preset(
        "Best momentum",
        "The same valley at the best momentum, ((√κ − 1)/(√κ + 1))² = 1/4. All four roots have modulus 1/2.",
        {"kappa": 9.0, "lr": 2.25, "momentum": 0.25},
    ),
    Preset(
        "Step size too large",
        "Slightly too large a step: one root of the steep direction leaves the unit circle.",
        {"kappa": 9.0, "lr": 2.6, "momentum": 0.25},
    ),
    Preset(
        "Too much momentum",
        "Both directions oscillate for long: the rate is √μ at any step size. Drag the dot down.",
        {"kappa": 9.0, "lr": 1.0, "momentum": 0.95},
    ),
    Preset(
        "Nesterov",
        "The gradient is taken farther ahead: less oscillation, but a lower stability limit.",
        {"method": "nesterov", "lr": 1.3, "momentum": 0.8},
    ),
    Preset(
        "κ = 1000",
        "A narrow valley near its optimum. Plain gradient descent needs 1,151 steps per digit.",
        {"kappa": 1000.0, "lr": 3.7, "momentum": 0.9},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script of the page on momentum: rate and distance in two ways, and the best setting."""
    return SCRIPT.read_text("utf-8")


LAB = Lab(
    name="momentum",
    title="Momentum",
    question="How much does momentum help?",
    controls=CONTROLS,
    main="lr",
    second="momentum",
    open=("kappa", "method"),
    start={"lr": 1.9, "momentum": 0.0},
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
