"""What a training will cost, before it is begun."""

from __future__ import annotations

from dataclasses import dataclass

# Floating-point operations a second of one processor core (AVX-512) in steps of 64 images: 23 to 87 billion were
# measured from LeNet to the small Inception, so that an estimate may be wrong by a factor of two.
CORE_FLOPS = 45e9


@dataclass(frozen=True, kw_only=True)
class TrainingCost:
    """Work of a training.

    Attributes
    ----------
    updates, images : int
        Steps, and images that are seen in them.
    flops : int
        Floating-point operations of convolutions and linear layers, a multiply-accumulate being two.
    core_seconds : float
        Estimate for one processor core.
    """

    updates: int
    images: int
    flops: int
    core_seconds: float


def training_cost(*, macs: int, batch: int, updates: int) -> TrainingCost:
    """Estimate a training: forward, gradients of the weights and gradients of the inputs cost about the same each.

    Parameters
    ----------
    macs : int
        Multiply-accumulates of one image in the forward pass, as the rows of `core.networks.table` add up to.
    batch, updates : int
    """
    images = batch * updates
    flops = 6 * macs * images
    return TrainingCost(updates=updates, images=images, flops=flops, core_seconds=flops / CORE_FLOPS)
