"""The device of a run: the two controls of every page that trains, and how a request is met here."""

from __future__ import annotations

from dataclasses import replace

from core.jobs.gpus import NONE, gpus
from core.kit.controls import Choice

AUTO, GPU, CPU = "auto", "gpu", "cpu"
DEVICE = Choice(
    name="device",
    label="Device",
    default=AUTO,
    options={AUTO: "Automatic", GPU: "GPU", CPU: "CPU"},
    former={"cuda": GPU},
    place="more",
    help="Where a new run is computed: automatic takes the GPU if there is one. Each device rounds differently, so its "
    "runs are its own.",
)
PRECISION = Choice(
    name="precision",
    label="Precision",
    default="fp32",
    options={"fp32": "float32", "bf16": "bfloat16"},
    place="more",
    help="Numbers that a new run multiplies. bfloat16 is faster on GPUs that have it, with 8 significant bits in place "
    "of 24.",
)


def controls(when: tuple[str, tuple[str, ...]] | None = None) -> tuple[Choice, Choice]:
    """Return both controls, for a page on which they matter only `when` another one has some value."""
    return replace(DEVICE, when=when), replace(PRECISION, when=when)


def place(device: str, precision: str) -> tuple[str, str]:
    """Return the device and precision that a run gets here for the values of the two controls.

    A request that this machine cannot fulfill becomes the nearest one that it can; `instead` says so.
    """
    found = gpus()
    real = found.device if device != CPU and found.device else CPU
    return real, "bf16" if precision == "bf16" and real == "cuda" and found.bf16 else "fp32"


def wish_of(device: str) -> str:
    """Return the value of `DEVICE` that requests the device of a run."""
    return CPU if device == CPU else GPU


def instead(device: str, precision: str) -> str:
    """Say what this machine does instead of a request, and why; empty if it does what is requested.

    The CPU satisfies an automatic choice, too; only an existing but unused GPU is mentioned.
    """
    found, (real, numbers) = gpus(), place(device, precision)
    said = []
    if real == CPU and device != CPU and (device == GPU or found.cause != NONE):
        said.append(f"{found.cause} Training uses the CPU instead.")
    if numbers != precision:
        which = f"The {found.name}" if real != CPU else "The CPU"
        said.append(f"{which} does not train in bfloat16 here; training uses float32 instead.")
    return " ".join(said)


def device_name(device: str) -> str:
    """Name a device of a run for a reader."""
    return {"cpu": "the CPU", "mps": "Apple's GPU"}.get(device) or (f"the {gpus().name}" if gpus().name else "the GPU")
