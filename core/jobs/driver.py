"""Facts from the driver of NVIDIA's GPUs: `python -m core.jobs.driver` prints them as JSON.

It is queried in a separate process, so a driver that hangs or a context that stays does not harm the app. Linux, WSL2,
and Windows have the library under different names; containers have it even where they lack /proc/driver.
Source: the CUDA driver API and NVML reference manuals.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import sys
from collections.abc import Callable
from typing import Any

_WINDOWS = sys.platform == "win32"
DRIVER = ("nvcuda.dll",) if _WINDOWS else ("libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1")
MANAGEMENT = ("nvml.dll",) if _WINDOWS else ("libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1")
LONGEST_NAME = 256


def look(load: Callable[[str], Any] = ctypes.CDLL) -> dict[str, Any]:
    """Return the driver's version, the newest CUDA that it supports, and the names of the visible GPUs.

    Parameters
    ----------
    load
        Loads a library by name; raises OSError if there is none.

    Returns
    -------
    dict
        version (str, "" if unknown), cuda (such as 13000 for 13.0), gpus (list of str), and error (an error code of
        the driver API, 0 if all went well); empty without a driver.
    """
    driver = _first(load, DRIVER)
    if driver is None:
        return {}
    number, count = ctypes.c_int(0), ctypes.c_int(0)
    error = driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count))
    driver.cuDriverGetVersion(ctypes.byref(number))
    names = []
    for place in range(0 if error else count.value):
        device, name = ctypes.c_int(0), ctypes.create_string_buffer(LONGEST_NAME)
        if not driver.cuDeviceGet(ctypes.byref(device), place):
            driver.cuDeviceGetName(name, LONGEST_NAME, device)
            names.append(name.value.decode(errors="replace"))
    return {"version": _version(load), "cuda": number.value, "gpus": names, "error": error}


def _version(load: Callable[[str], Any]) -> str:
    management, text = _first(load, MANAGEMENT), ctypes.create_string_buffer(LONGEST_NAME)
    if management is None or management.nvmlInit_v2():
        return ""
    management.nvmlSystemGetDriverVersion(text, LONGEST_NAME)
    return text.value.decode(errors="replace")


def _first(load: Callable[[str], Any], names: tuple[str, ...]) -> Any:
    for name in names:
        with contextlib.suppress(OSError):
            return load(name)
    return None


if __name__ == "__main__":
    print(json.dumps(look()))
