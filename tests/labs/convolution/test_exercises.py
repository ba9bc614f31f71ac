"""Exercises on convolution against SciPy, and against layers of torch and their gradients."""

import pytest
import torch
from scipy.signal import correlate2d
from torch import nn

from core.labs.convolution.exercises import EARLY, FIELD, MATRIX, POINT, PRODUCT, ROW, SPARSE
from core.labs.convolution.exercises.kernels import KERNELS


def numbers(drawn):
    return [question.truth for question in drawn.questions if not isinstance(question.truth, str)]


def some(template, most=6):
    return [template.variant(number) for number in range(most)]


def judged(template, place, text):
    verdict = template.variant(0).questions[place].judge(text)
    return set() if verdict.right else set(verdict.slips)


def matrix(kernel, side):
    """The matrix of a cross-correlation: what it makes of each image with a single 1."""
    images = torch.eye(side * side, dtype=torch.float64).reshape(-1, 1, side, side)
    return nn.functional.conv2d(images, torch.tensor(kernel, dtype=torch.float64)[None, None]).flatten(1).T


def test_products_in_scipy():
    for drawn in some(PRODUCT):
        p = drawn.parameters
        assert list(numbers(drawn)[0]) == correlate2d(p.image, KERNELS[p.kernel], mode="valid").ravel().tolist()
    assert numbers(PRODUCT.variant(0)) == [(-40, -40, -40, -40)]
    assert judged(PRODUCT, 0, "40 40 40 40") == {"flip"}


def test_matrices_in_torch():
    for drawn in some(MATRIX):
        p = drawn.parameters
        w = matrix(torch.ones(p.kernel, p.kernel).tolist(), p.side)
        assert numbers(drawn) == [tuple(w.shape), int((w == 0).sum())]
    for drawn in some(ROW):
        p = drawn.parameters
        w = matrix(p.kernel, 4)
        assert numbers(drawn) == [tuple(int(v) for v in w[p.place]), len(w)]


@pytest.mark.parametrize(
    ("template", "place", "text", "slips"),
    [
        (MATRIX, 0, "4 × 16", set()),
        (MATRIX, 0, "16x4", {"transposed"}),
        (ROW, 0, "-1 0 1 0 -2 0 2 0 -1 0 1 0 0 0 0 0", set()),
        (ROW, 0, "(−1, 0, 1, 0, −2, 0, 2, 0, −1, 0, 1, 0, 0, 0, 0, 0)", set()),
        (ROW, 0, "1 0 -1 0 2 0 -2 0 1 0 -1 0 0 0 0 0", {"flip"}),
        (ROW, 0, "-1 0 1 -2 0 2 -1 0 1 0 0 0 0 0 0 0", {"packed"}),
        (SPARSE, 0, "1,516", set()),
        (SPARSE, 0, "1500", {"bias_forgotten"}),
        (SPARSE, 0, "2416", {"full_table"}),
        (EARLY, 0, "122,304", set()),
        (EARLY, 0, "117600", {"bias_forgotten"}),
        (POINT, 0, "3", set()),
        (POINT, 0, "3x3", set()),
        (POINT, 0, "(120, 3, 3)", set()),
        (POINT, 0, "3 × 3 × 120", set()),
        (POINT, 0, "1×1", {"c5_flattens"}),
    ],
)
def test_answers_that_circulate(template, place, text, slips):
    assert judged(template, place, text) == slips


def test_a_row_with_a_lost_zero_is_counted():
    verdict = ROW.variant(0).questions[0].judge("-1 0 1 0 -2 0 2 0 -1 0 1 0 0 0 0")
    assert verdict.state == "unreadable" and "this one has 15" in verdict.words


def test_fields_by_gradients():
    for drawn in some(FIELD):
        (truth,) = numbers(drawn)
        image = torch.zeros(1, 1, 2 * truth, requires_grad=True)
        out = image
        for kernel, stride in drawn.parameters.layers:
            out = nn.functional.conv1d(out, torch.ones(1, 1, kernel), stride=stride)
        out[0, 0, 0].backward()
        touched = torch.nonzero(image.grad[0, 0])  # strides wider than their kernels leave gaps
        assert int(touched.max() - touched.min()) + 1 == truth


def size(module):
    return sum(p.numel() for p in module.parameters())


def test_the_first_layers_in_torch():
    with torch.device("meta"):
        for drawn in some(EARLY):
            p = drawn.parameters
            first, second = nn.Conv2d(1, p.first, p.kernel), nn.Conv2d(p.first, p.second, p.kernel)
            one = first(torch.zeros(1, 1, p.side, p.side))
            last = nn.functional.max_pool2d(second(nn.functional.max_pool2d(one, 2)), 2)
            connections = size(first) * one.shape[-1] ** 2
            assert numbers(drawn) == [connections, size(second), tuple(last.shape[1:])]


def test_the_sparse_table_in_torch():
    with torch.device("meta"):
        for drawn in some(SPARSE):
            p = drawn.parameters
            params = sum(size(nn.Conv2d(seen, maps, p.kernel)) for maps, seen in p.groups)
            full = size(nn.Conv2d(6, sum(maps for maps, _ in p.groups), p.kernel))
            assert numbers(drawn) == [params, params * p.side**2, full]


def test_c5_in_torch():
    with torch.device("meta"):
        for drawn in some(POINT):
            c1, c3, c5 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5), nn.Conv2d(16, 120, 5)
            out = torch.zeros(1, 1, drawn.parameters, drawn.parameters)
            for layer in (c1, nn.AvgPool2d(2), c3, nn.AvgPool2d(2), c5):
                out = layer(out)
            assert numbers(drawn) == [tuple(out.shape[1:]), size(c5) * out.shape[-1] ** 2]
