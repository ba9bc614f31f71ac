"""Outputs, running statistics, gradients, and scatter against PyTorch, SciPy, exact fractions, and closed forms."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.integrate import quad

from core.labs.normalization.compute import DIVISORS, MOVED, averaged, explore, kept, read_batch
from core.labs.normalization.kinds import ENTRY, KINDS, VALUES, normalized, shared, tables
from core.labs.normalization.scatter import (
    BATCHES,
    MEANS,
    SIZES,
    VARIANCES,
    density_of_mean,
    density_of_variance,
    drawn,
    spreads,
)

STATES = [
    {},
    {"gamma": 1.5, "beta": 0.2},
    {"batch": "1 6", "gamma": -2.0},
    {"batch": "2 2 2 2", "eps": 1e-8},
    {"batch": "0 0.1 0.2 0.3", "eps": 1.0, "beta": -3.0},
    {"batch": "-3 4.5 -0.25 9 1 2 3 10", "momentum": 0.37, "updates": 3},
]


def at(value):
    return int(np.abs(MOVED - value).argmin())


def layer(state, channels=1):
    """The layer of PyTorch after the updates with the typed batch."""
    layer = torch.nn.BatchNorm1d(channels, eps=state.get("eps", 1e-5), momentum=state.get("momentum", 0.1)).double()
    torch.nn.init.constant_(layer.weight, state.get("gamma", 1.0))
    torch.nn.init.constant_(layer.bias, state.get("beta", 0.0))
    typed = torch.tensor([float(v) for v in state.get("batch", "1 2 3 6").split()], dtype=torch.float64)
    for _ in range(state.get("updates", 10)):
        layer(typed[:, None])
    return layer, typed


@pytest.mark.parametrize("mode", ["train", "test"])
@pytest.mark.parametrize("state", STATES)
def test_outputs_and_gradients_are_those_of_pytorch(state, mode):
    result = explore(**state, mode=mode)
    module, typed = layer(state)
    module.train(mode == "train")
    for k in range(0, len(MOVED), 20):
        z = typed.clone()
        z[-1] = MOVED[k]
        z.requires_grad_()
        module.momentum = 0.0  # what is asked here does not change the running statistics
        y = module(z[:, None])[:, 0]
        np.testing.assert_allclose(result.outputs[k], y.detach().numpy(), atol=1e-10)
        (gradient,) = torch.autograd.grad(y[-1], z)
        np.testing.assert_allclose(result.gradient[k], gradient.numpy(), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("state", STATES)
def test_running_statistics_are_those_of_pytorch(state):
    module, _ = layer(state)
    result = explore(**state, mode="test")
    assert result.mean[0] == pytest.approx(module.running_mean.item(), abs=1e-12)
    assert result.variance[0] == pytest.approx(module.running_var.item(), abs=1e-12)


def test_a_pixel_is_a_value_of_the_batch():
    """BatchNorm2d takes mean and variance over the batch and all pixels of a channel."""
    image = torch.tensor([1.0, 2, 3, 6], dtype=torch.float64).reshape(2, 1, 1, 2)
    y = torch.nn.BatchNorm2d(1).double()(image).detach().numpy().ravel()
    np.testing.assert_allclose(explore().outputs[at(6)], y, atol=1e-12)


def test_published_numbers_of_the_batch():
    result, k = explore(), at(6)
    assert (result.mean[k], result.variance[k]) == (3, 3.5)
    np.testing.assert_allclose(result.outputs[k], [-1.06904344, -0.53452172, 0, 1.60356516], atol=1e-8)
    np.testing.assert_allclose(explore(eps=1e-8).outputs[k], [-1.06904497, -0.53452248, 0, 1.60356745], atol=1e-8)
    first = explore(batch="6 2 3 1").gradient[at(1)]  # a batch has no order: the first value is dragged
    np.testing.assert_allclose(first[[3, 1, 2, 0]], [0.24817124, -0.20999046, -0.13363043, 0.09544965], atol=1e-8)


@pytest.mark.parametrize(
    ("momentum", "convention", "divisor", "wanted"),
    [
        (0.1, "torch", "n-1", (Fraction(3, 10), Fraction(41, 30))),
        (0.1, "torch", "n", (Fraction(3, 10), Fraction(5, 4))),
        (0.99, "keras", "n", (Fraction(3, 100), Fraction(41, 40))),
        (0.9, "keras", "n", (Fraction(3, 10), Fraction(5, 4))),
        (0.1, "keras", "n", (Fraction(27, 10), Fraction(13, 4))),
    ],
)
def test_one_update_in_exact_fractions(momentum, convention, divisor, wanted):
    result = explore(mode="test", updates=1, momentum=momentum, convention=convention, divisor=divisor)
    assert (result.mean[0], result.variance[0]) == pytest.approx(tuple(map(float, wanted)), abs=1e-14)


def test_what_is_left_of_the_start():
    assert averaged(1.0, 0.0, kept(0.1, "torch"), 10) == pytest.approx(0.348678, abs=1e-6)
    left = averaged(1.0, 0.0, kept(0.9, "keras"), np.arange(100))
    assert int(np.argmax(left < 0.01)) == 44


def test_the_folded_layer():
    """Where the running statistics have arrived: variance 3.5 over n, mean 3."""
    scale, shift = explore(gamma=1.5, beta=0.2, mode="test", updates=1000, divisor="n").folded
    assert (scale, shift) == pytest.approx((0.80178258, -2.20534774), abs=1e-7)


def test_the_two_values_of_a_pair_and_the_limit_of_an_outlier():
    pair = explore(batch="1 6", eps=1e-8)
    far = np.abs(MOVED - 1) > 0.05
    np.testing.assert_allclose(pair.outputs[far, -1], np.sign(MOVED[far] - 1), atol=1e-5)
    for batch, limit in (("0 0 0 1", 1.732051), ("0 0 0 0 0 0 0 1", math.sqrt(7))):
        result = explore(batch=batch, eps=1e-8)
        assert result.limit == pytest.approx(limit, abs=1e-6)
        assert result.outputs.max() == pytest.approx(limit, abs=1e-6)  # all others equal: the limit is reached
    assert math.sqrt(15) == pytest.approx(3.872983, abs=1e-6)
    assert math.sqrt(31) == pytest.approx(5.567764, abs=1e-6)


def test_small_deviations_and_epsilon():
    z = np.array([-0.001, 0.001])
    for eps, wanted in ((1e-5, 0.301511), (1e-3, 0.031607)):
        module = torch.nn.BatchNorm1d(1, eps=eps).double()
        assert module(torch.tensor(z)[:, None])[1].item() == pytest.approx(wanted, abs=1e-6)
        result = explore(batch="-0.001 0.001", eps=eps)
        assert result.layer(0.001, 0.0, 1e-6) == pytest.approx(wanted, abs=1e-6)


def test_a_batch_of_one_lands_at_beta_without_a_gradient():
    result = explore(batch="6", beta=0.5, gamma=2.0)
    np.testing.assert_array_equal(result.outputs, 0.5)
    np.testing.assert_array_equal(result.gradient, 0)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        torch.nn.BatchNorm1d(1)(torch.tensor([[6.0]]))
    with pytest.raises(ValueError, match=r"`batch` has one value.*second value\.$"):
        explore(batch="6", mode="test")
    assert explore(batch="6", mode="test", divisor="n").variance[0] == pytest.approx(0.9**10)


@pytest.mark.parametrize("mode", ["train", "test"])
@pytest.mark.parametrize("divisor", DIVISORS)
@pytest.mark.parametrize("state", STATES)
def test_both_computations_agree(state, mode, divisor):
    result = explore(**state, mode=mode, divisor=divisor)
    np.testing.assert_allclose(result.again, result.outputs[:, -1], rtol=1e-9, atol=1e-9)
    steep = abs(result.gamma) / np.sqrt(result.variance + result.eps)
    np.testing.assert_array_less(np.abs(result.gradient[:, -1] - result.difference), 1e-5 * steep)


@pytest.mark.parametrize("state", STATES)
def test_sums_that_hold_in_training(state):
    """All outputs add up to n β; adding the same to all inputs changes nothing, so a gradient adds up to 0."""
    result = explore(**state)
    np.testing.assert_allclose(result.outputs.sum(axis=1), result.size * result.beta, atol=1e-8)
    steep = abs(result.gamma) / np.sqrt(result.variance + result.eps)
    np.testing.assert_allclose(result.gradient.sum(axis=1) / steep, 0, atol=1e-8)
    np.testing.assert_allclose(result.nudged.sum(axis=1), 0, atol=1e-8)


@pytest.mark.parametrize("size", [2, 4, 32, 256])
def test_densities_are_those_of_scipy(size):
    x, v = np.linspace(-2, 2, 41), np.linspace(0.01, 3, 60)
    np.testing.assert_allclose(density_of_mean(x, size), stats.norm.pdf(x, scale=size**-0.5), rtol=1e-12)
    np.testing.assert_allclose(density_of_variance(v, size), stats.chi2.pdf(v * size, size - 1) * size, rtol=1e-9)
    mean = quad(lambda u: u * float(density_of_variance(np.array(u), size)), 0, 20, points=[1], limit=200)[0]
    assert mean == pytest.approx((size - 1) / size, abs=1e-6)


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        (2, (0.707107, 0.5, 0.707107)),
        (4, (0.5, 0.75, 0.612372)),
        (32, (0.176777, 0.96875, 0.246063)),
        (256, (0.0625, 0.996094, 0.088215)),
    ],
)
def test_published_spreads(size, wanted):
    assert spreads(size) == pytest.approx(wanted, abs=1e-6)
    chi2 = stats.chi2(size - 1)
    assert spreads(size)[1:] == pytest.approx((chi2.mean() / size, chi2.std() / size))


def test_draws_agree_with_the_exact_spreads_and_densities():
    found = drawn()
    exact = np.array([spreads(size) for size in SIZES])
    assert (np.abs(found.spreads - exact) < 4 * found.errors).all()
    np.testing.assert_allclose(found.errors[-1, 0], exact[-1, 0] / math.sqrt(2 * BATCHES), rtol=0.1)
    for row, size in zip(found.variances, SIZES, strict=True):
        edges = np.append(VARIANCES - 0.05, VARIANCES[-1] + 0.05)
        inside = np.diff(stats.chi2.cdf(edges * size, size - 1))
        assert np.abs(row - inside).max() < 4.5 * math.sqrt(0.25 / BATCHES)
    for row, size in zip(found.means, SIZES, strict=True):
        inside = np.diff(stats.norm.cdf(np.append(MEANS - 0.05, MEANS[-1] + 0.05), scale=size**-0.5))
        assert np.abs(row - inside).max() < 4.5 * math.sqrt(0.25 / BATCHES)


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_are_those_of_pytorch(kind):
    module = {
        "batch": torch.nn.BatchNorm1d(6),
        "layer": torch.nn.LayerNorm(6, elementwise_affine=False),
        "group": torch.nn.GroupNorm(2, 6),
    }[kind].double()
    for k in range(len(VALUES)):
        table = torch.tensor(tables()[k], requires_grad=True)
        y = module(table)
        np.testing.assert_allclose(normalized(tables(), kind)[k], y.detach().numpy(), atol=1e-12)
    (moves,) = torch.autograd.grad(y[ENTRY], table)  # what the output of the dragged entry depends on
    np.testing.assert_array_equal(shared(kind), moves.numpy() != 0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"eps": 0.0}, "`eps`"),
        ({"gamma": math.nan}, "`gamma`"),
        ({"beta": 11}, "`beta`"),
        ({"momentum": 1.1}, "`momentum`"),
        ({"updates": -1}, "`updates`"),
        ({"mode": "eval"}, "`mode`"),
        ({"convention": "jax"}, "`convention`"),
        ({"divisor": "n+1"}, "`divisor`"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(settings, words):
    with pytest.raises(ValueError, match=words):
        explore(**settings)


@pytest.mark.parametrize(
    "text", ["", " ,", "a", "nan", "1e3", "10.001", "1.2345", "1 2 3 4 5 6 7 8 9", "٣", "--1", "11"]
)
def test_what_is_no_batch_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"`batch`.*\.$"):
        read_batch(text)


def test_batches_are_read_in_several_spellings():
    np.testing.assert_array_equal(read_batch(" 1, −.5 ;2\n-0"), [1, -0.5, 2, 0])
