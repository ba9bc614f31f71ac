"""Errors of a device: their meaning, a sentence for each, and a retry with less where memory is short."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch

from core.jobs.kinds import LostDevice

T = TypeVar("T")

# Error codes of CUDA's runtime (`cudaError_t` in driver_types.h), which torch's AcceleratorError carries, and phrases
# common to the messages without a code: older versions of torch, libraries on top of CUDA, ROCm, MPS.
_MEMORY = {2}
_CAPTURE = set(range(900, 909))
_KERNELS = {8, 98, 200, 209, 222, 223}  # no binary, no kernel image, or no way to compile one for this GPU
_ADDRESS = {700, 716, 717, 718}
_ASSERT = {710}
_DRIVER = {3, 35, 803, 804}
_LOST = {10, 46, 100, 101, 201, 214, 220, 226, 304, 305, 400, 702, 709, 719, 720, 802, 999}
_TEXTS = (
    (2, r"out of memory|_ALLOC_FAILED"),
    (901, r"capturing|StreamCapture"),
    (209, r"no kernel image|invalid device function|no binary for"),
    (700, r"illegal memory access|misaligned address|illegal instruction|memory access fault"),
    (710, r"device-side assert"),
    (35, r"driver version is insufficient|driver on your system is too old"),
    (719, r"unspecified launch failure|ECC error|has fallen off|device is lost|devices? (is|are) busy|no CUDA-capable"),
)

NO_MEMORY = "The GPU ran out of memory; choose a smaller network or smaller batches."
NOT_ONE = "The memory of the GPU does not suffice even for one image at a time; choose a smaller network."
NO_KERNELS = "PyTorch has no kernels for this GPU; choose the CPU, or install a PyTorch that was built for it."
ASSERTED = "A check on the GPU failed, such as a label that is not a class; train on the CPU to see which."
ILLEGAL = "A kernel on the GPU used memory that is not its own; update PyTorch and the driver, or choose the CPU."
OLD_DRIVER = "The driver of the GPU does not fit PyTorch; update the driver, or choose the CPU."


def code_of(error: BaseException) -> int | None:
    """Return the CUDA runtime's code for an error of a device; None for any other error."""
    if isinstance(error, torch.OutOfMemoryError):
        return 2
    if not isinstance(error, RuntimeError):
        return None
    code = getattr(error, "error_code", None)
    if type(code) is int:
        return code
    text = str(error)
    if isinstance(error, torch.AcceleratorError) or re.search(r"CUDA|HIP|CUBLAS|CUDNN|MPS|NVIDIA", text):
        return next((number for number, pattern in _TEXTS if re.search(pattern, text, re.IGNORECASE)), None)
    return None


@contextmanager
def told() -> Iterator[None]:
    """Turn errors of a device into what `core.jobs` shows: a sentence by cause, or `LostDevice` for one that is gone.

    Raises
    ------
    ValueError
        With a sentence that says what to do: memory, kernels, driver, a failed check, an illegal access.
    LostDevice
        If the device no longer responds; the run can then resume from its last checkpoint.
    """
    try:
        yield
    except RuntimeError as error:
        code = code_of(error)
        for codes, sentence in (
            (_MEMORY, NO_MEMORY),
            (_KERNELS, NO_KERNELS),
            (_ASSERT, ASSERTED),
            (_ADDRESS, ILLEGAL),
            (_DRIVER, OLD_DRIVER),
        ):
            if code in codes:
                raise ValueError(sentence) from error
        if code in _LOST:
            raise LostDevice(str(error)) from error
        raise


def release(kind: str) -> None:
    """Return the memory that torch keeps for later to the device."""
    gc.collect()
    if kind in ("cuda", "mps"):
        getattr(torch, kind).empty_cache()


def with_less(attempt: Callable[[], T], lessen: Callable[[], None], kind: str) -> T:
    """Try something, and retry with less each time that the device runs out of memory.

    The error, and with it everything that the failed try still held, is gone before memory is released. Running out in
    the middle of recording a graph may raise an error of the recording; that is retried once.

    Parameters
    ----------
    lessen
        Makes the next try smaller; raises ValueError if it cannot be any smaller.
    kind
        "cuda", "mps" or "cpu".
    """
    recordings = 1
    while True:
        try:
            return attempt()
        except RuntimeError as error:
            code = code_of(error)
            recordings -= code in _CAPTURE
            if code not in _MEMORY and (code not in _CAPTURE or recordings < 0):
                raise
        lessen()
        release(kind)
