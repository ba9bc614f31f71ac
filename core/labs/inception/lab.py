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
    Preset(
        "3b on 32×32",
        "GoogLeNet's module 3b on another input. How deep are both outputs, and what is saved?",
        HOMEWORK[_SMALL],
    ),
    Preset(
        "128×128, pooling counted", "Pooling is counted here. Which branch would you reduce first?", HOMEWORK[_LARGE]
    ),
    *(
        Preset(
            f"GoogLeNet {name}" if name == "3a" else name,
            f"Module {name} of GoogLeNet. How far are its reductions from break-even?",
            module,
        )
        for name, module in MODULES.items()
    ),
    Preset(
        "Costs more than it saves",
        "As many reduction filters as channels, then few filters. Drag r until it pays off.",
        THIN,
    ),
    Preset(
        "Five ways to see 7×7",
        "Five stacks with a 7×7 receptive field. Which has the fewest weights, and for which r?",
        {"view": "designs", "channels": 64, "size": 56},
    ),
    Preset(
        "One bottleneck sees 3×3",
        "One bottleneck is cheap, but how large is its receptive field? Fix your stack.",
        {"view": "designs", "channels": 64, "size": 56, "stack": "1x1/2, 3x3/2, 1x1"},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script of the Inception page: a module with and without reductions, or the designs that see 7 x 7."""
    head, parts = parts_of(SCRIPT)
    return (head + parts[values["view"]]).rstrip() + "\n"


LAB = Lab(
    name="inception",
    title="Inception and factorization",
    question="How much does a 1×1 bottleneck save?",
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
