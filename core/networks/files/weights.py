"""Files that hold only weights: names and shapes of tensors, one row for each layer, and totals."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from core.networks.files.graph import MAX_AXES, MAX_NUMBER, clean
from core.networks.receptive_field import Field, Window
from core.networks.table import Call, LayerTable, Shape

MAX_HEADER = 5_000_000
MAX_TENSORS = 50_000
STATISTICS = ("running_mean", "running_var")
# Bits per number.
_BITS = {
    "F64": 64,
    "I64": 64,
    "U64": 64,
    "C64": 64,
    "F32": 32,
    "I32": 32,
    "U32": 32,
    "F16": 16,
    "BF16": 16,
    "I16": 16,
    "U16": 16,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I8": 8,
    "U8": 8,
    "BOOL": 8,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "F4": 4,
}
_REAL, _BYTE, _PAIRS, _WHOLE = "real", "byte", "pairs", "whole"
# Tensors stored next to weights but not trained: positions, masks, frequencies, and scales of quantized weights.
_BESIDE = re.compile(
    r"(^|[._])(position_ids|token_type_ids|relative_position_index|num_batches_tracked|inv_freq|freqs_cis|attn_mask|"
    r"masked_bias|causal_mask|rope_cached|anchor_grid|anchors|g_idx|qzeros|zeros|scb|absmax|quant_map|nested_absmax|"
    r"nested_quant_map|quant_state\S*|\w*zero_points?|(weight|input|output|act|k|v|activation)_scale(_inv|_2)?|"
    r"weight_shape|scales|\w+_scales|weights_scaling_factor\w*|min_val|max_val)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A tensor of a file: its shape, and whether its numbers are "real", "byte", "pairs" in a byte, or "whole"."""

    shape: Shape
    kind: str = _REAL


def safetensors_table(title: str, content: bytes, size: int) -> LayerTable:
    """Return the rows from the header of a safetensors file alone: 8 bytes with its length, then JSON.

    `size` is that of the whole file, of which the rest may be missing.

    Raises
    ------
    ValueError
        If it is another kind of file, damaged, or too large.
    """
    header = _header(content, size)
    held = {name: Held(tuple(entry["shape"]), _kind_of(entry["dtype"])) for name, entry in header.items()}
    return weights_table(title, held, source="safetensors")


def _kind_of(dtype: str) -> str:
    if dtype in ("I8", "U8"):
        return _BYTE
    return _REAL if dtype[0] in "FBC" and dtype != "BOOL" else _WHOLE


def weights_table(title: str, tensors: Mapping[str, Held], *, source: str) -> LayerTable:
    """Return the rows of tensors by name; one row per layer, in the order in which they begin."""
    modules: dict[str, dict[str, Held]] = {}
    for name, held in tensors.items():
        module, _, tensor = name.rpartition(".")
        if f"{name}.absmax" in tensors:  # by bitsandbytes: two 4-bit numbers in each byte
            held = replace(held, kind=_PAIRS)
        modules.setdefault(module, {})[tensor] = held
    return LayerTable(
        title=title,
        input_shape=(0, 0, 0),
        calls=tuple(row for module, found in modules.items() if (row := _row(module, found)).params or row.buffers),
        blocks={"": "Network"},
        source=source,
    )


def _header(content: bytes, size: int) -> dict[str, dict[str, Any]]:
    length = int.from_bytes(content[:8], "little")
    if size < 8 or length > size - 8:
        raise ValueError("The file is cut off: its header is longer than the file.")
    if length > MAX_HEADER:
        raise ValueError(f"The header of the file has {length:,} bytes; at most {MAX_HEADER:,} are read.")
    try:
        header = json.loads(content[8 : 8 + length], object_pairs_hook=_unique)
        header.pop("__metadata__", None)
        _check_types(header)
        spans = sorted(_span(name, entry) for name, entry in header.items())
    except (_UnknownType, MemoryError):
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("The header of the file is not that of a safetensors file.") from error
    if not 1 <= len(spans) <= MAX_TENSORS:
        raise ValueError(f"The file has {len(spans):,} tensors; it must have 1 to {MAX_TENSORS:,}.")
    ends = [0, *(end for _, end in spans)]
    if any(begin != end for (begin, _), end in zip(spans, ends, strict=False)) or ends[-1] != size - 8 - length:
        raise ValueError("The tensors of the file leave gaps, overlap, or end elsewhere than the file.")
    return dict(header)


