"""Inception modules: the homework's numbers, and the same module typed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.networks.inception import GOOGLENET, compare, reduction
from core.networks.table import totals
from core.networks.typed import layer_table

HOMEWORK = {"size": 128, "channels": 512, "w1": 64, "r3": 64, "w3": 128, "r5": 64, "w5": 64, "pool_proj": 512}


def test_homework_module_on_32_x_32_x_256() -> None:
    both = compare()
    naive, reduced = both.naive, both.reduced
    assert [branch.macs for branch in naive.branches] == [33_554_432, 452_984_832, 629_145_600, 0]
    assert (naive.macs, naive.weights, naive.outputs) == (1_115_684_864, 1_089_536, 688_128)
    assert (reduced.macs, reduced.weights, reduced.outputs) == (397_410_304, 388_096, 491_520)
    assert naive.output_shape == (672, 32, 32) and reduced.output_shape == (480, 32, 32)
    assert float(both.saving) == pytest.approx(0.644, abs=5e-4) and float(both.factor) == pytest.approx(2.81, abs=5e-3)
    assert both.saving == 1 - 1 / both.factor
    assert both.weight_saving == 1 - Fraction(388_096, 1_089_536)
    assert [branch.name for branch in reduced.branches] == ["1x1", "3x3", "5x5", "pool"]
    assert [branch.depth for branch in reduced.branches] == [128, 192, 96, 64]
    assert [branch.depth for branch in naive.branches] == [128, 192, 96, 256]
    assert naive.biases == reduced.biases == 0
    assert compare(bias=True).reduced.biases == 128 + 128 + 192 + 32 + 96 + 64


def test_homework_module_on_128_x_128_x_512() -> None:
    reduced = compare(**HOMEWORK).reduced
    steps = [(step.kind, step.kernel, step.padding, step.macs) for branch in reduced.branches for step in branch.steps]
    assert steps == [
        ("conv", 1, 0, 536_870_912),
        ("conv", 1, 0, 536_870_912),
        ("conv", 3, 1, 1_207_959_552),
        ("conv", 1, 0, 536_870_912),
        ("conv", 5, 2, 128 * 128 * 64 * 25 * 64),
        ("pool", 3, 1, 0),
        ("conv", 1, 0, 4_294_967_296),
    ]
    assert reduced.comparisons == 75_497_472
    assert reduced.output_shape == (768, 128, 128)
    # With depth 128 for 64 in the 5 x 5, and the pool counted, the homework's wrong total results.
    assert reduced.macs + reduced.comparisons + 128 * 128 * 64 * 25 * 64 == 10_544_480_256
    naive = compare(**HOMEWORK).naive
    assert [b.macs for b in naive.branches[1:3]] == [9_663_676_416, 128 * 128 * 64 * 25 * 512]
    assert compare(**HOMEWORK | {"w1": 512, "pool_proj": 64}).naive.output_shape[0] == 1216


@pytest.mark.parametrize("name", GOOGLENET)
def test_googlenet_modules_follow_one_another(name) -> None:
    names = ["size", "channels", "w1", "r3", "w3", "r5", "w5", "pool_proj"]
    out = compare(**dict(zip(names, GOOGLENET[name], strict=True))).reduced.output_shape[0]
    expected = {"3a": 256, "3b": 480, "4a": 512, "4b": 512, "4c": 512, "4d": 528, "4e": 832, "5a": 832, "5b": 1024}
    assert out == expected[name]
    following = list(GOOGLENET)[list(GOOGLENET).index(name) + 1 :]
    assert not following or GOOGLENET[following[0]][1] == out


WIDTHS = st.integers(0, 40)


@given(st.integers(1, 20), st.integers(1, 40), *[WIDTHS] * 6, st.sampled_from([3, 5]), st.booleans())
def test_modules_agree_with_the_same_module_typed(size, channels, w1, w3, w5, r3, r5, proj, kernel5, bias) -> None:
    if not w1 + w3 + w5:
        w1 = 1
    both = compare(
        size=size, channels=channels, w1=w1, w3=w3, w5=w5, r3=r3, r5=r5, pool_proj=proj, kernel5=kernel5, bias=bias
    )
    for module in (both.naive, both.reduced):
        table = layer_table(text=module.text, size=size, channels=channels, bias=bias)
        sums = totals(table)
        assert (sums.macs, sums.params) == (module.macs, module.weights + module.biases)
        assert table.calls[-1].output_shape == module.output_shape
        assert module.outputs == table.calls[-1].activations
        assert module.comparisons == sum(c.other_ops for c in table.calls if c.role == "pool")
        convs = [step for branch in module.branches for step in branch.steps]
        assert [s.activations for s in convs] == [c.activations for c in table.calls[:-1]]
        assert [(s.depth_in, s.depth_out) for s in convs] == [
            (c.input_shape[0], c.output_shape[0]) for c in table.calls[:-1]
        ]


@given(st.integers(1, 64), st.integers(1, 200), st.integers(1, 7), st.integers(1, 100))
def test_reduction_pays_up_to_the_break_even(size, channels, kernel, width) -> None:
    found = reduction(size=size, channels=channels, kernel=kernel, width=width)
    paying = [r for r, macs in zip(found.widths, found.macs, strict=True) if r and macs < found.direct]
    assert found.last_paying == max(paying, default=0)
    assert found.widths == tuple(range(len(found.widths))) and len(found.widths) > found.last_paying + 1
    assert found.macs[0] == found.direct == size**2 * kernel**2 * channels * width
    for r, macs in zip(found.widths[1:], found.macs[1:], strict=True):
        assert macs == size**2 * channels * r + size**2 * kernel**2 * r * width
        assert (r < found.break_even) == (macs < found.direct)
    assert (found.kernel, found.width) == (kernel, width)


def test_reductions_are_those_of_the_module() -> None:
    both = compare(w5=0)
    assert both.reductions == {"3x3": reduction()}
    assert [branch.name for branch in both.naive.branches] == ["1x1", "3x3", "pool"]
    assert compare(kernel5=3).reductions["5x5"].kernel == 3


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"size": 0}, r"^`size` must be in \[1, 1024\]; got 0\.$"),
        ({"channels": 4097}, r"^`channels` must be in \[1, 4096\]; got 4097\.$"),
        ({"r3": -1}, r"^`r3` must be in \[0, 2048\]; got -1\.$"),
        ({"pool_proj": 2049}, r"^`pool_proj` must be in \[0, 2048\]; got 2049\.$"),
        ({"kernel5": 4}, r"^`kernel5` must be 3 or 5; got 4\.$"),
        ({"w1": 0, "w3": 0, "w5": 0}, r"^One of `w1`, `w3` and `w5` must be above 0\.$"),
    ],
)
def test_numbers_out_of_range(given_, message) -> None:
    with pytest.raises(ValueError, match=message):
        compare(**given_)


@pytest.mark.parametrize("given_", [{"kernel": 12}, {"width": 0}, {"size": 1025}, {"channels": 0}])
def test_reduction_out_of_range(given_) -> None:
    with pytest.raises(ValueError, match=rf"^`{next(iter(given_))}` must be in \[1, "):
        reduction(**given_)
