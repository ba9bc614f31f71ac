"""GPUs of this machine: found by the driver and by torch, each queried once in its own process, and why none is used.

What torch says is kept on the disk as long as driver and torch stay the same, so the app never imports torch and waits
for it only once per installation.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.jobs import files
from core.jobs.limits import settings
from core.process import ONE_THREAD, ROOT

DRIVER_S, TORCH_S = 10.0, 90.0
ROCM = Path("/dev/kfd")  # exists where Linux has AMD's driver
VISIBLE, ALL = "CUDA_VISIBLE_DEVICES", "LECTERN_GPUS"
HIDDEN = ("", "-1")  # values of the former that hide all GPUs

NONE = "No GPU was found on this machine."
UNASKED = "PyTorch could not be asked for a GPU; start `python -m core.nets.devices` to see why."
CPU_BUILD = (
    "PyTorch is installed without CUDA, so the {name} is not used; run `pip install --force-reinstall torch "
    "--index-url https://download.pytorch.org/whl/{index}`."
)
OLD_DRIVER = "The driver of the {name} serves CUDA {has}, but PyTorch {torch} needs CUDA {needs}; update the driver."
NO_KERNELS = (
    "PyTorch {torch} has no kernels for the {name} (compute capability {capability}); an older PyTorch has, such as "
    "one that is built for CUDA 12.6."
)
BROKEN = "PyTorch cannot use the {name}: {error}."


@dataclass(frozen=True)
class Gpus:
    """Devices for training besides the CPU.

    Attributes
    ----------
    device : str
        "cuda" (NVIDIA, and AMD by ROCm), "mps" (Apple), or "" if nothing works.
    names : tuple of str
    bf16 : bool
        Whether all of them multiply in bfloat16.
    memory : int
        Bytes of the first one.
    driver, torch : str
        Versions, as far as they are known.
    cause : str
        Why there is none, as a sentence; empty if there is one.
    """

    device: str = ""
    names: tuple[str, ...] = ()
    bf16: bool = False
    memory: int = 0
    driver: str = ""
    torch: str = ""
    cause: str = NONE

    @property
    def name(self) -> str:
        """Return the name of the first one, with their number if there are several of the same kind."""
        count = len(self.names)
        return (f"{count} × {self.names[0]}" if count > 1 else self.names[0]) if count else ""


@functools.cache
def driver() -> Mapping[str, Any]:
    """Query the driver of NVIDIA's GPUs, once per process; see `core.jobs.driver.look`."""
    return _asked("core.jobs.driver", DRIVER_S)


@functools.cache
def gpus() -> Gpus:
    """Find the GPUs that torch can use and, if there are none, the reason."""
    try:
        torch = version("torch")
    except PackageNotFoundError:
        return Gpus()
    if os.environ.get(VISIBLE) in HIDDEN:
        return Gpus(torch=torch)
    told = driver()
    apple = sys.platform == "darwin" and platform.machine() == "arm64"
    if not (told.get("gpus") or told.get("error") or ROCM.exists() or apple):
        return Gpus(torch=torch)
    return judged(told, _answer({"driver": told, "torch": torch, "python": platform.python_version()}))


def _answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what torch says about these versions: the answer kept on the disk, or a new one."""
    path = settings().folder / "gpus.json"
    kept = files.read(path)
    if kept.get("asked") == asked and isinstance(kept.get("answer"), dict):
        return dict(kept["answer"])
    answer = _asked("core.nets.devices", TORCH_S)
    if answer:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write(path, {"asked": asked, "answer": answer})
    return answer


def _asked(module: str, limit_s: float) -> dict[str, Any]:
    """Run a module in its own process, and read the JSON object in the last line that it writes."""
    try:
        ended = subprocess.run(
            (sys.executable, "-m", module),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD},
            timeout=limit_s,
            check=False,
        )
        value = json.loads(ended.stdout.rstrip().rpartition(b"\n")[2])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    return value if isinstance(value, dict) else {}


def judged(told: Mapping[str, Any], answer: Mapping[str, Any]) -> Gpus:
    """Combine what the driver and torch have said.

    Parameters
    ----------
    told
        See `core.jobs.driver.look`.
    answer
        See `core.nets.devices.ask`.
    """
    found: list[dict[str, Any]] = answer.get("gpus") or []
    names = tuple(str(each["name"]) for each in found) or tuple(told.get("gpus") or ())
    cause = _cause(told, answer, names[0] if names else "GPU")
    versions = Gpus(driver=str(told.get("version", "")), torch=str(answer.get("torch", "")), cause=cause)
    if cause:
        return versions
    return replace(
        versions,
        device=str(answer["device"]),
        names=names,
        bf16=all(each["bf16"] for each in found),
        memory=int(found[0]["memory"]),
    )


def _cause(told: Mapping[str, Any], answer: Mapping[str, Any], name: str) -> str:
    """Say why no GPU can be used; empty if one can."""
    if not answer:
        return UNASKED
    torch, serves = str(answer["torch"]), int(told.get("cuda", 0))
    if not answer["device"]:
        if not (told.get("gpus") or told.get("error")):
            return NONE
        built = str(answer["cuda"])
        if not built:
            # CUDA 13 has no kernels before the Turing generation, CUDA 12 none for drivers before 525.
            return CPU_BUILD.format(name=name, index="cu130" if serves >= 13000 else "cu126")
        if serves and serves // 1000 < int(built.partition(".")[0]):
            return OLD_DRIVER.format(name=name, has=_cuda(serves), torch=torch, needs=f"{built.partition('.')[0]}.0")
        return BROKEN.format(name=name, error=str(answer.get("error") or "no device is available"))
    for each in answer["gpus"]:
        if answer["device"] == "cuda" and not _has_kernels(each["capability"], answer["kernels"]):
            capability = ".".join(map(str, each["capability"]))
            return NO_KERNELS.format(torch=torch, name=each["name"], capability=capability)
        if each.get("error"):
            return BROKEN.format(name=each["name"], error=each["error"])
    return ""


def _cuda(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"


def _has_kernels(capability: Sequence[int], kernels: Sequence[str]) -> bool:
    """Return whether a GPU can run kernels built for these architectures.

    Binary code runs on its own major version from its minor version on; "compute" is compiled for any later one. Names
    of another form, as in ROCm, are left to the kernel that `core.nets.devices.ask` tries.
    """
    major, minor = capability
    for each in kernels:
        known = re.fullmatch(r"(sm|compute)_(\d+)(\d)([af]?)", each)
        if known is None:
            return True
        other = int(known[2]), int(known[3])
        binary, exact = known[1] == "sm", known[4] == "a"
        if other == (major, minor) or (not exact and binary and other[0] == major and other[1] <= minor):
            return True
        if not binary and not known[4] and other <= (major, minor):
            return True
    return not kernels


def slots() -> list[str]:
    """Return the GPUs that runs may use, each as `VISIBLE` names it; even in a run's process, all of them."""
    named = os.environ.get(ALL) or os.environ.get(VISIBLE)
    if named in HIDDEN:
        return []
    if named:
        return [each.strip() for each in named.split(",") if each.strip()]
    return [str(place) for place in range(len(driver().get("gpus") or gpus().names))]
