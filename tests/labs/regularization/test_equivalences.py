"""Weight decay against torch, dropout and input noise against enumeration and repeated draws."""

from itertools import product

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from core.labs.regularization.compute.ridge import BASES
from core.labs.regularization.equivalences.decay import KEEP, NOISE_STDS, NOISES, noise_penalty, weight_decay
from core.regression.designs import Settings, draw
from tests.experiments import on


def data_of(degree, basis, seed=0, n_train=40, **more):
    """Standardized columns and targets of the first data set, computed from scratch."""
    drawn = draw(Settings(seed=seed, n_train=n_train, **more))
    x = drawn.x_train[0]
    if basis == "chebyshev":
        raw = np.polynomial.chebyshev.chebvander((2 * x - x.min() - x.max()) / (x.max() - x.min()), degree)[:, 1:]
    else:
        raw = np.stack([x**k for k in range(1, degree + 1)], axis=1)
    return StandardScaler().fit_transform(raw), drawn.f_train[0] + drawn.noise[0]


# ---- weight decay ----------------------------------------------------------------------------------------------------


def descend(optimiser, columns, y, penalty, steps):
    """Weights after each step of an optimizer of torch on the mean loss with an L2 penalty."""
    columns, y = torch.tensor(columns), torch.tensor(y - y.mean())
    weights = torch.zeros(columns.shape[1], dtype=torch.float64, requires_grad=True)
    step = optimiser([weights])
    path = [weights.detach().clone().numpy()]
    for _ in range(steps):
        step.zero_grad()
        loss = ((y - columns @ weights) ** 2).mean() / 2 + penalty / 2 * (weights**2).sum()
        loss.backward()
        step.step()
        path.append(weights.detach().clone().numpy())
    return np.array(path)


@pytest.mark.parametrize(
    ("alpha", "basis", "degree"), [(10.0, "monomial", 10), (100.0, "chebyshev", 4), (0.0, "chebyshev", 3)]
)
def test_weight_decay_against_torch(alpha, basis, degree) -> None:
    got = weight_decay(Settings(), alpha=alpha, basis=basis, degree=degree)
    columns, y = data_of(degree, basis)
    decay = alpha / 40
    assert got.decay == decay
    assert got.rate == pytest.approx(40 / (np.linalg.norm(columns, 2) ** 2 + alpha), rel=1e-12)
    assert got.adam_rate == pytest.approx(0.02 / (1 + decay))
    sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    cases = [
        (got.penalised, lambda p: sgd(p, lr=got.rate), decay),
        (got.decayed, lambda p: sgd(p, lr=got.rate, weight_decay=decay), 0),
        (got.adam_penalised, lambda p: adam(p, lr=got.adam_rate), decay),
        (got.adam_decayed, lambda p: adamw(p, lr=got.adam_rate, weight_decay=decay), 0),
    ]
    for path, optimiser, penalty in cases:
        assert path.shape == (1001, degree)
        np.testing.assert_allclose(path[:101], descend(optimiser, columns, y, penalty, 100), atol=1e-9)


@pytest.mark.parametrize("basis", BASES)
def test_decay_is_the_penalty_for_gradient_descent_for_every_seed(basis) -> None:
    for seed in range(100):
        got = weight_decay(Settings(seed=seed), basis=basis, degree=6)
        assert got.gap.max() < 1e-12
        np.testing.assert_allclose(got.gap, np.abs(got.penalised - got.decayed).max(axis=1), atol=1e-15)
        np.testing.assert_allclose(got.decayed[-1], got.ridge, atol=1e-9)
        np.testing.assert_allclose(got.adam_penalised[-1], got.ridge, atol=2e-2)


@pytest.mark.parametrize("alpha", [0.5, 10.0, 200.0])
def test_ridge_is_that_of_scikit_learn(alpha) -> None:
    columns, y = data_of(10, "monomial", seed=4)
    expected = Ridge(alpha=alpha, solver="svd").fit(columns, y).coef_
    np.testing.assert_allclose(weight_decay(Settings(seed=4), alpha=alpha).ridge, expected, atol=1e-10)


