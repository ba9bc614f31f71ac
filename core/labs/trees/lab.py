"""Trees: which question first?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.trees.compute.splits import explore, tables
from core.labs.trees.controls import CONTROLS
from core.labs.trees.exercises import EXERCISES
from core.labs.trees.picture import picture, thumbnail
from core.labs.trees.sections import SECTIONS
from core.labs.trees.stories import STORIES
from core.labs.trees.words import PREDICTIONS

PRESETS = (
    Preset(
        "The best question",
        "Petal width at 1.75 cm gains 0.690 bits, more than any other first question.",
        {"feature": "petal_width", "threshold": 1.75},
    ),
    Preset(
        "A poor feature",
        "Sepal width gains at most 0.058 bits. What do the questions below it ask for?",
        {"feature": "sepal_width", "threshold": 2.45},
    ),
    Preset(
        "Error sees less",
        "At 1.65 and 1.75 cm the error gains the same. Entropy and Gini impurity prefer 1.75.",
        {"feature": "petal_width", "criterion": "error", "threshold": 1.65},
    ),
    Preset(
        "Greedy",
        "The largest gain on petal length leaves 3 flowers wrong. Drag on to 4.95: only 1.",
        {"depth": 3, "threshold": 4.75},
    ),
    Preset(
        "Nats",
        "With natural logarithms every gain is 0.693 times as large; the best threshold stays.",
        {"base": "e", "threshold": 4.75},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script that prints the gain, the tree, and the gains of a table."""
    head, parts = parts_of(SCRIPT)
    return f"{head}{parts[values['data']]}{parts['tree']}".replace("  # noqa: E402", "")


LAB = Lab(
    name="trees",
    title="Trees",
    question="Which question first?",
    controls=CONTROLS,
    main="threshold",
    open=("data", "feature", "pasted", "upload", "columns", "criterion", "depth"),
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
