"""A typed network as a torch module: for training, and as a second computation of every number of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.networks.grammar import Item, Items, Layer, Repeat
from core.networks.layers import ACTIVATIONS
from core.networks.parser import parse
from core.networks.table import Shape
from core.networks.typed import branch_names, layer_table, layers_after_input
from core.networks.values import pool_window, sliding


class Conv2d(nn.Conv2d):
    """A convolution whose padding may have an extra row and column at the bottom and the right."""

    extra = (0, 0)

    def forward(self, input: Tensor) -> Tensor:
        down, right = self.extra
        return super().forward(F.pad(input, (0, right, 0, down)) if down or right else input)


class Linear(nn.Linear):
    """A linear layer that flattens its input."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.flatten(1))


class Concat(nn.Module):
    """Concatenates feature maps."""

    def forward(self, values: list[Tensor]) -> Tensor:
        return torch.cat(values, 1)


class Add(nn.Module):
    """Adds feature maps."""

    def forward(self, values: list[Tensor]) -> Tensor:
        total = values[0]
        for value in values[1:]:
            total = total + value
        return total


class Multiply(nn.Module):
    """Multiplies feature maps; a row of numbers, or a 1 x 1 map, scales the channels."""

    def forward(self, values: list[Tensor]) -> Tensor:
        most = max(value.ndim for value in values)
        total, *others = (value if value.ndim == most else value[:, :, None, None] for value in values)
        for value in others:
            total = total * value
        return total