def test_decoupled_decay_is_not_the_penalty() -> None:
    got = weight_decay(Settings())
    away = {name: np.abs(getattr(got, name)[-1] - got.ridge).max() for name in ("adam_penalised", "adam_decayed")}
    assert away["adam_penalised"] < 1e-3
    assert away["adam_decayed"] > 0.1


def test_the_largest_penalty_does_not_explode() -> None:
    got = weight_decay(Settings(n_train=2), alpha=1e4, degree=20)
    for name, value in vars(got).items():
        assert np.isfinite(value).all(), name
    assert not got.penalised.flags.writeable


# ---- dropout and input noise -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("degree", [1, 3])
def test_dropout_loss_by_enumeration(degree) -> None:
    got = noise_penalty(Settings(n_train=12), noise_in="dropout", degree=degree)
    columns, y = data_of(degree, "monomial", n_train=12)
    y, w = y - y.mean(), got.fixed
    for level, loss in zip(got.levels, got.loss, strict=True):
        expected = 0.0
        for mask in product((0, 1), repeat=degree):  # the entries of a row are kept or not, independently
            chance = np.prod([level if kept else 1 - level for kept in mask])
            expected += chance * ((y - (columns * mask / level) @ w) ** 2).sum()
        assert loss == pytest.approx(expected, rel=1e-12)


def test_input_noise_loss_by_quadrature() -> None:
    got = noise_penalty(Settings(n_train=12), noise_in="inputs", degree=2)
    columns, y = data_of(2, "monomial", n_train=12)
    y, w = y - y.mean(), got.fixed
    nodes, share = np.polynomial.hermite_e.hermegauss(5)  # exact for polynomials of degree 9 in a normal variable
    share = share / share.sum()
    for level, loss in zip(got.levels, got.loss, strict=True):
        expected = sum(
            p * q * ((y - (columns + level * np.array([one, other])) @ w) ** 2).sum()
            for (one, p), (other, q) in product(zip(nodes, share, strict=True), repeat=2)
        )
        assert loss == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("noise_in", NOISES)
@pytest.mark.parametrize("basis", BASES)
def test_ridge_side_against_scikit_learn(noise_in, basis) -> None:
    got = noise_penalty(Settings(seed=2), noise_in=noise_in, basis=basis)
    columns, y = data_of(3, basis, seed=2)
    levels = np.array(got.levels)
    alphas = 40 * ((1 - levels) / levels if noise_in == "dropout" else levels**2)
    np.testing.assert_allclose(got.alphas, alphas, rtol=1e-14)
    np.testing.assert_allclose(got.fixed, Ridge(alpha=1, solver="svd").fit(columns, y).coef_, atol=1e-11)
    for alpha, weights in zip(alphas, got.ridge, strict=True):
        np.testing.assert_allclose(weights, Ridge(alpha=alpha, solver="svd").fit(columns, y).coef_, atol=1e-9)
    assert np.array_equal(got.levels, KEEP if noise_in == "dropout" else NOISE_STDS)


@pytest.mark.parametrize("noise_in", NOISES)
def test_monte_carlo_agrees_with_the_penalty_for_every_seed(noise_in) -> None:
    # The levels share their random numbers; 200 copies; z-scores of 100 seeds.
    scores, away = [], []
    for seed in range(100):
        got = noise_penalty(Settings(seed=seed), noise_in=noise_in)
        random = got.alphas > 0
        scores.append((got.mc_loss - got.loss)[random] / got.mc_loss_se[random])
        away.append((got.trained - got.ridge)[random])
        np.testing.assert_allclose(got.mc_loss[~random], got.loss[~random], rtol=1e-12)
        np.testing.assert_allclose(got.trained[~random], got.ridge[~random], atol=1e-10)
    z, away = np.array(scores), np.array(away)
    assert np.abs(z).max() < 4.6
    assert np.abs(z.mean(axis=0)).max() < 4 / np.sqrt(100)
    assert np.abs(z.std(axis=0) - 1).max() < 4 / np.sqrt(200)
    # Least squares on 8,000 changed rows: near ridge each time, and around it over the seeds.
    assert np.abs(away).max() < 0.35
    assert (np.abs(away.mean(axis=0)) < 4 * away.std(axis=0) / np.sqrt(100) + 2e-3).all()


