"""Convolution as a matrix: what does a convolution compute?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.kit.lab import Lab, Preset
from core.kit.scripts import parts_of
from core.labs.convolution.compute.explore import convolve, tables
from core.labs.convolution.controls import BLUR, CONTROLS, COUNT, DOT, HOMEWORK, ONES, SHARPEN, SQUARE, STEPS
from core.labs.convolution.exercises import EXERCISES
from core.labs.convolution.picture import picture, thumbnail
from core.labs.convolution.sections import SECTIONS
from core.labs.convolution.stories import STORIES
from core.labs.convolution.words import PREDICTIONS

PRESETS = (
    Preset("Homework 4.2", "A 4 × 4 image and the same kernel. Write W and W vec(x) before you look; the second "
           "section below judges them.", {"image": HOMEWORK}),
    Preset("Flipped", "The same with convolution in the sense of mathematics: the kernel is turned by 180° first. What "
           "happens to the sign?", {"image": HOMEWORK, "operation": "convolution"}),
    Preset("One bright pixel", "Cross-correlation writes the kernel upside down around a single pixel, convolution "
           "upright. Switch the operation.", {"image": DOT, "kernel": COUNT, "padding": 1, "pos": 6}),
    Preset("Same size", "One row of zeros on each side keeps the size. Look at the border: the sums there are too "
           "small.", {"image": STEPS, "kernel": BLUR, "padding": 1}),
    Preset("Stride 2", "The kernel skips every second place in both directions: W keeps one row in four, and is no "
           "Toeplitz matrix any more.", {"stride": 2, "padding": 1}),
    Preset("Sharpen", "Five times the pixel less its four neighbours: nothing changes where all are equal.",
           {"kernel": SHARPEN}),
    Preset("1 × 1", "A single weight: W is that number times the identity.",
           {"image": STEPS, "kernel": "3"}),
    Preset("im2col", "A column for each place. How often does a pixel appear?",
           {"image": STEPS, "view": "im2col"}),
    Preset("Checkerboard", "All ones, and a kernel of ones with stride 2. The way back adds copies that overlap "
           "unevenly.", {"image": ONES, "kernel": SQUARE, "stride": 2, "view": "transposed"}),
)  # fmt: skip

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Script of the page on convolution: the view that is shown."""
    head, parts = parts_of(SCRIPT)
    return (head + parts[values["view"]]).replace("  # noqa: E741", "").rstrip() + "\n"


LAB = Lab(
    name="convolution",
    title="Convolution as a matrix",
    question="What does a convolution compute?",
    controls=CONTROLS,
    main="pos",
    open=("view", "image", "kernel", "stride", "padding"),
    start={"pos": 1},
    presets=PRESETS,
    compute=convolve,
    picture=picture,
    predictions=PREDICTIONS,
    script=script,
    tables=tables,
    thumbnail=thumbnail,
    sections=SECTIONS,
    exercises=EXERCISES,
    stories=STORIES,
)
