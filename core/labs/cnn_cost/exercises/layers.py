"""Exercises: one convolution, a stack of layers, and fully connected layers, counted by hand."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.exercises.questions import Question, Slip, count, side
from core.exercises.recipes import Edit, Recipe, asked
from core.exercises.templates import Refused, Template

TOPIC = "Networks"


@dataclass(frozen=True)
class Convolution:
    """One convolution on a square image: side, channels, kernel, filters, stride, padding."""

    side: int
    channels: int
    kernel: int
    filters: int
    stride: int
    padding: int

    @property
    def out(self) -> int:
        """Side of the output."""
        return (self.side + 2 * self.padding - self.kernel) // self.stride + 1


def _draw_convolution(rng: random.Random) -> Convolution:
    kernel = rng.choice((3, 5, 7))
    found = Convolution(
        side=rng.choice(range(28, 128, 4)),
        channels=rng.choice((1, 3, 8, 16, 32, 64)),
        kernel=kernel,
        filters=rng.choice((8, 16, 32, 48, 64, 96, 128)),
        stride=rng.choice((1, 2, 2, 3)),
        padding=rng.randint(0, kernel // 2),
    )
    if found.channels == found.filters:
        raise Refused("Equal depths hide which one is meant.")
    return found


def _ask_convolution(p: Convolution) -> Sequence[Question]:
    room = p.side + 2 * p.padding - p.kernel
    output = side(
        "Side of the output",
        p.filters,
        p.out,
        (
            Slip("no_plus_1", room // p.stride, "The kernel also stands at its first position: add 1."),
            Slip("rounded_up", -(-room // p.stride) + 1, "A position that does not fit is left out: round down."),
            Slip("padding_forgotten", (p.side - p.kernel) // p.stride + 1, "The padding adds to the side."),
            Slip("padding_once", (room - p.padding) // p.stride + 1, "Padding is added on both sides."),
            Slip("stride_forgotten", room + 1, f"The kernel moves by {p.stride}."),
        ),
        (f"({p.side} + 2 · {p.padding} − {p.kernel}) / {p.stride}, rounded down, + 1 = {p.out}",),
    )
    weights = {"kernel": p.kernel, "kernel_again": p.kernel, "depth": p.channels, "filters": p.filters}
    parameters = asked(
        "Parameters with biases",
        Recipe((weights, {"biases": p.filters})),
        (
            Edit("bias_forgotten", "Each filter has a bias.", lambda r: Recipe(r.terms[:1])),
            Edit("depth_forgotten", "A filter is as deep as its input.", lambda r: r.drop("depth")),
            Edit(
                "wrong_depth",
                "A filter is as deep as its input, not as the output.",
                lambda r: r.edit("depth", p.filters) if "depth" in r.terms[0] else r,
            ),
            Edit("one_filter", f"There are {p.filters} filters.", lambda r: r.drop("filters").edit("biases", 1)),
        ),
    )
    macs = asked(
        "Multiply-accumulates",
        Recipe(({"out": p.out, "out_again": p.out, **weights},)),
        (
            Edit("input_positions", "Positions are those of the output.", _on_the_input(p)),
            Edit("depth_forgotten", "A filter is as deep as its input.", lambda r: r.drop("depth")),
            Edit("flops", "A multiply-accumulate counts once.", lambda r: Recipe(({"two": 2, **r.terms[0]},))),
            Edit("one_position", "Each weight is used at every position.", lambda r: r.drop("out").drop("out_again")),
        ),
    )
    return output, parameters, macs


def _on_the_input(p: Convolution) -> Any:
    def change(recipe: Recipe) -> Recipe:
        return recipe.edit("out", p.side).edit("out_again", p.side)

    return change


def _convolution_state(p: Convolution) -> Mapping[str, Any]:
    stride = f"/{p.stride}" if p.stride > 1 else ""
    padding = f" p{p.padding}" if p.padding else ""
    text = f"input{p.side}x{p.side}-{p.channels}, conv{p.kernel}-{p.filters}{stride}{padding}"
    return {"net": "text", "text": text}


CONVOLUTION = Template(
    key="cnn_cost.convolution",
    title="One convolution",
    topic=TOPIC,
    minutes=4,
    draw=_draw_convolution,
    text=lambda p: (
        f"An image of {p.side}×{p.side} with {p.channels} channel{'s' * (p.channels > 1)} goes through a convolution "
        f"with {p.filters} filters of {p.kernel}×{p.kernel}, stride {p.stride}, and padding {p.padding} on each side."
    ),
    ask=_ask_convolution,
    state=_convolution_state,
    hints=lambda p: (
        "The side is (n + 2p − k)/s, rounded down, plus 1.",
        "A filter has k·k weights for each channel of its input, and a bias.",
        "Each weight is used once at every position of the output.",
    ),
    lesson="Parameters do not depend on the size of the image; multiply-accumulates grow with the output's area.",
)


@dataclass(frozen=True)
class Dense:
    """Widths of a fully connected network, from inputs to outputs."""

    widths: tuple[int, ...]


def _draw_dense(rng: random.Random) -> Dense:
    widths = tuple(
        rng.choice(choices)
        for choices in ((784, 1000, 1200, 1500), (300, 350, 400, 450, 500, 600), (200, 250, 750, 800))
    )
    return Dense((*widths, rng.choice((10, 20, 25, 40))))


def _ask_dense(p: Dense) -> Sequence[Question]:
    pairs = list(zip(p.widths, p.widths[1:], strict=False))
    names = [f"Weights of layer {k}" for k in range(1, len(pairs) + 1)]
    each = [
        count(
            name,
            a * b,
            (
                Slip("bias_counted", a * b + b, "Biases do not count here."),
                Slip("dropped_zero", a * b // 10, "A zero was lost in the product."),
                Slip("nodes", a + b, "Every unit is connected to every input: multiply."),
            ),
            (f"{a} · {b} = {a * b:,}",),
        )
        for name, (a, b) in zip(names, pairs, strict=True)
    ]
    total = sum(a * b for a, b in pairs)
    lost = total - pairs[0][0] * pairs[0][1] * 9 // 10
    whole = count(
        "All weights",
        total,
        (
            Slip("dropped_zero", lost, "A zero was lost in the first layer's product."),
            Slip("bias_counted", total + sum(p.widths[1:]), "Biases do not count here."),
            Slip("nodes", sum(p.widths), "That is the number of units."),
            Slip("output_forgotten", total - pairs[-1][0] * pairs[-1][1], "The output layer has weights too."),
        ),
        (" + ".join(f"{a * b:,}" for a, b in pairs) + f" = {total:,}",),
    )
    return (*each, whole)


DENSE = Template(
    key="cnn_cost.dense",
    title="Fully connected layers",
    topic=TOPIC,
    minutes=3,
    draw=_draw_dense,
    published=Dense((1200, 500, 750, 25)),
    text=lambda p: (
        f"A network has {p.widths[0]:,} inputs, fully connected hidden layers of "
        f"{' and '.join(str(w) for w in p.widths[1:-1])} units, and {p.widths[-1]} outputs, without biases."
    ),
    ask=_ask_dense,
    state=lambda p: {
        "net": "text",
        "text": f"input1x1-{p.widths[0]}, " + ", ".join(f"fc{w}" for w in p.widths[1:]),
        "bias": False,
    },
    hints=lambda p: (
        "Every unit of a layer has one weight for each of its inputs.",
        "Multiply neighboring widths; add.",
    ),
    lesson="A fully connected layer costs the product of its widths, so the widest pair dominates.",
)


@dataclass(frozen=True)
class Stack:
    """Layers after each other on a square image: (kernel, filters) of a convolution, or (size, 0) of a pooling."""

    side: int
    channels: int
    layers: tuple[tuple[int, int], ...]
    units: int


def _sides(p: Stack) -> list[int]:
    sides = [p.side]
    for size, filters in p.layers:
        sides.append(sides[-1] - size + 1 if filters else sides[-1] // size)
    return sides


def _draw_stack(rng: random.Random) -> Stack:
    pool = rng.choice((2, 3))
    first, second = rng.choice((3, 5)), rng.choice((3, 5))
    found = Stack(
        side=rng.choice(range(40, 200, 2)),
        channels=rng.choice((1, 3)),
        layers=((first, rng.choice((8, 16, 32))), (pool, 0), (second, rng.choice((24, 48, 64))), (pool, 0)),
        units=rng.choice((10, 20, 100, 128)),
    )
    sides = _sides(found)
    if sides[-1] < 3 or (sides[1] % pool == 0 and sides[3] % pool == 0):
        raise Refused("Rounding must matter.")
    return found


def _ask_stack(p: Stack) -> Sequence[Question]:
    sides, depth = _sides(p), p.layers[2][1]
    pool = p.layers[1][0]
    ceil = -(-(-(-sides[1] // pool) - p.layers[2][0] + 1) // pool)
    late = ((p.side - p.layers[0][0]) // pool - p.layers[2][0]) // pool
    last = side(
        "Side of the last map",
        depth,
        sides[-1],
        (
            Slip("rounded_up", ceil, "Pooling leaves out what does not fill a window: round down."),
            Slip("no_plus_1", late, "A convolution without padding loses its kernel less 1."),
            Slip("pools_forgotten", p.side - p.layers[0][0] - p.layers[2][0] + 2, "Pooling divides the side."),
        ),
        (" → ".join(str(side) for side in sides) + f"; the last side = {sides[-1]}",),
    )
    flat = {"side": sides[-1], "side_again": sides[-1], "depth": depth}
    inputs = asked(
        "Inputs of the fully connected layer",
        Recipe((flat,)),
        (
            Edit("depth_forgotten", f"There are {depth} maps.", lambda r: r.drop("depth")),
            Edit("one_side", "A map has side times side values.", lambda r: r.drop("side_again")),
            Edit("channels_again", "The image's channels are inside the filters.", lambda r: _times(r, p.channels)),
        ),
    )
    weights = asked(
        "Weights of the fully connected layer, without biases",
        Recipe(({**flat, "units": p.units},)),
        (
            Edit("depth_forgotten", f"There are {depth} maps.", lambda r: r.drop("depth")),
            Edit("one_side", "A map has side times side values.", lambda r: r.drop("side_again")),
            Edit("rgb_again", "The image's channels are inside the filters.", lambda r: _times(r, p.channels)),
        ),
    )
    return last, inputs, weights


def _times(recipe: Recipe, factor: int) -> Recipe:
    return Recipe(({**recipe.terms[0], "channels": factor},))


def _stack_state(p: Stack) -> Mapping[str, Any]:
    layers = ", ".join(f"conv{size}-{filters}" if filters else f"pool{size}" for size, filters in p.layers)
    return {"net": "text", "text": f"input{p.side}x{p.side}-{p.channels}, {layers}, fc{p.units}", "bias": False}


def _stack_text(p: Stack) -> str:
    (first, f1), (pool, _), (second, f2), _ = p.layers
    return (
        f"An image of {p.side}×{p.side} with {p.channels} channel{'s' * (p.channels > 1)} goes through {f1} filters of "
        f"{first}×{first}, a max pooling of {pool}×{pool} with stride {pool}, {f2} filters of {second}×{second}, the "
        f"same pooling again, and a fully connected layer of {p.units} units. Convolutions have stride 1, no padding."
    )


STACK = Template(
    key="cnn_cost.stack",
    title="From image to fully connected layer",
    topic=TOPIC,
    minutes=5,
    draw=_draw_stack,
    text=_stack_text,
    ask=_ask_stack,
    state=_stack_state,
    hints=lambda p: (
        "Write the side after each layer. A k×k convolution without padding takes away k − 1.",
        "Pooling divides the side and rounds down. The layer sees side · side · depth inputs.",
    ),
    lesson="Most weights of such a network sit in its first fully connected layer.",
)
