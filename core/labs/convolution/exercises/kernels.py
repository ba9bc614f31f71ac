"""Exercises: a kernel by hand, a convolution as a matrix, and what an output sees."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from core.exercises.kinds import Count, Shape, Vector
from core.exercises.questions import Question, Slip, choice, count
from core.exercises.templates import Refused, Template
from core.labs.convolution.controls import HOMEWORK

TOPIC = "Networks"
LARGE = 512  # side of an image in which every receptive field has room
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


def _written(rows: Sequence[Sequence[int]]) -> str:
    """Write rows of numbers as the lab reads them."""
    return "\n".join(" ".join(map(str, row)) for row in rows)


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
    state=lambda p: {"image": _written(p.image), "kernel": _written(KERNELS[p.kernel]), "stride": 1, "padding": 0},
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
    state=lambda p: {
        "image": _written([[column + 1 for column in range(min(p.side, 8))]] * min(p.side, 8)),
        "kernel": _written([[1] * p.kernel] * p.kernel),
        "stride": 1,
        "padding": 0,
        "view": "matrix",
    },
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
    shown_by="cnn_cost",
    state=lambda p: {
        "net": "text",
        "text": ", ".join((f"input{LARGE}x{LARGE}-1", *(f"conv{kernel}-1/{stride}" for kernel, stride in p.layers))),
    },
    hints=lambda p: (
        "Start with 1 pixel and go through the layers.",
        "Each adds (k − 1) times the product of the strides before it.",
    ),
    lesson="Strides multiply what later kernels see; a layer's own stride does not widen its own field.",
)


@dataclass(frozen=True)
class Row:
    """A square kernel on a 4x4 image, and one of its positions, from 0, row by row."""

    kernel: tuple[tuple[int, ...], ...]
    place: int

    @property
    def positions(self) -> int:
        """Positions on a side."""
        return 5 - len(self.kernel)

    def row(self, kernel: Sequence[Sequence[int]], place: int) -> tuple[int, ...]:
        """Return the row of W for a kernel at a position."""
        top, left = divmod(place, self.positions)
        found = [0] * 16
        for i, weights in enumerate(kernel):
            for j, weight in enumerate(weights):
                found[4 * (top + i) + left + j] = weight
        return tuple(found)


def _draw_row(rng: random.Random) -> Row:
    side = rng.choice((2, 3))
    kernel = tuple(tuple(rng.randint(-3, 3) for _ in range(side)) for _ in range(side))
    flat = [weight for weights in kernel for weight in weights]
    if flat.count(0) > 1 or kernel == _flipped(kernel):
        raise Refused("Zeros hide the place, and a symmetric kernel the turn.")
    return Row(kernel, rng.randrange((5 - side) ** 2))


def _ask_row(p: Row) -> Sequence[Question]:
    truth, rows = p.row(p.kernel, p.place), p.positions**2
    flat = [weight for weights in p.kernel for weight in weights]
    packed = tuple(flat + [0] * (16 - len(flat)))
    slips = (
        Slip("flip", p.row(_flipped(p.kernel), p.place), "Cross-correlation does not turn the kernel."),
        Slip("first_row", p.row(p.kernel, 0), f"That is row 1; row {p.place + 1} belongs to position {p.place + 1}."),
        Slip("packed", packed, "A zero stands for each pixel between the rows of the kernel."),
    )
    return (
        Question(
            f"Row {p.place + 1} of W, all 16 entries",
            Vector(16, Count()),
            truth,
            tuple(slip for slip in slips if slip.value != truth),
            (f"({'; '.join(map(str, truth))})",),
        ),
        count(
            "Rows of W",
            rows,
            (
                Slip("pixels", 16, "Those are the columns: one for each pixel."),
                Slip("weights", len(flat), "W has a row for each position of the kernel."),
            ),
            (f"{p.positions} · {p.positions} = {rows}",),
        ),
    )


ROW = Template(
    key="convolution.row",
    title="One row of the matrix",
    topic=TOPIC,
    minutes=3,
    draw=_draw_row,
    published=Row(KERNELS["vertical edges"], 0),
    text=lambda p: (
        "Write the cross-correlation of a 4×4 image x with this kernel as W vec(x), with x flattened row by row, "
        f"stride 1, and no padding.\n\n{_grid(p.kernel)}"
    ),
    ask=_ask_row,
    state=lambda p: {
        "image": HOMEWORK,
        "kernel": "\n".join(" ".join(map(str, weights)) for weights in p.kernel),
        "pos": p.place,
    },
    hints=lambda p: (
        "Lay the kernel on the image at this position and read all 16 pixels row by row.",
        "Where the kernel does not reach stands a 0.",
    ),
    lesson="Each row of W is the kernel, spread out with zeros: the same weights, shifted.",
)
