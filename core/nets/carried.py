"""Facts attached to a tensor while a network is recorded, and the tensors in a function's arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any

import torch
from torch import Tensor, nn

from core.networks.receptive_field import Field


def opened(func: Callable[..., Any]) -> Callable[..., Any]:
    """Copy a torch function without its override check, so that the functions it calls are recorded instead."""
    globals_ = {**func.__globals__, "has_torch_function": lambda _: False}
    opened = FunctionType(func.__code__, globals_, func.__name__, func.__defaults__, func.__closure__)
    opened.__kwdefaults__ = func.__kwdefaults__
    return opened


def bias_of(name: str, args: Sequence[Any], given: dict[str, Any]) -> Any:
    """Return the bias of a convolution or a linear layer."""
    if name not in ("linear", "conv2d", "conv_transpose2d"):
        return None
    return args[2] if len(args) > 2 else given.get("bias")


def flattens(name: str, tensor: Tensor, args: Sequence[Any]) -> bool:
    """Return whether a view flattens each map to one row of numbers."""
    if name not in ("view", "reshape") or tensor.ndim != 4:
        return False
    shape = args[1] if len(args) == 2 and not isinstance(args[1], int) else args[1:]
    return len(shape) == 2 and shape[0] in (-1, tensor.shape[0])


def tensors_in(values: Sequence[Any]) -> Iterator[Tensor]:
    """Yield the tensors among arguments, including those in lists."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from tensors_in(value)


def largest_shape(values: Sequence[Any]) -> torch.Size:
    """Return the shape of the largest tensor."""
    shapes = [tensor.shape for tensor in tensors_in(values)]
    return max(shapes, key=torch.Size.numel) if len(shapes) > 1 else shapes[0] if shapes else torch.Size()


def carry(tensor: Tensor, field: Field | None, parameters: tuple[nn.Parameter, ...]) -> None:
    """Attach a field to a tensor, None if it does not depend on the image, and parameters without a row."""
    tensor.carried = field, parameters  # type: ignore[attr-defined]


def field_of(tensor: Tensor) -> Field | None:
    """Return the part of the image that a tensor sees; None if it does not depend on the image."""
    field: Field | None = getattr(tensor, "carried", (None,))[0]
    return field


def parameters_of(tensor: Tensor) -> tuple[nn.Parameter, ...]:
    """Return the parameter that a tensor is, or those that have gone into it without a row."""
    if isinstance(tensor, nn.Parameter):
        return (tensor,)
    carried: tuple[nn.Parameter, ...] = getattr(tensor, "carried", (None, ()))[1]
    return carried
