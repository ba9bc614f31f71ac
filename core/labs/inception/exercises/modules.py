"""Exercises: an Inception module with and without reductions."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.exercises.templates import Refused, Template
from core.labs.inception.compute.by_hand import TOPIC, Module, depth, five, operations, outputs, parameters, saving

SMALL = Module(32, 256, 128, 192, 96, 128, 32, 64)
LARGE = Module(128, 512, 64, 128, 64, 64, 64, 512)


def _draw(rng: random.Random) -> Module:
    found = Module(
        side=rng.choice((14, 16, 28, 32)),
        channels=rng.choice((192, 256, 480, 512)),
        ones=rng.choice((64, 96, 128)),
        threes=rng.choice((128, 192, 208)),
        fives=rng.choice((32, 48, 96)),
        reduce3=rng.choice((80, 96, 112)),
        reduce5=rng.choice((16, 24, 32)),
        pool=rng.choice((32, 48, 64)),
    )
    if len({found.ones, found.threes, found.fives, found.pool}) < 4:
        raise Refused("Equal branches hide which one is meant.")
    return found


def _text(p: Module) -> str:
    counted = (
        "Pooling counts nine comparisons for each output." if p.pooled else "Pooling counts nothing, nor do biases."
    )
    return (
        f"An Inception module sees an input of {p.side}×{p.side}×{p.channels}. Its branches have {p.ones} filters of "
        f"1×1, {p.threes} of 3×3, {p.fives} of 5×5, and a 3×3 max pooling with stride 1. The reduced version puts "
        f"{p.reduce3} filters of 1×1 before the 3×3, {p.reduce5} before the 5×5, and {p.pool} after the pooling. "
        f"Nothing changes height and width. An operation is a multiply-accumulate. {counted}"
    )


def _state(p: Module) -> Mapping[str, Any]:
    return {
        "size": p.side,
        "channels": p.channels,
        "w1": p.ones,
        "r3": p.reduce3,
        "w3": p.threes,
        "reduce": p.reduce5,
        "w5": p.fives,
        "pool_proj": p.pool,
        "pooled": p.pooled,
    }


DEPTH = Template(
    key="inception.depth",
    title="Output of an Inception module",
    topic=TOPIC,
    minutes=4,
    draw=_draw,
    published=SMALL,
    text=_text,
    ask=lambda p: (depth(p, False), depth(p, True), outputs(p, False), outputs(p, True)),
    state=_state,
    hints=lambda p: ("The outputs of all branches are stacked: depths add.", "Only the last layer of a branch counts."),
    lesson="Depth is the sum over branches; a pooling branch without a 1×1 passes every channel on.",
)

SAVING = Template(
    key="inception.saving",
    title="What the bottlenecks save",
    topic=TOPIC,
    minutes=7,
    draw=_draw,
    published=SMALL,
    text=_text,
    ask=lambda p: (operations(p, False), operations(p, True), saving(p)),
    state=_state,
    hints=lambda p: (
        "A convolution costs positions × taps × channels in × filters.",
        "After a reduction the next convolution sees only the reduced channels.",
    ),
    lesson="A 1×1 in front of a wide kernel pays for itself many times over.",
)

POOLED = Template(
    key="inception.pooled",
    title="An Inception module with its pooling counted",
    topic=TOPIC,
    minutes=8,
    draw=lambda rng: replace(_draw(rng), pooled=True),
    published=replace(LARGE, pooled=True),
    text=_text,
    ask=lambda p: (five(p, True), operations(p, True), operations(p, False), five(p, False)),
    state=_state,
    hints=lambda p: (
        "The 5×5 has its own filters, and sees the channels of its reduction.",
        "Pooling compares nine values for each output, and keeps all channels.",
    ),
    lesson="Say what counts as an operation; each branch has its own depth.",
)

WEIGHTS = Template(
    key="inception.weights",
    title="Parameters of an Inception module",
    topic=TOPIC,
    minutes=5,
    draw=_draw,
    published=LARGE,
    text=_text,
    ask=lambda p: (parameters(p, False), parameters(p, True)),
    state=_state,
    hints=lambda p: ("Weights are taps × channels in × filters.", "Height and width do not matter here."),
    lesson="Parameters do not depend on the size of the image; pooling has none.",
)
