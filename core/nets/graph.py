"""A training step on a GPU as one recorded graph of kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

LONGEST_CHUNK = 50  # steps between two looks at the losses
WARM_UPS = 3  # steps before a graph is recorded, in which libraries choose their kernels

Batch = tuple[Tensor, Tensor | None]
Step = Callable[[Tensor, Tensor | None], Tensor]


class Graph:
    """A step with all its kernels recorded, to be replayed without the processor taking part in it.

    Whatever changes from step to step is read from tensors on the device at a place that the graph itself moves on.
    A step must leave no gradients behind: those of the recorded one are memory of the graph.
    Source: "Accelerating PyTorch with CUDA Graphs", torch's documentation, section "Whole-network capture".
    """

    def __init__(self, step: Step, rate: Tensor, batch: Batch, fits: tuple[int, float]) -> None:
        device, (index, moves) = rate.device, batch
        self.fits = fits
        self._step, self._rate = step, rate
        self._index = index.expand(LONGEST_CHUNK, -1).contiguous()
        self._moves = None if moves is None else moves.expand(LONGEST_CHUNK, -1, -1).contiguous()
        self._rates = torch.zeros(LONGEST_CHUNK, device=device)
        self._found = torch.zeros(LONGEST_CHUNK, 2, device=device)
        self._read = torch.zeros(LONGEST_CHUNK, 2, pin_memory=device.type == "cuda")
        self._place = torch.zeros(1, dtype=torch.int64, device=device)
        self.stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self.stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(self.stream):
            for _ in range(WARM_UPS):
                self._take()
        torch.cuda.current_stream(device).wait_stream(self.stream)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, stream=self.stream):
            self._take()

    def _take(self) -> None:
        """Take the step of the current place, and move on."""
        moves = None if self._moves is None else self._moves.index_select(0, self._place)[0]
        self._rate.copy_(self._rates.index_select(0, self._place)[0])
        found = self._step(self._index.index_select(0, self._place)[0], moves)
        self._found.index_copy_(0, self._place, found[None])
        self._place += 1

    def replay(self, batches: Sequence[Batch], rates: Sequence[float]) -> Tensor:
        """Start as many steps as there are batches, without waiting for them; gives what the next call overwrites."""
        count = len(batches)
        with torch.cuda.stream(self.stream):
            self._place.zero_()
            self._index[:count].copy_(torch.stack([index for index, _ in batches]))
            if self._moves is not None:
                self._moves[:count].copy_(torch.stack([moves for _, moves in batches if moves is not None]))
            self._rates[:count].copy_(torch.tensor(rates))
            for _ in range(count):
                self._graph.replay()
            self._read[:count].copy_(self._found[:count], non_blocking=True)
        return self._read[:count]
