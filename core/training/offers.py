"""Whether this host trains what is asked for, and about how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from core import jobs
from core.data.image_sources import available, image_set, missing
from core.jobs.machine import machine
from core.networks.typed import layer_table
from core.training import pretrained
from core.training.experiments import Sweep, Training
from core.training.runs import Spec
from core.training.transfer_experiment import TransferTraining

# One core of an ordinary processor in operations a second, on such networks; besides, each update and the start of a
# process take their time, whatever the network.
SPEED = 4e10
UPDATE_S = 0.001
START_S = 2.0
BACKWARD = 3  # a forward and a backward pass, in forward passes


def updates_of(spec: Spec) -> int:
    """Updates of the network if the run does not stop before its end."""
    return spec.candidates * spec.updates if isinstance(spec, Sweep) else spec.steps


def expected_seconds(spec: Spec) -> float:
    """Rough time on one idle core, from the operations of the network and the number of updates."""
    fixed = START_S + UPDATE_S * updates_of(spec)
    if isinstance(spec, TransferTraining):
        return fixed + 2 * spec.macs / SPEED
    images = image_set(spec.data)
    table = layer_table(text=spec.text, size=images.side, channels=images.channels, bias=spec.bias)
    macs = sum(call.macs for call in table.calls)
    stages = spec.stages if isinstance(spec, Training) else ()
    seen = sum(batch * updates for batch, updates in stages) or spec.batch * updates_of(spec)
    return fixed + BACKWARD * 2 * macs * seen / SPEED


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
        return missing(spec.data)
    absent = ""
    if isinstance(spec, TransferTraining) and spec.base and not pretrained.available(spec.base):
        absent = "The pretrained weights are not on this machine. Download them, or choose the small CNN."
    if spec.device == "cuda":
        return absent if machine()["gpus"] else "This machine has no GPU; choose the CPU and a smaller network."
    return too_long(max(specs, key=expected_seconds)) or absent


def too_long(spec: Spec) -> str:
    """Why a run takes too long for this host, as a sentence; empty if it does not."""
    needed, allowed = expected_seconds(spec), jobs.settings().seconds
    if needed <= allowed:
        return ""
    return (
        f"This would take about {in_words(needed)} on one core; this server allows {in_words(allowed)} a run. Choose a "
        "smaller network or fewer steps."
    )


def offer(specs: Sequence[Spec]) -> str:
    """What a new training would take, as a sentence."""
    spec = specs[0]
    runs = "" if len(specs) == 1 else f" in {len(specs)} runs"
    updates = f"{sum(map(updates_of, specs)):,} updates{runs}"
    if spec.device == "cuda":
        took = f"{updates} on the GPU."
    else:
        took = f"{updates}, roughly {in_words(sum(map(expected_seconds, specs)))} on one idle core."
    return " ".join((took, *_remarks(spec)))


def _remarks(spec: Spec) -> tuple[str, ...]:
    """What a set of one's own is, which no other place says, and what a training does otherwise than one may think."""
    images = image_set(spec.data)
    cautions = spec.cautions(spec.images or images.images)
    if not spec.checksum:
        return cautions
    size = f"{images.side} × {images.side} pixels"
    return f"Your own images: {images.images:,} of {size} for the training, {images.classes} classes.", *cautions
