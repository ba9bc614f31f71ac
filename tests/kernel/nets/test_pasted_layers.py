"""Lines of PyTorch and Keras, read as text, against the layers that torch makes of them."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core.networks.grammar import TextError
from core.networks.table import totals
from core.networks.typed import layer_table

MAP = "input9x9-16"
LINE = "input1x400-1"
# What is pasted, the same in torch, and the image.
PASTED = [
    ("nn.Conv2d(16, 8, (3, 5), stride=(2, 1), padding=(1, 2))", nn.Conv2d(16, 8, (3, 5), (2, 1), (1, 2)), MAP),
    ("nn.Conv2d(16, 8, 5, padding='same')", nn.Conv2d(16, 8, 5, padding="same"), MAP),
    ("nn.LazyConv2d(8, 3, 2)", nn.Conv2d(16, 8, 3, 2), MAP),
    ("paddle.nn.Conv2D(16, 8, 3)", nn.Conv2d(16, 8, 3), MAP),
    ("nn.ConvTranspose2d(16, 8, 3, 2, 1, 1, 4, False, 2)", nn.ConvTranspose2d(16, 8, 3, 2, 1, 1, 4, False, 2), MAP),
    ("nn.ConvTranspose2d(16, 8, 4, 2, 1, bias=False)", nn.ConvTranspose2d(16, 8, 4, 2, 1, bias=False), MAP),
    ("Conv2DTranspose(8, 3, strides=2, padding='same')", nn.ConvTranspose2d(16, 8, 3, 2, 1, 1), MAP),
    ("Conv2DTranspose(8, 5, strides=2, padding='same')", nn.ConvTranspose2d(16, 8, 5, 2, 2, 1), MAP),
    ("Conv2DTranspose(8, 2, 2)", nn.ConvTranspose2d(16, 8, 2, 2), MAP),
    ("Conv2DTranspose(8, 2, strides=3)", nn.ConvTranspose2d(16, 8, 2, 3, 0, 1), MAP),  # 27x27 in Keras
    ("nn.BatchNorm2d(16)", nn.BatchNorm2d(16), MAP),
    ("nn.BatchNorm2d(16, affine=False)", nn.BatchNorm2d(16, affine=False), MAP),
    ("nn.InstanceNorm2d(16), nn.InstanceNorm2d(16, affine=True)", nn.InstanceNorm2d(16, affine=True), MAP),
    ("nn.GroupNorm(4, 16), nn.PReLU(16)", nn.Sequential(nn.GroupNorm(4, 16), nn.PReLU(16)), MAP),
    ("nn.ReflectionPad2d(2), nn.ZeroPad2d((1, 1, 3, 3))", nn.ZeroPad2d((3, 3, 5, 5)), MAP),
    ("ZeroPadding2D((3, 1)), ZeroPadding2D(((2, 2), (0, 0)))", nn.ZeroPad2d((1, 1, 5, 5)), MAP),
    ("Conv2D(8, kernel_size=3)", nn.Conv2d(16, 8, 3), MAP),
    ("Conv2D(8, 3, 2)", nn.Conv2d(16, 8, 3, 2), MAP),
    (
        "SeparableConv2D(8, 3, use_bias=False)",
        nn.Sequential(nn.Conv2d(16, 16, 3, groups=16, bias=False), nn.Conv2d(16, 8, 1, bias=False)),
        MAP,
    ),
    ("DepthwiseConv2D(3, use_bias=False)", nn.Conv2d(16, 16, 3, groups=16, bias=False), MAP),
    ("nn.Upsample(scale_factor=(2, 3))", nn.Upsample(scale_factor=(2.0, 3.0)), MAP),
    ("nn.AdaptiveMaxPool2d((2, 3))", nn.AdaptiveMaxPool2d((2, 3)), MAP),
    ("nn.MaxPool2d(3, 2, 1, ceil_mode=True)", nn.MaxPool2d(3, 2, 1, ceil_mode=True), MAP),
    ("nn.Conv1d(1, 8, 80, stride=4), nn.MaxPool1d(4)", nn.Sequential(nn.Conv1d(1, 8, 80, 4), nn.MaxPool1d(4)), LINE),
    ("Conv1D(8, 5, padding='causal')", nn.Conv1d(1, 8, 5, padding="same"), LINE),
]


@pytest.mark.parametrize(("text", "module", "image"), PASTED, ids=lambda value: value if isinstance(value, str) else "")
def test_pasted_layers_have_the_shapes_and_costs_of_torch(text: str, module: nn.Module, image: str) -> None:
    table = layer_table(text=f"{image}\n{text}")
    high, wide, channels = (int(number) for number in re.findall(r"\d+", image))
    x = torch.zeros((1, channels, wide) if high == 1 else (1, channels, high, wide))
    with FlopCounterMode(display=False) as counter:
        shape = tuple(module.eval()(x).shape[1:])
    found = totals(table)
    assert table.input_shape == (channels, high, wide)
    assert found.params == sum(parameter.numel() for parameter in module.parameters())
    assert found.macs == counter.get_total_flops() // 2
    assert table.calls[-1].output_shape == (shape if len(shape) == 3 else (shape[0], 1, shape[1]))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nn.Upsample(size=(48, 48))", "Upsample to a size cannot be written here; give its scale_factor."),
        ("nn.ZeroPad2d((0, 1, 0, 1))", "ZeroPad2d with different sides cannot be written here"),
        ("ZeroPadding2D(((0, 1), (0, 1)))", "ZeroPadding2D with different sides cannot be written here"),
        ("DepthwiseConv2D(3, depth_multiplier=2)", "DepthwiseConv2D with depth_multiplier=2 cannot be written here."),
        (
            "nn.LayerNorm(8, elementwise_affine=False)",
            "LayerNorm with elementwise_affine=False cannot be",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_not_guessed(text: str, problem: str) -> None:
    with pytest.raises(TextError, match=re.escape(problem)):
        layer_table(text=text)
