"""Devices for torch on this machine, and a run's device and random state: CPU, CUDA (also ROCm), Apple's MPS.

`python -m core.nets.devices` prints the result of `ask` as JSON, for `core.jobs.gpus`.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.jobs.gpus import NONE, driver, judged
from core.training.experiments import Setup


@dataclass(frozen=True, kw_only=True)
class Devices:
    """The available devices, for display.

    Attributes
    ----------
    processor, gpu : str
        Instruction set of the CPU; name of the GPU, "" without one.
    memory : int
        Free bytes of GPU memory.
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
    """Inspect this machine."""
    cuda = torch.cuda.is_available()
    bf16 = [name for name in ("cpu", "cuda") if _has_bf16(name)]
    return Devices(
        processor=torch.backends.cpu.get_cpu_capability(),
        gpu=torch.cuda.get_device_name() if cuda else "",
        memory=torch.cuda.mem_get_info()[0] if cuda else 0,
        bf16=tuple(bf16),
        torch=str(torch.__version__),
    )


def ask() -> dict[str, Any]:
    """Return what torch can train on besides the CPU, as JSON values; each GPU has run a kernel.

    Returns
    -------
    dict
        torch (version), cuda (that of CUDA or ROCm that it was built for, "" for neither), device ("cuda", "mps", or
        ""), kernels (architectures it has them for), error (why there is no device, if torch says so), and gpus: for
        each its name, capability, memory in bytes, bf16 (whether it multiplies in bf16), and error ("" if it works).
    """
    built = torch.version.cuda or torch.version.hip or ""
    answer: dict[str, Any] = {"torch": str(torch.__version__), "cuda": str(built), "kernels": [], "error": ""}
    if torch.cuda.is_available():
        gpus = [_cuda_gpu(place) for place in range(torch.cuda.device_count())]
        return answer | {"device": "cuda", "kernels": torch.cuda.get_arch_list(), "gpus": gpus}
    if torch.backends.mps.is_available():
        memory = torch.mps.recommended_max_memory()
        gpu = {"name": f"GPU of {platform.processor() or 'Apple'}", "capability": [], "memory": memory, "bf16": False}
        return answer | {"device": "mps", "gpus": [gpu | {"error": _tried(torch.device("mps"))}]}
    if built:
        try:
            torch.cuda.init()  # type: ignore[no-untyped-call]
        except (RuntimeError, AssertionError) as error:
            answer["error"] = str(error).partition("\n")[0].partition(". ")[0].rstrip(".")
    return answer | {"device": "", "gpus": []}


def _cuda_gpu(place: int) -> dict[str, Any]:
    found = torch.cuda.get_device_properties(place)
    with torch.cuda.device(place):
        error = _tried(torch.device("cuda", place))
        bf16 = not error and torch.cuda.is_bf16_supported(including_emulation=False)
    capability = [found.major, found.minor]
    return {"name": found.name, "capability": capability, "memory": found.total_memory, "bf16": bf16, "error": error}


def _tried(device: torch.device) -> str:
    """Run a kernel; return the error, if there is one."""
    try:
        return "" if float(torch.ones(2, device=device).sum()) == 2 else "it adds up wrongly"
    except RuntimeError as error:
        return str(error).partition("\n")[0]


def _has_bf16(name: str) -> bool:
    if name == "cuda":
        return torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    return name == "cpu" and (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def prepare(setup: Setup) -> torch.device:
    """Return the device of a run, and set the number of CPU threads that it requests.

    Raises
    ------
    ValueError
        If there is no such device here, torch has no kernels for it, or it cannot multiply in the requested precision.
    """
    device, name = torch.device(setup.device), setup.device
    if name != "cpu":
        answer = ask()
        found = judged(driver(), answer)
        if found.device != name:
            raise ValueError(f"{found.cause or NONE} Choose the CPU, and a smaller network.")
    if setup.precision == "bf16" and not _has_bf16(name):
        which = {"cpu": "This processor", "mps": "Apple's GPU"}.get(name) or f"The {torch.cuda.get_device_name()}"
        raise ValueError(f"{which} does not train in bfloat16 here; choose float32.")
    torch.set_num_threads(setup.threads)
    if name == "cuda":  # shapes stay the same, so the fastest kernels can be found by trial; fp32 means fp32
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    return device


class RandomState:
    """The random state of a run, separate from that of the process: `with` swaps the two, and swaps them back.

    Parameters
    ----------
    seed : int
    device : torch.device
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        # torch.cuda and torch.mps have the same functions for this.
        self._of_device: Any = getattr(torch, device.type) if device.type in ("cuda", "mps") else None
        self.states = [torch.Generator().manual_seed(seed).get_state()]
        if self._of_device is not None:
            self.states.append(torch.Generator(device).manual_seed(seed).get_state())

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let torch's global generators continue from this state, and save where they end."""
        outer = self._exchange(self.states)
        try:
            yield
        finally:
            self.states = self._exchange(outer)

    def _exchange(self, states: list[Tensor]) -> list[Tensor]:
        found = [torch.get_rng_state()]
        torch.set_rng_state(states[0])
        if self._of_device is not None:
            found.append(self._of_device.get_rng_state())
            self._of_device.set_rng_state(states[1])
        return found


if __name__ == "__main__":
    print(json.dumps(ask()))
