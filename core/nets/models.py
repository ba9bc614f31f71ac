"""The classification models of torchvision without their weights, as meta tensors: shapes without numbers."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torchvision import models

MAX_SIDE = 4096
_MAKES = frozenset([torch.empty, torch.zeros, torch.ones, torch.full, torch.rand, torch.randn, torch.normal])


class _OnMeta(TorchFunctionMode):
    """Makes new tensors meta tensors, except `arange` and `linspace`, since constructors read numbers from them."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        given = kwargs or {}
        if func in _MAKES and given.get("device") is None:
            given = {**given, "device": "meta"}
        return func(*args, **given)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """List the names of all classification models."""
    return tuple(models.list_models(module=models))


def native_size(name: str, weights: str = "DEFAULT") -> int:
    """Return the side of the images that a model was made for, according to its weights."""
    entry = models.get_model_weights(check_name(name))[weights]
    return int(entry.transforms().crop_size[0])


def build(name: str, size: int, **options: Any) -> nn.Module:
    """Make a model of meta tensors, in evaluation mode.

    Parameters
    ----------
    name : str
        One of `names()`.
    size : int
        Side of the images; models with position embeddings are made for it.
    options
        Further arguments of the constructor, such as `aux_logits`.

    Raises
    ------
    ValueError
        If there is no such model, or it cannot be made for that size.
    """
    check_name(name)
    if not 1 <= size <= MAX_SIDE:
        raise ValueError(f"`size` must be in [1, {MAX_SIDE:,}]; got {size:,}.")
    step = size_step(name)
    if size % step:
        near = max(step, size // step * step)
        raise ValueError(f"`size` must be a multiple of {step} for {name}; got {size}, and {near} is near.")
    if name.startswith("vit"):
        options["image_size"] = size
    if name.startswith("maxvit"):
        options["input_size"] = (size, size)
    if name in ("googlenet", "inception_v3"):
        options.setdefault("init_weights", False)
    with _OnMeta():
        model: nn.Module = models.get_model(name, weights=None, **options)
    return model.to("meta").eval()


def size_step(name: str) -> int:
    """Return the step between sides that a model accepts: its patch, or what its windows need."""
    if name.startswith("vit"):
        return int(name.rsplit("_", 1)[1])
    return 224 if name.startswith("maxvit") else 1


def check_name(name: str) -> str:
    """Return the name if there is such a model.

    Raises
    ------
    ValueError
        If there is no such model; the sentence names the one that was probably meant.
    """
    if name in names():
        return name
    near = difflib.get_close_matches(name.lower(), names(), 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names())}."
    raise ValueError(f"There is no model “{name[:40]}”; {hint}")
