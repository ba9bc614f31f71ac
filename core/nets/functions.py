"""Meaning of a torch function call on feature maps: role, operations, window, and receptive field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from torch import Tensor, nn

from core.nets.function_names import ACTIVATIONS, NORMS
from core.networks.receptive_field import Field, Pair, Window, by, gate, join, resized, spread
from core.networks.table import ROLES


class Facts:
    """Facts about the functions of one row so far.

    Attributes
    ----------
    role : str
        The most important one of the functions called, in the order of `ROLES`.
    window : Window or None
    macs, buffers : int
        For the whole batch; once.
    padding : (int, int, int, int)
        Added by a separate function before the window slides.
    note : str
    weights, biases : list of nn.Parameter
    """

    def __init__(self) -> None:
        self.role = ROLES[-1]
        self.window: Window | None = None
        self.macs = self.buffers = 0
        self.padding = (0, 0, 0, 0)
        self.note = ""
        self.weights: list[nn.Parameter] = []
        self.biases: list[nn.Parameter] = []

    def plays(self, role: str) -> None:
        """Take a role unless there is a more important one already."""
        if ROLES.index(role) < ROLES.index(self.role):
            self.role = role

    def slides(self, window: Window, size: Pair) -> None:
        """Adopt a window, together with any padding before it."""
        padding = tuple(a + b for a, b in zip(window.padding, self.padding, strict=True))
        top, bottom, left, right = padding
        self.window = Window(
            window.kernel, window.stride, (top, bottom, left, right), window.dilation, window.groups, window.ceil
        )
        inner = size[0] - self.padding[0] - self.padding[1], size[1] - self.padding[2] - self.padding[3]
        self.note = self.note or self.window.note(inner)


class Arguments:
    """Arguments of a call by name."""

    def __init__(self, names: str, args: Sequence[Any], given: dict[str, Any]) -> None:
        self._values = dict(zip(names.split(), args, strict=False)) | given

    def get(self, name: str, default: Any = None) -> Any:
        value = self._values.get(name)
        return default if value is None else value

    def pair(self, name: str, default: Any) -> Pair:
        """Return one number for both axes, or one for each."""
        value = self.get(name, default)
        if isinstance(value, int):
            return value, value
        return (int(value[0]), int(value[-1]))


Rule = Callable[[Facts, Sequence[Any], dict[str, Any], Tensor, list[Field]], Field]


def _sides(pair: Pair) -> tuple[int, int, int, int]:
    return pair[0], pair[0], pair[1], pair[1]


def _map(tensor: Tensor) -> Pair:
    return int(tensor.shape[-2]), int(tensor.shape[-1])


def _convolution(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    a = Arguments("input weight bias stride padding dilation groups", args, given)
    x, weight = a.get("input"), a.get("weight")
    dilation = a.pair("dilation", 1)
    padding = a.get("padding", 0)
    if isinstance(padding, str):
        rows = [d * (k - 1) if padding == "same" else 0 for d, k in zip(dilation, weight.shape[2:], strict=True)]
        sides = rows[0] // 2, rows[0] - rows[0] // 2, rows[1] // 2, rows[1] - rows[1] // 2
    else:
        sides = _sides(a.pair("padding", 0))
    window = Window(_map(weight), a.pair("stride", 1), sides, dilation, int(a.get("groups", 1)))
    facts.plays("convolution")
    facts.slides(window, _map(x))
    facts.macs += out.numel() * weight[0].numel()
    return join(fields).through(window)


def _transposed(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    a = Arguments("input weight bias stride padding output_padding groups dilation", args, given)
    x, weight = a.get("input"), a.get("weight")
    facts.plays("convolution")
    facts.macs += x.numel() * weight[0].numel()
    return spread(join(fields), _map(weight), a.pair("stride", 1), a.pair("padding", 0), a.pair("dilation", 1))


def _enlarged(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    return join(fields) if out.shape[-2:] == args[0].shape[-2:] else join(fields).lost()


def _pooling(names: str) -> Rule:
    """Return the rule for pooling whose further arguments have these names."""

    def rule(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
        a = Arguments(f"input kernel_size stride padding {names}", args, given)
        kernel = a.pair("kernel_size", 1)
        window = Window(
            kernel,
            a.pair("stride", kernel),
            _sides(a.pair("padding", 0)),
            a.pair("dilation", 1),
            ceil=bool(a.get("ceil_mode", False)),
        )
        facts.plays("pool")
        facts.slides(window, _map(a.get("input")))
        return join(fields).through(window)

    return rule


def _adaptive(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    facts.plays("pool")
    size, wanted = _map(args[0]), _map(out)
    if wanted[0] > size[0] or wanted[1] > size[1]:
        facts.note = f"The {by(size)} map is enlarged to {by(wanted)}: pooling repeats its values."
    return resized(join(fields), size, wanted)


def _mean(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    facts.plays("pool")
    return join(fields).everywhere()


def _linear(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    facts.plays("linear")
    facts.macs += out.numel() * int(args[0].shape[-1])
    return join(fields)


def _matmul(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    facts.plays("attention")
    facts.macs += out.numel() * int(args[0].shape[-1])
    return join(fields).lost()


def _einsum(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    """Count two factors: the product of the sizes of all indices."""
    facts.plays("attention")
    inputs = args[0].replace(" ", "").split("->")[0].split(",")
    sizes = {
        index: int(size)
        for indices, tensor in zip(inputs, args[1:], strict=True)
        for index, size in zip(indices, tensor.shape, strict=True)
    }
    facts.macs += prod(sizes.values())
    return join(fields).lost()


def _attention(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    query, key, value = args[:3]
    facts.plays("attention")
    facts.macs += query.shape[:-1].numel() * int(key.shape[-2]) * int(query.shape[-1] + value.shape[-1])
    return join(fields).everywhere()


def _batch_norm(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    a = Arguments("input running_mean running_var", args, given)
    facts.plays("norm")
    facts.buffers += sum(a.get(name).numel() for name in ("running_mean", "running_var") if a.get(name) is not None)
    return join(fields)


def _pad(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    """Move the fields by rows and columns around (batch, channels, height, width); other padding may do anything."""
    amounts = [*args[1], 0, 0, 0, 0]
    left, right, top, bottom = amounts[:4]
    if args[0].ndim != 4 or any(amounts[4:]) or (args[0].shape[-1] != out.shape[-1] - left - right):
        return join(fields).lost()
    facts.padding = top, bottom, left, right
    return join(fields).through(Window((1, 1), padding=facts.padding))


def _flatten(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    flat = out.ndim == 2 and args[0].ndim > 2 and args[0].shape[2:].numel() > 1
    return join(fields).everywhere() if flat else join(fields)


def _roll(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    return join(fields).lost()


def _product(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
    facts.plays("join")
    return gate(fields)


def _plain(role: str) -> Rule:
    """Return the rule for functions that treat every position alike."""

    def rule(facts: Facts, args: Sequence[Any], given: dict[str, Any], out: Tensor, fields: list[Field]) -> Field:
        facts.plays(role)
        return join(fields)

    return rule


RULES: dict[str, Rule] = {
    "conv2d": _convolution,
    "conv_transpose2d": _transposed,
    **dict.fromkeys(["interpolate", "pixel_shuffle"], _enlarged),
    "linear": _linear,
    **dict.fromkeys(["matmul", "bmm"], _matmul),
    "einsum": _einsum,
    "scaled_dot_product_attention": _attention,
    "max_pool2d": _pooling("dilation ceil_mode return_indices"),
    "avg_pool2d": _pooling("ceil_mode count_include_pad divisor_override"),
    **dict.fromkeys(["adaptive_avg_pool2d", "adaptive_max_pool2d"], _adaptive),
    "mean": _mean,
    NORMS[0]: _batch_norm,
    **dict.fromkeys(NORMS[1:], _plain("norm")),
    **dict.fromkeys(ACTIVATIONS, _plain("activation")),
    **dict.fromkeys(["add", "sub", "cat"], _plain("join")),
    "mul": _product,
    "pad": _pad,
    "flatten": _flatten,
    "roll": _roll,
}
OTHER = _plain("other")
