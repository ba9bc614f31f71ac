"""Tracing of networks on meta tensors, which have shapes but no numbers: fast and small at any size.

>>> from core.nets.cost import trace_model
>>> trace_model(net="resnet18", size=224)  # doctest: +SKIP
"""

from __future__ import annotations

from collections import Counter

import torch
from torch import nn

from core.nets.memory import with_memory
from core.nets.models import build, native_size, size_step
from core.nets.recorder import Recorder, record
from core.networks.table import LayerTable


def trace_model(*, net: str, size: int | None = None, memory: bool = True) -> LayerTable:
    """Trace a classification model of torchvision.

    Parameters
    ----------
    net : str
        Its name there.
    size : int
        Side of the image, 1 to 4096; by default, the one it was made for.
    memory : bool
        See `trace`.

    Raises
    ------
    ValueError
        If there is no such model, or it does not accept images of that size; the sentence gives a size that works.
    """
    side = native_size(net) if size is None else size
    model = build(net, side)
    try:
        return trace(model, shape=(3, side, side), title=net, memory=memory)
    except ValueError as error:
        smallest = smallest_size(net)
        raise ValueError(f"{error} The smallest square input that works is {smallest}x{smallest}.") from error


def trace(
    model: nn.Module, *, shape: tuple[int, int, int] = (3, 224, 224), title: str = "", memory: bool = True
) -> LayerTable:
    """Trace a model of meta tensors.

    Parameters
    ----------
    model : nn.Module
        In evaluation mode.
    shape : (int, int, int)
        Channels, height, and width of the image.
    title : str
        Of the table.
    memory : bool
        Whether to determine, in another pass, what training keeps; otherwise the rows report no kept memory.

    Raises
    ------
    ValueError
        If a layer cannot take its input; the sentence names it.
    """
    recorder = Recorder(model)
    with torch.no_grad():
        record(model, (1, *shape), recorder)
    calls = [row.call() for row in recorder.rows]
    owned = recorder.owned()
    unused: Counter[str] = Counter()
    for name, parameter in model.named_parameters():
        if name not in owned:
            unused[name.split(".")[0]] += parameter.numel()
    image_saved, not_trainable = False, ""
    if memory:
        try:
            calls, image_saved = with_memory(model, shape, recorder.rows, calls)
        except ValueError as error:
            not_trainable = f"Training is not possible at this size: {error}"
    return LayerTable(
        title=title,
        input_shape=shape,
        calls=tuple(calls),
        unused=tuple(unused.items()),
        blocks=recorder.blocks,
        image_saved=image_saved,
        not_trainable=not_trainable,
        source="traced",
    )


def smallest_size(net: str) -> int:
    """Find the side of the smallest square image that a model accepts, by bisection on meta tensors.

    Raises
    ------
    ValueError
        If there is no such model.
    """
    step = size_step(net)
    if step > 1:  # models made for a single size: every multiple works
        return step
    high = native_size(net)
    low, model = 1, build(net, high)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _works(model, middle) else (middle + 1, high)
    return low


def _works(model: nn.Module, side: int) -> bool:
    try:
        with torch.no_grad():
            model(torch.empty(1, 3, side, side, device="meta"))
    except RuntimeError:
        return False
    return True
