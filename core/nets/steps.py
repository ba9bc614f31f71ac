"""Steps of training: one after another on a CPU, as one recorded graph of kernels on a GPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nets.architectures import has_batch_norm
from core.nets.average import Average
from core.nets.data import Resident
from core.nets.devices import RandomState
from core.nets.faults import NOT_ONE, with_less
from core.nets.graph import LONGEST_CHUNK, Batch, Graph
from core.nets.optimizer import Optimizer
from core.training.experiments import Setup

T = TypeVar("T")
MOST_PARTS = 64  # micro-batches that a recorded step may have: each is recorded with all its kernels


class Steps:
    """Trains a network; everything that changes in training is here and in the network.

    Parameters
    ----------
    network : nn.Module
        On the device, in training mode.
    data : Resident
    setup : Setup
    batch : int, optional
        Largest batch, if different from that of the setup.
    label_smoothing, ema : float
        See `core.training.experiments.Training`.
    cycled : bool
        Whether the momentum changes from step to step; a recorded graph then also reads it from the device.

    Attributes
    ----------
    network, optimizer
    average : Average or None
    micro_batch : int
        Images that pass through the network at once; halved when the GPU runs out of memory.
    random : RandomState
        Of dropout.
    images : int
        Number of images that all steps of this process have used.
    """

    images = 0

    def __init__(
        self,
        network: nn.Module,
        data: Resident,
        setup: Setup,
        batch: int = 0,
        *,
        label_smoothing: float = 0.0,
        ema: float = 0.0,
        cycled: bool = False,
    ) -> None:
        self.network, self._data, self._setup, self._label_smoothing = network, data, setup, label_smoothing
        self.average = Average(network, ema) if ema else None
        self.device = data.pixels.device
        self._batch = batch or setup.batch
        self.micro_batch = min(setup.micro_batch or self._batch, self._batch)
        self.random = RandomState(setup.seed, self.device)
        self._on_gpu = self.device.type == "cuda"
        self.optimizer = Optimizer(network, setup)
        self._rate: float | Tensor = 0.0
        self._momentum: float | Tensor = setup.momentum
        self._cycled = cycled
        self._graph: Graph | None = None
        self._ready: tuple[int, float | None] | None = None  # batch size, and momentum if constant, of what is known

    def run(self, batches: Sequence[Batch], rates: Sequence[float], momenta: Sequence[float]) -> Tensor:
        """Train for some steps of equal batch size.

        On a GPU with CUDA, steps are a recorded graph; up to `LONGEST_CHUNK` of them are only started here.

        Parameters
        ----------
        batches : sequence of (Tensor, Tensor or None)
            Images of each step and how to move them, as `core.nets.data.Order` returns them.
        rates, momenta : sequence of float
            Of each step.

        Returns
        -------
        Tensor (steps, 2) of float32
            Mean loss and fraction of correctly classified images of each step's batch before the step; on the CPU, and
            filled when `wait` returns.
        """
        graph = self.prepare(batches[0], momenta)
        Steps.images += sum(len(index) for index, _ in batches)
        with self.random.in_use():
            if graph is not None:
                return self._replayed(graph, batches, rates, momenta)
            found = torch.empty(len(batches), 2, device=self.device)
            for number, (batch, rate, momentum) in enumerate(zip(batches, rates, momenta, strict=True)):
                self._rate, self._momentum = rate, momentum
                found[number] = self.step(*self._there(batch))
            return found.cpu()

    def _replayed(
        self, graph: Graph, batches: Sequence[Batch], rates: Sequence[float], momenta: Sequence[float]
    ) -> Tensor:
        """Replay as many steps at once as the graph has room for; further ones wait for those before."""
        found: list[Tensor] = []
        for start in range(0, len(batches), LONGEST_CHUNK):
            part = slice(start, start + LONGEST_CHUNK)
            if found:
                graph.stream.synchronize()
                found[-1] = found[-1].clone()
            found.append(graph.replay(batches[part], rates[part], momenta[part]))
        if len(found) == 1:
            return found[0]
        graph.stream.synchronize()
        return torch.cat(found)

    def _there(self, batch: Batch) -> Batch:
        index, moves = batch
        return index.to(self.device), None if moves is None else moves.to(self.device)

    def wait(self) -> None:
        """Wait until the steps that were started have been taken."""
        if self._graph is not None:
            self._graph.stream.synchronize()

    def step(self, index: Tensor, moves: Tensor | None) -> Tensor:
        """Take one step; return (loss, accuracy) from before it.

        The loss of each micro-batch is divided by the size of the batch, so that the gradients add up to those of the
        whole batch, even if the last micro-batch is smaller.
        """
        total = torch.zeros(2, device=self.device)
        for start in range(0, len(index), self.micro_batch):
            part = slice(start, start + self.micro_batch)
            images, labels = self._data.batch(index[part], None if moves is None else moves[part])
            outputs = self._outputs(self.network, images)
            loss = F.cross_entropy(outputs, labels, reduction="sum", label_smoothing=self._label_smoothing) / len(index)
            loss.backward()  # type: ignore[no-untyped-call]
            right = (outputs.detach().argmax(1) == labels).sum() / len(index)
            total += torch.stack([loss.detach(), right])
        self.optimizer.step(self._rate, self._momentum)
        if self.average is not None:
            self.average.update()
        return total

    def _outputs(self, network: nn.Module, images: Tensor) -> Tensor:
        with torch.autocast(self.device.type, torch.bfloat16, self._setup.precision == "bf16", cache_enabled=False):
            outputs: Tensor = network(images)
        return outputs.float() if self._setup.precision == "bf16" else outputs

    def evaluate(self, data: Resident) -> tuple[float, float]:
        """Return mean loss and fraction of correctly classified images, in evaluation mode; every image counts once.

        They are those of the averaged network, if there is one. The loss is the plain cross-entropy, without label
        smoothing. If the device runs out of memory, fewer images pass through the network at once.
        """
        network = self.network if self.average is None else self.average.network
        training = network.training
        network.eval()
        try:
            return with_less(lambda: self._evaluated(network, data), data.lessen, self.device.type)
        finally:
            network.train(training)

    @torch.no_grad()
    def _evaluated(self, network: nn.Module, data: Resident) -> tuple[float, float]:
        found = []
        for start in range(0, len(data), data.at_once):
            index = torch.arange(start, min(start + data.at_once, len(data)), device=self.device)
            images, labels = data.batch(index)
            outputs = self._outputs(network, images)
            loss = F.cross_entropy(outputs, labels, reduction="sum")
            found.append(torch.stack([loss, (outputs.argmax(1) == labels).sum()]))
        # In double precision on the CPU: MPS has none.
        loss_sum, right = (torch.stack(found).cpu().double().sum(0) / len(data)).tolist()
        return loss_sum, right

    def tensors(self) -> dict[str, Tensor]:
        """Return everything that training changes, by name; copies on the CPU."""
        found = self._changed()
        found |= {f"random.{number}": state for number, state in enumerate(self.random.states)}
        return {
            name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format) for name, tensor in found.items()
        }

    def _changed(self) -> dict[str, Tensor]:
        """Return the tensors that a step changes in place, by name."""
        found = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        if self.average is not None:
            found |= {f"average.{name}": tensor for name, tensor in self.average.network.state_dict().items()}
        names = [name for name, _ in self.network.named_parameters()]
        state = self.optimizer.state.items()
        return found | {
            f"optimizer.{name}.{key}": t for key, each in state for name, t in zip(names, each, strict=True)
        }

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Load what `tensors` returned, in place, so that recorded graphs stay valid.

        Raises
        ------
        ValueError
            If it is the state of another network, optimizer, or device.
        """
        own = self.tensors()
        kinds, found = ({name: (t.shape, t.dtype) for name, t in each.items()} for each in (own, tensors))
        if kinds != found:
            raise ValueError("The saved state is of another network, optimizer or device; start over.")
        with torch.no_grad():
            for name, tensor in self._changed().items():
                tensor.copy_(tensors[name])
        self.random.states = [tensors[f"random.{number}"].clone() for number in range(len(self.random.states))]
        if self._on_gpu:  # graphs run on a stream of their own
            torch.cuda.synchronize()

    def prepare(self, batch: Batch, momenta: Sequence[float]) -> Graph | None:
        """Find the micro-batch that fits into the memory of the GPU, and record the graph of steps like these.

        There is one graph for each batch size, whatever the rates and momenta. None on other devices, and if a step has
        more than `MOST_PARTS` micro-batches: it is then taken kernel by kernel.
        """
        if not self._on_gpu:
            return None
        before = None if self._ready is None else self._ready[1]
        self._cycled = self._cycled or len({*momenta, momenta[0] if before is None else before}) > 1
        ready = len(batch[0]), None if self._cycled else momenta[0]
        if self._ready != ready:
            self._graph = self._ready = None  # what it holds is no longer needed
            self._graph = self.fit(lambda: self._recorded(batch, momenta[0]))
            self._ready = ready
        return self._graph

    def _recorded(self, batch: Batch, momentum: float) -> Graph | None:
        there = self._there(batch)
        if len(batch[0]) > MOST_PARTS * self.micro_batch:
            self._rate, self._momentum = 0.0, momentum
            self.step(*there)
            return None
        self._rate = rate = torch.zeros((), device=self.device)
        self._momentum = torch.zeros((), device=self.device) if self._cycled else momentum
        return Graph(self.step, rate, self._momentum, there)

    def fit(self, attempt: Callable[[], T]) -> T:
        """Try something that takes steps, with smaller micro-batches until they fit into memory.

        Network, optimizer, and random state are afterward what they were.

        Raises
        ------
        ValueError
            If the memory does not suffice for one image.
        """
        before = self.tensors()

        def tried() -> T:
            try:
                with self.random.in_use():
                    return attempt()
            finally:
                self.load(before)

        return with_less(tried, self._lessen, self.device.type)

    def _lessen(self) -> None:
        self.optimizer.forget()
        if self.micro_batch == 1:
            raise ValueError(NOT_ONE)
        self.take_parts((self.micro_batch + 1) // 2)

    def take_parts(self, size: int) -> None:
        """Let at most `size` images pass through the network at once from now on."""
        if size < self.micro_batch:
            self.micro_batch = size
            self._graph = self._ready = None

    @property
    def note(self) -> str:
        """Write a sentence about micro-batches, if there are any."""
        if self.micro_batch >= self._batch:
            return ""
        same = (
            "Batch normalization uses micro-batch statistics, so results differ from a full batch."
            if has_batch_norm(self.network)
            else "Their gradients sum to those of the full batch."
        )
        return f"Each batch of {self._batch:,} runs as micro-batches of {self.micro_batch:,}. {same}"
