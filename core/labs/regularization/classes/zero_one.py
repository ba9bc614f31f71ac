"""Bias and variance under 0-1 loss, where variance can help: Domingos' decomposition, exactly.

An example is of class 1 where y = f(x) + noise exceeds a cut. Two classifiers are studied: the vote of the k nearest
neighbors, and the polynomial fitted to y whose value is compared with the cut. For both, the probability of predicting
class 1 at a point, over training sets, has a closed form, and all terms follow from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array, check_choice, check_number
from core.kit.results import read_only
from core.labs.regularization.learners.smoothers import neighbour_order
from core.regression.decomposition import degree_range
from core.regression.designs import Experiment, Settings, draw
from core.regression.polynomials import fits, nested_basis, project
from core.regression.sweeps import exact_fits

LEARNERS = ("votes", "polynomial")
LIMITS: dict[str, tuple[float, float]] = {"cut": (-50, 50)}


@dataclass(frozen=True, kw_only=True)
class ZeroOne:
    """The decomposition at T test points for S values of one parameter; all arrays are read-only.

    At each point loss = c1 N + B + c2 V. N is the probability that the label differs from the Bayes class, B is 1
    where the main prediction, the likelier one, differs from the Bayes class, and V is the probability that a
    prediction differs from the main one. c1 = 2 P(prediction = Bayes class) - 1; c2 is 1 where B = 0 and -1 where
    B = 1. Averages are of the products, over the test points.

    Attributes
    ----------
    values : ndarray (S,) of int
        Odd numbers of neighbors, or degrees.
    x_train : ndarray (n,)
        Training inputs, shared by all data sets.
    x_test, f_test : ndarray (T,)
        Test inputs and the values there of f; the Bayes class is 1 where they exceed the cut.
    positive : ndarray (T,)
        Probability that an example is of class 1.
    noise : ndarray (T,)
        N.
    predicted : ndarray (S, T)
        Probability that a classifier predicts class 1.
    bias, variance, loss : ndarray (S, T)
        B, V and the probability of a wrong prediction.
    noise_weight, variance_sign : ndarray (S, T)
        c1 and c2.
    mean_noise : float
        Mean of N: the error of the Bayes classifier.
    mean_bias : ndarray (S,)
        Mean of B.
    harmful, helpful : ndarray (S,)
        Mean of V where B = 0 and of V where B = 1, 0 elsewhere; their difference is the mean of c2 V.
    noise_term : ndarray (S,)
        Mean of c1 N.
    mean_loss : ndarray (S,)
        noise_term + mean_bias + harmful - helpful.
    naive : ndarray (S,)
        Mean of N + B + V, as for squared loss: not the loss.
    mc_loss, mc_loss_se : ndarray (S,)
        Fraction of wrong predictions in M training sets with one new test set each, and its standard error.
    """

    values: NDArray[np.int64]
    x_train: Array
    x_test: Array
    f_test: Array
    positive: Array
    noise: Array
    predicted: Array
    bias: Array
    variance: Array
    loss: Array
    noise_weight: Array
    variance_sign: Array
    mean_noise: float
    mean_bias: Array
    harmful: Array
    helpful: Array
    noise_term: Array
    mean_loss: Array
    naive: Array
    mc_loss: Array
    mc_loss_se: Array

    @property
    def best(self) -> int:
        """Return the value of the parameter with the smallest expected loss."""
        return int(self.values[np.argmin(self.mean_loss)])


def zero_one(
    settings: Settings,
    *,
    learner: str = "votes",
    cut: float = 5.0,
) -> ZeroOne:
    """Decompose the 0-1 loss for all odd numbers of neighbors, or for all degrees; data sets share their inputs.

    Parameters
    ----------
    settings : Settings
        With protocol "fixed".
    learner : {"votes", "polynomial"}
        Majority of the k nearest training labels (ties in distance as in `smoothers.neighbours`),
        or least-squares polynomial through y compared with the cut.
    cut : float
        An example is of class 1 where y > cut; -50 to 50.

    Raises
    ------
    ValueError
        If an argument is invalid or no test point is inside.

    References
    ----------
    Domingos, "A unified bias-variance decomposition and its applications", ICML 2000.
    """
    check_choice("learner", learner, LEARNERS)
    check_number("cut", cut, *LIMITS["cut"])
    experiment = draw(settings)
    if learner == "votes":
        values = np.arange(1, settings.n_train + 1, 2)
        predicted, wrong = _votes(experiment, cut)
    else:
        degree, _ = degree_range(experiment.x_train, settings.max_degree)
        values = np.arange(1, degree + 1)
        predicted, wrong = _polynomials(experiment, cut, degree)
    positive = probability_above(cut, experiment.f_test, np.full(experiment.f_test.shape, experiment.noise_std))
    return read_only(
        ZeroOne(
            values=values,
            x_train=experiment.x_train[0],
            x_test=experiment.x_test,
            f_test=experiment.f_test,
            **domingos(positive, predicted),
            mc_loss=wrong.mean(axis=1) / positive.size,
            mc_loss_se=wrong.std(axis=1, ddof=1) / (positive.size * np.sqrt(settings.n_sets)),
        )
    )


def domingos(positive: Array, predicted: Array) -> dict[str, Any]:
    """Return all terms of the decomposition, with the attributes of `ZeroOne` as keys.

    Parameters
    ----------
    positive : ndarray (T,)
        Probability that an example is of class 1.
    predicted : ndarray (S, T)
        Probability, over training sets, that class 1 is predicted.
    """
    bayes, main = positive > 0.5, predicted > 0.5
    noise = np.minimum(positive, 1 - positive)
    variance = np.minimum(predicted, 1 - predicted)
    bias = (main != bayes).astype(np.float64)
    sign = 1 - 2 * bias
    weight = 2 * np.where(bayes, predicted, 1 - predicted) - 1
    noise_term = (weight * noise).mean(axis=1)
    mean_bias = bias.mean(axis=1)
    harmful, helpful = ((1 - bias) * variance).mean(axis=1), (bias * variance).mean(axis=1)
    return {
        "positive": positive,
        "noise": noise,
        "predicted": predicted,
        "bias": bias,
        "variance": variance,
        "loss": predicted * (1 - positive) + (1 - predicted) * positive,
        "noise_weight": weight,
        "variance_sign": sign,
        "mean_noise": float(noise.mean()),
        "mean_bias": mean_bias,
        "harmful": harmful,
        "helpful": helpful,
        "noise_term": noise_term,
        "mean_loss": noise_term + mean_bias + harmful - helpful,
        "naive": (noise + bias + variance).mean(axis=1),
    }


def probability_above(cut: float, mean: Array, std: Array) -> Array:
    """Return the probability that normal numbers with these means and deviations exceed `cut`; std may be 0."""
    certain = std == 0
    z = (cut - mean) / (np.where(certain, 1, std) * math.sqrt(2))
    tail = np.array([math.erfc(value) for value in z.ravel()]).reshape(z.shape) / 2
    return np.where(certain, mean > cut, tail)


def majority_probabilities(chances: Array) -> Iterator[Array]:
    """Yield the probability (T,) that most of the first k independent events happen, for k = 1, 3, 5, ...

    Parameters
    ----------
    chances : ndarray (T, n)
        Probability of each event.
    """
    points, n = chances.shape
    counts = np.zeros((n + 1, points))  # probability of each number of events so far
    counts[0] = 1
    for k, chance in enumerate(chances.T, start=1):
        counts[1 : k + 1] = counts[1 : k + 1] * (1 - chance) + counts[:k] * chance
        counts[0] *= 1 - chance
        if k % 2:
            yield np.minimum(counts[k // 2 + 1 : k + 1].sum(axis=0), 1)


def _votes(experiment: Experiment, cut: float) -> tuple[Array, Array]:
    """Return probability (S, T) that most of k neighbors are of class 1; number (S, M) of wrong votes per data set."""
    f, sigma = experiment.f_train[0], experiment.noise_std
    order = neighbour_order(experiment.x_train[0], experiment.x_test)
    chance = probability_above(cut, f, np.full(f.shape, sigma))
    predicted = np.stack(list(majority_probabilities(chance[order])))
    labels = (f + experiment.noise > cut).astype(np.int64)
    truth = experiment.f_test + experiment.fresh_noise > cut
    votes, wrong = np.zeros(truth.shape, dtype=np.int64), []
    for k, column in enumerate(order.T, start=1):
        votes += labels[:, column]
        if k % 2:
            wrong.append(((2 * votes > k) != truth).sum(axis=1))
    return predicted, np.stack(wrong)


def _polynomials(experiment: Experiment, cut: float, degree: int) -> tuple[Array, Array]:
    """Return probability (D, T) that the fits exceed the cut, and number (D, M) of wrong ones per data set."""
    basis = nested_basis(experiment.x_train, experiment.x_test, degree)
    bias, gain = exact_fits(experiment, basis)
    predicted = probability_above(cut, bias[0] + experiment.f_test, experiment.noise_std * np.sqrt(gain[0]))
    drawn = fits(project(basis.train, experiment.f_train + experiment.noise), basis.at) > cut
    truth = experiment.f_test + experiment.fresh_noise > cut
    return predicted, (drawn != truth[:, np.newaxis]).sum(axis=2).T
