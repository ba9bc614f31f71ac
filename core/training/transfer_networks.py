"""Networks that can be cut in two: their bases, heads for other classes, and their layers as usually counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import prod

from core.networks.presets import PRESETS
from core.networks.table import Call, Shape
from core.networks.trainable import NETWORKS as TYPED
from core.networks.typed import layer_table


@dataclass(frozen=True, kw_only=True)
class Base:
    """A network without its head.

    Attributes
    ----------
    title, text : str
    channels : int
        Of its images.
    blocks : tuple of (str, tuple of str)
        Blocks and their layers, as its library calls them.
    pooled : bool
        Whether a global average follows it.
    """

    title: str
    text: str
    channels: int
    blocks: tuple[tuple[str, tuple[str, ...]], ...]
    pooled: bool = True


def _vgg19() -> Base:
    widths = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
    text = ", ".join(f"{count}x(conv3-{width}@same, relu), pool2" for width, count in widths)
    names = [(*(f"conv{i + 1}" for i in range(count)), "pool") for _, count in widths]
    blocks = [(f"block{k}", tuple(f"block{k}_{name}" for name in each)) for k, each in enumerate(names, start=1)]
    return Base(title="VGG19", text=text, channels=3, blocks=tuple(blocks))


def _resnet18() -> Base:
    blocks: list[tuple[str, tuple[str, ...]]] = [("stem", ("conv1", "maxpool"))]
    for stage in (1, 2, 3, 4):
        first = ("0.conv1", "0.conv2", *["0.downsample"] * (stage > 1))
        blocks.append((f"layer{stage}", tuple(f"layer{stage}.{name}" for name in (*first, "1.conv1", "1.conv2"))))
    text = PRESETS["resnet18"].text.removesuffix(", gap, fc1000")
    return Base(title="ResNet-18", text=text, channels=3, blocks=tuple(blocks))


_PAIRS = (("block1", ("conv1", "pool1")), ("block2", ("conv2", "pool2")))
BASES = {
    "vgg19": _vgg19(),
    "resnet18": _resnet18(),
    "small_cnn": Base(
        title="Small CNN",
        text=TYPED["small_cnn"].text.removesuffix(", gap, fc10"),
        channels=1,
        blocks=(*_PAIRS, ("block3", ("conv3",))),
    ),
    "lenet": Base(
        title="LeNet-5",
        text=TYPED["lenet"].text.removesuffix(", fc10"),
        channels=1,
        blocks=(*_PAIRS, ("linear", ("fc1", "fc2"))),
        pooled=False,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer as usually counted: a convolution with its normalization and activation is one.

    Attributes
    ----------
    name, block, kind : str
        `kind` is "input", "convolution", "pool" or "linear".
    kernel, inputs, outputs : int
        Side of the kernel (1 for a linear layer), channels or features in and out; 0 for layers without parameters.
    shape : tuple of int
        Of its output.
    params : int
        Sum over its rows, including normalization.
    bias, norm : bool
        Whether it has biases, and whether a normalization follows.
    calls : int
        Calls of the network before it.
    """

    name: str
    block: str
    kind: str
    kernel: int = 0
    inputs: int = 0
    outputs: int = 0
    shape: Shape
    params: int = 0
    bias: bool = False
    norm: bool = False
    calls: int = 0

    @property
    def formula(self) -> int:
        """Count parameters by the closed formula k² C_in C_out + C_out, and 2 C_out for a normalization."""
        return self.kernel**2 * self.inputs * self.outputs + (self.bias + 2 * self.norm) * self.outputs


def network_text(*, net: str, classes: int, hidden: int) -> str:
    """Write a base with its head: an average where it has one, a hidden layer if `hidden`, and one output per class.

    Raises
    ------
    ValueError
        If there is no such network, or a number is out of range.
    """
    if net not in BASES:
        raise ValueError(f"`net` must be one of {', '.join(BASES)}; got {net[:40]}.")
    for name, number, low, high in (("classes", classes, 2, 1000), ("hidden", hidden, 0, 4096)):
        if not low <= number <= high:
            raise ValueError(f"`{name}` must be in [{low}, {high:,}]; got {number:,}.")
    base = BASES[net]
    parts = [base.text, *["gap"] * base.pooled, *[f"fc{hidden}, relu"] * (hidden > 0), f"fc{classes}"]
    return ", ".join(parts)


@lru_cache(maxsize=8)
def base_layers(net: str) -> tuple[Layer, ...]:
    """Return the layers of a base without a head, from the input on, for images of 64 x 64."""
    base = BASES[net]
    table = layer_table(text=base.text, size=64, channels=base.channels)
    return layers_of(table.calls, table.input_shape, base.blocks)


def block_starts(net: str) -> tuple[int, ...]:
    """Return the number of calls before the first layer of each block of a base."""
    blocks = groupby(base_layers(net)[1:], key=lambda layer: layer.block)
    return tuple(next(layers).calls for _, layers in blocks)


def layers_of(
    calls: tuple[Call, ...], image: Shape, blocks: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[Layer, ...]:
    """Group calls into layers: anything without a name of its own belongs to the layer before."""
    starts = [place for place, call in enumerate(calls) if call.role in ("convolution", "linear", "pool")]
    names = [(block, name) for block, each in blocks for name in each]
    found = [Layer(name="input", block="", kind="input", shape=image)]
    for (block, name), start, end in zip(names, starts, (*starts[1:], len(calls)), strict=True):
        first, rows = calls[start], calls[start:end]
        known = {"convolution": _convolution, "linear": _linear}.get(first.role)
        found.append(
            Layer(
                name=name,
                block=block,
                kind=first.role,
                shape=rows[-1].output_shape,
                params=sum(row.params for row in rows),
                bias=first.biases > 0,
                norm=any(row.role == "norm" for row in rows),
                calls=start,
                **(known(first) if known else {}),
            )
        )
    return tuple(found)


def _convolution(call: Call) -> dict[str, int]:
    assert call.window is not None
    return {"kernel": call.window.kernel[0], "inputs": call.input_shape[0], "outputs": call.output_shape[0]}


def _linear(call: Call) -> dict[str, int]:
    return {"kernel": 1, "inputs": prod(call.input_shape), "outputs": call.output_shape[0]}
