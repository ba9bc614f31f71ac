"""Modules at every width of a reduction against the same modules typed, and bottlenecks likewise."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.labs.inception.compute.explore import WIDTHS, Sweep, sweep, tables
from core.labs.inception.controls import HOMEWORK, MODULES
from core.networks.table import totals
from core.networks.typed import layer_table


def homework(name: str, **change: Any) -> tuple[Sweep, Any]:
    given_: dict[str, Any] = HOMEWORK[name] | change
    width = given_.pop("reduce")
    result = sweep(**given_)
    return result, result.modules[WIDTHS.index(width)]


SMALL, LARGE = HOMEWORK


def test_widths_rise_and_hold_those_of_known_modules() -> None:
    assert list(WIDTHS) == sorted(set(WIDTHS))
    assert WIDTHS[:17] == tuple(range(17)) and WIDTHS[-1] == 1024
    assert all(b / a <= 1.125 for a, b in zip(WIDTHS[16:], WIDTHS[17:], strict=False))
    assert {module["reduce"] for module in (*HOMEWORK.values(), *MODULES.values())} <= set(WIDTHS)


def test_homework_has_its_published_numbers() -> None:
    result, module = homework(SMALL)
    assert (result.operations(result.naive), result.operations(module)) == (1_115_684_864, 397_410_304)
    assert float(result.saving(module)) == pytest.approx(0.6438, abs=5e-5)
    assert (result.parameters(result.naive), result.parameters(module)) == (1_089_536, 388_096)
    with_pool, _ = homework(SMALL, pooled=True, unit="flop", bias=True)
    assert with_pool.operations(with_pool.naive) == 2 * 1_115_684_864 + 9 * 32 * 32 * 256
    assert with_pool.parameters(with_pool.naive) == 1_089_536 + 128 + 192 + 96
    large, module = homework(LARGE)
    assert large.operations(module.branches[3].steps[0]) == 75_497_472


SIXTEENS = st.integers(1, 6).map(lambda n: 16 * n)
ZEROS = st.integers(0, 6).map(lambda n: 16 * n)


@given(
    st.fixed_dictionaries(
        {"size": st.integers(1, 30), "channels": SIXTEENS, "w1": SIXTEENS, "w3": SIXTEENS, "w5": SIXTEENS}
        | {"r3": ZEROS, "pool_proj": ZEROS, "unit": st.sampled_from(["mac", "flop"])}
        | {"pooled": st.booleans(), "bias": st.booleans()}
    ),
    st.sampled_from(range(len(WIDTHS))),
)
@settings(max_examples=max(settings.default.max_examples // 3, 10))
def test_operations_are_those_of_the_typed_module(state: dict[str, Any], k: int) -> None:
    result = sweep(**state)
    module = result.modules[k]
    table = layer_table(text=module.text, size=state["size"], channels=state["channels"], bias=state["bias"])
    each = 2 if state["unit"] == "flop" else 1
    pool = 9 * state["channels"] * state["size"] ** 2 if state["pooled"] else 0
    assert result.totals[k] == each * totals(table).macs + pool == result.recounted[k]
    assert result.parameters(module) == totals(table).params
    depths = [step.depth_out for step in module.branches[2].steps]
    assert depths == [WIDTHS[k]] * bool(WIDTHS[k]) + [state["w5"]]
    assert result.eighth.reduced.branches[2].steps[0].depth_out == state["channels"] // 8


def test_what_is_counted_is_named() -> None:
    with pytest.raises(ValueError, match=r"^`unit` must be mac or flop; got gigabytes\.$"):
        sweep(unit="gigabytes")


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("width", [0, 1, 7, 32, 64])
def test_bottlenecks_weigh_what_they_weigh_typed(width: int, bias: bool) -> None:
    block = f"conv1-{width}, conv3-{width}@same, conv1-64" if width else "conv3-64@same"
    table = layer_table(text=", ".join([block] * 3), size=9, channels=64, bias=bias)
    result = sweep(channels=64, size=9, bias=bias)
    biases = result.bottleneck_biases(width)
    assert result.bottleneck_weights(width) + biases == totals(table).params
    assert result.bottleneck_weights(width) * 81 == totals(table).macs
    assert result.bottlenecks[WIDTHS.index(width)] == Fraction(totals(table).params - biases, 64 * 64)
    assert table.calls[-1].field.size == (7, 7)


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ("7x7", ""),
        ("1x1/2, 3x3/2, 1x1", "lacks 4 rows and 4 columns"),
        ("6x7", "lacks 1 row"),
        ("9x8", "has 2 rows and 1 column too many"),
        ("3x3\n3x8", "lacks 2 rows and has 3 columns too many"),
    ],
)
def test_what_a_stack_lacks(stack: str, words: str) -> None:
    result = sweep(stack=stack)
    assert result.missing == words and result.own.covers == (words == "")


def test_tables_hold_every_layer_and_the_designs() -> None:
    result, _ = homework(SMALL, stack="3x3, 5x5")
    values = {"reduce": 32, "view": "module"}
    found = tables(result, values)
    assert set(found) == {"module.csv", "naive.csv", "reduction.csv"}
    assert found["module.csv"]["operations"].sum() == 397_410_304
    assert found["module.csv"]["parameters"].tolist() == [32_768, 32_768, 221_184, 8_192, 76_800, 0, 16_384]
    assert found["module.csv"]["branch"].tolist() == ["1x1", "3x3", "3x3", "5x5", "5x5", "pool", "pool"]
    assert found["module.csv"]["kernel"].tolist() == [1, 1, 3, 1, 5, 3, 1]
    assert found["module.csv"]["kind"].tolist() == ["conv"] * 5 + ["pool", "conv"]
    assert found["module.csv"]["depth_in"].tolist() == [256, 256, 128, 256, 32, 256, 256]
    assert found["module.csv"]["depth_out"].tolist() == [128, 128, 192, 32, 96, 256, 64]
    assert found["naive.csv"]["operations"].tolist() == [33_554_432, 452_984_832, 629_145_600, 0]
    assert found["reduction.csv"]["width"].tolist() == list(WIDTHS)
    at = WIDTHS.index(32)
    assert found["reduction.csv"]["operations"][at] == 397_410_304
    np.testing.assert_allclose(found["reduction.csv"]["saving"][at], 1 - 397_410_304 / 1_115_684_864)
    designs = tables(result, values | {"view": "designs"})["designs.csv"]
    assert designs["weights_c2"].tolist() == [49, 14, 32, 27, 9.75, 34]
    assert designs["design"][-1] == "yours"
    assert designs["parameters"].tolist() == [int(c2 * 256 * 256) for c2 in (49, 14, 32, 27, 9.75, 34)]
    assert (designs["operations"] == designs["parameters"] * 1024).all()
    assert designs["field_height"].tolist() == designs["field_width"].tolist() == [7] * 6
