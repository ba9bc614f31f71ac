"""Exercises: a table of convolutions to be filled in, and a module with batch normalization."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.exercises.kinds import Count, Vector
from core.exercises.questions import Question, Slip, count
from core.exercises.templates import Refused, Template
from core.labs.cnn_cost.exercises.layers import TOPIC

Rule = Callable[[int, int, int, int], int]  # of side, kernel, stride, padding
PADDING, STRIDES = (1, 2, 0, 0, 0), (1, 2, 2, 1, 1)
POOL = 2


@dataclass(frozen=True)
class Table:
    """Side of a color image, and kernels and filters of five convolutions; a pooling stands behind the third."""

    side: int
    kernels: tuple[int, ...]
    filters: tuple[int, ...]

    def sides(self, step: Rule, pool: Rule | None = None) -> tuple[int, ...]:
        """Return the sides after each layer by a rule, and by another one for the pooling."""
        found, side = [], self.side
        for place, kernel in enumerate(self.kernels):
            side = step(side, kernel, STRIDES[place], PADDING[place])
            found.append(side)
            if place == 2:
                side = (pool or step)(side, POOL, POOL, 0)
                found.append(side)
        return tuple(found)


def _step(side: int, kernel: int, stride: int, padding: int) -> int:
    return (side + 2 * padding - kernel) // stride + 1


def _up(side: int, kernel: int, stride: int, padding: int) -> int:
    return -(-(side + 2 * padding - kernel) // stride) + 1


def _no_plus_1(side: int, kernel: int, stride: int, padding: int) -> int:
    return (side + 2 * padding - kernel) // stride


def _padded_last(side: int, kernel: int, stride: int, padding: int) -> int:
    return (side - kernel) // stride + 1 + 2 * padding


def _draw_table(rng: random.Random) -> Table:
    found = Table(
        rng.randrange(112, 272, 16),
        (3, 5, *(rng.choice((3, 5, 7)) for _ in range(3))),
        tuple(rng.choice((32, 64, 96, 128)) for _ in range(5)),
    )
    if found.sides(_up) == found.sides(_step) or found.sides(_step)[-1] < 3 or found.filters[1] == found.filters[2]:
        raise Refused("Rounding and depths must matter.")
    return found


def _ask_table(p: Table) -> Sequence[Question]:
    sides = p.sides(_step)
    dropped = "A window that no longer fits is dropped: round down."
    rules = (
        ("ceil_everywhere", _up, dropped),
        ("no_plus_1", _no_plus_1, "The formula ends with + 1: n positions have n − 1 gaps."),
        ("stride_before_pad", _padded_last, "Add the padding before dividing by the stride."),
    )
    wrong = [
        Slip("ceil", p.sides(_step, _up), dropped),
        *(Slip(name, p.sides(rule), words) for name, rule, words in rules),
    ]
    kernel, depth, filters = p.kernels[2], p.filters[1], p.filters[2]
    weights, last, maps = kernel**2 * depth * filters, sides[-1], p.filters[4]
    flat = last**2 * maps
    return (
        Question(
            "Sides after conv-1, conv-2, conv-3, pooling, conv-4, conv-5",
            Vector(6, Count()),
            sides,
            tuple(slip for slip in wrong if slip.value != sides),
            (
                f"conv-3: ({sides[1]} − {kernel})/2, rounded down, + 1 = {sides[2]}",
                f"({'; '.join(map(str, sides))})",
            ),
        ),
        count(
            "Weights of conv-3",
            weights,
            (
                Slip("one_filter", kernel**2 * depth, f"That is one filter; there are {filters}."),
                Slip("kernel_depth", kernel**2 * filters**2, f"A filter is as deep as its input: {depth}."),
                Slip("depth_forgotten", kernel**2 * filters, f"A filter is as deep as its input: {depth}."),
            ),
            (f"{kernel} · {kernel} · {depth} · {filters} = {weights:,}",),
        ),
        count(
            "Size N of the unwrapped maps",
            flat,
            (
                Slip("depth_forgotten", last**2, f"There are {maps} maps."),
                Slip("one_side", last * maps, "A map has side times side values."),
            ),
            (f"{last} · {last} · {maps} = {flat}",),
        ),
        count(
            "Weights of FC-1, which is as wide as its input",
            flat**2,
            (
                Slip("inputs", flat, "Every unit has a weight for every input: N · N."),
                Slip("fc_2", 10 * flat, "That is FC-2, with its 10 units."),
            ),
            (f"{flat} · {flat} = {flat**2:,}",),
        ),
        *(_one_filter(p, place) for place in range(2)),
    )


def _table_text(p: Table) -> str:
    rows = [
        f"| conv-{place + 1} | {filters} of {kernel}×{kernel} | {stride} | {padding} |"
        for place, (kernel, filters, stride, padding) in enumerate(
            zip(p.kernels, p.filters, STRIDES, PADDING, strict=True)
        )
    ]
    rows.insert(3, f"| max pooling | {POOL}×{POOL} | {POOL} | 0 |")
    return (
        f"An image of {p.side}×{p.side} with 3 channels goes through these layers; nothing has a bias. The maps are "
        "unwrapped to N values; FC-1 has N units and FC-2 has 10.\n\n| layer | filters | stride | padding |\n"
        "|--|--|--|--|\n" + "\n".join(rows)
    )


def _table_state(p: Table) -> Mapping[str, Any]:
    layers = [
        f"conv{kernel}-{filters}{f'/{stride}' if stride > 1 else ''}{f' p{padding}' if padding else ''}"
        for kernel, filters, stride, padding in zip(p.kernels, p.filters, STRIDES, PADDING, strict=True)
    ]
    layers.insert(3, f"pool{POOL}")
    flat = p.sides(_step)[-1] ** 2 * p.filters[4]
    text = f"input{p.side}x{p.side}-3, {', '.join(layers)}, fc{flat}, fc10"
    return {"net": "text", "text": text, "bias": False}


def _one_filter(p: Table, place: int) -> Question:
    """Ask for the weights of one of the first convolutions."""
    kernel, filters, depth = p.kernels[place], p.filters[place], (3, *p.filters)[place]
    weights = kernel**2 * depth * filters
    slips = (
        Slip("one_filter", kernel**2 * depth, f"That is one filter; there are {filters}."),
        Slip("depth_forgotten", kernel**2 * filters, f"A filter is as deep as its input: {depth}."),
    )
    return count(
        f"Weights of conv-{place + 1}", weights, slips, (f"{kernel} · {kernel} · {depth} · {filters} = {weights:,}",)
    )


TABLE = Template(
    key="cnn_cost.table",
    title="Fill in a table",
    topic=TOPIC,
    minutes=8,
    draw=_draw_table,
    published=Table(256, (3, 5, 7, 7, 7), (128, 64, 128, 64, 128)),
    text=_table_text,
    ask=_ask_table,
    state=_table_state,
    hints=lambda p: (
        "The side is (n + 2p − k)/s, rounded down, plus 1.",
        "A filter has k·k weights for each channel of its input.",
    ),
    lesson="Sides shrink layer by layer; the first fully connected layer holds nearly all weights.",
)


@dataclass(frozen=True)
class Block:
    """Channels of the input, and filters of the 1x1 and of the 3x3 branch."""

    channels: int
    ones: int
    threes: int


def _ask_block(p: Block) -> Sequence[Question]:
    c, a, b = p.channels, p.ones, p.threes
    direct = (c + 3) * a + (9 * c + 3) * b
    reduced = (c + 3) * a + (c + 3) * b + (9 * b + 3) * b
    filters = a + b
    return (
        count(
            "Parameters of the module",
            direct,
            (
                Slip("not_the_paper", reduced, "No 1×1 stands before the 3×3 here."),
                Slip("norm_forgotten", direct - 2 * filters, "Each channel has a scale and a shift."),
                Slip("bias_forgotten", direct - filters, "Each filter has a bias."),
                Slip("counts_buffers", direct + 2 * filters, "Running means and variances are not trained."),
                Slip("depth_forgotten", 4 * a + 12 * b, f"A filter has {c} channels."),
            ),
            (
                f"1×1: ({c} + 1 + 2) · {a} = {(c + 3) * a:,}",
                f"3×3: (9 · {c} + 1 + 2) · {b} = {(9 * c + 3) * b:,}",
                f"{(c + 3) * a:,} + {(9 * c + 3) * b:,} = {direct:,}",
            ),
        ),
        count(
            f"Parameters with a 1×1 to {b} channels before the 3×3",
            reduced,
            (
                Slip("direct", direct, f"The 3×3 sees {b} channels now, and the 1×1 before it has parameters too."),
                Slip("reduction_forgotten", reduced - (c + 3) * b, "The 1×1 before the 3×3 has parameters too."),
                Slip("cin_of_module", direct + (c + 3) * b, f"Behind the 1×1 the 3×3 sees {b} channels."),
            ),
            (
                f"before: ({c} + 3) · {b} = {(c + 3) * b:,}; 3×3: (9 · {b} + 3) · {b} = {(9 * b + 3) * b:,}",
                f"{(c + 3) * a:,} + {(c + 3) * b:,} + {(9 * b + 3) * b:,} = {reduced:,}",
            ),
        ),
    )


BLOCK = Template(
    key="cnn_cost.block",
    title="A module with batch normalization",
    topic=TOPIC,
    minutes=5,
    draw=lambda rng: Block(rng.choice((64, 80, 96, 112, 144)), rng.choice((32, 48, 80, 96)), rng.choice((40, 56, 72))),
    published=Block(96, 32, 32),
    text=lambda p: (
        f"A module sees {p.channels} channels. One branch has {p.ones} filters of 1×1, the other {p.threes} of 3×3, "
        "and both outputs are stacked. Every convolution has biases, and batch normalization with a scale and a shift "
        "for each of its channels follows it."
    ),
    ask=_ask_block,
    state=lambda p: {
        "net": "text",
        "text": f"input28x28-{p.channels}, {{conv1-{p.ones}, bn | conv3-{p.threes}@same, bn}}",
    },
    hints=lambda p: (
        "A filter has k·k weights for each channel and a bias; its channel has a scale and a shift.",
        "Only what is trained is a parameter.",
    ),
    lesson="Say which network is counted: a 1×1 before each 3×3 makes another one.",
)