@pytest.mark.parametrize("noise_in", NOISES)
def test_trained_weights_by_repeating_the_draw(noise_in) -> None:
    got = noise_penalty(Settings(seed=7), noise_in=noise_in)
    columns, y = data_of(3, "monomial", seed=7)
    y = y - y.mean()
    rng = np.random.default_rng(7)
    chance = rng.random((200, 40, 3)) if noise_in == "dropout" else rng.standard_normal((200, 40, 3))
    for k in (0, 9, 19):
        level = got.levels[k]
        changed = columns * (chance < level) / level if noise_in == "dropout" else columns + level * chance
        expected = np.linalg.lstsq(changed.reshape(-1, 3), np.tile(y, 200), rcond=None)[0]
        np.testing.assert_allclose(got.trained[k], expected, atol=1e-10)
        losses = ((y - changed @ got.fixed) ** 2).sum(axis=1)
        assert got.mc_loss[k] == pytest.approx(losses.mean(), rel=1e-12)
        assert got.mc_loss_se[k] == pytest.approx(losses.std(ddof=1) / np.sqrt(200), rel=1e-9, abs=1e-12)


def test_curves_of_the_two_sides() -> None:
    got = noise_penalty(Settings(seed=1), noise_in="inputs", basis="monomial")
    data = draw(Settings(seed=1))
    x, y = data.x_train[0], data.f_train[0] + data.noise[0]
    assert (got.grid[0], got.grid[-1], got.grid.size) == (x.min(), x.max(), 81)
    assert np.array_equal(got.f_grid, got.grid + np.sin(1.5 * got.grid))
    raw, on_grid = (np.stack([z**k for k in (1, 2, 3)], axis=1) for z in (x, got.grid))
    columns = (on_grid - raw.mean(axis=0)) / raw.std(axis=0)
    np.testing.assert_allclose(got.ridge_grid, y.mean() + got.ridge @ columns.T, atol=1e-10)
    np.testing.assert_allclose(got.trained_grid, y.mean() + got.trained @ columns.T, atol=1e-10)
    for value in vars(got).values():
        assert not value.flags.writeable


@pytest.mark.parametrize("n_train", [2, 200])
def test_small_and_large_data_sets(n_train) -> None:
    for noise_in in NOISES:
        got = noise_penalty(Settings(n_train=n_train), noise_in=noise_in, degree=20)
        for name, value in vars(got).items():
            assert np.isfinite(value).all(), name


@pytest.mark.parametrize(
    ("function", "settings", "message"),
    [
        (weight_decay, {"alpha": -1}, r"^`alpha` must be in \[0, 10000\]; got -1\.$"),
        (weight_decay, {"alpha": float("nan")}, r"^`alpha` must be in \[0, 10000\]; got nan\.$"),
        (weight_decay, {"degree": 0}, r"^`degree` must be an integer in \[1, 20\]; got 0\.$"),
        (noise_penalty, {"noise_in": "y"}, r"^`noise_in` must be one of dropout, inputs; got 'y'\.$"),
        (noise_penalty, {"basis": "y"}, r"^`basis` must be one of monomial, chebyshev; got 'y'\.$"),
        (noise_penalty, {"n_train": 1}, r"^`n_train` must be an integer in \[2, 200\]; got 1\.$"),
    ],
)
def test_arguments_are_checked(function, settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        on(function, **settings)
