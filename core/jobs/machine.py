"""What a run was computed with."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "scikit-learn", "torch", "torchvision")
# Where Linux tells them.
PROCESSOR = Path("/proc/cpuinfo")
GPUS = Path("/proc/driver/nvidia/gpus")


def machine() -> dict[str, Any]:
    """Hardware and versions, as JSON values; no package is imported for it, and no name of host or user is in it."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "gpus": _gpus(),
        "cores": os.cpu_count(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    return _value(PROCESSOR, "model name") or platform.processor()


def _gpus() -> list[str]:
    """Names of the GPUs, where the driver tells them."""
    return [_value(path, "Model") for path in sorted(GPUS.glob("*/information"))]


def _value(path: Path, name: str) -> str:
    """First value of a name in a file of lines such as "name : value"; "" if there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
