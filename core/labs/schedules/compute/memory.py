"""Memory of a training as a line over the batch size, and the largest batch for a card."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from core.networks.memory import training_memory
from core.networks.trainable import NETWORKS, network_text
from core.networks.typed import layer_table

GIB = 2**30


@dataclass(frozen=True)
class Need:
    """Memory of a training: bytes = fixed + each * batch size.

    Attributes
    ----------
    fixed, each : int
    largest : int
        Bytes, for each image, of the largest tensor.
    where : str
        The layer that makes it.
    """

    fixed: int
    each: int
    largest: int
    where: str

    def total(self, batch: int) -> int:
        """Bytes with so many images in a batch."""
        return self.fixed + self.each * batch

    def fits(self, card: int) -> int:
        """The largest batch for so many GiB; 0 if not even the weights fit."""
        return max(0, (card * GIB - self.fixed) // self.each)


@lru_cache(maxsize=16)
def need(net: str) -> Need:
    """Predict the memory of a network of `core.networks.trainable`, trained with momentum in 32-bit numbers."""
    network = NETWORKS[net]
    table = layer_table(text=network_text(net), size=network.size, channels=network.channels)
    two, three = (training_memory(table, batch=batch) for batch in (2, 3))
    each = three.total - two.total
    return Need(two.total - 2 * each, each, two.largest // 2, two.largest_call)
