"""What this machine can train on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from core.training.experiments import Setup


@dataclass(frozen=True, kw_only=True)
class Devices:
    """What there is, for the page to say.

    Attributes
    ----------
    processor, gpu : str
        Instruction set of the processor; name of the GPU, "" without one.
    memory : int
        Bytes of the GPU that are free.
    bf16 : tuple of str
        Devices that multiply in bf16.
    torch : str
        Version.
    """

    processor: str
    gpu: str
    memory: int
    bf16: tuple[str, ...]
    torch: str


def devices() -> Devices:
    """Look at this machine."""
    cuda = torch.cuda.is_available()
    bf16 = [name for name in ("cpu", "cuda") if _has_bf16(name)]
    return Devices(
        processor=torch.backends.cpu.get_cpu_capability(),
        gpu=torch.cuda.get_device_name() if cuda else "",
        memory=torch.cuda.mem_get_info()[0] if cuda else 0,
        bf16=tuple(bf16),
        torch=str(torch.__version__),
    )


def _has_bf16(name: str) -> bool:
    if name == "cuda":
        return torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def prepare(setup: Setup) -> torch.device:
    """Give the device of a run, and the processor the threads that it asks for.

    Raises
    ------
    ValueError
        If there is no such device here, or it cannot multiply in the precision asked for.
    """
    if setup.device == "cuda" and not torch.cuda.is_available():
        raise ValueError("There is no GPU here that torch can use; choose the CPU and a smaller network.")
    if setup.precision == "bf16" and not _has_bf16(setup.device):
        raise ValueError("This processor has no instructions for bf16, which would be slower there; choose fp32.")
    torch.set_num_threads(setup.threads)
    if setup.device == "cuda":  # shapes stay the same, so that the fastest kernels can be tried out; fp32 means fp32
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device(setup.device)


class RandomState:
    """The random state of a run, apart from that of the process: `with` swaps the two, and swaps them back.

    Parameters
    ----------
    seed : int
    device : torch.device
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self._cuda = device.type == "cuda"
        self.states = [torch.Generator().manual_seed(seed).get_state()]
        if self._cuda:
            self.states.append(torch.Generator(device).manual_seed(seed).get_state())

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let torch's global generators go on from this state, and keep where they have come to."""
        outer = self._exchange(self.states)
        try:
            yield
        finally:
            self.states = self._exchange(outer)

    def _exchange(self, states: list[Tensor]) -> list[Tensor]:
        found = [torch.get_rng_state()]
        torch.set_rng_state(states[0])
        if self._cuda:
            found.append(torch.cuda.get_rng_state())
            torch.cuda.set_rng_state(states[1])
        return found
