"""Multiply-accumulates of the parts of networks, from shapes alone; exact integers."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from core.networks.table import Shape


def convolution(output: Shape, weight: Shape) -> int:
    """Count a convolution: each number of the output is a sum over the kernel and the channels of its group.

    `weight` is (filters, channels in a group, kernel along each axis).
    """
    return prod(output) * prod(weight[1:])


def transposed_convolution(received: Shape, weight: Shape) -> int:
    """Count a transposed convolution: each input number is multiplied by the whole kernel of each filter of its group.

    `weight` is (channels, filters in a group, kernel along each axis).
    """
    return prod(received) * prod(weight[1:])


def product(left: Shape, output: Shape, *, transposed: bool = False) -> int:
    """Count a matrix product: each number of the output is a sum over the last axis of the left factor.

    With `transposed` it is the second-to-last axis.
    """
    return prod(output) * (left[-2] if transposed and len(left) > 1 else left[-1])


def attention(query: Shape, key: Shape, value: Shape) -> int:
    """Count scaled dot products and the weighted sum of the values; heads are among the first axes.

    There may be more query heads than key and value heads, which are then reused.
    """
    return prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


def recurrent(steps: int, weights: Sequence[Shape]) -> int:
    """Count a recurrent layer: each matrix multiplies one vector per step; `steps` counts those of all sequences."""
    return steps * sum(prod(shape) for shape in weights)


def einsum(equation: str, shapes: Sequence[Shape]) -> int:
    """Count an Einstein sum, multiplied from left to right: each product runs over all letters that it meets.

    Raises
    ------
    ValueError
        If the equation does not fit the shapes.
    """
    left, _, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise ValueError("The equation has another number of factors.")
    sizes: dict[str, int] = {}
    names = [_letters(term, shape, sizes) for term, shape in zip(terms, shapes, strict=True)]
    wanted = _letters(right, (), sizes, check=False) if "->" in equation else _implied(names)
    macs, met = 0, names[0]
    for place, name in enumerate(names[1:], 1):
        both = dict.fromkeys((*met, *name))
        macs += prod(sizes[letter] for letter in both)
        later = set(wanted).union(*names[place + 1 :])
        met = [letter for letter in both if letter in later]
    return macs


def _letters(term: str, shape: Shape, sizes: dict[str, int], check: bool = True) -> list[str]:
    """List the letters of a term, those of an ellipsis as numbers from the right; `sizes` learns how long each is."""
    before, dots, behind = term.partition("...")
    hidden = len(shape) - len(before) - len(behind) if check else sum(name.isdigit() for name in sizes)
    if check and (hidden < 0 or (hidden and not dots)):
        raise ValueError("A term does not fit its shape.")
    letters = [*before, *(str(k) for k in range(hidden, 0, -1) if dots), *behind]
    for letter, size in zip(letters, shape, strict=check):
        sizes[letter] = max(sizes.get(letter, 1), size)
    return letters


def _implied(names: Sequence[Sequence[str]]) -> list[str]:
    """List the letters of an implicit result: those that occur once."""
    every = [letter for name in names for letter in name]
    return [letter for letter in dict.fromkeys(every) if every.count(letter) == 1 or letter.isdigit()]