class LayerNorm(nn.LayerNorm):
    """Normalizes the channels of each position."""

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim == 2:
            return super().forward(input)
        return super().forward(input.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Chain(nn.Module):
    """Layers in sequence, named by their numbers in the text."""

    def forward(self, value: Tensor) -> Tensor:
        for layer in self.children():
            value = layer(value)
        return value


class Branches(nn.Module):
    """Branches that start from the same map, or from parts of it; the last child combines them."""

    split = False

    def forward(self, value: Tensor) -> Tensor:
        *branches, join = self.children()
        starts = value.chunk(len(branches), 1) if self.split else [value] * len(branches)
        joined: Tensor = join([branch(start) for branch, start in zip(branches, starts, strict=True)])
        return joined


def module(*, text: str, size: int = 224, channels: int = 3, bias: bool = True, device: str = "meta") -> nn.Module:
    """Build a typed network, in evaluation mode.

    Parameters
    ----------
    text, size, channels, bias
        See `core.networks.typed.layer_table`.
    device : str
        Where its parameters are; on "meta" they have no values.

    Raises
    ------
    ValueError
        As `core.networks.typed.layer_table` does.
    """
    table = layer_table(text=text, size=size, channels=channels, bias=bias)
    shapes = iter([call.input_shape for call in table.calls])
    items = parse(text=text)
    with torch.device(device):
        return _chain(layers_after_input(items), shapes, bias).eval()


def _chain(items: Items, shapes: Iterator[Shape], bias: bool) -> Chain:
    chain = Chain()
    for number, item in enumerate(items, start=1):
        chain.add_module(str(number), _item(item, shapes, bias))
    return chain


def _item(item: Item, shapes: Iterator[Shape], bias: bool) -> nn.Module:
    if isinstance(item, Layer):
        return _LAYERS[item.kind](item, next(shapes), bool(item.option("bias", bias)))
    if isinstance(item, Repeat):
        chain = Chain()
        for turn in range(1, item.count + 1):
            one = len(item.items) == 1
            chain.add_module(
                str(turn), (_item(item.items[0], shapes, bias) if one else _chain(item.items, shapes, bias))
            )
        return chain
    branches = Branches()
    for letter, branch in zip(branch_names(len(item.branches)), item.branches, strict=True):
        branches.add_module(letter, _chain(branch, shapes, bias))
    next(shapes)
    branches.split = item.how == "split"
    branches.add_module("join", _JOINS[item.how]())
    return branches


def _convolution(layer: Layer, shape: Shape, bias: bool) -> nn.Module:
    channels = shape[0]
    window = sliding(layer, groups=channels if layer.kind == "dwconv" else layer.option("g", 1))
    top, bottom, left, right = window.padding
    conv = Conv2d(
        channels,
        layer.width or channels,
        window.kernel,
        window.stride,
        (top, left),
        window.dilation,
        window.groups,
        bias=bias,
    )
    conv.extra = bottom - top, right - left
    return conv


def _transposed(layer: Layer, shape: Shape, bias: bool) -> nn.Module:
    return nn.ConvTranspose2d(
        shape[0],
        layer.width or shape[0],
        layer.size or (1, 1),
        layer.pair("s", 1),
        layer.pair("p"),
        layer.pair("op"),
        layer.option("g", 1),
        bias,
        layer.pair("d", 1),
    )


def _pooling(layer: Layer, shape: Shape, bias: bool) -> nn.Module:
    window = pool_window(layer)
    padding = window.padding[0], window.padding[2]
    if layer.kind == "pool":
        return nn.MaxPool2d(window.kernel, window.stride, padding, ceil_mode=window.ceil)
    return nn.AvgPool2d(window.kernel, window.stride, padding, ceil_mode=window.ceil)


def _batch_norm(layer: Layer, shape: Shape, bias: bool) -> nn.Module:
    norm = nn.BatchNorm2d(shape[0]) if len(shape) == 3 else nn.BatchNorm1d(shape[0])
    for option, name in (("scale", "weight"), ("shift", "bias")):
        if not layer.option(option, 1):
            norm.register_parameter(name, None)
    return norm


def _local_norm(layer: Layer, shape: Shape, bias: bool) -> nn.Module:
    return nn.LocalResponseNorm(layer.size[0] if layer.size else 5)


def _size(layer: Layer) -> tuple[int, int]:
    return layer.size or (1, 1)


_ALONG_CHANNELS = {"softmax": "Softmax", "logsoftmax": "LogSoftmax"}
_JOINS: dict[str, type[nn.Module]] = {"concat": Concat, "split": Concat, "add": Add, "mul": Multiply}
_LAYERS: dict[str, Callable[[Layer, Shape, bool], nn.Module]] = {
    "conv": _convolution,
    "dwconv": _convolution,
    "deconv": _transposed,
    "pool": _pooling,
    "avgpool": _pooling,
    "gap": lambda *_: nn.AdaptiveAvgPool2d(1),
    "gmp": lambda *_: nn.AdaptiveMaxPool2d(1),
    "adaptavg": lambda layer, *_: nn.AdaptiveAvgPool2d(_size(layer)),
    "adaptmax": lambda layer, *_: nn.AdaptiveMaxPool2d(_size(layer)),
    "up": lambda layer, *_: nn.Upsample(scale_factor=tuple(map(float, _size(layer)))),
    "pixelshuffle": lambda layer, *_: nn.PixelShuffle(_size(layer)[0]),
    "channelshuffle": lambda layer, *_: nn.ChannelShuffle(_size(layer)[0]),
    "pad": lambda layer, *_: nn.ZeroPad2d((_size(layer)[1], _size(layer)[1], _size(layer)[0], _size(layer)[0])),
    "fc": lambda layer, shape, bias: Linear(prod(shape), layer.width or 1, bias=bias),
    **{name: lambda *_, kind=kind: getattr(nn, kind)() for name, (kind, _) in ACTIVATIONS.items()},
    **{name: lambda *_, kind=kind: getattr(nn, kind)(1) for name, kind in _ALONG_CHANNELS.items()},
    "prelu": lambda layer, *_: nn.PReLU(layer.width or 1),
    "bn": _batch_norm,
    "ln": lambda layer, shape, bias: LayerNorm(shape[0]),
    "gn": lambda layer, shape, bias: nn.GroupNorm(_size(layer)[0], shape[0]),
    "inorm": lambda layer, shape, bias: nn.InstanceNorm2d(shape[0], affine=bool(layer.option("scale"))),
    "lrn": _local_norm,
    "dropout": lambda layer, *_: nn.Dropout(layer.option("rate", 500) / 1000),
    "flatten": lambda *_: nn.Flatten(),
    "id": lambda *_: nn.Identity(),
}
