"""Networks that a `config.json` of Hugging Face or timm names: by their sizes or names, one of torchvision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_CONFIG = 8_000_000  # bytes
CLASSES = 1000  # of the networks of torchvision
_LONGEST = 60

# Sizes in a configuration of Hugging Face that make it a network of torchvision.
_RESNET = {
    "hidden_act": "relu",
    "embedding_size": 64,
    "num_channels": 3,
    "downsample_in_first_stage": False,
    "downsample_in_bottleneck": False,
}
_WIDE, _NARROW = [256, 512, 1024, 2048], [64, 128, 256, 512]
_VIT = {"hidden_act": "gelu", "num_channels": 3, "qkv_bias": True}
_SWIN = {
    "hidden_act": "gelu",
    "num_channels": 3,
    "patch_size": 4,
    "window_size": 7,
    "mlp_ratio": 4.0,
    "qkv_bias": True,
    "use_absolute_embeddings": False,
}
_CONVNEXT = {"hidden_act": "gelu", "num_channels": 3, "patch_size": 4}


def _resnet(kind: str, depths: list[int]) -> dict[str, Any]:
    sizes = _NARROW if kind == "basic" else _WIDE
    return {"layer_type": kind, "depths": depths, "hidden_sizes": sizes} | _RESNET


def _vit(width: int, depth: int, heads: int, patch: int) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "num_hidden_layers": depth,
        "num_attention_heads": heads,
        "intermediate_size": 4 * width,
        "patch_size": patch,
    } | _VIT


def _swin(width: int, depth: int, heads: int) -> dict[str, Any]:
    return {
        "embed_dim": width,
        "depths": [2, 2, depth, 2],
        "num_heads": [heads, 2 * heads, 4 * heads, 8 * heads],
    } | _SWIN


def _convnext(width: int, depth: int) -> dict[str, Any]:
    return {"depths": [3, 3, depth, 3], "hidden_sizes": [width, 2 * width, 4 * width, 8 * width]} | _CONVNEXT


# Architecture -> network of torchvision -> its sizes. A missing size is that of the library, _USUAL.
_SIZES: dict[str, dict[str, dict[str, Any]]] = {
    "ResNetForImageClassification": {
        "resnet18": _resnet("basic", [2, 2, 2, 2]),
        "resnet34": _resnet("basic", [3, 4, 6, 3]),
        "resnet50": _resnet("bottleneck", [3, 4, 6, 3]),
        "resnet101": _resnet("bottleneck", [3, 4, 23, 3]),
        "resnet152": _resnet("bottleneck", [3, 8, 36, 3]),
    },
    "ViTForImageClassification": {
        "vit_b_16": _vit(768, 12, 12, 16),
        "vit_b_32": _vit(768, 12, 12, 32),
        "vit_l_16": _vit(1024, 24, 16, 16),
        "vit_l_32": _vit(1024, 24, 16, 32),
    },
    "SwinForImageClassification": {
        "swin_t": _swin(96, 6, 3),
        "swin_s": _swin(96, 18, 3),
        "swin_b": _swin(128, 18, 4),
    },
    "ConvNextForImageClassification": {
        "convnext_tiny": _convnext(96, 9),
        "convnext_small": _convnext(96, 27),
        "convnext_base": _convnext(128, 27),
        "convnext_large": _convnext(192, 27),
    },
}
# Defaults of the package transformers for sizes that a file omits.
_USUAL: dict[str, dict[str, Any]] = {
    "ResNetForImageClassification": _resnet("bottleneck", [3, 4, 6, 3]),
    "ViTForImageClassification": _vit(768, 12, 12, 16),
    "SwinForImageClassification": _swin(96, 6, 3),
    "ConvNextForImageClassification": _convnext(96, 9),
}
_IMAGE = 224  # the default side of the image
# Name in timm -> name in torchvision, where the two have equal parameters and multiplications.
_SAME_NAMES = (
    "resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d "
    "wide_resnet50_2 wide_resnet101_2 densenet121 densenet161 densenet169 densenet201 efficientnet_b0 "
    "convnext_tiny convnext_small convnext_base convnext_large"
)
TIMM = {name: name for name in _SAME_NAMES.split()} | {
    "vit_base_patch16_224": "vit_b_16",
    "vit_base_patch32_224": "vit_b_32",
    "vit_large_patch16_224": "vit_l_16",
    "swin_tiny_patch4_window7_224": "swin_t",
    "swin_small_patch4_window7_224": "swin_s",
    "swin_base_patch4_window7_224": "swin_b",
    "mobilenetv2_100": "mobilenet_v2",
    "mobilenetv3_large_100": "mobilenet_v3_large",
    "mobilenetv3_small_100": "mobilenet_v3_small",
}


@dataclass(frozen=True)
class Named:
    """Content of a configuration.

    Attributes
    ----------
    what : str
        The architecture and its sizes, as words: "ViTForImageClassification, patch 16, 10 classes".
    network : str
        The network of torchvision that has the same sizes; "" if none is known.
    """

    what: str
    network: str = ""


def named(content: bytes) -> Named | None:
    """Read a configuration; return None if it is not one of Hugging Face or timm.

    Parameters
    ----------
    content : bytes
        JSON.
    """
    try:
        found = json.loads(content) if len(content) <= MAX_CONFIG else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    architecture = found.get("architecture")
    if isinstance(architecture, str) and architecture:
        return _timm(architecture, found)
    several = found.get("architectures")
    name = several[0] if isinstance(several, list) and several else found.get("model_type")
    return _hugging_face(name, found) if isinstance(name, str) and name else None


def _timm(name: str, found: Mapping[str, Any]) -> Named:
    base = name.split(".")[0]
    inner = found.get("pretrained_cfg")
    inner = inner if isinstance(inner, dict) else {}
    classes = found.get("num_classes", inner.get("num_classes"))
    size = inner.get("input_size", found.get("input_size"))
    plain = not found.get("model_args") and classes == CLASSES and size == [3, _IMAGE, _IMAGE]
    image = size[1] if isinstance(size, list) and len(size) == 3 else None
    return Named(_words(f"{_short(name)} of timm", {"image": image}, classes), TIMM.get(base, "") if plain else "")


def _hugging_face(name: str, found: Mapping[str, Any]) -> Named:
    labels = found.get("id2label")
    classes = len(labels) if isinstance(labels, dict) else found.get("num_labels")
    usual = _USUAL.get(name, {})
    network = ""
    if classes == CLASSES and found.get("image_size", _IMAGE) == _IMAGE:
        for candidate, sizes in _SIZES.get(name, {}).items():
            given = usual | {key: value for key, value in found.items() if value is not None}
            if all(given[key] == size for key, size in sizes.items()):
                network = candidate
    sizes = {"patch": found.get("patch_size"), "image": found.get("image_size"), "width": found.get("hidden_size")}
    return Named(_words(_short(name), sizes, classes), network)


def _words(name: str, sizes: Mapping[str, Any], classes: Any) -> str:
    said = [f"{key} {size}" for key, size in sizes.items() if type(size) is int and size > 0]
    more = [f"{classes:,} classes"] if type(classes) is int and classes > 0 else []
    return ", ".join([name, *said, *more])


def _short(name: str) -> str:
    return "".join(filter(str.isprintable, name))[:_LONGEST]
