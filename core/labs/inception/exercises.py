"""Exercises: an inception module with and without reductions, what it saves, and stacks that see 7x7."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.exercises.questions import Question, Slip, count, number
from core.exercises.recipes import Edit, Recipe, asked
from core.exercises.templates import Refused, Template

F = Fraction
TOPIC = "Networks"


@dataclass(frozen=True)
class Module:
    """Side and channels of the input; filters of the branches; reductions before 3x3 and 5x5, and after the pool."""

    side: int
    channels: int
    ones: int
    threes: int
    fives: int
    reduce3: int
    reduce5: int
    pool: int

    @property
    def naive_macs(self) -> int:
        """Multiply-accumulates without reductions; pooling only compares."""
        weights = self.channels * (self.ones + 9 * self.threes + 25 * self.fives)
        return self.side**2 * weights

    @property
    def macs(self) -> int:
        """Multiply-accumulates with reductions."""
        return self.side**2 * self.weights

    @property
    def weights(self) -> int:
        """Weights with reductions, without biases."""
        first = self.channels * (self.ones + self.reduce3 + self.reduce5 + self.pool)
        return first + 9 * self.reduce3 * self.threes + 25 * self.reduce5 * self.fives


def _draw_module(rng: random.Random) -> Module:
    found = Module(
        side=rng.choice((14, 16, 28, 32)),
        channels=rng.choice((192, 256, 480, 512)),
        ones=rng.choice((64, 96, 128)),
        threes=rng.choice((128, 192, 208)),
        fives=rng.choice((32, 48, 96)),
        reduce3=rng.choice((80, 96, 112)),
        reduce5=rng.choice((16, 24, 32)),
        pool=rng.choice((32, 56, 64)),
    )
    if len({found.ones, found.threes, found.fives, found.pool}) < 4:
        raise Refused("Equal branches hide which one is meant.")
    return found


def _text(p: Module) -> str:
    return (
        f"An inception module sees an input of {p.side}×{p.side}×{p.channels}. Its branches have {p.ones} "
        f"filters of 1×1, "
        f"{p.threes} of 3×3, {p.fives} of 5×5, and a 3×3 max pooling with stride 1. The reduced version puts "
        f"{p.reduce3} filters of 1×1 before the 3×3, {p.reduce5} before the 5×5, and {p.pool} after the "
        f"pooling. Nothing "
        "changes height and width, and biases do not count."
    )


def _state(p: Module) -> dict[str, Any]:
    return {"size": p.side} if p.side <= 256 else {}


def _ask_depth(p: Module) -> Sequence[Question]:
    naive = {"1×1": p.ones, "3×3": p.threes, "5×5": p.fives, "pooling": p.channels}
    reduced = naive | {"pooling": p.pool}
    total, own = sum(naive.values()), sum(reduced.values())
    return (
        count(
            "Depth of the output without reductions",
            total,
            (
                Slip("pool_forgotten", total - p.channels, "Pooling is a branch too; it keeps all channels."),
                Slip("pool_projected", own, "Without reductions nothing follows the pooling."),
            ),
            (f"{' + '.join(map(str, naive.values()))} = {total}",),
        ),
        count(
            "Depth of the output with reductions",
            own,
            (
                Slip("pool_forgotten", own - p.pool, f"Pooling is a branch too, with {p.pool} filters after it."),
                Slip("pool_not_projected", total, f"After the pooling a 1×1 leaves {p.pool} channels."),
                Slip("adds_reduces", own + p.reduce3 + p.reduce5, "Reductions are inside the branches."),
            ),
            (f"{' + '.join(map(str, reduced.values()))} = {own}",),
        ),
        asked(
            "Numbers in the reduced output",
            Recipe(({"side": p.side, "side_again": p.side, "depth": own},)),
            (
                Edit("one_side", "A map has side times side values.", lambda r: r.drop("side_again")),
                Edit("pool_forgotten", "Pooling is a branch too.", lambda r: r.edit("depth", own - p.pool)),
                Edit(
                    "adds_reduces",
                    "Reductions are inside the branches.",
                    lambda r: r.edit("depth", own + p.reduce3 + p.reduce5),
                ),
            ),
        ),
    )


DEPTH = Template(
    key="inception.depth",
    title="Output of an inception module",
    topic=TOPIC,
    minutes=4,
    draw=_draw_module,
    published=Module(32, 256, 128, 192, 96, 128, 32, 64),
    text=_text,
    ask=_ask_depth,
    state=_state,
    hints=lambda p: ("The outputs of all branches are stacked: depths add.", "Only the last layer of a branch counts."),
    lesson="Depth is the sum over branches; a pooling branch without a 1×1 passes every channel on.",
)


def _ask_saving(p: Module) -> Sequence[Question]:
    naive, own = p.naive_macs, p.macs
    blind = own + p.side**2 * 9 * (p.channels - p.reduce3) * p.threes
    wide = own + p.side**2 * 25 * p.reduce5 * (p.threes - p.fives)
    pooled = 9 * p.side**2 * p.channels
    saving = F(naive - own, naive)
    terms = Recipe(
        (
            {"side": p.side, "side_again": p.side, "in": p.channels, "ones": p.ones},
            {"side": p.side, "side_again": p.side, "taps": 9, "in": p.channels, "threes": p.threes},
            {"side": p.side, "side_again": p.side, "taps": 25, "in": p.channels, "fives": p.fives},
        )
    )
    return (
        count(
            "Multiply-accumulates without reductions",
            naive,
            (
                Slip("pool_counted", naive + pooled, "Pooling compares; it does not multiply."),
                Slip("flops", 2 * naive, "A multiply-accumulate counts once."),
                Slip(
                    "branch_depth",
                    naive + p.side**2 * 25 * p.channels * (p.threes - p.fives),
                    "The 5×5 has its own number of filters, not that of the 3×3.",
                ),
                Slip("weights", naive // p.side**2, "Each weight is used at every position."),
            ),
            terms.steps(),
        ),
        count(
            "Multiply-accumulates with reductions",
            own,
            (
                Slip("pool_counted", own + pooled, "Pooling compares; it does not multiply."),
                Slip("flops", 2 * own, "A multiply-accumulate counts once."),
                Slip("cin_of_module", blind, f"After its reduction the 3×3 sees {p.reduce3} channels."),
                Slip("branch_depth", wide, "The 5×5 has its own number of filters, not that of the 3×3."),
                Slip(
                    "projection_forgotten",
                    own - p.side**2 * p.channels * p.pool,
                    "The 1×1 after the pooling costs too.",
                ),
            ),
            (
                f"weights = {p.channels} · ({p.ones} + {p.reduce3} + {p.reduce5} + {p.pool}) + 9 · {p.reduce3} "
                f"· {p.threes} "
                f"+ 25 · {p.reduce5} · {p.fives} = {p.weights:,}",
                f"{p.side} · {p.side} · {p.weights:,} = {own:,}",
            ),
        ),
        number(
            "Saving",
            saving,
            (
                Slip("fraction_left", 1 - saving, "That is what is left, not what is saved."),
                Slip("naive_over_reduced", F(naive, own) - 1, "The saving is a share of the naive operations."),
                Slip(
                    "cin_of_module", F(naive - blind, naive), f"After its reduction the 3×3 sees {p.reduce3} channels."
                ),
            ),
            (f"1 − {own:,} / {naive:,} = {float(saving):.5f}",),
            share=True,
        ),
    )


SAVING = Template(
    key="inception.saving",
    title="What the bottlenecks save",
    topic=TOPIC,
    minutes=7,
    draw=_draw_module,
    published=Module(32, 256, 128, 192, 96, 128, 32, 64),
    text=_text,
    ask=_ask_saving,
    state=_state,
    hints=lambda p: (
        "A convolution costs positions × taps × channels in × filters.",
        "After a reduction the next convolution sees only the reduced channels.",
    ),
    lesson="A 1×1 in front of a wide kernel pays for itself many times over.",
)


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
    state=lambda p: {},
    hints=lambda p: ("Weights are taps × channels in × filters.", "A 3×3 widens the view by 2, a 1×1 not at all."),
    lesson="The same view can cost a fraction of the weights.",
)

EXERCISES: tuple[Template[Any], ...] = (DEPTH, SAVING, STACK)
