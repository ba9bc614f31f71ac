"""Networks of Keras, read from their description: counts of Keras's own examples, and of the same layers in torch."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core.labs.cnn_cost.compute.uploads import read_network
from core.networks.table import totals

pytestmark = pytest.mark.usefixtures("readers_here")
SAME = {"padding": "same"}


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": config}


def conv(filters: int, kernel: int = 3, **more: Any) -> dict[str, Any]:
    return layer("Conv2D", **{"filters": filters, "kernel_size": [kernel, kernel], "activation": "relu"} | more)


def sequential(shape: list[Any], *layers: dict[str, Any]) -> bytes:
    entry = layer("InputLayer", batch_shape=[None, *shape], name="in")
    return json.dumps({"class_name": "Sequential", "config": {"layers": [entry, *layers]}}).encode()


POOL, FLATTEN = layer("MaxPooling2D", pool_size=[2, 2], strides=[2, 2], padding="valid"), layer("Flatten")
MNIST = sequential(
    [28, 28, 1], conv(32), POOL, conv(64), POOL, FLATTEN, layer("Dropout", rate=0.5), layer("Dense", units=10)
)
CIFAR = sequential(
    [32, 32, 3], conv(32), POOL, conv(64), POOL, conv(64), FLATTEN, layer("Dense", units=64), layer("Dense", units=10)
)
MIXED = sequential(
    [33, 31, 3],
    layer("Rescaling", scale=1 / 255),
    layer("ZeroPadding2D", padding=[[2, 2], [2, 2]]),
    conv(8, 5, strides=[2, 2], use_bias=False, activation="linear"),
    layer("BatchNormalization", center=True, scale=True),
    layer("DepthwiseConv2D", kernel_size=[3, 3], use_bias=False, **SAME),
    layer("SeparableConv2D", filters=12, kernel_size=[3, 3], use_bias=False, **SAME),
    layer("Activation", activation="relu"),
    layer("GlobalAveragePooling2D"),
    layer("Dense", units=4, use_bias=False, activation="softmax"),
)


def counted(content: bytes, name: str = "config.json") -> tuple[int, int, int]:
    sums = totals(read_network(name, content).table)
    return sums.params, sums.buffers, sums.macs


def of_torch(model: nn.Module, *shape: int) -> tuple[int, int, int]:
    buffers = sum(each.numel() for name, each in model.named_buffers() if "running" in name)
    with FlopCounterMode(display=False) as counter:
        model.eval()(torch.zeros(1, *shape))
    return sum(each.numel() for each in model.parameters()), buffers, counter.get_total_flops() // 2


@pytest.mark.parametrize(("content", "params"), [(MNIST, 34_826), (CIFAR, 122_570)])
def test_examples_of_keras_have_the_parameters_of_their_summaries(content: bytes, params: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", content)
        archive.writestr("model.weights.h5", b"not opened")
    assert counted(content) == counted(stream.getvalue(), "net.keras")
    assert counted(content)[0] == params


def test_layers_count_as_in_torch() -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 8, 5, 2, 2, bias=False),
        nn.BatchNorm2d(8),
        nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False),
        nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False),
        nn.Conv2d(8, 12, 1, bias=False),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(12, 4, bias=False),
    )
    assert counted(MIXED) == of_torch(model, 3, 33, 31)


def functional(*links: str) -> bytes:
    """Layers a, b, c after the input, each with the one that it reads."""
    layers = [layer("InputLayer", batch_shape=[None, 8, 8, 3], name="in") | {"inbound_nodes": []}]
    for name, before in zip("abc", links, strict=True):
        history = {"class_name": "__keras_tensor__", "config": {"keras_history": [before, 0, 0]}}
        layers.append(conv(4, name=name) | {"inbound_nodes": [{"args": [history], "kwargs": {}}]})
    return json.dumps({"class_name": "Functional", "config": {"layers": layers}}).encode()


def test_a_functional_network_in_a_line() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3), nn.Conv2d(4, 4, 3))
    assert counted(functional("in", "a", "b")) == of_torch(model, 3, 8, 8)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (functional("in", "a", "a"), "The network has branches; export it to ONNX"),
        (sequential([8, 8, 3], layer("Mystery")), "The layer “Mystery” is not known here"),
        (sequential([8, 8, 3], layer("Dense", units=3)), "A Dense layer that works at each place"),
        (sequential([8, 8, 3], layer("BatchNormalization", scale=False)), "with scale False is not known"),
        (sequential([9, 8], FLATTEN), "The input is neither an image nor a row of numbers"),
        (sequential([8, 8, 3], layer("ZeroPadding2D", padding=[[0, 1], [0, 1]])), "A padding with different sides"),
        (sequential([8, 8, 3], conv({"a": 1})), "The file does not describe a network as Keras does."),
        (sequential([2, 2, 3], conv(4)), "The layers do not fit together. Kernel (3x3) larger"),
        (b'{"class_name": "Own", "config": {"layers": []}}', "A network of the class “Own” is described by code"),
        (b'{"class_name": "Sequential", "config": {"layers": []}}', "The file does not describe a network"),
        (b'{"class_name": 1, "layers"', "The file is not JSON."),
        (b'{"class_name": "Sequential", "layers": 3}', "The file does not describe a network"),
    ],
)
def test_other_descriptions_are_told(content: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_network("config.json", content)


def test_a_broken_keras_file_is_told() -> None:
    for content in (b"PK\x03\x04", b""):
        with pytest.raises(ValueError, match="The file is"):
            read_network("net.keras", content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"Access to model x is restricted.\nLog in.",
            "perhaps a server's message; it begins with “Access to model x is re",
        ),
        (b'<?xml version="1.0"?><Error/>', "an XML file, such as a server's message"),
        (b'{"error":"Repository not found"}', "a server's message that something failed"),
    ],
)
@pytest.mark.parametrize("name", ["a.onnx", "a.safetensors", "a.pth", "a.pt2"])
def test_messages_of_servers_are_named_as_such(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        read_network(name, content)
