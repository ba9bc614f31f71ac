"""Schedules page: what do rate and batch size do in a training, before there is one, and then in it?"""

from __future__ import annotations

from core import scripts
from core.figures import schedules as figures
from core.lab import Lab, Preset
from core.training.schedule_controls import CONTROLS
from core.training.schedule_plans import plan
from core.training.schedule_presets import SETTINGS
from core.training.schedule_runs import trainings
from core.training.schedule_tables import tables
from pages.ui import frame, shell

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

LAB = Lab(
    name="schedules",
    title="Schedules and batch size",
    question="How should the learning rate change?",
    controls=CONTROLS,
    main="length",
    presets=PRESETS,
    compute=plan,
    picture=figures.picture,
    predictions=figures.PREDICTIONS,
    script=scripts.schedules,
    tables=tables,
    thumbnail=figures.thumbnail,
    sections=figures.SECTIONS,
    runs=trainings,
)


def render() -> None:
    """Draw the page."""
    frame.show(LAB)


if __name__ == "__main__":
    shell.run_page(render)
