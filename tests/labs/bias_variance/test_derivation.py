"""The expanded square against exact rationals, loops over refits, and its own standard errors."""

from fractions import Fraction as Q

import numpy as np
import pytest
from numpy.polynomial import Chebyshev

from core.labs.bias_variance.compute.derivation import Expansion, Term, expand
from core.regression.decomposition import decompose
from core.regression.designs import Experiment, Settings, draw

CROSS = ("bias_variance", "noise_bias", "noise_variance")
SQUARES = ("bias2", "variance", "noise")


def by_hand() -> Experiment:
    """Two data sets on x = 0, 1, 2 from f = x², tested at x = 3, noise sd 2: everything is a small fraction."""
    return Experiment(
        x_train=np.array([[0.0, 1.0, 2.0]]),
        f_train=np.array([[0.0, 1.0, 4.0]]),
        noise=np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
        x_test=np.array([3.0]),
        f_test=np.array([9.0]),
        test_noise=np.array([0.0]),
        fresh_noise=np.array([[1.0], [-3.0]]),
        noise_std=2.0,
    )


@pytest.mark.parametrize(
    ("name", "exact", "simulated", "se"),
    [
        # the line through (0, 0), (1, 1), (2, 4) is 2x - 1/3: 17/3 at x = 3; its weights there are -2/3, 1/3, 4/3
        ("bias2", Q(100, 9), Q(100, 9), Q(0)),
        ("variance", Q(28, 3), Q(37, 18), Q(35, 18)),  # scatter 2 and -1/3
        ("noise", Q(4), Q(5), Q(4)),
        ("bias_variance", Q(0), Q(50, 9), Q(70, 9)),
        ("noise_bias", Q(0), Q(-20, 3), Q(40, 3)),
        ("noise_variance", Q(0), Q(3), Q(1)),
        ("train_noise", Q(-16, 3), Q(-7, 9), Q(5, 9)),
        ("total", Q(220, 9), Q(361, 18), Q(361, 18)),
    ],
)
def test_two_lines_in_exact_rationals(name: str, exact: Q, simulated: Q, se: Q) -> None:
    term = getattr(expand(by_hand(), 1), name)
    assert isinstance(term, Term)
    for got, want in ((term.exact, exact), (term.simulated, simulated), (term.se, se)):
        assert got == pytest.approx(float(want), rel=1e-13, abs=1e-13)


def test_it_has_these_terms() -> None:
    assert set(Expansion.__dataclass_fields__) == {*SQUARES, *CROSS, "train_noise", "total"}


@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
@pytest.mark.parametrize("degree", [1, 4, 7])
def test_every_term_against_refits(protocol: str, degree: int) -> None:
    data = draw(Settings(protocol=protocol, n_sets=9, n_train=14, n_test=6, seed=5))
    clean, noisy, seen, spread = [], [], [], []
    for m, noise in enumerate(data.noise):
        b = m % len(data.x_train)
        x, f = data.x_train[b], data.f_train[b]
        clean.append(Chebyshev.fit(x, f, degree)(data.x_test))
        noisy.append(Chebyshev.fit(x, f + noise, degree)(data.x_test))
        seen.append((-2 * noise * Chebyshev.fit(x, noise, degree)(x)).mean())
        spread.append(sum(Chebyshev.fit(x, row, degree)(data.x_test) ** 2 for row in np.eye(x.size)))
    mean = np.mean(clean, axis=0)
    bias, swing, noise = data.f_test - mean, mean - np.array(noisy), data.fresh_noise
    want = {
        "variance": swing**2,
        "noise": noise**2,
        "bias_variance": 2 * bias * swing,
        "noise_bias": 2 * noise * bias,
        "noise_variance": 2 * noise * swing,
        "total": (data.f_test + noise - np.array(noisy)) ** 2,
    }
    got = expand(data, degree)
    for name, values in want.items():
        own = values.mean(axis=1)
        assert getattr(got, name).simulated == pytest.approx(own.mean(), rel=1e-9, abs=1e-12), name
        assert getattr(got, name).se == pytest.approx(np.std(own, ddof=1) / 3, rel=1e-9, abs=1e-12), name
    assert got.train_noise.simulated == pytest.approx(np.mean(seen), rel=1e-9)
    assert got.train_noise.se == pytest.approx(np.std(seen, ddof=1) / 3, rel=1e-9)
    assert got.bias2.simulated == pytest.approx((bias**2).mean(), rel=1e-9)
    assert got.bias2.se == 0
    # products of the biases of two different designs have the squared bias as their mean, without any correction
    missed = data.f_test - np.array(clean)
    pairs = [(missed[i] * missed[j]).mean() for i in range(9) for j in range(9) if i != j]
    assert got.bias2.exact == pytest.approx(np.mean(pairs), rel=1e-9, abs=1e-12)
    assert got.total.exact == pytest.approx((missed**2).mean() + 0.3 * np.mean(spread) + 0.3, rel=1e-9)
    assert got.variance.exact == pytest.approx(got.total.exact - 0.3 - np.mean(pairs), rel=1e-9, abs=1e-12)
    assert got.noise.exact == pytest.approx(0.3)