class _UnknownType(ValueError):
    """A number type that did not exist when this was written."""


def _check_types(header: Mapping[str, Any]) -> None:
    for entry in header.values():
        dtype = entry["dtype"]
        if isinstance(dtype, str) and dtype not in _BITS and re.fullmatch(r"[A-Z][A-Z0-9_]{1,15}", dtype):
            raise _UnknownType(f"The file has numbers of the type {dtype}, which is not known here.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("A name stands there twice.")
    return values


def _span(name: str, entry: dict[str, Any]) -> tuple[int, int]:
    """Return where the bytes of a tensor begin and end; ValueError if that does not match its shape."""
    shape, (begin, end) = entry["shape"], entry["data_offsets"]
    if len(shape) > MAX_AXES or any(type(n) is not int or not 0 <= n <= MAX_NUMBER for n in (*shape, begin, end)):
        raise ValueError(f"{name} has a size that is no natural number.")
    if prod(shape) * _BITS[entry["dtype"]] != 8 * (end - begin):
        raise ValueError(f"{name} has another number of bytes than its shape needs.")
    return begin, end


def _row(module: str, tensors: Mapping[str, Held]) -> Call:
    """Return a row of which only the parameters are known; its kind is guessed from their shapes."""
    trained = {name: count for name, held in tensors.items() if (count := _trained(name, held, tensors))}
    weight = tensors["weight"].shape if "weight" in tensors else ()
    running = sum(prod(tensors[name].shape) for name in STATISTICS if name in tensors)
    kind, role = {
        3: ("Conv1d", "convolution"),
        4: ("Conv2d", "convolution"),
        5: ("Conv3d", "convolution"),
        2: ("Linear", "linear"),
    }.get(len(weight), ("Parameters", "other"))
    if running:
        kind, role = "BatchNorm2d", "norm"
    biases = trained.get("bias", 0) if role in ("convolution", "linear") else 0
    return Call(
        name=clean(module or "parameters"),
        kind=kind,
        role=role,
        input_shape=(),
        output_shape=(),
        window=Window((weight[2], weight[3])) if len(weight) == 4 else None,
        weights=sum(trained.values()) - biases,
        biases=biases,
        buffers=running,
        field=Field(reach="unknown"),
    )


def _trained(name: str, held: Held, beside: Mapping[str, Held]) -> int:
    """Count the parameters in a tensor: those of few bits are packed, and some tensors hold none at all."""
    count = prod(held.shape)
    if name in STATISTICS or _BESIDE.search(name):
        return 0
    if name == "bias" and len(held.shape) == 4 and held.shape[:2] == (1, 1) and held.shape[2] == held.shape[3] > 1:
        return 0  # the mask of causal attention, as in GPT-2
    if name == "qweight":
        return _packed(held, beside)
    if held.kind == _PAIRS or (held.kind == _BYTE and name.endswith("_blocks")):
        return 2 * count
    if held.kind == _BYTE:
        return count if re.search(r"weight|bias|kernel", name) else 0
    return count if held.kind == _REAL else 0


def _packed(held: Held, beside: Mapping[str, Held]) -> int:
    """Count the parameters of a matrix of few bits, packed into 32-bit integers by GPTQ or AWQ."""
    if len(held.shape) != 2:
        return 0
    rows, columns = held.shape
    if "g_idx" in beside:
        return prod(beside["g_idx"].shape) * columns
    scales = beside["scales"].shape if "scales" in beside else ()
    return rows * (scales[-1] if scales else columns)
