"""Gradients against PyTorch, SciPy, exact fractions, and closed forms."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from scipy.special import softmax as scipy_softmax

from core.labs.gradients.compute.explore import ACTS, VALUES, explore, read_rows
from core.labs.gradients.compute.graphs import activate, cross_entropy, largest, slope
from core.labs.gradients.picture import picture

HOMEWORK = {"graph": "perceptron", "inputs": "1 2 -1"}
ANOTHER = {"act": "sigmoid", "inputs": "1 -1 2", "weights": "1 2 0; 0 -1 1", "bias": "0 1", "delta": "2 -1"}


def at(value: float) -> int:
    return int(np.abs(VALUES - value).argmin())


def node(result, name, value):
    (found,) = (one for one in result.nodes if one.name == name)
    return found.values[at(value)], found.gradient[at(value)]


def test_the_published_layer():
    result = explore(**HOMEWORK)
    np.testing.assert_allclose(node(result, "z", 1)[0].ravel(), [-0.8, 1.4])
    np.testing.assert_allclose(node(result, "o", 1)[0].ravel(), [-0.66403677, 0.88535165], atol=1e-8)
    np.testing.assert_allclose(node(result, "z", 1)[1].ravel(), [0.55905517, 0.21615246], atol=1e-8)
    wanted = [
        [0.55905517, 1.11811034, -0.55905517, 0.55905517],
        [0.21615246, 0.43230492, -0.21615246, 0.21615246],
    ]
    np.testing.assert_allclose(node(result, "W̃", 1)[1], wanted, atol=1e-8)
    back = node(result, "x̃", 1)[1].ravel()
    np.testing.assert_allclose(back[:3], [0.32275808, -0.08125557, 0.31755266], atol=1e-8)


def test_the_layer_with_sigmoids():
    result = explore(**ANOTHER)
    np.testing.assert_allclose(node(result, "z", 1)[0].ravel(), [-1, 4])
    np.testing.assert_allclose(node(result, "o", 1)[0].ravel(), [0.26894142, 0.98201379], atol=1e-8)
    np.testing.assert_allclose(node(result, "z", 1)[1].ravel(), [0.39322387, -0.01766271], atol=1e-8)
    np.testing.assert_allclose(node(result, "x̃", 1)[1].ravel()[:3], [0.39322387, 0.80411044, -0.01766271], atol=1e-8)
    wanted = [[0.39322387, -0.39322387, 0.78644773], [-0.01766271, 0.01766271, -0.03532541]]
    np.testing.assert_allclose(node(result, "W̃", 1)[1][:, :3], wanted, atol=1e-8)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("leaf", ["1", "2", "3"])
def test_layers_are_those_of_autograd(act, leaf):
    result = explore(act=act, leaf=leaf, inputs="0.3 -1.2 2.5", delta="1.5 -0.7")
    w = torch.tensor([[0.5, -0.3, 0.8], [0.2, 0.4, -0.6]], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([0.1, -0.2], dtype=torch.float64, requires_grad=True)
    for k in range(0, 61, 7):
        x = torch.tensor([0.3, -1.2, 2.5], dtype=torch.float64)
        x[int(leaf) - 1] = VALUES[k]
        x.requires_grad_()
        output = torch.tensor([1.5, -0.7], dtype=torch.float64) @ getattr(torch, act)(w @ x + b)
        by_w, by_b, by_x = torch.autograd.grad(output, (w, b, x))
        assert result.output[k] == pytest.approx(output.item(), abs=1e-12)
        assert result.gradient[k] == pytest.approx(by_x[int(leaf) - 1].item(), abs=1e-12)
        np.testing.assert_allclose(result.nodes[0].gradient[k][:, :3], by_w.numpy(), atol=1e-12)
        np.testing.assert_allclose(result.nodes[0].gradient[k][:, 3], by_b.numpy(), atol=1e-12)
        np.testing.assert_allclose(result.nodes[1].gradient[k][:3, 0], by_x.numpy(), atol=1e-12)


def test_softmax_with_cross_entropy():
    result = explore(graph="softmax", inputs="2 1 0", label="1")
    f = node(result, "f", 2)[0].ravel()
    np.testing.assert_allclose(f, [0.66524096, 0.24472847, 0.09003057], atol=1e-8)
    np.testing.assert_allclose(f, scipy_softmax([2, 1, 0]), atol=1e-15)
    assert result.output[at(2)] == pytest.approx(0.40760596, abs=1e-8)
    np.testing.assert_allclose(node(result, "x", 2)[1].ravel(), [-0.33475904, 0.24472847, 0.09003057], atol=1e-8)
    assert node(result, "f", 2)[1].ravel()[0] == pytest.approx(-1.50321472, abs=1e-8)


def test_the_jacobian_of_softmax():
    """Handing back each unit vector gives a row of it."""
    x = np.array([[[2.0], [1.0], [0.0]]])
    tape = cross_entropy(x, 0)
    units = np.eye(3)[:, :, None]
    rows = np.stack([tape.backs[1](tape.backs[2](g[None])[0])[0][0, :, 0] for g in units])
    np.testing.assert_allclose(np.diag(rows), [0.22269543, 0.18483645, 0.08192507], atol=1e-8)
    np.testing.assert_allclose([rows[0, 1], rows[0, 2], rows[1, 2]], [-0.16280340, -0.05989202, -0.02203304], atol=1e-8)
    np.testing.assert_allclose(rows.sum(axis=1), 0, atol=1e-15)
    np.testing.assert_allclose(np.linalg.eigvalsh(rows), [0, 0.11855330, 0.37090364], atol=1e-8)


@pytest.mark.parametrize("shift", [0.0, 1000.0, -1000.0])
def test_softmax_does_not_overflow(shift):
    nodes = cross_entropy(np.array([[[2.0], [1.0], [0.0]]]) + shift, 0).swept()
    np.testing.assert_allclose(nodes[0].gradient.ravel(), [-0.33475904, 0.24472847, 0.09003057], atol=1e-8)
    assert nodes[-1].values.item() == pytest.approx(0.40760596, abs=1e-8)


@pytest.mark.parametrize("label", [0, 1, 2, 3])
def test_cross_entropy_is_that_of_pytorch(label):
    x = np.random.default_rng(label).normal(scale=4, size=(5, 4, 1))
    nodes = cross_entropy(x, label).swept()
    scores = torch.tensor(x[:, :, 0], requires_grad=True)
    losses = torch.nn.functional.cross_entropy(scores, torch.full((5,), label), reduction="none")
    losses.sum().backward()
    np.testing.assert_allclose(nodes[-1].values.ravel(), losses.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(nodes[0].gradient[:, :, 0], scores.grad.numpy(), atol=1e-12)


def test_a_tie_is_shared_and_is_no_derivative():
    result = explore(graph="max", inputs="3 1 3")
    np.testing.assert_array_equal(node(result, "x", 3)[1].ravel(), [0.5, 0, 0.5])
    x = torch.tensor([3.0, 1.0, 3.0], requires_grad=True)
    torch.amax(x).backward()
    np.testing.assert_array_equal(node(result, "x", 3)[1].ravel(), x.grad.numpy())
    tie = at(3)
    assert (result.left[tie], result.right[tie], result.difference[tie]) == pytest.approx((0, 1, 0.5))
    np.testing.assert_array_equal(VALUES[result.kinks == 1], [3.0])
    assert all(result.agrees)


@pytest.mark.parametrize(("direction", "wanted"), [((1, 0, -1), 1), ((-1, 0, -1), -1), ((-1, 5, 2), 2)])
def test_the_slope_of_the_maximum_along_a_direction(direction, wanted):
    x, h = np.array([3.0, 1.0, 3.0]), 1e-6
    ends = [largest((x + step * np.array(direction))[None, :, None]).values[-1].item() for step in (0, h)]
    assert (ends[1] - ends[0]) / h == pytest.approx(wanted)
    assert wanted == max(direction[0], direction[2])


def test_the_mean_hands_back_equal_shares():
    for inputs, n in (("3 1 3", 3), ("1 2 3 4", 4), ("2", 1)):
        np.testing.assert_array_equal(
            explore(graph="mean", inputs=inputs).nodes[0].gradient, np.full((61, n, 1), 1 / n)
        )


@pytest.mark.parametrize("variable", ["x", "y"])
def test_two_ways_in_exact_fractions(variable):
    for held in (-3.0, 0.0, 1.7):
        result = explore(graph="shared", variable=variable, held=held)
        for k in range(61):
            v, w = Fraction(str(VALUES[k])), Fraction(str(held))
            x, y = (v, w) if variable == "x" else (w, v)
            s = x * y + x
            assert result.output[k] == pytest.approx(float(s * s), abs=1e-12)
            wanted = 2 * s * (y + 1) if variable == "x" else 2 * s * x
            assert result.gradient[k] == pytest.approx(float(wanted), abs=1e-12)


def test_the_published_two_ways():
    result = explore(graph="shared", held=-3.0)
    assert (result.output[at(2)], result.gradient[at(2)]) == (16, 16)
    flows = {n.name: f[at(2)].item() for n in result.nodes for p, f in zip(n.parents, n.flows, strict=True) if p == 0}
    assert flows == {"p": 24, "s": -8}
    assert explore(graph="shared", variable="y", held=2.0).gradient[at(-3)] == -16


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("n", [1, 3, 10])
def test_chains_are_those_of_autograd(act, n):
    result = explore(graph="chain", act=act, n=n)
    x = torch.tensor(VALUES, requires_grad=True)
    out = x
    for _ in range(n):
        out = getattr(torch, act)(out)
    out.sum().backward()
    np.testing.assert_allclose(result.output, out.detach().numpy(), atol=1e-14)
    np.testing.assert_allclose(result.gradient, x.grad.numpy(), rtol=1e-10, atol=1e-18)
    assert result.steps == 2 * n + 1


def test_what_ten_slopes_leave():
    assert pytest.approx(9.5367e-7, rel=1e-4) == 0.25**10
    assert 0 < explore(graph="chain", act="sigmoid").gradient.max() < 0.25**10
    assert explore(graph="chain", act="tanh").gradient[at(0)] == 1
    np.testing.assert_array_equal(explore(graph="chain", act="relu", n=3).gradient, VALUES > 0)


STATES = [
    {},
    ANOTHER,
    {"act": "relu"},
    {"act": "tanh", "weights": "5 5 5; -5 5 5; 5 -5 -5", "bias": "5 5 5", "delta": "5 -5 5", "inputs": "9 9 9"},
    {"graph": "softmax", "inputs": "9 -9 9", "label": "2"},
    {"graph": "max", "inputs": "-2.5 0.5", "leaf": "2"},
    {"graph": "chain", "act": "relu"},
    *({"graph": "shared", "variable": v, "held": w} for v in "xy" for w in (-3.0, -1.0, 3.0)),
]


@pytest.mark.parametrize("state", STATES)
def test_both_computations_agree(state):
    result = explore(**state)
    assert all(result.agrees)
    smooth = result.kinks == 0
    np.testing.assert_allclose(result.gradient[smooth], result.difference[smooth], rtol=1e-6, atol=1e-9)
    assert smooth.mean() > 0.9


def test_kinks_that_cancel_are_told_from_a_flat_output():
    """5 relu(5x + 5) - 5 relu(-5x - 5) is 25(x + 1), and yet a reverse sweep gives 0 at -1, in PyTorch too."""
    result = explore(act="relu", inputs="0", weights="5; -5", bias="5 -5", delta="5 -5")
    np.testing.assert_allclose(result.output, 25 * (VALUES + 1), atol=1e-12)
    x = torch.tensor(-1.0, requires_grad=True)
    (5 * torch.relu(5 * x + 5) - 5 * torch.relu(-5 * x - 5)).backward()
    k = at(-1)
    assert result.gradient[k] == x.grad.item() == 0
    assert result.difference[k] == pytest.approx(25)
    assert [place for place, agrees in enumerate(result.agrees) if not agrees] == [k]
    assert picture(result).summary(6 + 7 * k) == "Two kinks cancel: the true slope is 25.0."


def test_a_wrong_slope_would_not_agree(monkeypatch):
    monkeypatch.setattr("core.labs.gradients.compute.graphs.slope", lambda act, z, out: slope("tanh", z, np.tanh(out)))
    assert not all(explore().agrees)


def test_activations_do_not_overflow():
    z = np.array([-800.0, -1.0, 0.0, 800.0])
    np.testing.assert_allclose(activate("sigmoid", z), [0, 1 / (1 + math.e), 0.5, 1], atol=1e-16)
    assert slope("relu", np.zeros(1), np.zeros(1)) == 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"weights": "1 2; 3 4"}, r"`weights` has 2 columns and `inputs` has 3 entries"),
        ({"bias": "1"}, r"`weights` has 2 rows and `bias` has 1 entries"),
        ({"delta": "1 2 3"}, r"`weights` has 2 rows and `delta` has 3 entries"),
        ({"weights": "1 2 3; 4 5"}, r"rows of `weights` must have equal lengths; got 2 and 3"),
        ({"inputs": "1 2", "leaf": "3"}, r"`leaf` is 3, and `inputs` has 2 entries"),
        ({"graph": "softmax", "inputs": "1 2", "label": "3"}, r"`label` is 3, and `inputs` has 2 entries"),
        ({"graph": "nothing"}, "`graph`"),
        ({"act": "step"}, "`act`"),
        ({"n": 11}, "`n`"),
        ({"held": math.nan}, "`held`"),
        ({"variable": "z"}, "`variable`"),
        ({"label": "4"}, "`label`"),
        ({"leaf": "0"}, "`leaf`"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(settings, words):
    with pytest.raises(ValueError, match=words):
        explore(**settings)


@pytest.mark.parametrize(
    "text", ["", ";", "a", "1 nan", "1e3", "1; 2", "9.01", "1.234", "1 2 3 4 5", "٣", "--1", "<b>", "1 / 2", "10"]
)
def test_what_is_no_row_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"`inputs`.*\.$"):
        read_rows("inputs", text, 1, 4, 9)


def test_rows_are_read_in_several_spellings():
    np.testing.assert_array_equal(read_rows("w", " 1, −.5 ;2 3.25;", 3, 4, 5), [[1, -0.5], [2, 3.25]])


@pytest.mark.parametrize("weight", ["1 1", "2 3", "14", "2, 4"])
@pytest.mark.parametrize("act", ["tanh", "sigmoid", "relu"])
def test_gradients_of_weights_are_those_of_autograd(weight, act):
    result = explore(act=act, weight=weight, delta="1.5 -0.7")
    row, column = int(weight[0]) - 1, int(weight[-1]) - 1  # the last column is the bias
    squash = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu}[act]
    for k in range(0, 61, 7):
        w = torch.tensor([[0.5, -0.3, 0.8, 0.1], [0.2, 0.4, -0.6, -0.2]], dtype=torch.float64)
        w[row, column] = VALUES[k]
        w.requires_grad_()
        loss = torch.tensor([1.5, -0.7], dtype=torch.float64) @ squash(w @ torch.tensor([1.0, 2, -1, 1]).double())
        (by_w,) = torch.autograd.grad(loss, w)
        assert result.output[k] == pytest.approx(loss.item(), abs=1e-12)
        assert result.gradient[k] == pytest.approx(by_w[row, column].item(), abs=1e-12)
        np.testing.assert_allclose(result.nodes[0].gradient[k], by_w.numpy(), atol=1e-12)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"weight": "3 1"}, "`weight` must be none, or a row up to 2 and a column up to 4, such as 1 2; got “3 1”"),
        ({"weight": "1 5"}, "got “1 5”"),
        ({"weight": "x"}, "got “x”"),
        ({"leaf": "4"}, "`leaf` is 4, and `inputs` has 3 entries"),
    ],
)
def test_a_leaf_that_is_not_there_is_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        explore(**settings)
