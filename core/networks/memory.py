"""Memory of a training step, from the rows of a network."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from core.networks.table import BYTES, LayerTable, check

# 32-bit numbers of state that an optimizer keeps per parameter.
OPTIMIZERS = {"SGD": 0, "SGD with momentum": 1, "Adam": 2}


@dataclass(frozen=True, kw_only=True)
class TrainingMemory:
    """Peak bytes of a training step, part by part.

    Not included: workspace of the convolution library, rounding by the allocator, the context of the GPU.

    Attributes
    ----------
    weights, gradients, optimizer : int
        In bf16 the weights are a working copy at 2 bytes and a master copy at 4, gradients take 2, and the state of
        the optimizer stays at 4 bytes per number (Rajbhandari et al., "ZeRO", 2020).
    saved : int
        Kept for the backward pass; includes the image if a layer keeps it, as the first convolution does.
    image : int
        The batch of images, if no layer keeps it.
    total : int
    largest : int
        Bytes of the largest output of a single call, the tensor most likely to fail.
    largest_call : str
        Its name.
    steps : tuple of (str, int)
        The bytes of `saved` and `image` as they grow call by call and fall again: name, bytes after that call.
    """

    weights: int
    gradients: int
    optimizer: int
    saved: int
    image: int
    total: int
    largest: int
    largest_call: str
    steps: tuple[tuple[str, int], ...]


def training_memory(
    table: LayerTable, *, batch: int = 32, optimizer: str = "SGD with momentum", precision: str = "fp32"
) -> TrainingMemory:
    """Add up what a training step must hold at once, when the forward pass has just ended.

    Parameters
    ----------
    table : LayerTable
    batch : int
        1 to 1,000,000.
    optimizer : str
        Key of `OPTIMIZERS`.
    precision : str
        "fp32" or "bf16".

    Raises
    ------
    ValueError
        If an argument is invalid, the network cannot be trained with such images, or batch normalization would
        have a single value to normalize.
    """
    check(batch=batch, precision=precision)
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"`optimizer` must be one of {', '.join(OPTIMIZERS)}; got {optimizer}.")
    if table.not_trainable:
        raise ValueError(table.not_trainable)
    _check_batch_norm(table, batch)
    params = sum(call.params for call in table.calls if not call.shared)
    image = 0 if table.image_saved else prod(table.input_shape) * batch * BYTES[precision]
    grown, steps = image, [("input", image)]
    for call in table.calls:
        grown += call.saved_bytes(batch=batch, precision=precision)
        steps.append((call.name, grown))
    down = [(call.name, before) for call, (_, before) in zip(table.calls[::-1], steps[-2::-1], strict=True)]
    largest = max(table.calls, key=lambda call: call.activations)
    parts = {
        "weights": params * (4 if precision == "fp32" else 6),
        "gradients": params * BYTES[precision],
        "optimizer": params * 4 * OPTIMIZERS[optimizer],
        "saved": grown - image,
        "image": image,
    }
    return TrainingMemory(
        **parts,
        total=sum(parts.values()),
        largest=largest.activations * batch * BYTES[precision],
        largest_call=largest.name,
        steps=(*steps, *down),
    )


def _check_batch_norm(table: LayerTable, batch: int) -> None:
    for call in table.calls:
        if batch == 1 and call.kind.startswith("BatchNorm") and prod(call.output_shape[1:]) == 1:
            raise ValueError(
                f"`batch` must be at least 2: {call.name} normalizes over the batch, and with one image it has one "
                "value per channel, whose output would be the bias whatever the input."
            )
