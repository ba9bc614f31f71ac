"""Inception page: what does a 1 x 1 convolution save, and what does a 7 x 7 cost in small pieces?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.inception.compute.explore import sweep, tables
from core.labs.inception.controls import CONTROLS, HOMEWORK, MODULES
from core.labs.inception.exercises import EXERCISES
from core.labs.inception.picture import picture, thumbnail
from core.labs.inception.questions import PREDICTIONS
from core.labs.inception.sections import SECTIONS
from core.labs.inception.stories import STORIES

_SMALL, _LARGE = HOMEWORK
THIN = {"size": 56, "channels": 64, "w1": 32, "r3": 64, "w3": 32, "w5": 16, "pool_proj": 32, "reduce": 64}

PRESETS = (
    Preset(f"Homework: {_SMALL}", "GoogLeNet's 3b on another map. How deep are both outputs, and what is saved?",
           HOMEWORK[_SMALL]),
    Preset(f"Homework: {_LARGE}", "The pooling is counted here. Which branch would you make cheaper first?",
           HOMEWORK[_LARGE]),
    *(Preset(f"GoogLeNet {name}" if name == "3a" else name, f"Module {name} of GoogLeNet. How far from the break-even "
             "are its reductions?", module) for name, module in MODULES.items()),
    Preset("Does not pay", "As many reduction filters as channels, few filters behind. Drag r until it pays.", THIN),
    Preset("Homework: 7 × 7", "Five ways to see 7 × 7. Which is the lightest, and down to which width?",
           {"view": "designs", "channels": 64, "size": 56}),
    Preset("One bottleneck", "One bottleneck is light, but what does it see? Mend your stack.",
           {"view": "designs", "channels": 64, "size": 56, "stack": "1x1/2, 3x3/2, 1x1"}),
)  # fmt: skip

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Script of the Inception page: a module with and without reductions, or the designs that see 7 x 7."""
    head, parts = parts_of(SCRIPT)
    return (head + parts[values["view"]]).rstrip() + "\n"


LAB = Lab(
    name="inception",
    title="Inception and factorisation",
    question="What does a convolution cost in smaller pieces?",
    controls=CONTROLS,
    main="reduce",
    open=("view", "size", "channels", "w3", "unit"),
    presets=PRESETS,
    compute=sweep,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
)
