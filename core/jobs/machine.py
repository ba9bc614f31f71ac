"""The hardware and software that a run was computed with."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.jobs.gpus import driver, gpus

PACKAGES = ("numpy", "scikit-learn", "torch", "torchvision")
# Where Linux describes it.
PROCESSOR = Path("/proc/cpuinfo")


def machine(*, with_gpus: bool = True) -> dict[str, Any]:
    """Return hardware and versions, as JSON values; no package is imported, and no name of a host or user is included.

    Parameters
    ----------
    with_gpus
        Whether to look for GPUs: names of those visible to this process, and the version of their driver.
    """
    told = driver() if with_gpus else {}
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "gpus": list(told.get("gpus") or (gpus().names if with_gpus else ())),
        "driver": str(told.get("version", "")),
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


def _value(path: Path, name: str) -> str:
    """Return the first value of a name in a file of lines such as "name : value"; "" if there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
