"""Exercises: six points and a query, four directions, and a cube in many dimensions."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from core.exercises.kinds import Order, Vector
from core.exercises.questions import Question, Slip, choice, number
from core.exercises.templates import Refused, Template
from core.kit.words import number as written
from core.labs.neighbors.compute.points import CLASSES, SIX, SIX_LABELS
from core.labs.neighbors.directions import Directions

F = Fraction
TOPIC = "Classification"
_NAMES = ("blue", "orange")
_SIX = [tuple(int(v) for v in row) for row in SIX]
_BLUE = [int(label) == 0 for label in SIX_LABELS]


@dataclass(frozen=True)
class Query:
    """A query (x1, x2, 0) among the six points, and how many neighbors vote."""

    x1: int
    x2: int
    k: int

    @property
    def gaps(self) -> list[tuple[int, int, int]]:
        """Differences of coordinates from each point to the query."""
        return [(a - self.x1, b - self.x2, c) for a, b, c in _SIX]

    @property
    def squared(self) -> list[int]:
        """Squared Euclidean distance of each point."""
        return [a * a + b * b + c * c for a, b, c in self.gaps]

    @property
    def manhattan(self) -> list[int]:
        """Manhattan distance of each point."""
        return [abs(a) + abs(b) + abs(c) for a, b, c in self.gaps]


def _nearest(values: Sequence[int]) -> list[int]:
    return sorted(range(6), key=lambda i: values[i])


def _blue(chosen: Sequence[int], labels: Sequence[bool] = _BLUE) -> Fraction:
    return F(sum(labels[i] for i in chosen), len(chosen))


def _draw_query(rng: random.Random) -> Query:
    query = Query(rng.randint(-2, 4), rng.randint(-2, 4), rng.choice((3, 5)))
    squared = query.squared
    order = _nearest(squared)
    if squared[order[query.k - 1]] == squared[order[query.k]] or squared[order[0]] in (0, squared[order[1]]):
        raise Refused("Equal distances at the border leave the vote open.")
    if _blue(order[: query.k]) == 0:
        raise Refused("A vote without two classes hides mistakes.")
    return query


def _ask_query(p: Query) -> Sequence[Question]:
    squared = p.squared
    far = tuple(math.sqrt(v) for v in squared)
    order = _nearest(squared)
    chosen = order[: p.k]
    share = _blue(chosen)
    mislabeled = [blue or i == 1 for i, blue in enumerate(_BLUE)]
    winner = _NAMES[0] if share > F(1, 2) else _NAMES[1]
    other = _NAMES[1] if winner == _NAMES[0] else _NAMES[0]
    named = ", ".join(f"{i + 1} ({_NAMES[0] if _BLUE[i] else _NAMES[1]})" for i in chosen)
    return (
        Question(
            "Euclidean distances of points 1 to 6",
            Vector(6),
            far,
            tuple(
                slip
                for slip in (
                    Slip("squared", tuple(map(float, squared)), "Those are the squares; take their roots."),
                    Slip("manhattan", tuple(map(float, p.manhattan)), "Those are Manhattan distances."),
                )
                if slip.value != far
            ),
            (f"√{squared[0]}, √{squared[1]}, …: ({'; '.join(f'{v:.4f}' for v in far)})",),
        ),
        number(
            f"Share of blue among the {p.k} nearest",
            share,
            (
                Slip("label_slip", _blue(chosen, mislabeled), "Point 2 is orange."),
                Slip("manhattan", _blue(_nearest(p.manhattan)[: p.k]), "Those are the nearest in Manhattan distance."),
                Slip("k_includes_query", _blue(order[: p.k - 1]), "The query is none of its own neighbors."),
                Slip("majority_of_all", _blue(range(6)), f"Only the {p.k} nearest vote, not all six."),
                Slip("farthest", _blue(order[-p.k :]), "Those are the farthest points."),
            ),
            (f"The nearest are {named}.", f"{sum(_BLUE[i] for i in chosen)}/{p.k} = {float(share):.6g}"),
        ),
        choice(
            f"Class for K = {p.k}",
            _NAMES,
            winner,
            {other: f"Of the {p.k} nearest points, more are {winner}."},
            f"Of the {p.k} nearest points, more are {winner}.",
        ),
        _weighted(p, far, chosen, share),
    )


def _weighted(p: Query, far: Sequence[float], chosen: Sequence[int], share: Fraction) -> Question:
    weights = [1 / far[i] for i in chosen]
    weighted = sum(w for w, i in zip(weights, chosen, strict=True) if _BLUE[i]) / sum(weights)
    by_square = [F(1, p.squared[i]) for i in chosen]
    return number(
        f"Share of blue among the {p.k} nearest with weights 1/d",
        weighted,
        (
            Slip("equal_votes", float(share), "That is with equal votes; weigh each vote by 1/d."),
            Slip(
                "by_square",
                float(sum(w for w, i in zip(by_square, chosen, strict=True) if _BLUE[i]) / sum(by_square)),
                "That is with weights 1/d².",
            ),
            Slip(
                "by_distance",
                sum(far[i] for i in chosen if _BLUE[i]) / sum(far[i] for i in chosen),
                "Near points count more: the weight is 1/d, not d.",
            ),
        ),
        (
            f"weights of the nearest: {', '.join(f'{w:.4f}' for w in weights)}",
            f"{weighted * sum(weights):.5f} / {sum(weights):.5f} = {weighted:.6f}",
        ),
    )


def _table() -> str:
    rows = "\n".join(
        f"| {i + 1} | {a} | {b} | {c} | {CLASSES[int(label)]} |"
        for i, ((a, b, c), label) in enumerate(zip(_SIX, SIX_LABELS, strict=True))
    )
    return f"| point | x₁ | x₂ | x₃ | class |\n|--|--|--|--|--|\n{rows}"


VOTE = Template(
    key="neighbors.vote",
    title="Six points vote",
    topic=TOPIC,
    minutes=6,
    draw=_draw_query,
    published=Query(0, 0, 3),
    text=lambda p: (
        f"Classify the query ({written(p.x1)}, {written(p.x2)}, 0) by its {p.k} nearest neighbors in Euclidean "
        f"distance.\n\n{_table()}"
    ),
    ask=_ask_query,
    state=lambda p: {"qx": float(p.x1), "qy": float(p.x2), "k": p.k},
    hints=lambda p: (
        "Square the three differences of coordinates, add them up, and take the root.",
        f"Sort the distances. The classes of the first {p.k} points vote.",
    ),
    lesson="The nearest points decide, and K says how many of them: all points together only give the majority.",
)


@dataclass(frozen=True)
class Four:
    """A vector X and four others, A to D."""

    x: tuple[int, ...]
    others: tuple[tuple[int, ...], ...]

    @property
    def found(self) -> Directions:
        """The vectors as arrays."""
        return Directions(np.array(self.x, float), np.array(self.others, float))


def _draw_four(rng: random.Random) -> Four:
    def vector(values: Sequence[int]) -> tuple[int, ...]:
        return tuple(rng.choice(values) for _ in range(4))

    four = Four(vector((-2, -1, 1, 2)), tuple(vector((0, 0, 1, 1, 2)) for _ in range(4)))
    if not all(any(v) for v in four.others):
        raise Refused("A zero vector has no direction.")
    cosines = four.found.cosines
    if min(abs(a - b) for i, a in enumerate(cosines) for b in cosines[:i]) < 0.02:
        raise Refused("Equal cosines leave the order open.")
    return four


def _ask_four(p: Four) -> Sequence[Question]:
    found = p.found
    cosines = tuple(float(v) for v in found.cosines)
    dots = tuple(float(v) for v in found.dots)
    order = found.order(-found.cosines)
    long = math.sqrt(sum(v * v for v in p.x))
    half = tuple(d / math.sqrt(sum(v * v for v in other)) for d, other in zip(dots, p.others, strict=True))
    wrong = (
        Slip("no_norm", dots, "Those are dot products; divide by both lengths."),
        Slip("one_norm", half, "Divide by the length of X, too."),
        Slip("only_x", tuple(d / long for d in dots), "Divide by the length of the other vector, too."),
        Slip("sign", tuple(-v for v in cosines), "The signs are the other way round."),
    )
    backward = (
        Slip("ascending", order[::-1], "The most similar comes first, with the largest cosine."),
        Slip("no_norm", found.order(-found.dots), "That is the order of the dot products; divide by the lengths."),
        Slip("euclid", found.order(found.far()), "That is the order of the Euclidean distances."),
    )
    a, length = p.others[0], math.sqrt(sum(v * v for v in p.others[0]))
    return (
        Question(
            "Cosines of X with A, B, C, D",
            Vector(4),
            cosines,
            tuple(slip for slip in wrong if not np.allclose(slip.value, cosines)),
            (
                f"A: {dots[0]:g} / ({long:.5f} · {length:.5f}) = {cosines[0]:.5f}",
                f"({'; '.join(f'{v:.5f}' for v in cosines)})",
            ),
        ),
        Question(
            "Order from the most similar to the least",
            Order("ABCD"),
            order,
            tuple(slip for slip in backward if slip.value != order),
            reason="The largest cosine comes first.",
        ),
        number(
            "Squared distance of X and A after both are scaled to length 1",
            2 - 2 * cosines[0],
            (
                Slip("cosine_distance", 1 - cosines[0], "That is half of it: the squared distance is 2 − 2 cos."),
                Slip("root", math.sqrt(2 - 2 * cosines[0]), "That is the distance itself."),
                Slip(
                    "not_scaled",
                    float(sum((v - w) ** 2 for v, w in zip(p.x, a, strict=True))),
                    "Scale both vectors to length 1 first.",
                ),
            ),
            (f"2 − 2 · ({cosines[0]:.6f}) = {2 - 2 * cosines[0]:.6f}",),
        ),
    )


def _tuple(values: Sequence[int]) -> str:
    return f"({', '.join(written(v) for v in values)})"


COSINE = Template(
    key="neighbors.cosine",
    title="Four directions",
    topic=TOPIC,
    minutes=5,
    draw=_draw_four,
    published=Four((-1, 1, -1, 1), ((1, 0, 0, 0), (0, 1, 0, 0), (1, 0, 1, 0), (0, 1, 0, 1))),
    text=lambda p: (
        f"Compare X = {_tuple(p.x)} by cosine with "
        + ", ".join(f"{name} = {_tuple(v)}" for name, v in zip("ABCD", p.others, strict=True))
        + "."
    ),
    ask=_ask_four,
    state=lambda p: {"vectors": ", ".join(" ".join(map(str, v)) for v in (p.x, *p.others))},
    hints=lambda p: (
        "The cosine is the dot product over the product of both lengths.",
        f"X has length √{sum(v * v for v in p.x)}. The most similar vector has the largest cosine.",
    ),
    lesson="Cosine compares directions alone; for vectors of length 1 it orders as Euclidean distance does.",
)


@dataclass(frozen=True)
class Cube:
    """A share of the unit cube in percent, and a number of dimensions."""

    percent: int
    dimensions: int


def _draw_cube(rng: random.Random) -> Cube:
    return Cube(rng.choice((1, 2, 5, 10, 20, 25, 40, 50)), rng.choice((3, 4, 5, 6, 8, 10, 20, 50, 100)))


def _ask_cube(p: Cube) -> Sequence[Question]:
    share, d = p.percent / 100, p.dimensions
    side = share ** (1 / d)
    return (
        number(
            "Side of the smaller cube",
            side,
            (
                Slip("divided", share / d, "The sides multiply: the volume is the side to the power of d."),
                Slip("power", share**d, "That is the volume of a cube whose side is the share."),
                Slip("square_root", math.sqrt(share), f"Take the root of order {d}, not the square root."),
                Slip("complement", 1 - share ** (1 / d), "That is what is left of the range."),
            ),
            (f"side^{d} = {share:g}", f"side = {share:g}^(1/{d}) = {side:.6f}"),
        ),
        number(
            "Volume of a cube that takes half of each range",
            F(1, 2**d),
            (
                Slip("half", F(1, 2), f"Half of each of {d} ranges: multiply."),
                Slip("divided", F(1, 2 * d), "The halves multiply, they do not add up."),
            ),
            (f"0.5^{d} = {0.5**d:.6g}",),
        ),
    )


CUBE = Template(
    key="neighbors.cube",
    title="A cube in many dimensions",
    topic=TOPIC,
    minutes=3,
    draw=_draw_cube,
    published=Cube(10, 10),
    text=lambda p: (
        f"Points are spread evenly over the unit cube in {p.dimensions} dimensions. A smaller cube is to hold "
        f"{p.percent}% of them. How long is its side?"
    ),
    ask=_ask_cube,
    state=lambda p: {"share": p.percent},
    hints=lambda p: (
        "The volume of a cube is its side to the power of the number of dimensions.",
        f"Solve side^{p.dimensions} = {p.percent / 100:g}.",
    ),
    lesson="In many dimensions even a small share of the points takes almost the whole range of each coordinate.",
)

EXERCISES: tuple[Template, ...] = (VOTE, COSINE, CUBE)  # type: ignore[type-arg]
