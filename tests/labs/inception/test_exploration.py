"""Modules at every width of a reduction against the same modules typed, bottlenecks likewise, and known slips."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kit.exercise import Question
from core.labs.inception.compute.explore import WIDTHS, Sweep, sweep, tables
from core.labs.inception.compute.slips import design_questions, questions
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


def names(asked: Question, text: str) -> list[str]:
    right, slips = asked.judge(text)
    assert not right
    return [slip.name for slip in slips]


def test_known_slips_of_the_small_homework() -> None:
    asked = questions(*homework(SMALL))
    area = 32 * 32
    assert {name: question.truth for name, question in asked.items() if name != "saving"} == {
        "naive_outputs": 688_128,
        "outputs": 491_520,
        "naive_operations": 1_115_684_864,
        "operations": 397_410_304,
        "conv5": 78_643_200,
        "naive_parameters": 256 * (128 + 9 * 192 + 25 * 96),
        "parameters": 388_096,
    }
    assert names(asked["naive_outputs"], str(416 * area)) == ["pool_forgotten"]
    assert names(asked["naive_outputs"], "672") == ["depth"]
    assert names(asked["outputs"], str(416 * area)) == ["pool_forgotten"]
    assert names(asked["outputs"], str(672 * area)) == ["pool_not_projected"]
    assert names(asked["outputs"], str(640 * area)) == ["adds_reduces"]
    assert names(asked["operations"], str(397_410_304 + 9 * area * 128 * 192)) == ["cin_of_module"]
    assert names(asked["operations"], "388,096") == ["parameters"]
    assert names(asked["operations"], str(2 * 397_410_304)) == ["FLOPs"]
    assert names(asked["operations"], str(397_410_304 + 9 * area * 256)) == ["pool_counted"]
    assert names(asked["conv5"], str(25 * area * 256 * 96)) == ["cin_of_module"]
    assert names(asked["conv5"], str(25 * area * 32)) == ["one_filter"]
    assert names(asked["conv5"], "76800") == ["parameters"]
    # 192 filters are twice 96, and FLOPs twice the multiply-accumulates: both explain the answer
    assert names(asked["conv5"], str(2 * 78_643_200)) == ["branch_depth", "FLOPs"]
    assert names(asked["parameters"], str(388_096 + 640)) == ["bias_counted"]
    assert names(asked["parameters"], str(388_096 + 9 * 256)) == ["parameters_of_a_pool"]
    assert names(asked["parameters"], "397,410,304") == ["operations"]
    assert names(asked["saving"], "35.6 %") == ["fraction_left"]
    assert names(asked["saving"], "44.1") == ["cin_of_module"]
    assert names(asked["saving"], "180.7") == ["naive_over_reduced"]
    assert names(asked["saving"], "50") == []


def test_known_slips_of_the_large_homework() -> None:
    asked = questions(*homework(LARGE))
    # wrong solutions in circulation: the 5 x 5 has the depth of its neighbor
    assert names(asked["conv5"], "3,355,443,200") == ["branch_depth", "FLOPs"]
    assert names(asked["operations"], "10,544,480,256") == ["branch_depth"]
    assert names(asked["naive_operations"], "37,119,590,400") == ["branch_depth"]
    assert names(asked["naive_operations"], "37,044,092,928") == ["branch_depth, pool_counted"]
    assert names(asked["operations"], str(8_866_758_656 - 75_497_472)) == ["pool_counted"]
    assert asked["conv5"].truth == 128**2 * 64 * 25 * 64
    # a first 1 x 1 with 512 filters, as after the pool, in place of 64
    assert asked["naive_parameters"].truth == 512 * (64 + 9 * 128 + 25 * 64)
    assert names(asked["naive_parameters"], str(512 * (512 + 9 * 128 + 25 * 64))) == ["mixed_1x1"]
    pool = 9 * 128**2 * 512
    assert names(asked["naive_operations"], str(128**2 * 512 * (512 + 9 * 128 + 25 * 64) + pool)) == ["mixed_1x1"]
    mixed = 512 * (512 + 64 + 64 + 512) + 9 * 64 * 128 + 25 * 64 * 64
    assert names(asked["parameters"], str(mixed)) == ["mixed_1x1"]


def test_known_slips_of_the_designs() -> None:
    asked = design_questions()
    assert {name: float(question.truth) for name, question in asked.items()} == {
        "one 7x7": 49,
        "1x7 and 7x1": 14,
        "two 4x4": 32,
        "three 3x3": 27,
        "three bottlenecks": 9.75,
    }
    assert asked["three bottlenecks"].judge("9.75")[0]
    assert names(asked["three bottlenecks"], "3.25") == ["one_bottleneck"]
    assert names(asked["three bottlenecks"], "33") == ["not_halved"]
    assert [
        names(asked[name], text) for name, text in (("1x7 and 7x1", "7"), ("two 4x4", "16"), ("three 3x3", "9"))
    ] == [["one_layer"]] * 3
    assert asked["one 7x7"].slips == ()


def test_slips_of_flops_and_biases() -> None:
    asked = questions(*homework(LARGE, unit="flop", bias=True))
    right = 2 * (8_866_758_656 - 75_497_472) + 75_497_472
    assert asked["operations"].truth == right
    assert names(asked["operations"], str(8_866_758_656)) == ["MACs"]
    assert names(asked["parameters"], "536,576") == ["bias_forgotten"]
    bare, module = homework(LARGE, r3=0, reduce=0, pool_proj=0, pooled=False)
    for question in questions(bare, module).values():
        assert all(slip.value != question.truth for slip in question.slips)
        assert {"adds_reduces", "cin_of_module", "pool_not_projected"}.isdisjoint(s.name for s in question.slips)


@pytest.mark.parametrize(
    "text",
    [
        "1115684864",
        "1,115,684,864",
        "1 115 684 864",
        " 1115.7 M",
        "1.12G",
        "1115684.9k",
        "1,115,684,864.0",
        "1.12e+09",
        "1,12·10⁹",
    ],
)
def test_answers_are_right_to_their_digits(text: str) -> None:
    assert questions(*homework(SMALL))["naive_operations"].judge(text) == (True, ())


def test_answers_that_are_near_are_not_right() -> None:
    asked = questions(*homework(SMALL))
    for text in ("1115684865", "1.11G", "1115.6 M"):
        assert asked["naive_operations"].judge(text) == (False, ())
    assert [asked["saving"].judge(text)[0] for text in ("64.38", "64.4 %", "64,4 %", "64%", "64.3", "64")] == [
        True, True, True, True, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "many", "-3", "٣", "1.2.3", "5 x", "M", "%"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(“.+” is not read as a number|The number is missing); write it like .*\.$"):
        questions(*homework(SMALL))["operations"].judge(text)
