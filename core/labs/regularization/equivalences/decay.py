"""Procedures that act like a ridge penalty without being one: weight decay, dropout, and noise in the inputs.

Both sides of each equivalence are computed separately, one by the procedure itself and one by its formula. All of it
uses the first data set of an experiment, its standardized columns A and its centered targets y, with penalties in
the convention of `compute.ridge`: |y - A w|^2 + alpha |w|^2. Early stopping has its own module,
`core.labs.regularization.equivalences.early_stopping`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.kit.arrays import Array, check_choice, check_number
from core.kit.results import read_only
from core.labs.regularization.compute.ridge import check_columns, columns, polynomial_spectrum, ridge_weights
from core.regression import truths
from core.regression.decomposition import GRID_SIZE
from core.regression.designs import Settings, draw

LIMITS: dict[str, tuple[int, int]] = {"alpha": (0, 10_000)}
NOISES = ("dropout", "inputs")
STEPS = 1000
ADAM_RATE = 0.02
_ADAM_MEMORY, _ADAM_EPSILON = (0.9, 0.999), 1e-8
KEEP: Array = np.arange(1, 21) / 20
NOISE_STDS: Array = np.arange(0, 21) / 10
_ROWS = 8000  # of all changed copies of the columns together


@dataclass(frozen=True, kw_only=True)
class WeightDecay:
    """Weights over S steps of four optimizers on |y - A w|^2 / (2 n), from 0; all arrays are read-only.

    Attributes
    ----------
    decay : float
        alpha / n: the weight decay that corresponds to the mean over the points.
    rate, adam_rate : float
        Step length of gradient descent, and of Adam.
    penalised : ndarray (S + 1, d)
        Gradient descent on the loss plus decay / 2 |w|^2. Row t holds the weights after t steps.
    decayed : ndarray (S + 1, d)
        Gradient descent on the loss alone, each step after multiplying the weights by 1 - rate * decay.
    gap : ndarray (S + 1,)
        Largest difference between the two.
    adam_penalised : ndarray (S + 1, d)
        Adam on the loss plus decay / 2 |w|^2.
    adam_decayed : ndarray (S + 1, d)
        Adam on the loss alone, each step after multiplying the weights by 1 - adam_rate * decay (AdamW).
    ridge : ndarray (d,)
        Minimum of |y - A w|^2 + alpha |w|^2.
    """

    decay: float
    rate: float
    adam_rate: float
    penalised: Array
    decayed: Array
    gap: Array
    adam_penalised: Array
    adam_decayed: Array
    ridge: Array


@dataclass(frozen=True, kw_only=True)
class NoisePenalty:
    """Least squares with random changes of the inputs compared with ridge, at L levels; all arrays are read-only.

    Attributes
    ----------
    levels : ndarray (L,)
        Probability of keeping an input ("dropout"), or standard deviation of the noise added to it ("inputs").
    alphas : ndarray (L,)
        The equivalent penalty: n (1 - p) / p, or n s^2.
    fixed : ndarray (d,)
        Weights at which the loss is compared: those of ridge with penalty 1.
    loss : ndarray (L,)
        |y - A w|^2 + alpha |w|^2 there.
    mc_loss, mc_loss_se : ndarray (L,)
        Mean of |y - A' w|^2 over randomly changed copies A' of the columns, and its standard error.
    ridge : ndarray (L, d)
        Weights of ridge with the equivalent penalty.
    trained : ndarray (L, d)
        Least-squares weights for all the changed copies together.
    grid, f_grid : ndarray (G,)
        Even inputs that span the training inputs, and the truth there.
    ridge_grid, trained_grid : ndarray (L, G)
        The fits on the grid.
    """

    levels: Array
    alphas: Array
    fixed: Array
    loss: Array
    mc_loss: Array
    mc_loss_se: Array
    ridge: Array
    trained: Array
    grid: Array
    f_grid: Array
    ridge_grid: Array
    trained_grid: Array


@dataclass(frozen=True)
class _Data:
    """Standardized columns (n, d) and targets (n,) of the first data set, and what fits to them need."""

    x: Array
    train: Array
    y: Array
    degree: int
    basis: str

    def ridge(self, alphas: Array) -> Array:
        """Return weights (P, d)."""
        spectrum = polynomial_spectrum(self.x, self.x[:0], self.degree, self.basis)
        return ridge_weights(spectrum, alphas, self.y)


def _first_data_set(settings: Settings, degree: int, basis: str) -> _Data:
    check_columns(degree, basis)
    experiment = draw(settings)
    x = experiment.x_train[0]
    y = experiment.f_train[0] + experiment.noise[0]
    return _Data(x, columns(x, x[:0], degree, basis)[0], y, degree, basis)


def weight_decay(
    settings: Settings,
    *,
    alpha: float = 10.0,
    degree: int = 10,
    basis: str = "monomial",
) -> WeightDecay:
    """Let gradient descent and Adam minimize a penalized loss, and the plain loss with weights that decay.

    Parameters
    ----------
    alpha : float
        Penalty, in [0, 1e4].
    settings, degree, basis
        See `core.labs.regularization.compute.ridge.ridge_path`.

    Raises
    ------
    ValueError
        If an argument is invalid.

    References
    ----------
    Loshchilov, Hutter, "Decoupled weight decay regularization", ICLR 2019; Kingma, Ba, "Adam", ICLR 2015.
    """
    check_number("alpha", alpha, *LIMITS["alpha"])
    data = _first_data_set(settings, degree, basis)
    n_train = settings.n_train
    gram, pull = data.train.T @ data.train / n_train, data.train.T @ (data.y - data.y.mean()) / n_train
    decay = alpha / n_train
    rate = float(1 / (np.linalg.eigvalsh(gram)[-1] + decay))
    penalised, decayed = (_descend(gram, pull, rate, *kind) for kind in ((decay, 0.0), (0.0, decay)))
    adam_rate = ADAM_RATE / (1 + decay)  # weights that decay by more than all of themselves would explode
    adam_penalised, adam_decayed = (_adam(gram, pull, adam_rate, *kind) for kind in ((decay, 0.0), (0.0, decay)))
    result = WeightDecay(
        decay=decay,
        rate=rate,
        adam_rate=adam_rate,
        penalised=penalised,
        decayed=decayed,
        gap=np.abs(penalised - decayed).max(axis=1),
        adam_penalised=adam_penalised,
        adam_decayed=adam_decayed,
        ridge=data.ridge(np.array([float(alpha)]))[0],
    )
    return read_only(result)


def _descend(gram: Array, pull: Array, rate: float, penalty: float, decay: float) -> Array:
    """Return weights (STEPS + 1, d) of gradient descent with the penalty in the gradient, and with decaying weights."""
    path = np.zeros((STEPS + 1, pull.size))
    for step, weights in enumerate(path[:-1], start=1):
        gradient = gram @ weights - pull + penalty * weights
        path[step] = (1 - rate * decay) * weights - rate * gradient
    return path


def _adam(gram: Array, pull: Array, rate: float, penalty: float, decay: float) -> Array:
    """Do the same with the steps of Adam."""
    (keep_mean, keep_square), mean, square = _ADAM_MEMORY, np.zeros_like(pull), np.zeros_like(pull)
    path = np.zeros((STEPS + 1, pull.size))
    for step, weights in enumerate(path[:-1], start=1):
        gradient = gram @ weights - pull + penalty * weights
        mean = keep_mean * mean + (1 - keep_mean) * gradient
        square = keep_square * square + (1 - keep_square) * gradient**2
        unit = mean / (1 - keep_mean**step) / (np.sqrt(square / (1 - keep_square**step)) + _ADAM_EPSILON)
        path[step] = (1 - rate * decay) * weights - rate * unit
    return path


def noise_penalty(
    settings: Settings,
    *,
    noise_in: str = "dropout",
    degree: int = 3,
    basis: str = "monomial",
) -> NoisePenalty:
    """Fit least squares to columns that are changed at random, and compare with ridge.

    Parameters
    ----------
    noise_in : {"dropout", "inputs"}
        "dropout": each entry of A is kept with probability p and then divided by p, else 0. "inputs": Gaussian noise of
        standard deviation s is added to each entry; the columns themselves have standard deviation 1.
    settings, degree, basis
        See `core.labs.regularization.compute.ridge.ridge_path`.

    Raises
    ------
    ValueError
        If an argument is invalid.

    References
    ----------
    Srivastava et al., "Dropout", JMLR 15, 2014, section 9.1; Bishop, "Training with noise is equivalent to Tikhonov
    regularization", Neural Computation 7, 1995.
    """
    check_choice("noise_in", noise_in, NOISES)
    data = _first_data_set(settings, degree, basis)
    n_train, dropout = settings.n_train, noise_in == "dropout"
    levels = KEEP if dropout else NOISE_STDS
    alphas = n_train * ((1 - levels) / levels if dropout else levels**2)
    fixed = data.ridge(np.array([1.0]))[0]
    y = data.y - data.y.mean()
    shape = (max(2, _ROWS // n_train), *data.train.shape)
    rng = np.random.default_rng(settings.seed)
    chance = rng.random(shape) if dropout else rng.standard_normal(shape)  # the same at all levels: curves are smooth
    losses, trained = np.empty((levels.size, len(chance))), np.empty((levels.size, fixed.size))
    for index, level in enumerate(levels):
        changed = data.train * (chance < level) / level if dropout else data.train + level * chance
        losses[index] = ((y - changed @ fixed) ** 2).sum(axis=1)
        trained[index] = _least_squares(changed.reshape(-1, fixed.size), np.tile(y, len(changed)))
    ridge = data.ridge(alphas)
    grid = np.linspace(data.x.min(), data.x.max(), GRID_SIZE)
    at_grid = columns(data.x, grid, degree, basis)[1]
    result = NoisePenalty(
        levels=levels,
        alphas=alphas,
        fixed=fixed,
        loss=((y - data.train @ fixed) ** 2).sum() + alphas * (fixed @ fixed),
        mc_loss=losses.mean(axis=1),
        mc_loss_se=losses.std(axis=1, ddof=1) / np.sqrt(len(chance)),
        ridge=ridge,
        trained=trained,
        grid=grid,
        f_grid=truths.find(settings.truth).function(grid),
        ridge_grid=data.y.mean() + ridge @ at_grid.T,
        trained_grid=data.y.mean() + trained @ at_grid.T,
    )
    return read_only(result)


def _least_squares(matrix: Array, target: Array) -> Array:
    """Solve through the small triangle of QR, without squaring the condition number."""
    q, r = np.linalg.qr(matrix)
    return np.asarray(np.linalg.lstsq(r, q.T @ target, rcond=None)[0])
