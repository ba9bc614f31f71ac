"""Words of the page on convolution: readouts, a sentence for each position, questions, and verdicts."""

from __future__ import annotations

import numpy as np

from core.draw.live import Check, Readout
from core.exercises.questions import Slip, choice
from core.kit.controls import Choice, Slider
from core.kit.prediction import Prediction
from core.kit.words import each, number, percent
from core.labs.convolution.compute.explore import Convolution
from core.labs.convolution.panels.grids import plain

_TERMS = 9  # products that a sentence writes out
_SIGNS = {"negative": "negative", "zero": "zero", "positive": "positive"}
_KINDS = {
    "toeplitz": "doubly block Toeplitz",
    "circulant": "doubly block circulant",
    "neither": "neither of these",
}


def readouts(result: Convolution, view: str) -> tuple[Readout, ...]:
    """Return the numbers of a view, each headline number in two ways."""
    if view == "transposed":
        return _back(result)
    return (
        Readout(
            "sum under the window",
            each(result.sums, plain),
            "accent",
            "The kernel times the patch under it, without matrix.",
            check=_product(result, view),
            headline=True,
        ),
        output_size(result),
        *(_stored(result) if view == "im2col" else _sparse(result)),
    )


def _product(result: Convolution, view: str) -> Check:
    """Return the same sums as entries of a matrix product."""
    s = result.sliding
    name, other = ("weights · column", s.weights @ s.columns) if view == "im2col" else ("row of W · vec(x)", s.product)
    same = np.abs(result.sums - other) <= 1e-9 * np.maximum(np.abs(other), 1)
    return Check(each(other, plain), tuple(map(bool, same)), name)


def summaries(result: Convolution, view: str) -> tuple[str, ...]:
    """Say in one line what is computed at each position."""
    s = result.sliding
    if view == "transposed":
        back = f"{result.restored} of {s.image.size} pixels come back."
        return tuple(f"[accent|{text}] times the kernel is added; {back}" for text in each(s.product, plain))
    used = ((s.columns != 0) & (s.weights[:, np.newaxis] != 0)).sum(axis=0)
    texts = []
    for text, count in zip(each(result.sums, plain), used.tolist(), strict=True):
        left = f"{count} of {s.weights.size} {'is' if count == 1 else 'are'} not zero"
        texts.append(f"The products under the kernel add up to [accent|{text}]; {left}.")
    return tuple(texts)


def output_size(result: Convolution) -> Readout:
    """Return the size of the output, with its formula."""
    s = result.sliding
    sizes = zip(("rows", "columns"), s.image.shape, s.kernel.shape, s.output.shape, strict=True)
    ways = (f"{name}: ⌊({n} + 2·{result.padding} − {k})/{result.stride}⌋ + 1 = {size}" for name, n, k, size in sizes)
    return Readout(
        "output",
        (f"{s.output.shape[0]} × {s.output.shape[1]}",),
        help="⌊(n + 2p − k)/s⌋ + 1 for rows and for columns.",
        formula=("; ".join(ways),),
    )


def _sparse(result: Convolution) -> tuple[Readout, ...]:
    s = result.sliding
    return (
        Readout("W", (f"{s.matrix.shape[0]} × {s.matrix.shape[1]}",), help="A row for each output, a column a pixel."),
        Readout(
            "always zero in W",
            (percent(s.zeros),),
            help="Entries for pixels that the window does not touch.",
            formula=(f"1 − {s.kernel.size} / {s.image.size} = {percent(1 - s.kernel.size / s.image.size)}",)
            if not result.padding
            else (),
        ),
    )


def _stored(result: Convolution) -> tuple[Readout, ...]:
    s = result.sliding
    rows, columns = s.columns.shape
    return (
        Readout("columns", (f"{rows} × {columns}",), help="One row for each number of the kernel, a column a place."),
        Readout(
            "numbers stored for each pixel",
            (plain(round(s.columns.size / s.image.size, 2)),),
            help="What im2col pays in memory for being one dense product.",
        ),
    )


def _back(result: Convolution) -> tuple[Readout, ...]:
    s = result.sliding
    gap = float(np.abs(result.inner(result.stamped) - s.transposed).max())
    height, width = s.image.shape
    return (
        Readout(
            "output y at this place", each(s.product, plain), "accent", "What is multiplied with the kernel and added."
        ),
        Readout("x", (f"{height} × {width}",), help="Size of the image."),
        Readout(
            "Wᵀ vec(y)",
            (f"{height} × {width}",),
            help="The transposed convolution has the size of the image.",
            check=Check((f"The sum of the copies of the kernel differs by {number(gap, 1)}",), (gap <= 1e-9,)),
        ),
        Readout("values given back", (f"{result.restored} of {s.image.size}",), help="Pixels equal to those of x."),
    )


def sentences(result: Convolution, view: str) -> tuple[str, ...]:
    """Say what is computed at each position."""
    if view == "transposed":
        return tuple(_returned(result, k) for k in range(len(result.sums)))
    return tuple(_computed(result, k) for k in range(len(result.sums)))


