"""A network whose first layers are frozen, and features that are computed once."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import Parameter

from core.nets.data import Resident
from core.nets.faults import with_less


class Frozen(nn.Module):
    """A network whose first calls are not trained: no gradients, and always in evaluation mode.

    Otherwise, batch normalization would continue to update its running statistics, although it is frozen.

    Parameters
    ----------
    network : nn.Module
        Its parameters are marked as trained or not.
    calls : int
        Number of frozen calls from the first on; modules without children are the calls.
    """

    def __init__(self, network: nn.Module, calls: int) -> None:
        super().__init__()
        self.network = network
        layers = [part for part in network.modules() if next(part.children(), None) is None]
        self._first, self._last = layers[:calls], layers[calls:]
        for part in self._first:
            part.requires_grad_(False)
        self.train()

    def train(self, mode: bool = True) -> Frozen:
        """Set the mode of the trained part; the frozen part stays in evaluation mode."""
        super().train(mode)
        for part in self._first:
            part.eval()
        return self

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield the trained parameters: all that an optimizer should know of."""
        every = super().named_parameters(prefix, recurse, remove_duplicate)
        return ((name, parameter) for name, parameter in every if parameter.requires_grad)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.network(images)
        return found

    def head(self) -> nn.Sequential:
        """Return the trained part on its own; the layers after the cut must be a chain."""
        return nn.Sequential(*self._last).train()

    def features(self, data: Resident) -> Features:
        """Run the frozen part once over all images, and keep its output."""
        return with_less(lambda: self._features(data), data.lessen, data.pixels.device.type)

    @torch.no_grad()
    def _features(self, data: Resident) -> Features:
        kept: list[Tensor] = []
        hook = self._last[0].register_forward_pre_hook(lambda _, given: kept.append(given[0].clone()))
        training = self.training
        self.eval()
        try:
            for start in range(0, len(data), data.at_once):
                index = torch.arange(start, min(start + data.at_once, len(data)), device=data.pixels.device)
                self.network(data.batch(index)[0])
        finally:
            hook.remove()
            self.train(training)
        return Features(torch.cat(kept), data.labels)


class Features(Resident):
    """Features of labeled images, in place of the images: like `core.nets.data.Resident`, but without moves."""

    def __init__(self, features: Tensor, labels: Tensor) -> None:
        self.pixels, self.labels = features, labels

    def __len__(self) -> int:
        return len(self.pixels)

    def batch(self, index: Tensor, moves: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return features and labels of some images.

        Raises
        ------
        ValueError
            If the images are to be moved, which would change their features.
        """
        if moves is not None:
            raise ValueError("Features that are kept do not know how images were moved; run the base for each batch.")
        return self.pixels.index_select(0, index), self.labels.index_select(0, index)
