"""Range tests: which learning rate, and who says so?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.data.image_sources import image_set
from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.lr_range.compute.explore import lr_range, tables
from core.labs.lr_range.compute.logs import files
from core.labs.lr_range.compute.own import pasted_curve
from core.labs.lr_range.controls import CONTROLS
from core.labs.lr_range.exercises import EXERCISES
from core.labs.lr_range.picture import picture, thumbnail
from core.labs.lr_range.presets import ADAM, HOMEWORK, INCEPTION, between
from core.labs.lr_range.sections import SECTIONS
from core.labs.lr_range.stories import STORIES
from core.labs.lr_range.words import PREDICTIONS

# The bounds stand where the rule of a cycle reads them from the test; a sweep leaves them to the visitor.
PRESETS = (
    Preset(
        "Ten rates, five epochs",
        "Ten runs of five epochs with a small network. Which two rates would you report?",
        HOMEWORK | between(0.014, 0.056),
    ),
    Preset(
        "Five seeds", "The same test with five seeds. Which rule varies most?", {"seeds": 5} | between(0.0833, 0.333)
    ),
    Preset(
        "Batch norm: no explosion",
        "With batch normalization the loss survives even η = 10. Where is the upper bound now?",
        {"net": "small_cnn", "seeds": 3} | between(0.946, 3.78),
    ),
    Preset(
        "Small Inception",
        "A small Inception network at a quarter of its width. Do the rules still agree?",
        INCEPTION | between(1.16, 4.66),
    ),
    Preset(
        "Only 40 steps",
        "40 steps instead of 200: the smoothed loss keeps more than twice as much noise. Which rules go wrong?",
        {"steps": 40, "seeds": 3} | between(0.0508, 0.203),
    ),
    Preset(
        "Adam",
        "Adam divides by the gradient's size. By what factor is its best rate smaller than SGD's?",
        ADAM | between(0.00833, 0.0333),
    ),
    Preset(
        "Logistic regression",
        "Logistic regression has a convex loss. Do the rules agree now?",
        {"net": "logistic"} | between(0.0147, 0.0587),
    ),
    Preset(
        "Ten rates with batch norm",
        "Ten rates with batch normalization. Which of them diverge?",
        HOMEWORK | between(0.014, 0.056) | {"net": "small_cnn"},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Script of the page on range tests: the rules from the steps of a ramp, or the bounds from those of a sweep."""
    head, parts = parts_of(SCRIPT)
    images = f"images = {image_set(values['data']).images:_}"
    if values["protocol"] == "own":
        steps = (values["record"] or pasted_curve(values["pasted"])).steps
        own = parts["ramp"].replace("1 - 4 / steps", f"max(0, 1 - 4 / {steps})")
        return head + own.rstrip() + "\n"
    return (head + parts[values["protocol"]]).replace("images = 6_000", images).rstrip() + "\n"


LAB = Lab(
    name="lr_range",
    title="Learning-rate range",
    question="How do you find a good learning rate?",
    controls=CONTROLS,
    main="lower",
    second="upper",
    open=("protocol", "pasted", "record", "net", "steps", "seeds", "text"),
    presets=PRESETS,
    compute=lr_range,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    files=files,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
    runs=lambda result: result.specs,
)
