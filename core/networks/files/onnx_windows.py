"""Windows of convolutions and pooling layers in ONNX files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.networks.receptive_field import Pair, Window
from core.networks.table import Shape

_SLIDING = {"Conv": 1, "ConvInteger": 1, "QLinearConv": 3, "MaxPool": None, "AveragePool": None, "LpPool": None}


def window_of(operation: str, attributes: Mapping[str, Any], shapes: Sequence[Shape], output: Shape) -> Window | None:
    """Return the window of a convolution or pooling over maps or lines, along height and width; None for all else."""
    if operation not in _SLIDING or not shapes or not shapes[0] or not output:
        return None
    place = _SLIDING[operation]
    kernel = list(attributes.get("kernel_shape") or (shapes[place][2:] if place is not None else ()))
    axes = len(kernel)
    if axes not in (1, 2) or len(shapes[0]) != axes + 2:
        return None
    stride, dilation = _each(attributes, "strides", axes), _each(attributes, "dilations", axes)
    pads = list(attributes.get("pads") or [0] * 2 * axes)
    sides = [(pads[k], pads[k + axes]) for k in range(axes)]
    how = str(attributes.get("auto_pad", ""))
    if how.startswith("SAME"):
        reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
        total = [max(-(-n // s) * s - s + r - n, 0) for n, s, r in zip(shapes[0][2:], stride, reach, strict=True)]
        first = [(rows + (how == "SAME_LOWER")) // 2 for rows in total]
        sides = [(one, rows - one) for one, rows in zip(first, total, strict=True)]
    ceil = bool(attributes.get("ceil_mode", 0))
    group = int(attributes.get("group", 1))
    return Window(_pair(kernel), _pair(stride), (*_side(sides, 0), *_side(sides, 1)), _pair(dilation), group, ceil)


def _each(attributes: Mapping[str, Any], name: str, axes: int) -> list[int]:
    found = list(attributes.get(name) or [])
    return [max(int(number), 1) for number in found] if len(found) == axes else [1] * axes


def _pair(numbers: Sequence[int]) -> Pair:
    """Return the numbers along height and width; a line has height 1."""
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (1, int(numbers[0]))


def _side(sides: Sequence[tuple[int, int]], axis: int) -> tuple[int, int]:
    return sides[axis] if len(sides) == 2 else (0, 0) if axis == 0 else sides[0]
