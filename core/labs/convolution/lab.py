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
    Preset(
        "A ramp: −40 everywhere",
        "A 4×4 image and a 3×3 edge kernel. Write down W and W vec(x), then check them below.",
        {"image": HOMEWORK},
    ),
    Preset(
        "Kernel flipped",
        "Mathematical convolution first rotates the kernel by 180°. What happens to the sign?",
        {"image": HOMEWORK, "operation": "convolution"},
    ),
    Preset(
        "One bright pixel",
        "One bright pixel: cross-correlation prints the kernel rotated by 180°, convolution "
        "upright. Switch the operation.",
        {"image": DOT, "kernel": COUNT, "padding": 1, "pos": 6},
    ),
    Preset(
        "Same size",
        "One ring of zeros keeps the size. At the border the sums are too small.",
        {"image": STEPS, "kernel": BLUR, "padding": 1},
    ),
    Preset(
        "Stride 2",
        "The kernel skips every other position: W keeps one row in four and is no longer Toeplitz.",
        {"stride": 2, "padding": 1},
    ),
    Preset("Sharpen", "Five times the pixel minus its four neighbors: flat areas do not change.", {"kernel": SHARPEN}),
    Preset("1×1", "A single weight: W is that number times the identity.", {"image": STEPS, "kernel": "3"}),
    Preset(
        "im2col",
        "One column per kernel position. How often does each pixel appear?",
        {"image": STEPS, "view": "im2col"},
    ),
    Preset(
        "Checkerboard",
        "All ones, stride 2. The transposed convolution adds copies that overlap unevenly.",
        {"image": ONES, "kernel": SQUARE, "stride": 2, "view": "transposed"},
    ),
)

SCRIPT = Path(__file__).with_name("script.py")


def script(values: Mapping[str, Any]) -> str:
    """Return the script of the page on convolution, for the current view."""
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
