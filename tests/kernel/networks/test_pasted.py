"""Layers pasted from PyTorch, Keras and papers: read as data, and counted as torch counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.networks.grammar import TextError, write
from core.networks.parser import parse
from core.networks.pasted import PastedError, own_notation
from core.networks.table import totals
from core.networks.typed import layer_table

TORCH = """
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2, 2),
            nn.ConvTranspose2d(64, 32, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Dropout(p=0.3), nn.Linear(32, 10))
"""
KERAS = """
model = keras.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(28, 28, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.SeparableConv2D(8, 3, padding="same"))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
"""


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (
            TORCH,
            "conv3-64 bias=0 in=3 p=1, bn, relu, pool2, deconv4-32/2 in=64 p=1, leakyrelu, gap, flatten, dropout0.3, "
            "fc10 in=32",
        ),
        (KERAS, "input28x28-1, conv3-32, relu, pool2, dwconv3@same bias=0, conv1-8, flatten, fc10, softmax"),
        ("nn.Conv2d(3,64,3)", "conv3-64 in=3"),
        ("nn.Linear(16 * 5 * 5, 2 * 60)", "fc120 in=400"),
        ("Conv2D(32,(3,3))", "conv3-32"),
        (
            "Conv2D(filters=16, kernel_size=5, strides=(2, 1), padding='same', use_bias=False)",
            "conv5-16/2x1@same bias=0",
        ),
        (
            "nn.Conv2d(8, 8, (1, 7), stride=(1, 2), padding=(0, 3), dilation=(1, 2), groups=4)",
            "conv1x7-8/1x2 d=1x2 g=4 in=8 p=0x3",
        ),
        ("nn.Conv1d(1, 128, 80, stride=4), nn.MaxPool1d(4)", "conv1x80-128/1x4 in=1, pool1x4"),
        ("nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1)", "deconv3-4/2 in=8 op=1 p=1"),
        ("Conv2DTranspose(4, 3, strides=2, padding='same')", "deconv3-4/2 op=1 p=1"),
        ("Conv2DTranspose(4, 2, strides=3)", "deconv2-4/3 op=1"),
        ("CONV 3×3, 64 filters, stride 2", "conv3-64/2"),
        ("Conv 5x5 @ 32, conv3x3(64), fc 10 units", "conv5-32, conv3-64, fc10"),
        ("nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)", "pool3/2 ceil=1 p=1"),
        ("GlobalAveragePooling2D(), Dense(units=5)", "gap, fc5"),
        (
            "nn.Upsample(scale_factor=2), nn.PixelShuffle(2), nn.GroupNorm(4, 8), nn.LayerNorm(8)",
            "up2, pixelshuffle2, gn4, ln",
        ),
        ("Input(shape=(32, 32, 3)), Conv2D(8, 3)", "input32x32-3, conv3-8"),
        (
            "7x7 conv, 64, /2\n3x3 max pool, /2\n3x3 conv, 64\n3×3 conv, 128, /2, fc 10",
            "conv7-64/2@same, pool3/2 p=1, conv3-64@same, conv3-128/2@same, fc10",
        ),
    ],
)
def test_what_is_pasted_is_written_in_the_own_notation(text, plain) -> None:
    assert write(parse(text=text)) == plain
    assert parse(text=plain) == parse(text=text)


def test_the_numbers_are_those_of_the_layers() -> None:
    sums = totals(layer_table(text=TORCH, size=32))
    assert sums.params == 3 * 64 * 9 + 128 + 64 * 32 * 16 + 32 + 330
    assert sums.macs == 3 * 64 * 9 * 32**2 + 64 * 32 * 16 * 16**2 + 320


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nn.Foo(3)", "“Foo” is not known here; write the layer in the notation below."),
        ("nn.Conv2d(a, b, 3)", "The numbers of Conv2d are not understood; they must be written out."),
        ("nn.Conv2d(3, 64", "“(” is never closed; “)” is missing."),
        ("relu\nnn.LSTM(3, 4)", "“LSTM” is not known here"),
        ("nn.Sequential()", "No layer is found in what was pasted"),
        ("nn.Conv2d(*open('x'))", "The numbers of Conv2d are not understood"),
        ("nn.ReLU() " * 500, "There are more than 400 layers."),
    ],
)
def test_what_is_not_understood_is_pointed_at(text, problem) -> None:
    with pytest.raises(TextError) as caught:
        parse(text=text)
    assert caught.value.problem.startswith(problem)


def test_nothing_is_run(tmp_path) -> None:
    hole = tmp_path / "hole"
    for text in (f"nn.Conv2d(3, open({str(hole)!r}, 'w').write('x'), 3)", f"Exec(open({str(hole)!r}, 'w'))"):
        with pytest.raises(PastedError):
            own_notation(text)
    assert not hole.exists()


@given(st.text(alphabet="nn.Conv2d(3,64)[]{}'\"=x \nDenseReLU*-", max_size=60))
def test_whatever_is_pasted_is_read_or_refused(text) -> None:
    try:
        network = parse(text=text)
    except TextError as error:
        assert error.problem[-1] in ".?"  # noqa: PT017
    else:
        assert parse(text=write(network)) == network
