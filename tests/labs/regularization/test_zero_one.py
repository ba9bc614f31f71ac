"""The decomposition of the 0-1 loss against enumerations, exact rationals, other libraries, and its Monte Carlo."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from scipy.stats import binom, norm
from sklearn.neighbors import KNeighborsClassifier

from core.labs.regularization.classes.zero_one import (
    LEARNERS,
    LIMITS,
    domingos,
    majority_probabilities,
    probability_above,
    zero_one,
)
from core.regression.designs import Settings, draw
from core.regression.truths import TRUTHS
from tests.experiments import on


def test_the_theorem_by_enumerating_a_small_world() -> None:
    # Seven equally likely training sets give these predictions at a point; the label is 1 with probability 3/10.
    positive = Fraction(3, 10)
    for predictions in product((0, 1), repeat=7):
        predicted = Fraction(sum(predictions), 7)
        loss = sum(
            Fraction(1, 7) * (positive if label else 1 - positive)
            for guess in predictions
            for label in (0, 1)
            if guess != label
        )
        bayes, main = 0, int(predicted > Fraction(1, 2))
        noise, bias = positive, int(main != bayes)
        variance = Fraction(sum(guess != main for guess in predictions), 7)
        weight = 2 * Fraction(sum(guess == bayes for guess in predictions), 7) - 1
        assert weight * noise + bias + (-variance if bias else variance) == loss
        got = domingos(np.array([0.3]), np.array([[float(predicted)]]))
        expected = {
            "noise": noise,
            "bias": bias,
            "variance": variance,
            "loss": loss,
            "noise_weight": weight,
            "variance_sign": 1 - 2 * bias,
        }
        for name, value in expected.items():
            assert np.ravel(got[name])[0] == pytest.approx(float(value), abs=1e-15), name
        assert got["mean_loss"][0] == pytest.approx(float(loss), abs=1e-15)
        assert got["naive"][0] == pytest.approx(float(noise + bias + variance), abs=1e-15)
        assert got["harmful"][0] == pytest.approx(0 if bias else float(variance), abs=1e-15)
        assert got["helpful"][0] == pytest.approx(float(variance) if bias else 0, abs=1e-15)


def test_terms_are_averaged_as_products() -> None:
    rng = np.random.default_rng(0)
    positive, predicted = rng.uniform(size=50), rng.uniform(size=(8, 50))
    got = domingos(positive, predicted)
    per_point = got["noise_weight"] * got["noise"] + got["bias"] + got["variance_sign"] * got["variance"]
    np.testing.assert_allclose(per_point, got["loss"], atol=1e-15)
    np.testing.assert_allclose(got["mean_loss"], got["loss"].mean(axis=1), atol=1e-15)
    np.testing.assert_allclose(got["noise_term"], (got["noise_weight"] * got["noise"]).mean(axis=1), rtol=1e-14)
    signed = (got["variance_sign"] * got["variance"]).mean(axis=1)
    np.testing.assert_allclose(got["harmful"] - got["helpful"], signed, rtol=1e-13)
    assert got["mean_noise"] == pytest.approx(np.minimum(positive, 1 - positive).mean())
    assert np.array_equal(got["mean_bias"], got["bias"].mean(axis=1))
    np.testing.assert_allclose(got["naive"], (got["noise"] + got["bias"] + got["variance"]).mean(axis=1), rtol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 3, 6, 7])
def test_majorities_by_enumerating_all_outcomes(n) -> None:
    chances = np.array([[0.3, 0.9, 0.5, 0.02, 1.0, 0.6, 0.75], [0.0, 0.0, 1.0, 0.5, 0.4, 0.1, 0.2]])[:, :n]
    got = list(majority_probabilities(chances))
    assert len(got) == (n + 1) // 2
    for i, k in enumerate(range(1, n + 1, 2)):
        for t in range(2):
            exact = Fraction(0)
            for outcome in product((0, 1), repeat=k):
                if 2 * sum(outcome) > k:
                    p = Fraction(1)
                    for happened, chance in zip(outcome, chances[t], strict=False):
                        p *= Fraction(chance) if happened else 1 - Fraction(chance)
                    exact += p
            assert got[i][t] == pytest.approx(float(exact), abs=1e-15)


def test_majorities_of_many_events_by_the_binomial_distribution() -> None:
    for k, got in zip(range(1, 201, 2), majority_probabilities(np.full((1, 200), 0.47)), strict=True):
        assert got[0] == pytest.approx(binom.sf(k // 2, k, 0.47), rel=1e-11)
    assert all(got[0] <= 1 for got in majority_probabilities(np.full((1, 200), 0.9)))


def test_probability_above_a_cut() -> None:
    mean, std = np.linspace(-8, 8, 33).reshape(3, 11), np.linspace(0.1, 5, 33).reshape(3, 11)
    np.testing.assert_allclose(probability_above(1.5, mean, std), norm.sf((1.5 - mean) / std), rtol=1e-12)
    sure = probability_above(1.0, np.array([0.9, 1.0, 1.1]), np.zeros(3))
    assert sure.tolist() == [0, 0, 1]


CASES = [
    {"cut": 4.0},
    {"n_train": 16, "n_test": 7, "noise_std": 1.5, "n_sets": 9, "truth": "step", "seed": 3, "cut": 0.5},
    {"inputs": "normal", "truth": "quadratic", "n_train": 25, "test_at": "train", "low": -3, "high": 3, "cut": -1},
    {"n_train": 30, "test_at": "inside", "truth": "sine", "generator": "legacy", "cut": 0},
]


@pytest.mark.parametrize("settings", CASES)
def test_polynomials_against_hat_matrices_and_refits(settings) -> None:
    got = on(zero_one, learner="polynomial", max_degree=6, **settings)
    plain = {name: value for name, value in settings.items() if name != "cut"}
    data, cut = draw(Settings(**plain)), settings["cut"]
    truth, x = TRUTHS[plain.get("truth", "x_sin")].function, data.x_train[0]
    np.testing.assert_allclose(got.positive, norm.sf(cut, truth(got.x_test), data.noise_std), rtol=1e-12)
    labels = truth(got.x_test) + data.fresh_noise > cut
    for i, degree in enumerate(got.values):
        rows = np.array([Chebyshev.fit(x, unit, degree)(got.x_test) for unit in np.eye(x.size)]).T
        expected = norm.sf(cut, rows @ truth(x), data.noise_std * np.linalg.norm(rows, axis=1))
        np.testing.assert_allclose(got.predicted[i], expected, rtol=1e-7, atol=1e-12)
        fit = np.array([Chebyshev.fit(x, truth(x) + noise, degree)(got.x_test) > cut for noise in data.noise])
        wrong = (fit != labels).mean(axis=1)
        assert got.mc_loss[i] == pytest.approx(wrong.mean(), abs=1e-12)
        assert got.mc_loss_se[i] == pytest.approx(wrong.std(ddof=1) / np.sqrt(wrong.size), abs=1e-12)
    assert got.values.tolist() == [1, 2, 3, 4, 5, 6]


def test_votes_against_scikit_learn() -> None:
    # Normal inputs: no two distances are equal.
    settings = {"inputs": "normal", "truth": "quadratic", "n_train": 15, "n_sets": 8, "low": -3, "high": 3, "seed": 6}
    got, data = on(zero_one, learner="votes", cut=-0.5, **settings), draw(Settings(**settings))
    assert got.values.tolist() == [1, 3, 5, 7, 9, 11, 13, 15]
    x, truth = data.x_train[0], TRUTHS["quadratic"].function
    labels = truth(got.x_test) + data.fresh_noise > -0.5
    chance = norm.sf(-0.5, truth(x), data.noise_std)
    for i, k in enumerate(got.values):
        wrong = []
        for m, noise in enumerate(data.noise):
            seen = truth(x) + noise > -0.5
            peer = KNeighborsClassifier(int(k)).fit(x[:, None], seen)
            wrong.append((peer.predict(got.x_test[:, None]) != labels[m]).mean())
        assert got.mc_loss[i] == pytest.approx(np.mean(wrong), abs=1e-12)
        assert got.mc_loss_se[i] == pytest.approx(np.std(wrong, ddof=1) / np.sqrt(8), abs=1e-12)
        near = KNeighborsClassifier(int(k)).fit(x[:, None], np.zeros(15)).kneighbors(got.x_test[:, None])[1]
        for t, rows in enumerate(near[:, :k]):
            if k <= 9:
                exact = sum(
                    np.prod([chance[r] if hit else 1 - chance[r] for r, hit in zip(rows, outcome, strict=True)])
                    for outcome in product((0, 1), repeat=int(k))
                    if 2 * sum(outcome) > k
                )
                assert got.predicted[i, t] == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("learner", LEARNERS)
def test_identity_and_monte_carlo_for_every_seed(learner) -> None:
    scores = []
    for seed in range(100):
        settings = {"truth": "sine", "cut": 0.3, "noise_std": 1.0, "n_test": 30, "n_sets": 300, "max_degree": 9}
        got = on(zero_one, learner=learner, seed=seed, **settings)
        total = got.noise_weight * got.noise + got.bias + got.variance_sign * got.variance
        np.testing.assert_allclose(total, got.loss, atol=1e-12)
        np.testing.assert_allclose(got.mean_loss, got.loss.mean(axis=1), atol=1e-12)
        scores.append(((got.mc_loss - got.mean_loss) / got.mc_loss_se)[:9])
    z = np.array(scores)
    assert np.abs(z).max() < 4.5
    assert np.abs(z.mean(axis=0)).max() < 4 / np.sqrt(100)
    assert np.abs(z.std(axis=0) - 1).max() < 4 / np.sqrt(200)


def test_variance_helps_where_the_main_prediction_is_wrong() -> None:
    got = zero_one(Settings(truth="sine", n_test=50), cut=0.0)
    wrong = got.bias == 1
    assert (got.loss[wrong] < np.broadcast_to(1 - got.noise, wrong.shape)[wrong] + 1e-12).all()
    assert got.helpful.max() > 0.05
    worst = np.argmax(got.helpful)
    assert got.naive[worst] > got.mean_loss[worst] + 0.1  # adding the three up is far off
    assert got.best == got.values[np.argmin(got.mean_loss)]


def test_no_noise() -> None:
    got = zero_one(Settings(noise_std=0), learner="votes")
    assert got.mean_noise == 0 and not got.variance.any() and not got.mc_loss_se.any()
    np.testing.assert_array_equal(got.mean_loss, got.mean_bias)
    np.testing.assert_allclose(got.mc_loss, got.mean_loss, atol=1e-15)
    fit = zero_one(Settings(noise_std=0, truth="cubic"), learner="polynomial", cut=0.1)
    assert not fit.mean_loss[2:].any()


@pytest.mark.parametrize("learner", LEARNERS)
def test_shapes_and_read_only(learner) -> None:
    got, again = zero_one(Settings(), learner=learner), zero_one(Settings(), learner=learner)
    size = {"votes": 20, "polynomial": 15}[learner]
    per_point = {"predicted", "bias", "variance", "loss", "noise_weight", "variance_sign"}
    per_test = {"x_test", "f_test", "positive", "noise"}
    for name, value in vars(got).items():
        if isinstance(value, np.ndarray):
            expected = (size, 10) if name in per_point else (10,) if name in per_test else (size,)
            assert value.shape == ((40,) if name == "x_train" else expected), name
            assert not value.flags.writeable, name
            assert np.isfinite(value).all(), name
            assert np.array_equal(value, getattr(again, name)), name
    data = draw(Settings())
    assert np.array_equal(got.x_train, data.x_train[0])
    assert np.array_equal(got.x_test, data.x_test) and np.array_equal(got.f_test, data.f_test)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"^`learner` must be one of votes, polynomial; got 'trees'\.$"):
        zero_one(Settings(), learner="trees")
    assert LIMITS["cut"] == (-50, 50)
    for bad in (50.1, -50.1, np.nan, np.inf, "0", None):
        with pytest.raises(ValueError, match=r"^`cut` must be in \[-50, 50\]; got "):
            zero_one(Settings(), cut=bad)
    for end in (-50, 50):
        assert not zero_one(Settings(), cut=end).mean_loss.any()  # all cases are of one class
    for learner in LEARNERS:
        with pytest.raises(ValueError, match=r"^`max_degree` must be an integer in \[1, 20\]; got 0\.$"):
            zero_one(Settings(max_degree=0), learner=learner)
        tiny = zero_one(Settings(n_train=2, n_test=1, n_sets=2), learner=learner)
        assert tiny.values.tolist() == [1]
        large = zero_one(Settings(n_train=200, n_test=100, n_sets=1000, max_degree=20), learner=learner)
        assert np.isfinite(large.loss).all()
