"""Schedules page: what do rate and batch size do in a training, before there is one, and then in it?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.schedules.compute.explore import plan
from core.labs.schedules.compute.logs import files
from core.labs.schedules.compute.runs import trainings
from core.labs.schedules.compute.tables import tables
from core.labs.schedules.controls import CONTROLS
from core.labs.schedules.exercises import EXERCISES
from core.labs.schedules.picture import picture, thumbnail
from core.labs.schedules.presets import OWN, SETTINGS
from core.labs.schedules.questions import PREDICTIONS
from core.labs.schedules.sections import SECTIONS
from core.labs.schedules.stories import STORIES

NOTES = {
    "One triangle, cut short": "Meant as cycles with exponential decay. How many cycles are there, and what decays?",
    "γ = 1: no decay": "Several cycles now, with torch's default γ. Where is the decay?",
    "γ < 1: decay": "The same with γ = 0.9998. Drag the length: the envelope stays.",
    "Growing batch": "The rate stays while the batch doubles three times. How many updates are saved, and how "
    "many more doublings fit in 16 GiB?",
    "Cosine, 5 of 200 epochs": "T_max is 200, but training lasts 5 epochs. Drag the length down to 5.",
    "One cycle": "The cycle is longer than the training. What is the final rate?",
    "Warm restarts": "Each cosine is twice as long as the one before. Drag until the training ends just "
    "before a restart.",
    "Trained, three seeds": "Three seeds each. Which differences exceed the seed-to-seed spread?",
    "Grow or decay": "Four times the batch or a quarter of the rate: same noise scale. Which takes fewer updates?",
}

PRESETS = (
    *(Preset(label, NOTES[label], settings) for label, settings in SETTINGS.items()),
    Preset("Your own log", "A recorded log beside its plan. After which epoch did training stop helping?", OWN),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Script of the page on schedules: a schedule or the strategies, planned or trained, or a log beside the plan."""
    head, parts = parts_of(SCRIPT)
    return (head + parts[values["view"] if values["what"] == "plan" else values["what"]]).rstrip() + "\n"


LAB = Lab(
    name="schedules",
    title="Schedules and batch size",
    question="How should the learning rate change?",
    controls=CONTROLS,
    main="length",
    open=("what", "logged", "record", "counted", "view", "along", "schedule", "warm", "milestones", "power", "high"),
    start={"schedule": "cosine", "low": 0.0, "counts": "epochs", "length": 10, "cycled": "kept"},
    presets=PRESETS,
    compute=plan,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    files=files,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
    runs=trainings,
)
