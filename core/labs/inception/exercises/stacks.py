"""Exercises: stacks of small kernels that see as much as one large one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.exercises.questions import Question, Slip, count, number
from core.exercises.templates import Template
from core.kit.controls import closest
from core.labs.inception.compute.by_hand import TOPIC
from core.labs.inception.controls import CONTROLS

F = Fraction


def _designs(sees: int) -> dict[str, Any]:
    """Return a state in which 3x3 convolutions see a window."""
    return {"view": "designs", "stack": ", ".join(["3x3"] * ((sees - 1) // 2))}


@dataclass(frozen=True)
class Stack:
    """Channels, and the side of the window that must be seen."""

    channels: int
    sees: int


def _ask_stack(p: Stack) -> Sequence[Question]:
    c, layers = p.channels, (p.sees - 1) // 2
    whole = p.sees**2 * c * c
    threes = layers * 9 * c * c
    lines = 2 * p.sees * c * c
    half = c // 2
    block = c * half + 9 * half * half + half * c
    return (
        count(
            f"Weights of one {p.sees}×{p.sees} convolution",
            whole,
            (
                Slip("one_filter", p.sees**2 * c, f"There are {c} filters."),
                Slip("depth_forgotten", p.sees**2, f"A filter has {c} channels, and there are {c} filters."),
            ),
            (f"{p.sees} · {p.sees} · {c} · {c} = {whole:,}",),
        ),
        count(
            "Weights of 3×3 convolutions that see as much",
            threes,
            (
                Slip("one_layer", 9 * c * c, f"One layer sees 3×3; it takes {layers}."),
                Slip("too_many", (layers + 1) * 9 * c * c, "Each layer widens the view by 2."),
            ),
            (f"{layers} layers: {layers} · 9 · {c} · {c} = {threes:,}",),
        ),
        count(
            f"Weights of a 1×{p.sees} after a {p.sees}×1",
            lines,
            (
                Slip("one_layer", p.sees * c * c, "There are two of them."),
                Slip("product", whole, "They are two lines, not a square."),
            ),
            (f"2 · {p.sees} · {c} · {c} = {lines:,}",),
        ),
        count(
            f"Weights of bottlenecks (1×1 to {half}, 3×3, 1×1 back) that see as much",
            layers * block,
            (
                Slip("one_bottleneck", block, f"One bottleneck sees 3×3; it takes {layers}."),
                Slip("not_halved", layers * 11 * c * c, f"The first 1×1 leaves {half} channels."),
            ),
            (
                f"{c} · {half} + 9 · {half} · {half} + {half} · {c} = {block}",
                f"{layers} · {block} = {layers * block:,}",
            ),
        ),
    )


STACK = Template(
    key="inception.stack",
    title="Stacks that see as much",
    topic=TOPIC,
    minutes=6,
    draw=lambda rng: Stack(rng.randrange(16, 132, 4), rng.choice((5, 7, 9))),
    published=Stack(64, 7),
    text=lambda p: (
        f"A map of {p.channels} channels goes into a map of {p.channels} channels. Compare layers whose outputs see "
        f"{p.sees}×{p.sees} pixels of the input, all with stride 1 and without biases."
    ),
    ask=_ask_stack,
    state=lambda p: {**_designs(p.sees), **closest(CONTROLS, channels=p.channels)},
    hints=lambda p: ("Weights are taps × channels in × filters.", "A 3×3 widens the view by 2, a 1×1 not at all."),
    lesson="The same view can cost a fraction of the weights.",
)


def _ask_designs(sees: int) -> Sequence[Question]:
    layers, half = (sees - 1) // 2, (sees + 1) // 2
    return (
        count(
            f"One {sees}×{sees}",
            sees**2,
            (Slip("one_row", sees, "A kernel has as many rows as columns."),),
            (f"{sees} · {sees} = {sees**2}",),
        ),
        count(
            f"1×{sees}, then {sees}×1",
            2 * sees,
            (
                Slip("one_layer", sees, "That is one of two layers."),
                Slip("product", sees**2, "They are two lines, not a square."),
            ),
            (f"{sees} + {sees} = {2 * sees}",),
        ),
        count(
            f"Two {half}×{half}",
            2 * half**2,
            (
                Slip("one_layer", half**2, "That is one of two layers."),
                Slip("product", half**4, "Weights of layers add."),
            ),
            (f"2 · {half} · {half} = {2 * half**2}",),
        ),
        count(
            f"{layers} times 3×3",
            9 * layers,
            (Slip("one_layer", 9, f"That is one of {layers} layers."),),
            (f"{layers} · 9 = {9 * layers}",),
        ),
        number(
            f"{layers} bottlenecks",
            F(13, 4) * layers,
            (
                Slip("one_bottleneck", F(13, 4), f"One bottleneck sees 3×3; it takes {layers}."),
                Slip("not_halved", F(11 * layers), "The 1×1 keeps half of the channels on both sides of the 3×3."),
                Slip("half_once", layers * (1 + F(9, 2)), "The 3×3 has half of the channels on both of its sides."),
            ),
            (
                "each: 1/2 + 9/4 + 1/2 = 3.25",
                f"{layers} · 3.25 = {float(F(13, 4) * layers):g}",
            ),
        ),
    )


DESIGNS = Template(
    key="inception.designs",
    title="Designs in units of C²",
    topic=TOPIC,
    minutes=5,
    draw=lambda rng: rng.randrange(5, 41, 2),
    published=7,
    text=lambda p: (
        f"All layers go from C to C channels without biases, with stride 1, and see {p}×{p} pixels in the end. Give "
        "their weights in units of C². A bottleneck is a 1×1 to half of the channels, a 3×3, and a 1×1 back to all."
    ),
    ask=_ask_designs,
    state=_designs,
    hints=lambda p: (
        "A k×k convolution from C to C channels has k² units.",
        "Only kernels wider than 1×1 widen the view, by k − 1.",
    ),
    lesson="Small kernels in a row see as much for less, and bottlenecks for less still.",
)
