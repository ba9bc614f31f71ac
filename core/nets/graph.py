"""A training step on a GPU as one recorded graph of kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

LONGEST_CHUNK = 50  # steps between two readings of the losses
WARM_UPS = 3  # steps before a graph is recorded, in which libraries choose their kernels
ROOM = 1.1  # times the memory of a step must be free before it is recorded

Batch = tuple[Tensor, Tensor | None]
Step = Callable[[Tensor, Tensor | None], Tensor]


class Graph:
    """A step with all its kernels recorded, to be replayed without the CPU.

    Whatever changes from step to step is read from tensors on the device at a position that the graph itself advances.
    A step must leave no gradients behind: those of the recorded one are memory of the graph.
    Source: "Accelerating PyTorch with CUDA Graphs", torch's documentation, section "Whole-network capture".

    Parameters
    ----------
    step
        Takes a step with a batch; reads its learning rate, and its momentum if that is a tensor, from the next two.
    rate : Tensor ()
    momentum : Tensor () or float
        A number stays constant in all replays.
    batch : (Tensor, Tensor or None)
        One of the size that all batches will have.
    """

    def __init__(self, step: Step, rate: Tensor, momentum: Tensor | float, batch: Batch) -> None:
        device, (index, moves) = rate.device, batch
        self._step = step
        self._settings = [rate, momentum] if isinstance(momentum, Tensor) else [rate]
        self._index = index.expand(LONGEST_CHUNK, -1).contiguous()
        self._moves = None if moves is None else moves.expand(LONGEST_CHUNK, -1, -1).contiguous()
        self._values = torch.zeros(LONGEST_CHUNK, len(self._settings), device=device)
        self._found = torch.zeros(LONGEST_CHUNK, 2, device=device)
        self._read = torch.zeros(LONGEST_CHUNK, 2, pin_memory=device.type == "cuda")
        self._place = torch.zeros(1, dtype=torch.int64, device=device)
        self.stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        current = torch.cuda.current_stream(device)
        with room_for_the_next(device):
            self.stream.wait_stream(current)
            with torch.cuda.stream(self.stream):
                for _ in range(WARM_UPS):
                    self._take()
            current.wait_stream(self.stream)
        self._graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(self._graph, stream=self.stream):
                self._take()
        except BaseException:
            if device.type == "cuda":  # where the end of a recording fails, torch leaves its stream in use
                torch.cuda.set_stream(current)
            raise

    def _take(self) -> None:
        """Take the step at the current position, and advance."""
        moves = None if self._moves is None else self._moves.index_select(0, self._place)[0]
        for setting, value in zip(self._settings, self._values.index_select(0, self._place)[0], strict=True):
            setting.copy_(value)
        found = self._step(self._index.index_select(0, self._place)[0], moves)
        self._found.index_copy_(0, self._place, found[None])
        self._place += 1

    def replay(self, batches: Sequence[Batch], rates: Sequence[float], momenta: Sequence[float]) -> Tensor:
        """Start at most `LONGEST_CHUNK` steps without waiting for them; the next call overwrites what is returned."""
        count = len(batches)
        with torch.cuda.stream(self.stream):
            self._place.zero_()
            self._index[:count].copy_(torch.stack([index for index, _ in batches]))
            if self._moves is not None:
                self._moves[:count].copy_(torch.stack([moves for _, moves in batches if moves is not None]))
            self._values[:count].copy_(torch.tensor([rates, momenta][: len(self._settings)]).T)
            for _ in range(count):
                self._graph.replay()
            self._read[:count].copy_(self._found[:count], non_blocking=True)
        return self._read[:count]


@contextmanager
def room_for_the_next(device: torch.device) -> Iterator[None]:
    """Release the memory of what is done inside, and raise if a graph of the same could not have it.

    A recorded graph has its own memory, which it does not share with steps that are taken one by one.

    Raises
    ------
    torch.OutOfMemoryError
        If less is free than `ROOM` times the most that was used inside.
    """
    if device.type != "cuda":
        yield
        return
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    yield
    torch.cuda.synchronize(device)
    needed = torch.cuda.max_memory_allocated(device) - before
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info(device)
    if free < ROOM * needed:
        raise torch.OutOfMemoryError(f"A graph needs {needed:,} bytes; {free:,} are free.")
