"""Nearest neighbors: whose neighbors decide?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.labs.neighbors.compute.explore import explore, tables
from core.labs.neighbors.controls import CONTROLS
from core.labs.neighbors.exercises import EXERCISES
from core.labs.neighbors.picture import picture, thumbnail
from core.labs.neighbors.sections import SECTIONS
from core.labs.neighbors.stories import STORIES
from core.labs.neighbors.words import PREDICTIONS

PRESETS = (
    Preset("One neighbor", "Point 5 is nearest to 0 and makes it blue. Raise K to 3: who decides now?", {"k": 1}),
    Preset(
        "Another unit",
        "x₁ counts a tenth, and the nearest point is another one. Move “Unit of x₁” back to 1.",
        {"k": 1, "stretch": 0.1},
    ),
    Preset(
        "A tie",
        "Two neighbors, one vote each. Choose another rule under “When votes tie”.",
        {"k": 2, "tie": "undecided"},
    ),
    Preset("Everybody votes", "With K = 6 every query asks the same six points: the map has one color.", {"k": 6}),
    Preset(
        "Islands",
        "With K = 1 every stray point owns an island. Compare the two errors, then raise K.",
        {"data": "moons", "k": 1, "noise": 0.5, "n": 100, "qx": 1.0, "qy": 1.0},
    ),
    Preset(
        "Only the direction",
        "Under cosine the regions are wedges: the length of the query does not matter.",
        {"data": "clouds", "metric": "cosine", "k": 5, "qx": 1.6, "qy": 1.0},
    ),
    Preset(
        "Three classes",
        "Votes weighed by 1/d² follow the nearest points, even with K = 15.",
        {"data": "three", "k": 15, "weights": "square", "noise": 0.6, "qx": 0.6, "qy": 1.4},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script that lets the neighbors of one query vote and computes both errors."""
    return SCRIPT.read_text("utf-8")


LAB = Lab(
    name="neighbors",
    title="Neighbors",
    question="Whose neighbors decide?",
    controls=CONTROLS,
    main="qx",
    second="qy",
    open=("data", "pasted", "upload", "columns", "k", "metric", "stretch", "standardize"),
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
