"""Exercises on shapes and cost against layers of torch and its counter of operations."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from core.labs.cnn_cost.exercises import BLOCK, CONVOLUTION, DENSE, LENET, STACK, TABLE, VGG, WHOLE
from tests.drawn import named, some, truths


def size(*modules):
    return sum(p.numel() for module in modules for p in module.parameters())


def test_a_convolution_in_torch():
    with torch.device("meta"):
        for drawn in some(CONVOLUTION):
            p = drawn.parameters
            layer = nn.Conv2d(p.channels, p.filters, p.kernel, p.stride, p.padding)
            with FlopCounterMode(display=False) as counter:
                out = layer(torch.zeros(1, p.channels, p.side, p.side))
            assert truths(drawn) == [tuple(out.shape[1:]), size(layer), counter.get_total_flops() // 2]


def test_widths_in_torch():
    with torch.device("meta"):
        for drawn in some(DENSE):
            widths = drawn.parameters.widths
            layers = [nn.Linear(a, b, bias=False) for a, b in zip(widths, widths[1:], strict=False)]
            assert truths(drawn) == [*(size(layer) for layer in layers), size(*layers)]
    assert truths(DENSE.variant(0)) == [600_000, 375_000, 18_750, 993_750]


@pytest.mark.parametrize(
    ("place", "text", "slip"),
    [
        (0, "60,000", "dropped_zero"),
        (3, "453,750", "dropped_zero"),
        (3, "995,025", "bias_counted"),
        (3, "2475", "nodes"),
        (3, "975,000", "output_forgotten"),
    ],
)
def test_mistakes_that_circulate(place, text, slip):
    assert named(DENSE, place, text) == {slip}


def test_a_stack_in_torch():
    with torch.device("meta"):
        for drawn in some(STACK):
            p = drawn.parameters
            out = torch.zeros(1, p.channels, p.side, p.side)
            for kernel, filters in p.layers:
                out = (nn.Conv2d(out.shape[1], filters, kernel) if filters else nn.MaxPool2d(kernel))(out)
            flat = out.flatten(1).shape[1]
            assert truths(drawn) == [tuple(out.shape[1:]), flat, size(nn.Linear(flat, p.units, bias=False))]


def test_vggs_in_torch():
    with torch.device("meta"):
        for drawn in some(VGG, 4):
            p = drawn.parameters
            layers, depth = [], 3
            for width, count in zip(p.widths, p.counts, strict=True):
                for _ in range(count):
                    layers.append(nn.Conv2d(depth, width, 3, padding=1, bias=False))
                    depth = width
                layers.append(nn.MaxPool2d(2))
            out = torch.zeros(1, 3, p.side, p.side)
            numbers = out.numel()
            for layer in layers:
                out = layer(out)
                numbers += out.numel()
            flat = out.flatten(1).shape[1]
            head = [nn.Linear(a, b, bias=False) for a, b in ((flat, 4096), (4096, 4096), (4096, 1000))]
            assert truths(drawn) == [numbers + 9192, flat, size(*layers, *head)]
    assert truths(VGG.variant(0)) == [15_237_608, 25_088, 138_344_128]


@pytest.mark.parametrize(
    ("template", "place", "text", "slip"),
    [
        (VGG, 0, "15,184,192", "rounded_cells"),
        (VGG, 0, "15,087,080", "input_row"),
        (VGG, 0, "16,542,184", "fourth_conv"),
        (VGG, 2, "138,357,544", "bias_counted"),
        (VGG, 2, "143,652,544", "fourth_conv"),
        (LENET, 2, "61,470", "bias_forgotten"),
        (LENET, 0, "2400", "bias_forgotten"),
        (TABLE, 1, "3,136", "one_filter"),
        (TABLE, 0, "256 128 61 31 25 19", "ceil"),
    ],
)
def test_mistakes_in_tables(template, place, text, slip):
    assert named(template, place, text) == {slip}


def test_lenets_in_torch():
    with torch.device("meta"):
        for drawn in some(LENET):
            p = drawn.parameters
            (a, b), (c, d, e) = p.maps, p.widths
            one, two, three = nn.Conv2d(1, a, p.kernel), nn.Conv2d(a, b, p.kernel), nn.Conv2d(b, c, p.sides[3])
            pool = nn.MaxPool2d(2)
            out = three(pool(two(pool(one(torch.zeros(1, 1, p.side, p.side))))))
            assert tuple(out.shape) == (1, c, 1, 1)
            rest = nn.Linear(c, d), nn.Linear(d, e)
            assert truths(drawn) == [size(two), size(three), size(one, two, three, *rest)]
    assert truths(LENET.variant(0)) == [2_416, 48_120, 61_706]


def test_tables_in_torch():
    with torch.device("meta"):
        for drawn in some(TABLE):
            p = drawn.parameters
            layers, depth = [], 3
            for place, (kernel, filters) in enumerate(zip(p.kernels, p.filters, strict=True)):
                stride, padding = ((1, 1), (2, 2), (2, 0), (1, 0), (1, 0))[place]
                layers.append(nn.Conv2d(depth, filters, kernel, stride, padding, bias=False))
                depth = filters
                if place == 2:
                    layers.append(nn.MaxPool2d(2))
            out, sides = torch.zeros(1, 3, p.side, p.side), []
            for layer in layers:
                out = layer(out)
                sides.append(out.shape[-1])
            flat = out.flatten(1).shape[1]
            first, second, third = map(size, layers[:3])
            assert truths(drawn) == [tuple(sides), third, flat, size(nn.Linear(flat, flat, bias=False)), first, second]
    assert truths(TABLE.variant(0)) == [(256, 128, 61, 30, 24, 18), 401_408, 41_472, 41_472**2, 3_456, 204_800]


def test_whole_inceptions_in_torch():
    with torch.device("meta"):
        for drawn in some(WHOLE):
            p = drawn.parameters

            def normed(kernel, depth, filters):
                return size(nn.Conv2d(depth, filters, kernel), nn.BatchNorm2d(filters))

            total, depth = normed(3, p.channels, p.first), p.first
            for ones, threes in p.units:
                total += normed(3, depth, threes) + (normed(1, depth, ones) if ones else 0)
                depth = threes + (ones or depth)
            assert truths(drawn) == [depth, total + size(nn.Linear(depth, p.classes))]
    assert truths(WHOLE.variant(0)) == [336, 1_651_098]


def test_a_module_with_normalization_in_torch():
    def unit(depth, filters, kernel):
        return nn.Sequential(nn.Conv2d(depth, filters, kernel), nn.BatchNorm2d(filters))

    with torch.device("meta"):
        for drawn in some(BLOCK):
            p = drawn.parameters
            ones, threes = unit(p.channels, p.ones, 1), unit(p.channels, p.threes, 3)
            before, behind = unit(p.channels, p.threes, 1), unit(p.threes, p.threes, 3)
            assert truths(drawn) == [size(ones, threes), size(ones, before, behind)]
