"""Whether this host trains what is asked for, and about how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from core import jobs
from core.cnn.typed import layer_table
from core.jobs.machine import machine
from core.training.curves import SETS
from core.training.experiments import Sweep
from core.training.image_sources import available
from core.training.runs import Spec

# One core of an ordinary processor in operations a second, on such networks; a process needs some time to start.
SPEED = 4e10
START_S = 2.0
BACKWARD = 3  # a forward and a backward pass, in forward passes


def updates_of(spec: Spec) -> int:
    """Updates of the network if the run does not stop before its end."""
    return spec.candidates * spec.updates if isinstance(spec, Sweep) else spec.steps


def expected_seconds(spec: Spec) -> float:
    """Rough time on one core, from the operations of the network."""
    _, channels, size = SETS[spec.data]
    table = layer_table(text=spec.text, size=size, channels=channels, bias=spec.bias)
    macs = sum(call.macs for call in table.calls)
    return START_S + BACKWARD * 2 * macs * spec.batch * updates_of(spec) / SPEED


def in_words(seconds: float) -> str:
    """A rough time."""
    for unit, size in (("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1):.0f} s"


def refusal(specs: Sequence[Spec]) -> str:
    """Why this host does not train that, as a sentence; empty if it does."""
    limits, spec = jobs.settings(), specs[0]
    if limits.training == "off":
        return "Training is switched off on this server; the presets show recorded runs."
    if find_spec("torch") is None:
        return "torch is not installed here, so that nothing can be trained; the presets show recorded runs."
    if not available(spec.data):
        return "These images are not on this machine; choose the tenth of Fashion-MNIST that is part of Lectern."
    if spec.device == "cuda":
        return "" if machine()["gpus"] else "This machine has no GPU; choose the CPU and a smaller network."
    needed = expected_seconds(spec)
    if needed > limits.seconds:
        return (
            f"This would take about {in_words(needed)} on one core; this server allows {in_words(limits.seconds)} a "
            "run. Choose a smaller network or fewer steps."
        )
    return ""


def offer(specs: Sequence[Spec]) -> str:
    """What a new training would take, as a sentence."""
    spec = specs[0]
    runs = "" if len(specs) == 1 else f" in {len(specs)} runs"
    if spec.device == "cuda":
        return f"{sum(map(updates_of, specs)):,} updates{runs} on the GPU."
    seconds = in_words(sum(map(expected_seconds, specs)))
    return f"{sum(map(updates_of, specs)):,} updates{runs}, roughly {seconds} on one core."
