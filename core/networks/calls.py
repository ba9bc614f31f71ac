"""The layers of PyTorch and Keras in our own notation: a rule for each, from the arguments of its call.

A rule takes the name of the layer, its arguments, and whether it has one axis only; it returns our words for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Given = tuple[Sequence[Any], Mapping[str, Any]]
Rule = Callable[[str, Given, bool], list[str]]


class RefusedError(Exception):
    """An argument that our own notation has no words for; the message goes on after the name of the layer."""


def _get(given: Given, place: int, *names: str, default: Any = None) -> Any:
    """Return an argument by its position, or by one of its names."""
    values, named = given
    found = next((named[name] for name in names if name in named), None)
    if found is None and 0 <= place < len(values):
        found = values[place]
    return default if found is None else found


def _both(value: Any, flat: bool) -> tuple[int, int]:
    """Return one number for both axes, or two; if only one axis is given, the other gets 1."""
    numbers = [value, value] if isinstance(value, int) else list(value)
    if flat or len(numbers) == 1:
        return 1, int(numbers[0])
    return int(numbers[0]), int(numbers[1])


def _written(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}x{pair[1]}"


def _options(stride: tuple[int, int], padding: Any, more: str, flat: bool, still: tuple[int, int] = (1, 1)) -> str:
    step = "" if stride == still else f"/{_written(stride)}"
    if isinstance(padding, str):  # causal padding is that of same, all of it in front
        return f"{step}{'@same' if padding.lower() in ('same', 'causal') else ''}{more}"
    rows = (0, int(padding)) if flat and isinstance(padding, int) else _both(padding, flat)
    rows = (0, rows[1]) if flat else rows
    return f"{step}{'' if rows == (0, 0) else f' p{_written(rows)}'}{more}"


def _keras(name: str, given: Given) -> bool:
    """Return whether a convolution is written as in Keras: filters and kernel, without the channels of its input."""
    named = given[1]
    if {"in_channels", "out_channels", "stride"} & named.keys():
        return False
    return bool(re.search(r"\dD|Convolution", name) or {"filters", "strides", "use_bias"} & named.keys())


def _convolution(name: str, given: Given, flat: bool) -> list[str]:
    transposed = "ranspose" in name
    if _keras(name, given):
        filters = _get(given, 0, "filters")
        kernel = _both(_get(given, 1, "kernel_size"), flat)
        stride = _both(_get(given, 2, "strides", default=1), flat)
        padding = _get(given, 3, "padding", default="valid")
        dilation = _both(_get(given, -1, "dilation_rate", default=1), flat)
        bias, groups = _get(given, -1, "use_bias", default=True), _get(given, -1, "groups", default=1)
    else:
        filters, kernel = _get(given, 1, "out_channels"), _both(_get(given, 2, "kernel_size"), flat)
        stride = _both(_get(given, 3, "stride", default=1), flat)
        padding = _get(given, 4, "padding", default=0)
        place = {"dilation": 8, "groups": 6, "bias": 7} if transposed else {"dilation": 5, "groups": 6, "bias": 7}
        dilation = _both(_get(given, place["dilation"], "dilation", default=1), flat)
        groups = _get(given, place["groups"], "groups", default=1)
        bias = _get(given, place["bias"], "bias", default=True)
    more = "" if dilation == (1, 1) else f" d{_written(dilation)}"
    more += "" if int(groups) == 1 else f" g{int(groups)}"
    if transposed:
        added = _both(_get(given, 5, "output_padding", default=0), flat)
        added = (0, added[1]) if flat else added
        if isinstance(padding, str):  # in Keras, same: the output has stride times the size of the input
            over = [k - s if padding == "same" or k < s else 0 for k, s in zip(kernel, stride, strict=True)]
            padding = tuple(max(-(-each // 2), 0) for each in over)
            added = tuple(2 * pad - each for pad, each in zip(padding, over, strict=True))
        more += "" if added == (0, 0) else f" op{_written(added)}"
    more += ("" if bias else " bias=0") + ("" if _keras(name, given) else _made_for(given, "in_channels"))
    size = _written(kernel)
    return [f"{'deconv' if transposed else 'conv'}{size}-{int(filters)}{_options(stride, padding, more, flat)}"]


def _only(given: Given, **allowed: Any) -> None:
    """Refuse an argument whose other values cannot be written in our own notation."""
    for name, value in allowed.items():
        if given[1].get(name, value) != value:
            raise RefusedError(f"with {name}={given[1][name]} cannot be written here")


def _separable(name: str, given: Given, flat: bool) -> list[str]:
    _only(given, depth_multiplier=1)
    filters, kernel = _get(given, 0, "filters"), _both(_get(given, 1, "kernel_size"), flat)
    stride, padding = _both(_get(given, 2, "strides", default=1), flat), _get(given, 3, "padding", default="valid")
    bias = "" if _get(given, -1, "use_bias", default=True) else " bias=0"
    return [f"dwconv{_written(kernel)}{_options(stride, padding, ' bias=0', flat)}", f"conv1-{int(filters)}{bias}"]


def _depthwise(name: str, given: Given, flat: bool) -> list[str]:
    _only(given, depth_multiplier=1)
    kernel = _both(_get(given, 0, "kernel_size"), flat)
    stride, padding = _both(_get(given, 1, "strides", default=1), flat), _get(given, 2, "padding", default="valid")
    bias = "" if _get(given, -1, "use_bias", default=True) else " bias=0"
    return [f"dwconv{_written(kernel)}{_options(stride, padding, bias, flat)}"]


def _pooling(kind: str) -> Rule:
    def rule(name: str, given: Given, flat: bool) -> list[str]:
        kernel = _both(_get(given, 0, "kernel_size", "pool_size", default=2), flat)
        stride = _both(_get(given, 1, "stride", "strides", default=kernel[1] if flat else kernel), flat)
        padding = _get(given, 2, "padding", default=0)
        ceil = " ceil=1" if _get(given, 5 if kind == "pool" else 3, "ceil_mode", default=False) is True else ""
        return [f"{kind}{_written(kernel)}{_options(stride, padding, ceil, flat, kernel)}"]

    return rule


def _adaptive(kind: str) -> Rule:
    def rule(name: str, given: Given, flat: bool) -> list[str]:
        size = _both(_get(given, 0, "output_size"), flat)
        if size == (1, 1):
            return ["gap" if kind == "adaptavg" else "gmp"]
        return [f"{kind}{_written(size)}"]

    return rule


def _linear(name: str, given: Given, flat: bool) -> list[str]:
    outputs = _get(given, 0, "units") if name == "Dense" else _get(given, 1, "out_features")
    bias = _get(given, 2, "bias", "use_bias", default=True)
    made = "" if name == "Dense" else _made_for(given, "in_features")
    return [f"fc{int(outputs)}" + ("" if bias else " bias=0") + made]


def _made_for(given: Given, name: str) -> str:
    """Write the number of inputs that a layer says it is made for."""
    count = _get(given, 0, name)
    return f" in={count}" if isinstance(count, int) else ""


def _input(name: str, given: Given, flat: bool) -> list[str]:
    shape = list(_get(given, 0, "shape", "input_shape"))
    high, wide, channels = (1, 1, shape[0]) if len(shape) == 1 else (1, *shape) if len(shape) == 2 else shape
    return [f"input{int(high)}x{int(wide)}-{int(channels)}"]


def _dropout(name: str, given: Given, flat: bool) -> list[str]:
    return [f"dropout{float(_get(given, 0, 'p', 'rate', default=0.5)):g}"]


def _numbered(kind: str, *names: str, default: Any = None) -> Rule:
    def rule(name: str, given: Given, flat: bool) -> list[str]:
        value = _get(given, 0, *names, default=default)
        if isinstance(value, float):
            value = int(value)
        return [f"{kind}{_written(_both(value, flat))}"]

    return rule


def _upsample(name: str, given: Given, flat: bool) -> list[str]:
    keras = name.startswith("UpSampling")
    if not keras and (given[0] or "size" in given[1]):
        raise RefusedError("to a size cannot be written here; give its scale_factor")
    value = _get(given, 0 if keras else 1, "size" if keras else "scale_factor", default=2)
    value = int(value) if isinstance(value, float) else value
    return [f"up{_written(_both(value, flat))}"]


def _batch_norm(name: str, given: Given, flat: bool) -> list[str]:
    affine = _get(given, 3, "affine", default=True) if name.startswith("Batch") else True
    scale, shift = (bool(affine and given[1].get(switch, True)) for switch in ("scale", "center"))
    return ["bn" + ("" if scale else " scale=0") + ("" if shift else " shift=0")]


def _instance_norm(name: str, given: Given, flat: bool) -> list[str]:
    return ["inorm scale=1" if _get(given, 3, "affine", default=False) else "inorm"]


def _layer_norm(name: str, given: Given, flat: bool) -> list[str]:
    _only(given, elementwise_affine=True, bias=True, scale=True, center=True)
    return ["ln"]


def _group_norm(name: str, given: Given, flat: bool) -> list[str]:
    _only(given, affine=True, scale=True, center=True)
    return [f"gn{int(_get(given, 0, 'num_groups', 'groups', default=32))}"]


def _slopes(name: str, given: Given, flat: bool) -> list[str]:
    if "shared_axes" in given[1] or "alpha_initializer" in given[1]:
        raise RefusedError("of Keras has a slope for each place, or for each channel; write prelu or prelu64")
    count = int(_get(given, 0, "num_parameters", default=1))
    return ["prelu" if count == 1 else f"prelu{count}"]


def _padded(name: str, given: Given, flat: bool) -> list[str]:
    """Write padding around the map: (left, right, top, bottom) in PyTorch, ((top, bottom), (left, right)) in Keras."""
    value = _get(given, 0, "padding", default=1)
    numbers = [value] if isinstance(value, int) else list(value)
    if all(isinstance(each, int) for each in numbers) and len(numbers) <= 2:
        rows, columns = _both(value, flat)
        sides = [(0, 0) if flat else (rows, rows), (columns, columns)]
        if flat and len(numbers) == 2 or len(numbers) == 2 and not re.search(r"\dD", name):
            sides = [(0, 0), (numbers[0], numbers[1])]  # left and right
    elif len(numbers) == 4:
        sides = [(numbers[2], numbers[3]), (numbers[0], numbers[1])]
    else:
        sides = [_both(each, False) for each in numbers]
    if any(first != last for first, last in sides):
        raise RefusedError("with different sides cannot be written here; a convolution with @same pads so")
    return [f"pad{_written((int(sides[0][0]), int(sides[1][0])))}"]


def _activation(name: str, given: Given, flat: bool) -> list[str]:
    said = _get(given, 0, "activation")
    return [str(said).rpartition(".")[2].replace("_", "")]


def _named(kind: str) -> Rule:
    return lambda name, given, flat: [kind]


RULES: dict[str, Rule] = {
    **dict.fromkeys(("conv", "convtranspose", "convolution", "conv2dtranspose", "conv1dtranspose"), _convolution),
    "separableconv": _separable,
    "depthwiseconv": _depthwise,
    **dict.fromkeys(("maxpool", "maxpooling"), _pooling("pool")),
    **dict.fromkeys(("avgpool", "averagepooling"), _pooling("avgpool")),
    "adaptiveavgpool": _adaptive("adaptavg"),
    "adaptivemaxpool": _adaptive("adaptmax"),
    "globalaveragepooling": _named("gap"),
    "globalmaxpooling": _named("gmp"),
    **dict.fromkeys(("linear", "dense"), _linear),
    **dict.fromkeys(("input", "inputlayer"), _input),
    **dict.fromkeys(("batchnorm", "batchnormalization", "syncbatchnorm"), _batch_norm),
    **dict.fromkeys(("layernorm", "layernormalization"), _layer_norm),
    **dict.fromkeys(("groupnorm", "groupnormalization"), _group_norm),
    "instancenorm": _instance_norm,
    "localresponsenorm": _numbered("lrn", "size"),
    **dict.fromkeys(("dropout", "spatialdropout"), _dropout),
    "flatten": _named("flatten"),
    "identity": _named("id"),
    **dict.fromkeys(("upsample", "upsampling"), _upsample),
    "pixelshuffle": _numbered("pixelshuffle", "upscale_factor"),
    "channelshuffle": _numbered("channelshuffle", "groups"),
    **dict.fromkeys(
        ("zeropad", "zeropadding", "constantpad", "reflectionpad", "replicationpad", "circularpad"), _padded
    ),
    "prelu": _slopes,
    "rescaling": _named("id"),
    "activation": _activation,
    **{
        name: _named(name)
        for name in (
            "relu",
            "leakyrelu",
            "relu6",
            "elu",
            "selu",
            "gelu",
            "silu",
            "mish",
            "hardswish",
            "hardsigmoid",
            "softplus",
            "tanh",
            "sigmoid",
            "softmax",
            "logsoftmax",
        )
    },
}
