"""Stacks that see 7 x 7: published weights, and the same stack typed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labs.inception.compute.factorised import DESIGNS, build, designs
from core.networks.table import totals
from core.networks.typed import layer_table

WEIGHTS = {"one 7x7": 49, "1x7 and 7x1": 14, "two 4x4": 32, "three 3x3": 27, "three bottlenecks": Fraction(39, 4)}


def test_designs_that_see_7_x_7() -> None:
    found = designs(channels=96, size=14)
    assert {name: stack.weights_c2 for name, stack in found.items()} == WEIGHTS
    assert all(stack.covers and stack.field == (7, 7) for stack in found.values())
    for name, stack in found.items():
        assert stack.weights == WEIGHTS[name] * 96 * 96
        assert stack.macs == stack.weights * 14 * 14
        assert stack.biases == 0
    assert {name: bool(stack.note) for name, stack in found.items()} == {name: name == "two 4x4" for name in WEIGHTS}
    assert found["two 4x4"].note.startswith("An even kernel (4x4)")


def test_one_bottleneck_is_not_enough() -> None:
    one = build(stack="1x1/2, 3x3/2, 1x1", channels=64)
    assert (one.field, one.covers, one.weights_c2) == ((3, 3), False, Fraction(13, 4))
    assert [layer.field for layer in one.layers] == [(1, 1), (3, 3), (3, 3)]
    assert [(layer.depth_in, layer.depth_out) for layer in one.layers] == [(64, 32), (32, 32), (32, 64)]
    assert [layer.weights_c2 for layer in one.layers] == [Fraction(1, 2), Fraction(9, 4), Fraction(1, 2)]


def test_layers_may_stand_in_lines() -> None:
    assert build(stack="1x1/2\n3x3/2,\t1x1") == build(stack="1x1/2, 3x3/2, 1x1")


KERNELS = st.integers(1, 9)
STACKS = st.lists(st.tuples(KERNELS, KERNELS, st.sampled_from([1, 2, 4])), min_size=1, max_size=6)


@given(STACKS, st.sampled_from([4, 12]), st.integers(1, 20), st.booleans())
def test_stacks_agree_with_the_same_stack_typed(layers, channels, size, bias) -> None:
    *rest, (height, width, _) = layers
    text = ", ".join([f"{h}x{w}/{d}" for h, w, d in rest] + [f"{height} × {width}"])
    stack = build(stack=text, channels=channels, size=size, bias=bias)
    table = layer_table(text=stack.text, size=size, channels=channels, bias=bias)
    assert (totals(table).macs, totals(table).params) == (stack.macs, stack.weights + stack.biases)
    assert [call.field.size for call in table.calls] == [layer.field for layer in stack.layers]
    assert [call.macs for call in table.calls] == [layer.macs for layer in stack.layers]
    assert table.calls[-1].output_shape == (channels, size, size)
    assert stack.field == (1 + sum(h - 1 for h, _, _ in layers), 1 + sum(w - 1 for _, w, _ in layers))


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"stack": ""}, r"^`stack` must be kernels such as 3x3 or 1x1/2 with commas between; got “”\.$"),
        ({"stack": "3x3; 3x3"}, r"got “3x3; 3x3”\.$"),
        ({"stack": "3x3, 16x1"}, r"^`stack` must have kernels from 1x1 to 15x15; got “16x1”\.$"),
        ({"stack": "0x3"}, r"^`stack` must have kernels from 1x1 to 15x15; got “0x3”\.$"),
        ({"stack": "1x1/3, 3x3"}, r"^`channels` must be divisible by 3, as “1x1/3” asks for; got 64\.$"),
        ({"stack": "1x1/0, 3x3"}, r"^`channels` must be divisible by 0"),
        ({"stack": "3x3, 1x1/2"}, r"^`stack` must end with all channels, without a division; got “1x1/2”\.$"),
        ({"stack": ", ".join(["3x3"] * 21)}, r"^`stack` must have at most 20 layers; got 21\.$"),
        ({"channels": 4097}, r"^`channels` must be in \[1, 4096\]; got 4097\.$"),
        ({"size": 0}, r"^`size` must be in \[1, 1024\]; got 0\.$"),
    ],
)
def test_stacks_that_cannot_be_read(given_, message) -> None:
    with pytest.raises(ValueError, match=message):
        build(**given_)


def test_designs_need_channels_that_can_be_halved() -> None:
    assert set(designs()) == set(DESIGNS)
    with pytest.raises(ValueError, match="must be divisible by 2"):
        designs(channels=7)
