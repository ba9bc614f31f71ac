"""Schedules page: what do rate and batch size do in a training, before there is one, and then in it?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.schedules.compute.explore import plan
from core.labs.schedules.compute.runs import trainings
from core.labs.schedules.compute.tables import tables
from core.labs.schedules.controls import CONTROLS
from core.labs.schedules.exercises import EXERCISES
from core.labs.schedules.picture import picture, thumbnail
from core.labs.schedules.presets import SETTINGS
from core.labs.schedules.questions import PREDICTIONS
from core.labs.schedules.sections import SECTIONS
from core.labs.schedules.stories import STORIES

NOTES = {
    "Homework: one triangle": "Cyclical with exponential decay, they said. How many cycles are there, and what decays?",
    "exp_range, γ = 1": "Several cycles now, with torch's default γ. Where is the decay?",
    "exp_range, γ < 1": "The same with γ = 0.9998. Drag the length: the envelope stays.",
    "Homework: growing batch": "The rate stays, the batch doubles three times. How many updates are saved, and how "
    "many more doublings would fit into 16 GiB?",
    "Homework: cosine stopped": "T_max is 200, the training has 5 epochs. Drag the length down to 5.",
    "One cycle": "The cycle is planned for longer than the training. What is the rate at the end?",
    "Warm restarts": "Each cosine is twice as long as the one before. Drag until the training ends "
    "just before a restart.",
    "Trained: which is better?": "Three seeds each. Which differences are larger than those between the seeds?",
    "Grow or decay": "Four times the batch, or a quarter of the rate: the noise is the same, the updates are not.",
}

PRESETS = tuple(Preset(label, NOTES[label], settings) for label, settings in SETTINGS.items())

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Script of the page on schedules: one schedule or the strategies side by side, as planned or as trained."""
    head, parts = parts_of(SCRIPT)
    return (head + parts["runs" if values["what"] == "runs" else values["view"]]).rstrip() + "\n"


LAB = Lab(
    name="schedules",
    title="Schedules and batch size",
    question="How should the learning rate change?",
    controls=CONTROLS,
    main="length",
    open=("what", "view", "along", "schedule", "high"),
    start={"schedule": "cosine", "low": 0.0, "counts": "epochs", "length": 10, "cycled": "kept"},
    presets=PRESETS,
    compute=plan,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
    runs=trainings,
)
