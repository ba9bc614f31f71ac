"""Shape errors of torch, pasted with the layers: the layer, the shapes, and the number with which torch runs."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import nn

from core.kit.controls import defaults
from core.labs.cnn_cost.lab import LAB
from core.networks.grammar import TextError
from core.networks.typed import ShapeError, layer_table, made_for
from tests.whole import check_picture

NAMES = {name: getattr(nn, name) for name in ("Conv1d", "Conv2d", "ConvTranspose2d", "Linear", "MaxPool2d")} | {
    name: getattr(nn, name) for name in ("Flatten", "ReLU", "AdaptiveAvgPool2d", "BatchNorm2d")
}
# Layers, the shape of a batch, and the number of the layer that fails.
FAILING = {
    "the first linear layer": (
        ["Conv2d(1, 6, 5)", "MaxPool2d(2)", "Conv2d(6, 16, 5)", "MaxPool2d(2)", "Flatten()", "Linear(400, 120)"],
        (64, 1, 28, 28),
        5,
    ),
    "a large image": (
        ["Conv2d(3, 8, 3, padding=1)", "MaxPool2d(2)", "Flatten()", "Linear(8 * 16 * 16, 10)"],
        (2, 3, 224, 224),
        3,
    ),
    "a linear layer after another": (["Flatten()", "Linear(784, 128)", "ReLU()", "Linear(64, 10)"], (32, 1, 28, 28), 3),
    "a convolution": (["Conv2d(3, 16, 3)", "ReLU()", "Conv2d(32, 64, 3)"], (8, 3, 32, 32), 2),
    "the first convolution": (["Conv2d(3, 16, 3)", "ReLU()", "Conv2d(16, 64, 3)"], (8, 1, 28, 28), 0),
    "groups": (["Conv2d(3, 16, 3)", "Conv2d(32, 64, 3, groups=2)"], (8, 3, 32, 32), 1),
    "a transposed convolution": (["Conv2d(3, 16, 3)", "ConvTranspose2d(32, 8, 4)"], (8, 3, 32, 32), 1),
    "after global pooling": (
        ["Conv2d(3, 64, 7, 2, 3)", "AdaptiveAvgPool2d(1)", "Flatten()", "Linear(512, 10)"],
        (4, 3, 224, 224),  # any side does
        3,
    ),
}


def built(layers: list[str]) -> nn.Sequential:
    return nn.Sequential(*(eval(layer, {"__builtins__": {}}, dict(NAMES)) for layer in layers))  # noqa: S307  ours


def said_by_torch(layers: list[str], shape: tuple[int, ...]) -> str:
    with pytest.raises(RuntimeError) as raised:
        built(layers)(torch.zeros(shape))
    return f"RuntimeError: {raised.value}"


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("case", FAILING)
def test_the_failing_layer_is_found_and_mended(case: str, above: bool) -> None:
    layers, shape, place = FAILING[case]
    error = said_by_torch(layers, shape)
    code = "\n".join(f"nn.{layer}," for layer in layers)
    text = f"{error}\n{code}" if above else f"{code}\n{error}"
    channels, side = made_for(text=text)
    assert (channels * side**2 if case.startswith("a linear") else (channels, side)) == (
        784 if case.startswith("a linear") else shape[1:3]
    )
    with pytest.raises(ShapeError) as refused:
        layer_table(text=text, size=side, channels=channels)
    drawn = refused.value.table.calls
    assert len(drawn) == place
    into = torch.zeros(shape)
    for layer in built(layers)[:place]:
        into = layer(into)
    if drawn:
        assert drawn[-1].output_shape == tuple(into.shape[1:])
    failing = built(layers)[place]
    assert isinstance(failing, nn.Module)
    assert f"Weights of the shape {tuple(failing.weight.shape)} need" in refused.value.problem
    found = re.search(r"write (\d+) in place of (\d+)\.", refused.value.problem)
    assert found
    line = layers[place].replace("8 * 16 * 16", "2048")
    mended = [*layers[:place], re.sub(rf"\b{found[2]}\b", found[1], line, count=1)]
    built(mended)(torch.zeros(shape))
    layer_table(text=", ".join(f"nn.{layer}" for layer in mended), size=side, channels=channels)


def test_the_page_draws_the_network_up_to_there() -> None:
    layers, shape, _ = FAILING["the first linear layer"]
    text = "\n".join(f"nn.{layer}," for layer in layers) + "\n" + said_by_torch(layers, shape)
    values: dict[str, Any] = defaults(LAB.all_controls) | {"net": "text", "text": text}
    result = LAB.result(values)
    assert [call.output_shape for call in result.table.calls][-1] == (256,)
    assert "Weights of the shape (120, 400) need 400 numbers, but the input (256,) has 256: write 256" in result.problem
    assert result.problem.startswith("At fc120: ")
    picture = LAB.draw(result, values)
    check_picture(picture)
    assert picture.summaries == ("At fc120: shapes do not fit; write 256 in place of 400.",)
    own: dict[str, Any] = defaults(LAB.all_controls) | {"net": "text", "text": "input9x9-1, conv3-8, pool9"}
    assert LAB.draw(LAB.result(own), own).summaries == ("Line 1, column 22: shapes do not fit; “More” says why.",)


def test_layers_without_their_inputs_get_them_from_the_error() -> None:
    text = (
        "conv5-6, pool2, conv5-16, pool2, fc120, fc10\nmat1 and mat2 shapes cannot be multiplied (64x256 and 400x120)"
    )
    assert made_for(text=text, channels=1) == (1, 28)
    with pytest.raises(ShapeError, match="write 256 in place of 400"):
        layer_table(text=text, size=28, channels=1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "nn.Linear(784, 10)\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (896x28 and 784x10)",
            "its input is not flattened, so put nn.Flatten() before it.",
        ),
        (
            "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x256 and 400x120)",
            "write 256 in place of 400. Paste the layers, too, to see which one it is.",
        ),
        (
            "nn.Conv2d(1, 8, 3)\nRuntimeError: size mismatch, m1: [64 x 256], m2: [400 x 120] at blas.cpp:1",
            "The error is of a layer made for 400 numbers that got 256: write 256 in place of 400.",
        ),
    ],
)
def test_an_error_that_the_layers_do_not_make_is_answered(text: str, sentence: str) -> None:
    with pytest.raises(TextError, match=re.escape(sentence)):
        layer_table(text=text, size=28, channels=1)


def test_the_image_follows_from_layers_that_fit() -> None:
    lenet = "nn.Conv2d(1, 6, 5), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.Linear(400, 10)"
    assert made_for(text=lenet) == (1, 32)
    assert made_for(text="nn.Linear(784, 10)") == (1, 28)
    assert made_for(text="nn.Linear(3072, 10)") == (3, 32)
    assert made_for(text="nn.Linear(30, 10)") == (30, 1)
    assert made_for(text="conv3-8, fc10", channels=4) == (4, 0)
    values: dict[str, Any] = defaults(LAB.all_controls) | {"net": "text", "text": lenet}
    assert LAB.result(values).table.input_shape == (1, 32, 32)
