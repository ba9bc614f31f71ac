"""A GPU that is none: specifications say cuda, tensors stay on the processor, and a graph calls its step again.

What a recording refuses is refused: an operator that waits for the device, or whose result's size depends on the data.
"""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from unittest.mock import MagicMock

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.nets import learner, transfer
from core.nets.graph import Graph
from core.nets.steps import Steps

CPU = torch.device("cpu")
WAITING = {"_local_scalar_dense", "nonzero", "masked_select", "unique_dim", "_unique2", "bincount", "_pin_memory"}


class Recording(TorchDispatchMode):
    """Refuses operators that cannot be recorded."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if name in WAITING:
            raise RuntimeError(f"{name} waits for the device, which cannot be recorded")
        if name in ("index", "index_put", "index_put_") and any(
            index is not None and index.dtype in (torch.bool, torch.uint8) for index in args[1]
        ):
            raise RuntimeError("an index that is a mask cannot be recorded")
        return func(*args, **(kwargs or {}))


def pretend(patch, recording=Recording):
    """Replace what needs a GPU, and give the list of the graphs that are made."""
    made = []
    plain_graph, plain_steps = Graph.__init__, Steps.__init__

    def graph(self, *args):
        made.append(self)
        plain_graph(self, *args)

    def steps(self, network, data, setup, *args, **more):
        plain_steps(self, network, data, setup, *args, **more)
        self._on_gpu = setup.device == "cuda"

    patch.setattr(Graph, "__init__", graph)
    patch.setattr(Steps, "__init__", steps)
    for module in (learner, transfer):
        patch.setattr(module, "prepare", lambda setup: CPU)
    for name in ("Stream", "current_stream", "set_stream", "synchronize"):
        patch.setattr(torch.cuda, name, MagicMock())
    patch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    patch.setattr(torch.cuda, "graph", lambda graph, stream: recording())
    patch.setattr(torch.cuda, "CUDAGraph", lambda: SimpleNamespace(replay=made[-1]._take))
    return made


def accelerator_error(code, text="CUDA error"):
    """An error as a device gives it, with a number of CUDA's runtime or, as in older versions of torch, none."""
    error = torch.AcceleratorError(text)
    if code is not None:
        error.error_code = code
    return error
