"""Rules on whether this host trains what is requested, and estimates of how long that takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from core import jobs
from core.data.image_sources import available, image_set, missing
from core.jobs.gpus import NONE, gpus
from core.networks.typed import layer_table
from core.training import pretrained
from core.training.devices import device_name
from core.training.experiments import Sweep, Training
from core.training.runs import Spec
from core.training.transfer_experiment import TransferTraining

# Approximate operations per second on such networks: one core of an ordinary CPU, and GPUs that are not new; besides,
# each update and the start of a process take time, whatever the network.
SPEEDS = {"cpu": 4e10, "mps": 5e11, "cuda": 2e12}
UPDATE_S = 0.001
STARTS_S = {"cpu": 2.0, "mps": 4.0, "cuda": 8.0}
BACKWARD = 3  # a forward and a backward pass, in forward passes


def updates_of(spec: Spec) -> int:
    """Count the updates of the network if the run does not stop before its end."""
    return spec.candidates * spec.updates if isinstance(spec, Sweep) else spec.steps


def expected_seconds(spec: Spec) -> float:
    """Estimate the time on one idle core, or on a GPU, from the operations of the network and the number of updates."""
    fixed, speed = STARTS_S[spec.device] + UPDATE_S * updates_of(spec), SPEEDS[spec.device]
    if isinstance(spec, TransferTraining):
        return fixed + 2 * spec.macs / speed
    images = image_set(spec.data)
    table = layer_table(text=spec.text, size=images.side, channels=images.channels, bias=spec.bias)
    macs = sum(call.macs for call in table.calls)
    stages = spec.stages if isinstance(spec, Training) else ()
    seen = sum(batch * updates for batch, updates in stages) or spec.batch * updates_of(spec)
    return fixed + BACKWARD * 2 * macs * seen / speed


def in_words(seconds: float) -> str:
    """Write a rough time."""
    for unit, size in (("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1):.0f} s"


def refusal(specs: Sequence[Spec]) -> str:
    """Say in a sentence why this host does not train that; empty if it does."""
    limits, spec = jobs.settings(), specs[0]
    if limits.training == "off":
        return "Training is disabled on this server; presets show recorded runs."
    if find_spec("torch") is None:
        return "PyTorch is not installed here, so training is unavailable; presets show recorded runs."
    if not available(spec.data):
        return missing(spec.data)
    absent = ""
    if isinstance(spec, TransferTraining) and spec.base and not pretrained.available(spec.base):
        absent = "The pretrained weights are not on this server. Download them, or choose the small CNN."
    if spec.device not in ("cpu", gpus().device):
        return f"{gpus().cause or NONE} Choose the CPU, and a smaller network."
    return too_long(max(specs, key=expected_seconds)) or absent


def too_long(spec: Spec) -> str:
    """Say in a sentence why a run takes too long for this host; empty if it does not."""
    needed, allowed = expected_seconds(spec), jobs.settings().seconds
    if needed <= allowed:
        return ""
    return (
        f"This would take about {in_words(needed)} on {_where(spec)}; the limit is "
        f"{in_words(allowed)}. Choose a smaller network or fewer steps."
    )


def offer(specs: Sequence[Spec]) -> str:
    """Say in a sentence what a new run would take."""
    spec = specs[0]
    runs = "" if len(specs) == 1 else f" in {len(specs)} runs"
    updates = f"{sum(map(updates_of, specs)):,} updates{runs}"
    took = f"{updates}, about {in_words(sum(map(expected_seconds, specs)))} on {_where(spec)}."
    return " ".join((took, *_remarks(spec)))


def _where(spec: Spec) -> str:
    if spec.device == "cpu":
        return "one core"
    return device_name(spec.device) + (" in bfloat16" if spec.precision == "bf16" else "")


def speed_words(note: Mapping[str, Any]) -> str:
    """Say where a run computes, how fast, in how much memory, and how close it gets to the limit of its GPU.

    Parameters
    ----------
    note
        From `core.nets.meter.Meter`; whatever it lacks is not mentioned.
    """
    names, numbers = {"cpu": "the CPU", "mps": "Apple's GPU"}, {"fp32": "float32", "bf16": "bfloat16"}
    if not isinstance(note.get("images_s"), int | float):
        return ""
    name = str(note.get("device", ""))[:80]
    where = names.get(name) or f"the {name}"
    said = [f"On {where} in {numbers.get(str(note.get('precision')), 'float32')}: {note['images_s']:,.0f} images/s"]
    if isinstance(note.get("memory"), int) and isinstance(note.get("of"), int):
        said.append(f"{note['memory'] / 2**30:.1f} of {note['of'] / 2**30:.0f} GiB")
    if isinstance(note.get("limit"), int | float):
        said.append(f"{note['limit']:.0%} of the speed of its matrix product")
    return f"{', '.join(said)}."


def _remarks(spec: Spec) -> tuple[str, ...]:
    """Describe the visitor's own set, which nothing else does, and what a run does differently than expected."""
    images = image_set(spec.data)
    cautions = spec.cautions(spec.images or images.images)
    if not spec.checksum:
        return cautions
    size = f"{images.side} × {images.side} pixels"
    return f"Your images: {images.images:,} training images of {size}, {images.classes} classes.", *cautions
