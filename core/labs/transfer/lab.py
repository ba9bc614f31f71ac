"""Transfer and freezing: what does freezing the first layers save, and what does it cost?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.transfer.compute.explore import tables, transfer
from core.labs.transfer.compute.logs import files
from core.labs.transfer.controls import CONTROLS
from core.labs.transfer.exercises import EXERCISES
from core.labs.transfer.picture import picture, thumbnail
from core.labs.transfer.questions import PREDICTIONS
from core.labs.transfer.sections import SECTIONS
from core.labs.transfer.stories import STORIES

PRESETS = (
    Preset(
        "Freeze the base",
        "Only the head is trained. How many parameters is that, and how often must the base run?",
        {"cut": 23, "batch": 64},
    ),
    Preset(
        "Freeze below layer 10",
        "Layers up to block3_conv3 are frozen. What is saved: parameters or activations?",
        {"cut": 10, "batch": 64},
    ),
    Preset("Nothing frozen", "VGG19 at its native size. What takes the most memory?", {"cut": 0, "size": 224}),
    Preset(
        "ResNet-18, head only",
        "Batch normalization: are its statistics frozen too?",
        {"net": "resnet18", "cut": 23, "size": 224},
    ),
    Preset(
        "ResNet-18, last stage",
        "The last stage holds three quarters of the parameters, on 7×7 maps.",
        {"net": "resnet18", "cut": 17, "size": 224},
    ),
    Preset(
        "ResNet-18, plain SGD",
        "Plain SGD has no optimizer state. Which dominates: weights or activations?",
        {"net": "resnet18", "cut": 0, "size": 128, "optimizer": "SGD", "batch": 256},
    ),
    Preset(
        "A head of 1.6 million",
        "1,000 classes and a hidden layer. How many times the 5,130 parameters of Dense(10)?",
        {"classes": 1000, "hidden": 1024, "cut": 22},
    ),
    Preset(
        "25 images",
        "25 images of five new classes. How much does transfer help, and how many layers should you unfreeze?",
        {"view": "runs", "cut": 0},
    ),
    Preset(
        "1,000 images",
        "Many images of the new classes. Does transfer still help?",
        {"view": "runs", "cut": 7, "images": 1000},
    ),
    Preset(
        "LeNet-5",
        "The last map is flattened, so parameters grow with the image.",
        {"net": "lenet", "cut": 5, "size": 64},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script of the page on transfer: both sides of the cut, and the memory of a step or the runs."""
    head, parts = parts_of(SCRIPT)
    return (head + parts[values["view"]]).rstrip() + "\n"


LAB = Lab(
    name="transfer",
    title="Transfer and freezing",
    question="What does freezing layers save, and cost?",
    controls=CONTROLS,
    main="cut",
    open=("view", "net", "images", "base", "optimizer"),
    presets=PRESETS,
    compute=transfer,
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