@pytest.mark.parametrize("protocol", ["fixed", "subset", "random"])
def test_the_six_terms_add_up(protocol: str) -> None:
    e = expand(draw(Settings(protocol=protocol, n_sets=30)), 6)
    parts = [getattr(e, name) for name in (*SQUARES, *CROSS)]
    assert sum(t.simulated for t in parts) == pytest.approx(e.total.simulated, rel=1e-12)
    assert sum(t.exact for t in parts) == pytest.approx(e.total.exact, rel=1e-12)
    assert [getattr(e, name).exact for name in CROSS] == [0, 0, 0]


@pytest.mark.parametrize("degree", [1, 3, 8, 15])
def test_fixed_inputs_are_those_of_the_page(degree: int) -> None:
    e, d = expand(draw(Settings(generator="legacy")), degree), decompose(Settings(generator="legacy"))
    for name, want in (("bias2", d.bias2), ("variance", d.variance), ("total", d.risk)):
        assert getattr(e, name).exact == pytest.approx(want[degree - 1], rel=1e-10)
    assert e.total.simulated == pytest.approx(d.mc_error[degree - 1], rel=1e-10)
    assert e.noise.exact == pytest.approx(0.3)
    assert e.train_noise.exact == pytest.approx(-2 * 0.3 * (degree + 1) / 40)


@pytest.mark.parametrize("protocol", ["subset", "random"])
@pytest.mark.parametrize("degree", [1, 3, 6])
def test_redrawn_inputs_are_those_of_the_page(protocol: str, degree: int) -> None:
    e, d = expand(draw(Settings(protocol=protocol, n_sets=5)), degree), decompose(Settings(protocol=protocol, n_sets=5))
    for name, want in (("bias2", d.bias2), ("variance", d.variance), ("total", d.risk)):
        assert getattr(e, name).exact == pytest.approx(want[degree - 1], rel=1e-10, abs=1e-13), name
    assert e.total.simulated == pytest.approx(d.mc_error[degree - 1], rel=1e-10)
    assert e.bias2.simulated > e.bias2.exact  # the mean of 5 designs still scatters
    assert e.train_noise.exact == pytest.approx(-2 * 0.3 * (degree + 1) / 40)


def test_standard_errors_are_honest_for_every_seed() -> None:
    names = ("variance", "noise", *CROSS, "train_noise", "total")
    z = {name: [] for name in names}
    for seed in range(100):
        e = expand(draw(Settings(seed=seed)), 4)
        for name in names:
            term = getattr(e, name)
            z[name].append((term.simulated - term.exact) / term.se)
    for name, values in z.items():
        # 100 roughly normal numbers (slightly wide: the error is itself an estimate): 4 standard errors
        assert abs(np.mean(values)) < 0.45, name
        assert 0.75 < np.std(values) < 1.35, name


def test_no_noise_leaves_the_bias_alone() -> None:
    e = expand(draw(Settings(noise_std=0.0)), 3)
    assert e.total.exact == e.bias2.exact == pytest.approx(e.total.simulated, rel=1e-12)
    for name in ("variance", "noise", *CROSS, "train_noise"):
        assert abs(getattr(e, name).exact) == getattr(e, name).se == 0
        assert getattr(e, name).simulated == pytest.approx(0, abs=1e-25)
