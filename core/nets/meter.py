"""The speed of a run, the fraction of the memory it takes, and how close it gets to the limit of its GPU."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from core.nets.steps import Steps
from core.networks.typed import layer_table
from core.training.experiments import Setup

SIDE, PRODUCTS = 4096, 3  # matrix products used to measure a GPU
OPERATIONS = 6  # per multiplication of a forward pass: two, and twice as many in the backward pass
EVERY_S = 1.0
STATM = Path("/proc/self/statm")  # where Linux reports the pages of this process


class Meter:
    """Measures from the second look on: earlier, kernels are being chosen and graphs recorded.

    Parameters
    ----------
    setup : Setup
    shape : (int, int)
        Channels and side of the images; None if only part of the network is trained.
    """

    def __init__(self, setup: Setup, shape: tuple[int, int] | None) -> None:
        self._device, self._precision = torch.device(setup.device), setup.precision
        self._operations = 0
        if shape is not None:
            table = layer_table(text=setup.text, size=shape[1], channels=shape[0], bias=setup.bias)
            self._operations = OPERATIONS * sum(call.macs for call in table.calls)
        self._began: tuple[float, int] | None = None
        self._told = self._most = 0.0

    def note(self) -> dict[str, Any] | None:
        """Return the current measurements, at most once a second.

        Returns
        -------
        dict
            device (name), precision, images_s (images per second), memory and of (bytes taken, and in all), and for a
            GPU limit (operations per second of a large matrix product).
        """
        now = perf_counter()
        if self._began is None:
            self._began = now, Steps.images
            self._most = largest_speed(self._device, self._precision)
            return None
        if now - max(self._told, self._began[0]) < EVERY_S:
            return None
        self._told = now
        speed = (Steps.images - self._began[1]) / (now - self._began[0])
        memory, of = _memory(self._device)
        note = {"device": _name(self._device), "precision": self._precision, "images_s": speed}
        note |= {"memory": memory, "of": of} if of else {}
        return note | ({"limit": speed * self._operations / self._most} if self._most and self._operations else {})


def largest_speed(device: torch.device, precision: str) -> float:
    """Measure the operations per second of a large matrix product on a GPU; 0 elsewhere, or without the memory."""
    if device.type != "cuda":
        return 0.0
    try:
        matrix = torch.ones(SIDE, SIDE, device=device, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
        found = matrix @ matrix
        torch.cuda.synchronize()
        began = perf_counter()
        for _ in range(PRODUCTS):
            torch.mm(matrix, matrix, out=found)
        torch.cuda.synchronize()
    except torch.OutOfMemoryError:
        return 0.0
    return PRODUCTS * 2 * SIDE**3 / (perf_counter() - began)


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _memory(device: torch.device) -> tuple[int, int]:
    """Return the bytes that this process takes, and how many there are; 0 if unknown."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device), torch.cuda.get_device_properties(device).total_memory
    if device.type == "mps":
        return torch.mps.driver_allocated_memory(), torch.mps.recommended_max_memory()
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        return int(STATM.read_text(encoding="ascii").split()[1]) * page, os.sysconf("SC_PHYS_PAGES") * page
    except (OSError, ValueError, AttributeError):
        return 0, 0
