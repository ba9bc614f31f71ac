"""Exercises: a convolution as a matrix, what it sees, LeNet's counts, and the size after several windows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.exercises.kinds import Count, Shape, Vector
from core.exercises.questions import Question, Slip, choice, count
from core.exercises.recipes import Edit, Recipe, asked
from core.exercises.templates import Refused, Template

TOPIC = "Networks"
KERNELS = {
    "vertical edges": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "horizontal edges": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "a diagonal": ((2, 1, 0), (1, 0, -1), (0, -1, -2)),
}


@dataclass(frozen=True)
class Product:
    """A 4x4 image and a 3x3 kernel by name."""

    image: tuple[tuple[int, ...], ...]
    kernel: str


def _correlate(image: Sequence[Sequence[int]], kernel: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(
        sum(image[r + i][c + j] * kernel[i][j] for i in range(3) for j in range(3)) for r in range(2) for c in range(2)
    )


def _flipped(kernel: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row[::-1]) for row in kernel[::-1])


def _draw_product(rng: random.Random) -> Product:
    found = Product(tuple(tuple(rng.randint(0, 9) for _ in range(4)) for _ in range(4)), rng.choice(list(KERNELS)))
    if 0 in _correlate(found.image, KERNELS[found.kernel]):
        raise Refused("A zero hides the sign.")
    return found


def _ask_product(p: Product) -> Sequence[Question]:
    kernel = KERNELS[p.kernel]
    out = _correlate(p.image, kernel)
    across = tuple(zip(*p.image, strict=True))
    slips = (
        Slip(
            "flip",
            _correlate(p.image, _flipped(kernel)),
            "Networks do not turn the kernel: this is the true convolution.",
        ),
        Slip("transposed", _correlate(across, kernel), "Rows and columns of the image are exchanged."),
        Slip("columns_first", (out[0], out[2], out[1], out[3]), "The output is read row by row."),
    )
    terms = " + ".join(f"({kernel[i][j]}) · {p.image[i][j]}" for i in range(3) for j in range(3) if kernel[i][j])
    return (
        Question(
            "The four outputs, row by row",
            Vector(4, Count()),
            out,
            tuple(slip for slip in slips if slip.value != out),
            (f"first output: {terms} = {out[0]}", f"all four: ({'; '.join(map(str, out))})"),
        ),
    )


def _grid(rows: Sequence[Sequence[int]]) -> str:
    width = len(rows[0])
    return f"|{' |' * width}\n|{'--|' * width}\n" + "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


PRODUCT = Template(
    key="convolution.product",
    title="Four positions of a kernel",
    topic=TOPIC,
    minutes=5,
    draw=_draw_product,
    published=Product(((20, 15, 10, 5),) * 4, "vertical edges"),
    text=lambda p: (
        "Slide the kernel over the image as networks do (cross-correlation), with stride 1 and no padding.\n\n"
        f"Image\n\n{_grid(p.image)}\n\nKernel\n\n{_grid(KERNELS[p.kernel])}"
    ),
    ask=_ask_product,
    state=lambda p: {"stride": 1, "padding": 0},
    hints=lambda p: (
        "Lay the kernel on the upper left corner, multiply cell by cell, and add.",
        "Then move it by one.",
    ),
    lesson="Networks compute the cross-correlation; the convolution of textbooks turns the kernel by 180° first.",
)


@dataclass(frozen=True)
class Matrix:
    """A square image and kernel, stride 1 and no padding."""

    side: int
    kernel: int


def _ask_matrix(p: Matrix) -> Sequence[Question]:
    out = p.side - p.kernel + 1
    rows, columns = out * out, p.side * p.side
    filled = rows * p.kernel**2
    shape = Question(
        "Shape of W (rows×columns)",
        Shape(2),
        (rows, columns),
        (
            Slip("transposed", (columns, rows), "W maps the image to the output: one row for each output."),
            Slip("square", (columns, columns), "There are fewer outputs than pixels."),
            Slip("kernel", (rows, p.kernel**2), "Each row is as long as the whole image."),
        ),
        (f"{out} · {out} = {rows} outputs, {p.side} · {p.side} = {columns} pixels: {rows}×{columns}",),
    )
    return (
        shape,
        count(
            "Entries of W that are always zero",
            rows * columns - filled,
            (
                Slip("filled", filled, "These are the entries that hold a weight."),
                Slip("one_row", columns - p.kernel**2, f"That is one row; there are {rows}."),
                Slip("weights", rows * columns - p.kernel**2, "Each weight stands once in every row."),
            ),
            (
                f"{rows} · {columns} = {rows * columns:,}",
                f"{rows * columns:,} − {rows} · {p.kernel}^2 = {rows * columns - filled}",
            ),
        ),
        choice(
            "Such a matrix is",
            ("circulant", "doubly blocked Toeplitz", "orthogonal"),
            "doubly blocked Toeplitz",
            {
                "circulant": "That wraps around the edges, which a convolution without padding does not.",
                "orthogonal": "Its rows overlap, so they are not orthogonal.",
            },
            "Blocks and their entries are constant along diagonals, because every position uses the same kernel.",
        ),
    )


MATRIX = Template(
    key="convolution.matrix",
    title="A convolution as a matrix",
    topic=TOPIC,
    minutes=4,
    draw=lambda rng: Matrix(rng.randint(5, 30), rng.choice((2, 3, 4, 5))),
    published=Matrix(4, 3),
    text=lambda p: (
        f"A {p.kernel}×{p.kernel} kernel slides over a {p.side}×{p.side} image with stride 1 and no padding. "
        f"Write it as a "
        "matrix W that multiplies the image, flattened row by row."
    ),
    ask=_ask_matrix,
    state=lambda p: {"stride": 1, "padding": 0, "view": "matrix"},
    hints=lambda p: (
        "One row for each output, one column for each pixel.",
        "Each row holds the kernel's weights once.",
    ),
    lesson="A convolution is a linear layer with shared weights and many structural zeros.",
)


@dataclass(frozen=True)
class Field:
    """Windows after each other: (kernel, stride)."""

    layers: tuple[tuple[int, int], ...]


def _receptive(layers: Sequence[tuple[int, int]]) -> int:
    seen, jump = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * jump
        jump *= stride
    return seen


def _draw_field(rng: random.Random) -> Field:
    layers = tuple((rng.choice((2, 3, 4, 5, 7)), rng.choice((1, 2, 3))) for _ in range(rng.choice((3, 4))))
    if all(stride == 1 for _, stride in layers[:-1]):
        raise Refused("A stride before the last layer must matter.")
    return Field(layers)


def _ask_field(p: Field) -> Sequence[Question]:
    flat = 1 + sum(kernel - 1 for kernel, _ in p.layers)
    product = 1
    for kernel, _ in p.layers:
        product *= kernel
    late, jump = 1, 1
    for kernel, stride in p.layers:
        jump *= stride
        late += (kernel - 1) * jump
    parts, jump = [], 1
    for kernel, stride in p.layers:
        parts.append(f"({kernel} − 1) · {jump}")
        jump *= stride
    return (
        count(
            "Receptive field of one output, in pixels per side",
            _receptive(p.layers),
            (
                Slip("strides_forgotten", flat, "After a stride, a step of the next kernel covers several pixels."),
                Slip("own_stride", late, "A layer's own stride spreads only the layers after it."),
                Slip("kernel", p.layers[-1][0], "That is the last kernel; earlier layers widen it."),
                Slip("product", product, "Kernels add to the field, less one each; they do not multiply."),
            ),
            (f"1 + {' + '.join(parts)} = {_receptive(p.layers)}",),
        ),
    )


FIELD = Template(
    key="convolution.field",
    title="What an output sees",
    topic=TOPIC,
    minutes=3,
    draw=_draw_field,
    text=lambda p: (
        "An image goes through these convolutions, first to last: "
        + ", ".join(f"{kernel}×{kernel} with stride {stride}" for kernel, stride in p.layers)
        + "."
    ),
    ask=_ask_field,
    state=lambda p: {},
    hints=lambda p: (
        "Start with 1 pixel and go through the layers.",
        "Each adds (k − 1) times the product of the strides before it.",
    ),
    lesson="Strides multiply what later kernels see; a layer's own stride does not widen its own field.",
)


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
        count(
            "Side of the maps after the second pooling",
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
    state=lambda p: {},
    hints=lambda p: ("A connection is one use of a weight or bias.", "A filter of the second layer sees every map."),
    lesson="Parameters are few because they are shared; connections count their uses.",
)

EXERCISES: tuple[Template[Any], ...] = (PRODUCT, MATRIX, FIELD, EARLY)
