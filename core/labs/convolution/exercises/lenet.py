"""Exercises on LeNet-5: its first layers, the sparse table of C3, and C5, which ends in a point."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations, cycle, islice

from core.exercises.questions import Question, Slip, choice, count, side
from core.exercises.recipes import Edit, Recipe, asked
from core.exercises.templates import Template
from core.labs.convolution.exercises.kernels import TOPIC


@dataclass(frozen=True)
class Early:
    """A LeNet-like network: first maps, second maps, kernel, and image side."""

    side: int
    first: int
    second: int
    kernel: int


def _draw_early(rng: random.Random) -> Early:
    return Early(rng.choice((28, 32, 36, 40)), rng.choice((4, 6, 8)), rng.choice((12, 16, 20)), 5)


def _ask_early(p: Early) -> Sequence[Question]:
    out = p.side - p.kernel + 1
    pooled = out // 2
    taps = p.kernel**2
    last = (pooled - p.kernel + 1) // 2
    return (
        asked(
            "Connections of the first convolution, biases included",
            Recipe(({"taps and bias": taps + 1, "maps": p.first, "side": out, "side_again": out},)),
            (
                Edit(
                    "bias_forgotten", "Each unit has a connection to its bias.", lambda r: r.edit("taps and bias", taps)
                ),
                Edit(
                    "parameters", "Each weight is used at every position.", lambda r: r.drop("side").drop("side_again")
                ),
                Edit("one_map", f"There are {p.first} maps.", lambda r: r.drop("maps")),
            ),
        ),
        asked(
            "Parameters of the second convolution, fully connected to the first",
            Recipe(({"taps": taps, "from": p.first, "maps": p.second}, {"biases": p.second})),
            (
                Edit("bias_forgotten", "Each map has a bias.", lambda r: Recipe(r.terms[:1])),
                Edit("depth_forgotten", f"A filter sees all {p.first} maps.", lambda r: r.drop("from")),
                Edit("one_map", f"There are {p.second} maps.", lambda r: r.drop("maps").edit("biases", 1)),
            ),
        ),
        side(
            "Side of the maps after the second pooling",
            p.second,
            last,
            (
                Slip("no_plus_1", (pooled - p.kernel) // 2, "A kernel of 5 takes away 4."),
                Slip("one_pooling", pooled - p.kernel + 1, "There is a second pooling."),
                Slip("no_pooling", p.side - 2 * p.kernel + 2, "Pooling halves the side."),
            ),
            (f"{p.side} → {out} → {pooled} → {pooled - p.kernel + 1} → {last}: side = {last}",),
        ),
    )


EARLY = Template(
    key="convolution.lenet",
    title="The first layers of a LeNet",
    topic=TOPIC,
    minutes=5,
    draw=_draw_early,
    published=Early(32, 6, 16, 5),
    text=lambda p: (
        f"A gray image of {p.side}×{p.side} goes through a convolution with {p.first} filters of "
        f"{p.kernel}×{p.kernel}, a "
        f"2×2 pooling, a convolution with {p.second} filters of {p.kernel}×{p.kernel}, and another 2×2 "
        f"pooling. There is "
        "no padding, and every filter has a bias."
    ),
    ask=_ask_early,
    shown_by="cnn_cost",
    state=lambda p: {
        "net": "text",
        "text": f"input{p.side}x{p.side}-1, conv{p.kernel}-{p.first}, pool2, conv{p.kernel}-{p.second}, pool2",
    },
    hints=lambda p: ("A connection is one use of a weight or bias.", "A filter of the second layer sees every map."),
    lesson="Parameters are few because they are shared; connections count their uses.",
)


@dataclass(frozen=True)
class Sparse:
    """Groups of maps of C3: how many maps, and how many of the six maps of S2 each sees; kernel, and side of C3."""

    groups: tuple[tuple[int, int], ...]
    kernel: int
    side: int

    @property
    def maps(self) -> int:
        """Maps of C3."""
        return sum(maps for maps, _ in self.groups)

    @property
    def links(self) -> int:
        """Pairs of maps that are connected."""
        return sum(maps * seen for maps, seen in self.groups)


def _ask_sparse(p: Sparse) -> Sequence[Question]:
    taps, area = p.kernel**2, p.side**2
    weights = taps * p.links
    params, full = weights + p.maps, taps * 6 * p.maps + p.maps
    links = " + ".join(f"{maps} · {seen}" for maps, seen in p.groups)
    return (
        count(
            "Parameters with this table",
            params,
            (
                Slip("bias_forgotten", weights, "Each map has a bias."),
                Slip("full_table", full, "That lets every map see all six; most see only some."),
                Slip("no_kernel", p.links + p.maps, f"Each connection of maps has {taps} weights."),
            ),
            (f"{links} = {p.links}", f"{taps} · {p.links} + {p.maps} = {params:,}"),
        ),
        count(
            "Connections with this table",
            params * area,
            (
                Slip("parameters", params, "Each parameter is used at every position."),
                Slip("bias_forgotten", weights * area, "Each unit has a connection to its bias."),
                Slip("full_table", full * area, "That lets every map see all six; most see only some."),
            ),
            (f"{params} · {p.side} · {p.side} = {params * area:,}",),
        ),
        count(
            "Parameters if every map saw all six",
            full,
            (
                Slip("bias_forgotten", full - p.maps, "Each map has a bias."),
                Slip("sparse", params, "That is with the table."),
            ),
            (f"{taps} · 6 · {p.maps} + {p.maps} = {full:,}",),
        ),
    )


def _table(groups: Sequence[tuple[int, int]]) -> str:
    """Write a table of C3 with so many maps that see so many of the six maps of S2."""
    rows = (islice(cycle(combinations("012345", seen)), maps) for maps, seen in groups)
    return " ".join("".join(row) for row in chain.from_iterable(rows))


SPARSE = Template(
    key="convolution.sparse",
    title="The sparse table of C3",
    topic=TOPIC,
    minutes=4,
    draw=lambda rng: Sparse(
        ((rng.randint(3, 9), 3), (rng.randint(3, 9), 4), (rng.randint(1, 3), 6)),
        rng.choice((3, 5)),
        rng.choice((8, 10, 12)),
    ),
    published=Sparse(((6, 3), (6, 4), (3, 4), (1, 6)), 5, 10),
    text=lambda p: (
        "S2 has six maps. Of C3, "
        + ", ".join(f"{maps} map{'s see' if maps > 1 else ' sees'} {seen} of them" for maps, seen in p.groups)
        + f". Kernels are {p.kernel}×{p.kernel}, every map of C3 has a bias, and C3 is {p.side}×{p.side}. "
        "A connection is one use of a weight or bias."
    ),
    ask=_ask_sparse,
    state=lambda p: {"c3": _table(p.groups)} if p.maps == 16 else {},  # the lab has 16 maps
    hints=lambda p: ("First count the pairs of maps that are connected.", "Then the weights of each, and the biases."),
    lesson="A sparse table saves weights and makes maps differ, since they see different inputs.",
)


def _ask_point(size: int) -> Sequence[Question]:
    c1 = size - 4
    s2, c3 = c1 // 2, c1 // 2 - 4
    s4 = c3 // 2
    c5 = s4 - 4
    params = 120 * (16 * 25 + 1)
    return (
        side(
            "Side of C5",
            120,
            c5,
            (
                Slip("c5_flattens", 1, "Only a 5×5 input leaves its kernel a single position."),
                Slip("no_plus_1", s4 - 5, "A kernel of 5 takes away 4."),
                Slip("s4", s4, "That is S4, which C5 still convolves."),
            ),
            (f"{size} → {c1} → {s2} → {c3} → {s4} → {c5}: side = {c5}",),
        ),
        count(
            "Connections of C5",
            params * c5**2,
            (
                Slip("parameters", params, "Each parameter is used at every position."),
                Slip("bias_forgotten", 120 * 16 * 25 * c5**2, "Each unit has a connection to its bias."),
                Slip("one_map", 401 * c5**2, "C5 has 120 maps."),
            ),
            (f"120 · (16 · 25 + 1) = {params:,}", f"{params:,} · {c5} · {c5} = {params * c5**2:,}"),
        ),
        choice(
            "C5 is",
            ("a convolution", "a fully connected layer", "a pooling"),
            "a convolution",
            {
                "a fully connected layer": "Only for a 32×32 image do the two agree.",
                "a pooling": "It has weights of its own.",
            },
            "Its kernels slide over any input larger than 5×5.",
        ),
    )


POINT = Template(
    key="convolution.point",
    title="Is C5 a convolution?",
    topic=TOPIC,
    minutes=4,
    draw=lambda rng: rng.randrange(36, 256, 4),
    published=40,
    text=lambda p: (
        f"LeNet-5 gets an image of {p}×{p} in place of 32×32. C1, C3, and C5 are 5×5 convolutions without padding, S2 "
        "and S4 halve the side, S4 has 16 maps, and C5 has 120 maps, each with a bias."
    ),
    ask=_ask_point,
    shown_by="cnn_cost",
    state=lambda side: {
        "net": "text",
        "text": f"input{side}x{side}-1, conv5-6, pool2, conv5-16, pool2, conv5-120",
    },
    hints=lambda p: ("Follow the side from layer to layer.", "On a 32×32 image S4 is 5×5: one position for C5."),
    lesson="A convolution whose kernel covers its input is a fully connected layer; on a larger image it is not.",
)
