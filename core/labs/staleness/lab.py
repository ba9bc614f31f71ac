"""Staleness: how old is a gradient?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.labs.staleness.compute.explore import explore, tables
from core.labs.staleness.controls import CONTROLS
from core.labs.staleness.exercises.ages import LISTED, TURNS
from core.labs.staleness.exercises.costs import PACE, RATE
from core.labs.staleness.picture import picture, thumbnail
from core.labs.staleness.sections import SECTIONS
from core.labs.staleness.stories import STORIES
from core.labs.staleness.words import PREDICTIONS

PRESETS = (
    Preset(
        "Two learners",
        "By t = 5 learner 2 delivers twice, each time 2 updates old. Count the others' updates.",
        {"horizon": 5, "tie": "last"},
    ),
    Preset(
        "A tie", "At t = 5 both deliver. Learner 1 goes first, so learner 2's second gradient is 3 old.", {"horizon": 5}
    ),
    Preset(
        "Equal learners",
        "After one round every gradient is 3 old: one update by each of the three others.",
        {"learners": 4, "period": 1.0},
    ),
    Preset(
        "One straggler",
        "Learner 2's first gradient is 15 old when it arrives. What does it do to the weight?",
        {"learners": 4, "period": 5.5},
    ),
    Preset(
        "Bounded",
        "Learner 1 begins a gradient only if it is at most 2 ahead. Raise the bound and watch both.",
        {"sync": "bounded", "period": 5.0},
    ),
    Preset(
        "Synchronous", "No gradient is old, but learner 1 waits 60% of its time. Drag learner 2 to 1.", {"sync": "sync"}
    ),
    Preset(
        "Eight are too many",
        "Gradients 7 updates old at rate 0.4: the weight moves away. Lower η to 0.2.",
        {"learners": 8, "period": 1.0},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script that prints the staleness of each gradient and the weight at the end."""
    return SCRIPT.read_text("utf-8")


LAB = Lab(
    name="staleness",
    title="Staleness",
    question="How old is a gradient?",
    controls=CONTROLS,
    main="period",
    open=("learners", "sync", "bound", "tie", "eta"),
    presets=PRESETS,
    compute=explore,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=(LISTED, TURNS, PACE, RATE),
    stories=STORIES,
)
