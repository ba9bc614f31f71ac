"""Savings from 1 x 1 convolutions in an Inception module, branch by branch; exact integers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from core.networks.inception_module import Module, build_module

MAX_SIZE = 1024
MAX_CHANNELS = 4096
MAX_WIDTH = 2048

# Modules of GoogLeNet (Szegedy et al. 2015, table 1): size, channels, w1, r3, w3, r5, w5, pool_proj.
GOOGLENET = {
    "3a": (28, 192, 64, 96, 128, 16, 32, 32),
    "3b": (28, 256, 128, 128, 192, 32, 96, 64),
    "4a": (14, 480, 192, 96, 208, 16, 48, 64),
    "4b": (14, 512, 160, 112, 224, 24, 64, 64),
    "4c": (14, 512, 128, 128, 256, 24, 64, 64),
    "4d": (14, 512, 112, 144, 288, 32, 64, 64),
    "4e": (14, 528, 256, 160, 320, 32, 128, 128),
    "5a": (7, 832, 256, 160, 320, 32, 128, 128),
    "5b": (7, 832, 384, 192, 384, 48, 128, 128),
}


@dataclass(frozen=True, kw_only=True)
class Reduction:
    """A 1 x 1 convolution to width r before a k x k convolution, for every r.

    Attributes
    ----------
    kernel, width : int
        Of the k x k convolution.
    widths : tuple of int
        r = 0, 1, ...; 0 means no reduction.
    macs : tuple of int
        Of both convolutions, for each r.
    direct : int
        MACs without reduction.
    break_even : Fraction
        The width at which both cost the same, k^2 C_in C_out / (C_in + k^2 C_out).
    last_paying : int
        The largest r that saves something; 0 if there is none.
    """

    kernel: int
    width: int
    widths: tuple[int, ...]
    macs: tuple[int, ...]
    direct: int
    break_even: Fraction
    last_paying: int


@dataclass(frozen=True, kw_only=True)
class Inception:
    """The same filters with and without reduction.

    Attributes
    ----------
    naive, reduced : Module
        In the naive one, every branch sees the whole input, and the pool passes it on.
    saving : Fraction
        1 - reduced MACs / naive MACs; below 0 if reducing costs more.
    factor : Fraction
        Naive MACs / reduced MACs.
    weight_saving : Fraction
        The same as `saving` for the weights.
    reductions : dict of str to Reduction
        For "3x3" and "5x5", if they have filters.
    """

    naive: Module
    reduced: Module
    saving: Fraction
    factor: Fraction
    weight_saving: Fraction
    reductions: dict[str, Reduction]


def compare(
    *,
    size: int = 32,
    channels: int = 256,
    w1: int = 128,
    w3: int = 192,
    w5: int = 96,
    r3: int = 128,
    r5: int = 32,
    pool_proj: int = 64,
    kernel5: int = 5,
    bias: bool = False,
) -> Inception:
    """Count a module with and without its 1 x 1 reductions.

    Parameters
    ----------
    size, channels : int
        Height and width, 1 to 1024; depth of the input, 1 to 4096.
    w1, w3, w5 : int
        Filters of the 1 x 1, 3 x 3 and 5 x 5 branch, 0 to 2048; 0 leaves the branch out.
    r3, r5 : int
        Filters of the 1 x 1 convolutions before them, 0 to 2048; 0 leaves these out.
    pool_proj : int
        Filters of the 1 x 1 convolution after the pool; 0 lets the pool pass its input on.
    kernel5 : int
        5 as in the paper, or 3 as torchvision has it.
    bias : bool
        Whether each filter has a bias.

    Raises
    ------
    ValueError
        If a number is out of range or all branches have width 0.

    References
    ----------
    Szegedy et al., "Going Deeper with Convolutions", CVPR 2015.
    """
    _check(size=(size, MAX_SIZE), channels=(channels, MAX_CHANNELS))
    _check(low=0, **{name: (value, MAX_WIDTH) for name, value in _widths(w1, w3, w5, r3, r5, pool_proj).items()})
    if kernel5 not in (3, 5):
        raise ValueError(f"`kernel5` must be 3 or 5; got {kernel5}.")
    if not w1 + w3 + w5:
        raise ValueError("One of `w1`, `w3` and `w5` must be above 0.")
    naive = build_module(size, channels, bias, w1, (0, w3), (0, w5), 0, kernel5)
    reduced = build_module(size, channels, bias, w1, (r3, w3), (r5, w5), pool_proj, kernel5)
    reductions = {
        name: reduction(size=size, channels=channels, kernel=kernel, width=width)
        for name, kernel, width in (("3x3", 3, w3), ("5x5", kernel5, w5))
        if width
    }
    return Inception(
        naive=naive,
        reduced=reduced,
        saving=1 - Fraction(reduced.macs, naive.macs),
        factor=Fraction(naive.macs, reduced.macs),
        weight_saving=1 - Fraction(reduced.weights, naive.weights),
        reductions=reductions,
    )


def reduction(*, size: int = 32, channels: int = 256, kernel: int = 3, width: int = 192) -> Reduction:
    """Return the cost of a k x k convolution after a 1 x 1 convolution to r channels, from r = 0 past the break-even.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    _check(size=(size, MAX_SIZE), channels=(channels, MAX_CHANNELS), kernel=(kernel, 11), width=(width, MAX_WIDTH))
    area, taps = size * size, kernel * kernel
    direct = area * taps * channels * width
    break_even = Fraction(taps * channels * width, channels + taps * width)
    widths = tuple(range(int(break_even * 5 / 4) + 2))
    return Reduction(
        kernel=kernel,
        width=width,
        widths=widths,
        macs=tuple(area * r * (channels + taps * width) if r else direct for r in widths),
        direct=direct,
        break_even=break_even,
        last_paying=-(-break_even.numerator // break_even.denominator) - 1,
    )


def _widths(w1: int, w3: int, w5: int, r3: int, r5: int, pool_proj: int) -> dict[str, int]:
    return {"w1": w1, "w3": w3, "w5": w5, "r3": r3, "r5": r5, "pool_proj": pool_proj}


def _check(low: int = 1, **ranges: tuple[int, int]) -> None:
    for name, (value, high) in ranges.items():
        if not low <= value <= high:
            raise ValueError(f"`{name}` must be in [{low}, {high}]; got {value}.")
