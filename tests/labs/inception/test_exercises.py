"""Exercises on Inception modules against layers of torch, their outputs, and torch's counter of operations."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core.labs.inception.compute.by_hand import everything, on_screen
from core.labs.inception.compute.explore import WIDTHS, sweep
from core.labs.inception.controls import HOMEWORK
from core.labs.inception.exercises import DEPTH, DESIGNS, POOLED, SAVING, STACK, WEIGHTS
from core.labs.inception.exercises.modules import LARGE, SMALL


def numbers(drawn):
    return [float(question.truth) for question in drawn.questions]


def some(template, most=5):
    return [template.variant(number) for number in range(most)]


def conv(kernel, depth, filters, bias=False):
    return nn.Conv2d(depth, filters, kernel, padding="same", bias=bias)


def built(p, reduced, bias=False):
    """Branches of a module as torch layers."""
    c = p.channels
    pool = nn.MaxPool2d(3, stride=1, padding=1)
    if not reduced:
        layers = [[conv(1, c, p.ones)], [conv(3, c, p.threes)], [conv(5, c, p.fives)], [pool]]
    else:
        layers = [
            [conv(1, c, p.ones)],
            [conv(1, c, p.reduce3), conv(3, p.reduce3, p.threes)],
            [conv(1, c, p.reduce5), conv(5, p.reduce5, p.fives)],
            [pool, conv(1, c, p.pool)],
        ]
    return [nn.Sequential(*branch) for branch in layers]


def size(*modules):
    return sum(p.numel() for module in modules for p in module.parameters())


def run(branches, p):
    """Output and multiply-accumulates of branches."""
    image = torch.zeros(1, p.channels, p.side, p.side)
    with FlopCounterMode(display=False) as counter:
        out = torch.cat([branch(image) for branch in branches], 1)
    return out, counter.get_total_flops() // 2


def test_modules_in_torch():
    with torch.device("meta"):
        for template in (DEPTH, SAVING, POOLED, WEIGHTS):
            for drawn in some(template, 4):
                p = drawn.parameters
                (naive, naive_macs), (reduced, macs) = (run(built(p, which), p) for which in (False, True))
                _, five = run(built(p, True)[2][1:], replace(p, channels=p.reduce5))
                _, naive_five = run(built(p, False)[2][:1], p)
                compared = 9 * p.channels * p.side**2
                expected = {
                    DEPTH.key: [naive.shape[1], reduced.shape[1], naive.numel(), reduced.numel()],
                    SAVING.key: [naive_macs, macs, 1 - macs / naive_macs],
                    POOLED.key: [five, macs + compared, naive_macs + compared, naive_five],
                    WEIGHTS.key: [size(*built(p, False)), size(*built(p, True))],
                }
                assert numbers(drawn) == pytest.approx(expected[template.key], rel=1e-12), drawn.key


def test_published_numbers():
    assert numbers(DEPTH.variant(0)) == [672, 480, 688_128, 491_520]
    assert numbers(SAVING.variant(0)) == pytest.approx([1_115_684_864, 397_410_304, 0.6438], abs=5e-5)
    assert numbers(POOLED.variant(0))[0] == 128**2 * 64 * 25 * 64
    assert numbers(DESIGNS.variant(0)) == [49, 14, 32, 27, 9.75]


@pytest.mark.parametrize(
    ("template", "place", "text", "slips"),
    [
        (DEPTH, 1, "416", {"pool_forgotten"}),
        (DEPTH, 1, "672", {"pool_not_projected"}),
        (DEPTH, 1, "640", {"adds_reduces"}),
        (DEPTH, 2, str(416 * 1024), {"pool_forgotten"}),
        (DEPTH, 3, str(672 * 1024), {"pool_not_projected"}),
        (DEPTH, 3, str(640 * 1024), {"adds_reduces"}),
        (DEPTH, 3, "480", {"depth"}),
        (SAVING, 0, "1.12e9", set()),
        (SAVING, 0, "1,089,536", {"parameters"}),
        (SAVING, 1, "388,096", {"parameters"}),
        (SAVING, 1, str(2 * 397_410_304), {"flops"}),
        (SAVING, 1, str(397_410_304 + 9 * 1024 * 256), {"pool_counted"}),
        (SAVING, 1, str(397_410_304 + 9 * 1024 * 128 * 192), {"cin_of_module"}),
        (SAVING, 2, "64.4", set()),
        (SAVING, 2, "0,644", set()),
        (SAVING, 2, "35.6 %", {"fraction_left"}),
        (SAVING, 2, "44.1", {"cin_of_module"}),
        (SAVING, 2, "181%", {"naive_over_reduced"}),
        (POOLED, 0, "3,355,443,200", {"branch_depth", "flops"}),  # 128 filters are twice 64
        (POOLED, 1, "10,544,480,256", {"branch_depth"}),
        (POOLED, 1, "10,468,982,784", {"branch_depth+pool_counted"}),
        (POOLED, 2, "37,119,590,400", {"branch_depth"}),
        (POOLED, 2, "37,044,092,928", {"branch_depth+pool_counted"}),
        (WEIGHTS, 0, str(512 * (512 + 9 * 128 + 25 * 64)), {"mixed_1x1"}),
        (WEIGHTS, 1, str(512 * (512 + 64 + 64 + 512) + 9 * 64 * 128 + 25 * 64 * 64), {"mixed_1x1"}),
        (DESIGNS, 1, "7", {"one_layer"}),
        (DESIGNS, 2, "16", {"one_layer"}),
        (DESIGNS, 3, "9", {"one_layer"}),
        (DESIGNS, 4, "39/4", set()),
        (DESIGNS, 4, "3.25", {"one_bottleneck"}),
        (DESIGNS, 4, "33.0", {"not_halved"}),
    ],
)
def test_answers_that_circulate(template, place, text, slips):
    verdict = template.variant(0).questions[place].judge(text)
    assert verdict.settled, verdict
    assert (set() if verdict.right else set(verdict.slips)) == slips


def bottleneck(c):
    return [conv(1, c, c // 2), conv(3, c // 2, c // 2), conv(1, c // 2, c)]


def test_stacks_in_torch():
    with torch.device("meta"):
        for template in (DESIGNS, STACK):
            for drawn in some(template):
                sees, c = (drawn.parameters, 8) if template is DESIGNS else (drawn.parameters.sees, 0)
                c = c or drawn.parameters.channels
                layers, half = (sees - 1) // 2, (sees + 1) // 2
                stacks = [
                    [conv(sees, c, c)],
                    [conv((1, sees), c, c), conv((sees, 1), c, c)],
                    [nn.Conv2d(c, c, half, bias=False) for _ in range(2)],
                    [conv(3, c, c) for _ in range(layers)],
                    [layer for _ in range(layers) for layer in bottleneck(c)],
                ]
                found = [size(*stack) for stack in stacks]
                if template is DESIGNS:
                    assert numbers(drawn) == [count / c**2 for count in found]
                else:
                    assert numbers(drawn) == [found[place] for place in (0, 3, 1, 4)]


@pytest.mark.parametrize("change", [{}, {"unit": "flop", "bias": True}, {"r3": 0, "pool_proj": 0, "pooled": False}])
@pytest.mark.parametrize("name", HOMEWORK)
def test_what_is_on_screen_is_asked_for(name, change):
    given = HOMEWORK[name] | change
    width = given.pop("reduce") if "r3" not in change else given.pop("reduce") * 0
    result = sweep(**given)
    module = result.modules[WIDTHS.index(width)]
    asked = everything(on_screen(result, module))
    operations, parameters = result.operations, result.parameters
    assert [question.truth for question in asked] == [
        result.naive.outputs,
        module.outputs,
        operations(result.naive),
        operations(module),
        operations(module.branches[2].steps[-1]),
        parameters(result.naive),
        parameters(module),
        result.saving(module),
    ]
    assert all(question.apart for question in asked)
    if "r3" in change:
        names = {slip.name for question in asked for slip in question.slips}
        assert names.isdisjoint({"adds_reduces", "pool_not_projected", "projection_forgotten", "mixed_1x1"})


def test_published_modules_are_those_of_the_presets():
    for module, (name, values) in zip((SMALL, LARGE), HOMEWORK.items(), strict=True):
        width = values["reduce"]
        result = sweep(**{key: value for key, value in values.items() if key != "reduce"})
        assert replace(module, pooled=result.pooled) == on_screen(result, result.modules[WIDTHS.index(width)]), name
