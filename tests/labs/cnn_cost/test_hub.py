"""Configurations of Hugging Face and timm: known ones are a network of torchvision, the others are named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.labs.cnn_cost.compute.models import native_sizes
from core.labs.cnn_cost.compute.uploads import read_network
from core.networks.files.hub import TIMM, named
from core.networks.table import totals

pytestmark = pytest.mark.usefixtures("readers_here")

LABELS = {str(k): f"class {k}" for k in range(1000)}
# As published with microsoft/resnet-50, google/vit-base-patch16-224, microsoft/swin-tiny-patch4-window7-224, and
# facebook/convnext-tiny-224, without what does not concern sizes.
RESNET = {
    "architectures": ["ResNetForImageClassification"],
    "depths": [3, 4, 6, 3],
    "downsample_in_first_stage": False,
    "embedding_size": 64,
    "hidden_act": "relu",
    "hidden_sizes": [256, 512, 1024, 2048],
    "id2label": LABELS,
    "layer_type": "bottleneck",
    "model_type": "resnet",
    "num_channels": 3,
}
VIT = {
    "architectures": ["ViTForImageClassification"],
    "hidden_act": "gelu",
    "hidden_size": 768,
    "id2label": LABELS,
    "image_size": 224,
    "intermediate_size": 3072,
    "model_type": "vit",
    "num_attention_heads": 12,
    "num_channels": 3,
    "num_hidden_layers": 12,
    "patch_size": 16,
    "qkv_bias": True,
}
SWIN = {
    "architectures": ["SwinForImageClassification"],
    "depths": [2, 2, 6, 2],
    "embed_dim": 96,
    "hidden_act": "gelu",
    "id2label": LABELS,
    "image_size": 224,
    "mlp_ratio": 4.0,
    "model_type": "swin",
    "num_channels": 3,
    "num_heads": [3, 6, 12, 24],
    "patch_size": 4,
    "qkv_bias": True,
    "use_absolute_embeddings": False,
    "window_size": 7,
}
CONVNEXT = {
    "architectures": ["ConvNextForImageClassification"],
    "depths": [3, 3, 9, 3],
    "hidden_act": "gelu",
    "hidden_sizes": [96, 192, 384, 768],
    "id2label": LABELS,
    "image_size": 224,
    "model_type": "convnext",
    "num_channels": 3,
    "patch_size": 4,
}


def timm(name: str, **more: Any) -> dict[str, Any]:
    cfg = {"tag": "a1_in1k", "input_size": [3, 224, 224], "num_classes": 1000}
    return {"architecture": name, "num_classes": 1000, "num_features": 2048, "pretrained_cfg": cfg} | more


def read(config: object) -> Any:
    return read_network("config.json", json.dumps(config).encode())


@pytest.mark.parametrize(
    ("config", "network", "params"),
    [
        # Parameters as their model pages on the Hugging Face hub and in timm's results tables say.
        (RESNET, "resnet50", 25_557_032),
        (VIT, "vit_b_16", 86_567_656),
        (SWIN, "swin_t", 28_288_354),
        (CONVNEXT, "convnext_tiny", 28_589_128),
        (timm("resnet18.a1_in1k"), "resnet18", 11_689_512),
        (timm("mobilenetv3_large_100"), "mobilenet_v3_large", 5_483_032),
    ],
)
def test_known_configurations_are_networks_of_torchvision(config, network, params) -> None:
    found = read(config)
    assert totals(found.table).params == params
    assert found.table.source == "hub" and found.table.title == "config.json"
    assert found.table.notes[0].endswith(f"torchvision's {network} has the same sizes.")


def test_every_network_that_is_meant_exists_at_that_size() -> None:
    assert {native_sizes()[name] for name in TIMM.values()} == {224}


@pytest.mark.parametrize("config", [RESNET, VIT, SWIN, CONVNEXT])
def test_each_size_matters(config) -> None:
    """A changed size is another network: either another known one or none; what a file omits has the usual value."""
    network = named(json.dumps(config).encode()).network
    assert network
    for key in config.keys() - {"architectures", "model_type", "id2label"}:
        value = config[key]
        other = {bool: lambda v: not v, list: lambda v: [*v[:-1], v[-1] * 2], str: lambda _: "tanh"}.get(
            type(value), lambda v: v * 3
        )(value)
        assert named(json.dumps(config | {key: other}).encode()).network == ""
    assert named(json.dumps({key: config[key] for key in ("architectures", "id2label")}).encode()).network == network


@pytest.mark.parametrize(
    ("config", "what"),
    [
        (
            VIT | {"id2label": {"0": "cat", "1": "dog"}},
            "ViTForImageClassification, patch 16, image 224, width 768, 2 cl",
        ),
        (VIT | {"architectures": ["ViTModel"]}, "ViTModel, patch 16, image 224, width 768, 1,000 classes."),
        ({"model_type": "bert", "hidden_size": 768}, "bert, width 768."),
        (timm("resnet50", model_args={"output_stride": 8}), "resnet50 of timm, image 224, 1,000 classes."),
        (timm("resnet50", num_classes=10), "resnet50 of timm, image 224, 10 classes."),
        (timm("davit_tiny.msft_in1k"), "davit_tiny.msft_in1k of timm, image 224, 1,000 classes."),
        ({"architectures": ["ResNet"]}, "ResNet."),
    ],
)
def test_others_are_named(config, what) -> None:
    with pytest.raises(ValueError, match=r"layers are in the code of its library, not in the file\.") as caught:
        read(config)
    assert str(caught.value).startswith(f"“config.json” is the configuration of {what}")


@pytest.mark.parametrize("config", [{}, [], 3, {"architectures": []}, {"architecture": 5}, {"architectures": [[1]]}])
def test_other_settings_hold_no_network(config) -> None:
    with pytest.raises(ValueError, match=r"^“config\.json” holds settings, and no network with its shapes\."):
        read(config)


def test_sizes_of_any_type_are_data() -> None:
    for value in (None, "x", [], {}, -1, 1e300, True, [[[]]]):
        for key in ("id2label", "num_labels", "patch_size", "depths", "hidden_sizes"):
            assert named(json.dumps(RESNET | {key: value}).encode()) is not None
        for key in ("num_classes", "pretrained_cfg", "model_args", "input_size"):
            assert named(json.dumps(timm("resnet50", **{key: value})).encode()) is not None
