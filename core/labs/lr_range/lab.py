"""Range tests: which learning rate, and who says so?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.data.image_sources import image_set
from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.lr_range.compute.explore import lr_range, tables
from core.labs.lr_range.controls import CONTROLS
from core.labs.lr_range.exercises import EXERCISES
from core.labs.lr_range.picture import picture, thumbnail
from core.labs.lr_range.presets import ADAM, HOMEWORK, INCEPTION, between
from core.labs.lr_range.sections import SECTIONS
from core.labs.lr_range.stories import STORIES
from core.labs.lr_range.words import PREDICTIONS

# The bounds stand where the rule of a cycle reads them from the test; a sweep leaves them to the visitor.
PRESETS = (
    Preset("Homework: ten rates", "Ten trainings of five epochs, with a tenth of the images and a small network. "
           "Which two rates would you report?", HOMEWORK | between(0.014, 0.056)),
    Preset("Five seeds", "The same test five times. Which rule moves most?", {"seeds": 5} | between(0.0833, 0.333)),
    Preset("Small CNN", "Batch normalisation: the loss does not explode even at η = 10. What is the upper bound now?",
           {"net": "small_cnn", "seeds": 3} | between(0.946, 3.78)),
    Preset("Inception, a quarter", "The homework's kind of network, a quarter as wide.",
           INCEPTION | between(1.16, 4.66)),
    Preset("Few steps", "40 steps instead of 200: the smoothed loss keeps more than twice as much noise, "
           "and the rules go wrong.",
           {"steps": 40, "seeds": 3} | between(0.0508, 0.203)),
    Preset("Adam", "Adam's rates are about ten times smaller here, because it divides by the size of the gradient.",
           ADAM | between(0.00833, 0.0333)),
    Preset("A convex loss", "Logistic regression has one minimum. Do the rules agree now?",
           {"net": "logistic"} | between(0.0147, 0.0587)),
    Preset("Homework, small CNN", "The homework's ten rates with batch normalisation: which of them diverge?",
           HOMEWORK | between(0.014, 0.056) | {"net": "small_cnn"}),
)  # fmt: skip

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Script of the page on range tests: the rules from the steps of a ramp, or the bounds from those of a sweep."""
    head, parts = parts_of(SCRIPT)
    images = f"images = {image_set(values['data']).images:_}"
    return (head + parts[values["protocol"]]).replace("images = 6_000", images).rstrip() + "\n"


LAB = Lab(
    name="lr_range",
    title="Learning-rate range",
    question="Which learning rate, and who says so?",
    controls=CONTROLS,
    main="lower",
    second="upper",
    open=("protocol", "net", "steps", "seeds", "text"),
    presets=PRESETS,
    compute=lr_range,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
    runs=lambda result: result.specs,
)
