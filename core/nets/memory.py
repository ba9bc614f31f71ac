"""The memory that autograd keeps for the backward pass, call by call, found with meta tensors in training mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from core.nets.function_names import WITH_STATISTICS
from core.nets.recorder import Recorder, Row, record
from core.networks.table import Call

# Anything kept is kept once or once per image. A large prime as the batch size tells which: it divides no other size,
# meta tensors of any size cost nothing.
BATCH = 10_007


class Keeper(Recorder):
    """Records a network in training, and what each row keeps; memory that is kept twice counts for the first row.

    Attributes
    ----------
    kept : dict of (str, str, int) to list of int
        By key of the row: bytes kept once and per image, in fp32; the same in bf16, with statistics at 4 bytes.
    tensors : int
        Number of memory blocks that are kept.
    image_kept : bool
        Whether the image is one of them.
    """

    def __init__(self, model: nn.Module, batch: int) -> None:
        super().__init__(model)
        self.kept: dict[tuple[str, str, int], list[int]] = {}
        self.tensors, self.image_kept = 0, False
        self._batch = batch
        self._storages: dict[int, torch.UntypedStorage] = {}  # held, so that no address is reused
        own = [*model.parameters(), *model.buffers()]
        self._own = {tensor.untyped_storage()._cdata for tensor in own}
        self._row: Row | None = None
        self._function, self._shape = "", torch.Size()

    def start(self, row: Row) -> None:
        self._row = row

    def call(self, func: Callable[..., Any], name: str, first: Tensor, args: Any, given: dict[str, Any]) -> Any:
        self._function, self._shape = name, first.shape
        if name == "scaled_dot_product_attention" and first.is_meta and not _extras((*args[3:], *given.values())):
            # On a CPU or a GPU, attention is one fused step; on meta tensors it would be decomposed.
            return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(*args[:3])[0]
        return func(*args, **given)

    def pack(self, tensor: Tensor) -> None:
        """Note that autograd keeps a tensor; nothing is actually kept, since no backward pass follows."""
        storage = tensor.untyped_storage()
        if storage._cdata not in self._own and storage._cdata not in self._storages:
            self._storages[storage._cdata] = storage
            self._count(tensor, storage.nbytes())

    def _count(self, tensor: Tensor, nbytes: int) -> None:
        statistics = self._function in WITH_STATISTICS and tensor.ndim != len(self._shape)
        if self._function == "layer_norm":
            statistics = tensor.shape != self._shape
        half = nbytes // (2 if tensor.is_floating_point() and not statistics else 1)
        each = nbytes % self._batch == 0
        kept = self.kept.setdefault(self._row.key if self._row is not None else ("", "", 0), [0, 0, 0, 0])
        for place, amount in ((0, nbytes), (2, half)):
            kept[place + each] += amount // (self._batch if each else 1)

    def close(self, image: Tensor) -> None:
        """Release what was held."""
        self.image_kept = image.untyped_storage()._cdata in self._storages
        self.tensors = len(self._storages)
        self._storages.clear()


def _extras(values: Sequence[Any]) -> bool:
    """Return whether attention gets more than its three inputs, such as a mask."""
    return any(isinstance(value, Tensor) or bool(value) for value in values)


def train(model: nn.Module, shape: tuple[int, int, int], batch: int = BATCH) -> Keeper:
    """Record a forward pass in training mode."""
    keeper = Keeper(model, batch)
    training = model.training
    model.train()
    try:
        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(keeper.pack, lambda tensor: tensor):
            image = record(model, (batch, *shape), keeper)
        keeper.close(image)
    finally:
        model.train(training)
    return keeper


def with_memory(
    model: nn.Module, shape: tuple[int, int, int], rows: list[Row], calls: list[Call]
) -> tuple[list[Call], bool]:
    """Add to calls what they keep, and append the calls that training adds; also return whether the image is kept."""
    keeper = train(model, shape)
    known = {row.key for row in rows}
    more = [row for row in keeper.rows if row.key not in known]
    calls = calls + [replace(row.call(BATCH), training_only=True) for row in more]
    filled = []
    for row, call in zip([*rows, *more], calls, strict=True):
        once, each, once_bf16, each_bf16 = keeper.kept.get(row.key, [0, 0, 0, 0])
        filled.append(replace(call, saved=(once, each), saved_bf16=(once_bf16, each_bf16)))
    return filled, keeper.image_kept