def _computed(result: Convolution, k: int) -> str:
    s = result.sliding
    used = [(x, w) for x, w in zip(s.columns[:, k].tolist(), s.weights.tolist(), strict=True) if x and w]
    total = plain(s.product[k])
    if not used:
        return "Every product is 0 here: the sum is 0."
    if len(used) > _TERMS:
        return f"{len(used)} products that are not 0 have the sum {total}."
    terms = " + ".join(f"{_bracketed(x)}·{_bracketed(w)}" for x, w in used)
    zeros = s.weights.size - len(used)
    rest = f"; {zeros} of {s.weights.size} products are 0" if zeros else ""
    return f"{terms} = {total}{rest}."


def _bracketed(value: float) -> str:
    return f"({plain(value)})" if value < 0 else plain(value)


def _returned(result: Convolution, k: int) -> str:
    s = result.sliding
    lost = s.weights.size - int(_inside(result, k))
    cut = f", {lost} of them in the padding, which is cut off" if lost else ""
    covers = result.inner(result.stamps)
    copies = f"between {plain(covers.min())} and {plain(covers.max())}" if np.ptp(covers) else plain(covers.max())
    cells = "1 cell" if s.weights.size == 1 else f"{s.weights.size} cells"
    return (
        f"{plain(s.product[k])} times the kernel is added to {cells}{cut}. Copies of the kernel on a cell: {copies}. "
        f"The way back has the size of x, and {result.restored} of its {s.image.size} values."
    )


def _inside(result: Convolution, k: int) -> float:
    high, wide = result.sliding.applied.shape
    top, left = result.sliding.corners[k]
    mask = np.zeros_like(result.sliding.padded)
    mask[top : top + high, left : left + wide] = 1
    return float(result.inner(mask).sum())


def sign(value: float) -> str:
    """Return the name of the sign of a number."""
    return "negative" if value < 0 else ("positive" if value > 0 else "zero")


def _sign_verdict(guess: str, truth: str, result: Convolution) -> str:
    s = result.sliding
    other = float((result.patches[0] * s.applied[::-1, ::-1]).sum())
    flipped = {"correlation": "With the kernel rotated by 180°", "convolution": "Without rotating the kernel"}
    here = _computed(result, 0).removesuffix(".")
    return f"{here[0].upper()}{here[1:]}. {flipped[result.operation]} it would be {plain(other)}."


def _value_verdict(guess: float, truth: float, result: Convolution) -> str:
    if guess == truth:
        return "The row of W times vec(x) gives the same."
    other = float((result.patches[0] * result.sliding.applied[::-1, ::-1]).sum())
    if guess == other:
        return "That is the value for the kernel rotated by 180°."
    return f"Off by {plain(abs(guess - truth))}. Multiply overlapping entries, then add."


def kind(result: Convolution) -> str:
    """Name the kind of the matrix; a multiple of the identity is of each kind."""
    return "toeplitz" if result.sliding.toeplitz or result.scalar else "neither"


def _kind_verdict(guess: str, truth: str, result: Convolution) -> str:
    s = result.sliding
    if result.scalar:
        return "Here W is a multiple of the identity, which is also circulant. A larger kernel shows the difference."
    if len(s.product) == 1:
        return "With one kernel position, W has one row and no diagonals to compare."
    if truth == "neither":
        return f"With stride {result.stride}, each row shifts by more than one entry."
    return (
        "Each row is the previous one shifted by one, and so are the blocks; nothing wraps "
        f"around, so W is not circulant: {percent(s.zeros)} of W is never touched."
    )


def _choice(options: dict[str, str], default: str) -> Choice:
    return Choice(name="guess", label="Your answer", default=default, options=options, help="Enter your prediction.")


_APPLIED = {
    operation: choice(
        "Before it is multiplied, the kernel is",
        ("left as it is", "rotated by 180°", "transposed"),
        right,
        {
            other: "That is the other operation: look at which one is computed here.",
            "transposed": "Rows and columns keep their roles.",
        },
        words,
    )
    for operation, right, other, words in (
        ("correlation", "left as it is", "rotated by 180°", "Networks compute this cross-correlation."),
        (
            "convolution",
            "rotated by 180°",
            "left as it is",
            "A convolution in the strict sense rotates it first.",
        ),
    )
}


def _flipped(result: Convolution) -> tuple[Slip, ...]:
    other = float((result.patches[0] * result.sliding.applied[::-1, ::-1]).sum())
    return (Slip("flip", other, "That is the value for the kernel rotated by 180°."),)


PREDICTIONS = (
    Prediction(
        "What is the sign of the output at the upper left position?",
        guess=_choice(_SIGNS, "positive"),
        truth=lambda result: sign(result.sums[0]),
        verdict=_sign_verdict,
        why=lambda result: _APPLIED[result.operation],
    ),
    Prediction(
        "What is its value?",
        guess=Slider(name="guess", label="Your answer", default=0, low=-100, high=100, help="Enter your prediction."),
        truth=lambda result: result.sums[0].item(),
        verdict=_value_verdict,
        slips=_flipped,
    ),
    Prediction(
        "Written as W vec(x), what kind of matrix is W?",
        guess=_choice(_KINDS, "circulant"),
        truth=kind,
        verdict=_kind_verdict,
    ),
)
