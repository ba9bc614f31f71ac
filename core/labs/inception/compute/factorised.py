"""Stacks of small convolutions that see as much as one large one: their weights and cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from core.networks.receptive_field import Field, Pair, Window, by

TARGET = (7, 7)
MAX_LAYERS = 20
MAX_KERNEL = 15
MAX_CHANNELS = 4096
MAX_SIZE = 1024
# Designs that see 7 x 7, as `build` reads them.
DESIGNS = {
    "one 7x7": "7x7",
    "1x7 and 7x1": "1x7, 7x1",
    "two 4x4": "4x4, 4x4",
    "three 3x3": "3x3, 3x3, 3x3",
    "three bottlenecks": ", ".join(["1x1/2, 3x3/2, 1x1"] * 3),
}
_LAYER = re.compile(r"(\d{1,2})\s*[x×]\s*(\d{1,2})(?:\s*/\s*(\d{1,2}))?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class StackLayer:
    """A convolution of the stack; it preserves height and width.

    Attributes
    ----------
    kernel : (int, int)
        Height and width.
    depth_in, depth_out : int
    weights, biases, macs : int
    weights_c2 : Fraction
        Weights in units of C^2; MACs are as many H W C^2.
    field : (int, int)
        Height and width of what a unit sees of the input of the stack.
    """

    kernel: Pair
    depth_in: int
    depth_out: int
    weights: int
    biases: int
    macs: int
    weights_c2: Fraction
    field: Pair


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Convolutions of stride 1 from C channels to C channels.

    Attributes
    ----------
    layers : tuple of StackLayer
    field : (int, int)
        Of the last layer.
    covers : bool
        Whether that is exactly 7 x 7.
    weights, biases, macs : int
    weights_c2 : Fraction
        Weights in units of C^2; 49 for a single 7 x 7 convolution.
    note : str
        What is unusual about its kernels, as a sentence, or nothing.
    text : str
        The stack as a network for `core.networks.grammar`.
    """

    layers: tuple[StackLayer, ...]
    field: Pair
    covers: bool
    weights: int
    biases: int
    macs: int
    weights_c2: Fraction
    note: str
    text: str


def build(*, stack: str = DESIGNS["three 3x3"], channels: int = 64, size: int = 32, bias: bool = False) -> Stack:
    """Count a stack of convolutions.

    Parameters
    ----------
    stack : str
        Kernels from the first to the last, such as "1x1/2, 3x3/2, 1x1": height x width, and a divisor of the number of
        channels for the output. The last one has all channels again. Commas or line ends separate them.
    channels, size : int
        C, 1 to 4096; height and width, 1 to 1024.
    bias : bool
        Whether each filter has a bias.

    Raises
    ------
    ValueError
        If the stack cannot be read, or a number is out of range.

    References
    ----------
    Simonyan & Zisserman 2015 (3 x 3 for 7 x 7); Szegedy et al. 2016 (1 x 7 and 7 x 1); He et al. 2016 (bottlenecks).
    """
    for name, value, high in (("channels", channels, MAX_CHANNELS), ("size", size, MAX_SIZE)):
        if not 1 <= value <= high:
            raise ValueError(f"`{name}` must be in [1, {high}]; got {value}.")
    layers: list[StackLayer] = []
    depth, field = channels, Field()
    for kernel, filters in _read(stack, channels):
        field = field.through(Window(kernel))
        weights = kernel[0] * kernel[1] * depth * filters
        layers.append(
            StackLayer(
                kernel=kernel,
                depth_in=depth,
                depth_out=filters,
                weights=weights,
                biases=filters if bias else 0,
                macs=weights * size * size,
                weights_c2=Fraction(weights, channels * channels),
                field=field.size or (0, 0),
            )
        )
        depth = filters
    even = [by(layer.kernel) for layer in layers if not all(k % 2 for k in layer.kernel)]
    return Stack(
        layers=tuple(layers),
        field=layers[-1].field,
        covers=layers[-1].field == TARGET,
        weights=sum(layer.weights for layer in layers),
        biases=sum(layer.biases for layer in layers),
        macs=sum(layer.macs for layer in layers),
        weights_c2=sum((layer.weights_c2 for layer in layers), Fraction(0)),
        note=f"An even kernel ({even[0]}) keeps the size only with asymmetric padding." if even else "",
        text=", ".join(f"conv{by(layer.kernel)}-{layer.depth_out}@same" for layer in layers),
    )


def designs(*, channels: int = 64, size: int = 32, bias: bool = False) -> dict[str, Stack]:
    """Count every design of `DESIGNS`.

    Raises
    ------
    ValueError
        If a number is out of range or `channels` is odd.
    """
    return {name: build(stack=stack, channels=channels, size=size, bias=bias) for name, stack in DESIGNS.items()}


def _read(stack: str, channels: int) -> list[tuple[Pair, int]]:
    """Return kernel and filters of each layer."""
    parts = [part.strip() for part in re.split("[,\n]", stack[:1000])]
    if len(parts) > MAX_LAYERS:
        raise ValueError(f"`stack` must have at most {MAX_LAYERS} layers; got {len(parts)}.")
    layers = []
    for part in parts:
        found = _LAYER.fullmatch(part)
        if found is None:
            raise ValueError(f"`stack` must be kernels such as 3x3 or 1x1/2 with commas between; got “{part[:20]}”.")
        height, width, divisor = (int(number or 1) for number in found.groups())
        if not (1 <= height <= MAX_KERNEL and 1 <= width <= MAX_KERNEL):
            raise ValueError(f"`stack` must have kernels from 1x1 to {by((MAX_KERNEL, MAX_KERNEL))}; got “{part}”.")
        if divisor == 0 or channels % divisor:
            raise ValueError(f"`channels` must be divisible by {divisor}, as “{part}” asks for; got {channels}.")
        layers.append(((height, width), channels // divisor))
    if layers[-1][1] != channels:
        raise ValueError(f"`stack` must end with all channels, without a division; got “{parts[-1]}”.")
    return layers
