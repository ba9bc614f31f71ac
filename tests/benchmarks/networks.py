"""Traces of networks against a bare forward pass on meta tensors, and against the profilers that people use."""

from __future__ import annotations

import contextlib
import io
import logging
import subprocess
import sys
import warnings

import torch
from fvcore.nn import FlopCountAnalysis
from torch.utils.flop_counter import FlopCounterMode
from torchinfo import summary
from torchvision import models

from core.labs.cnn_cost.compute.models import model_table
from core.nets.cost import trace
from core.nets.models import build, native_size
from core.networks.presets import PRESETS
from core.networks.typed import layer_table
from tests.benchmarks.measure import Row, in_turns, milliseconds
from tests.browser.server import ROOT

MODELS = ("alexnet", "vgg19", "googlenet", "resnet18", "resnet152", "efficientnet_b0", "convnext_tiny", "vit_b_16")
LARGE = ("resnet152", "regnet_y_128gf", "vit_h_14")
# What one trace adds, at its peak, to the memory of a fresh process that has done its imports; Linux alone tells it.
MEMORY = """
import re, sys
from pathlib import Path
from core.nets.cost import trace_model
trace_model(net="alexnet")
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
read = lambda name: int(re.search(name + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1000
before = read("VmRSS")
trace_model(net=sys.argv[1])
print(read("VmHWM") - before)
"""


def forward(model, image) -> None:
    with torch.no_grad():
        model(image)


def counted(model, image) -> None:
    with FlopCounterMode(display=False), torch.no_grad():
        model(image)


def with_fvcore(model, image) -> None:
    FlopCountAnalysis(model, image).unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()


def one_trace(name: str, rounds: int) -> Row:
    """Our trace of one model against a bare forward pass, both on meta tensors."""
    size = native_size(name)
    model, image = build(name, size), torch.empty(1, 3, size, size, device="meta")
    seconds = in_turns(
        {
            "ours": lambda: trace(model, shape=(3, size, size), memory=False),
            "memory": lambda: trace(model, shape=(3, size, size)),
            "forward": lambda: forward(model, image),
        },
        rounds,
    )
    return Row(
        f"trace of {name}: shapes, parameters, MACs, receptive fields (with what training keeps: "
        f"{milliseconds(seconds['memory'])})",
        milliseconds(seconds["ours"]),
        f"bare forward pass on meta tensors: {milliseconds(seconds['forward'])}",
        f"{seconds['ours'] / seconds['forward']:.2f}×",
        "≤ 1.5×" if name == "resnet152" else "",
    )


def profilers(name: str, rounds: int) -> Row:
    """Our trace of one model against profilers on CPU tensors; none of them tells what training keeps."""
    size = native_size(name)
    meta, model = build(name, size), models.get_model(name, weights=None).eval()
    image = torch.zeros(1, 3, size, size)
    seconds = in_turns(
        {
            "ours": lambda: trace(meta, shape=(3, size, size), memory=False),
            "memory": lambda: trace(meta, shape=(3, size, size)),
            "FlopCounterMode": lambda: counted(model, image),
            "torchinfo": lambda: summary(model, input_data=image, verbose=0),
            "fvcore": lambda: with_fvcore(model, image),
        },
        rounds,
    )
    ours, memory = seconds.pop("ours"), seconds.pop("memory")
    return Row(
        f"trace of {name} (with what training keeps: {milliseconds(memory)})",
        milliseconds(ours),
        "; ".join(f"{peer} on CPU tensors: {milliseconds(taken)}" for peer, taken in seconds.items()),
        f"{min(seconds.values()) / ours:.2g}× to {max(seconds.values()) / ours:.2g}×",
        "> 1×",
    )


def peak(name: str) -> float:
    """Megabytes that a trace takes above those of the imports."""
    command = [sys.executable, "-c", MEMORY, name]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def rows() -> list[Row]:
    """All rows about networks."""
    logging.getLogger("fvcore").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    found = [one_trace("resnet152", rounds=9)]
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")  # of the peers
        found += [profilers(name, rounds=3) for name in MODELS]
    most = {name: peak(name) for name in LARGE}
    found.append(
        Row(
            "peak memory of a trace above that of the imports",
            "; ".join(f"{name} {megabytes:.1f} MB" for name, megabytes in most.items()),
            target="≤ 20 MB",
        )
    )
    sizes = iter(range(32, 4096))
    seconds = in_turns(
        {
            "typed": lambda: layer_table(text=PRESETS["vgg19"].text, size=next(sizes), channels=3),
            "stored": lambda: model_table.__wrapped__(net="resnet152"),
        },
        9,
    )
    found.append(Row("table of VGG19 as typed, at a new size", milliseconds(seconds["typed"])))
    found.append(Row("table of ResNet-152 as shipped", milliseconds(seconds["stored"])))
    return found
