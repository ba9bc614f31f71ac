"""The nested basis against 120-digit arithmetic, exact rationals, other libraries, and explicit refits."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from numpy.polynomial import Chebyshev

from core.regression.polynomials import fits, leave_one_out, nested_basis, project, scaled, usable_degree


def precise_smoothers(x, points, degree):
    """The matrices (D, E, n) from targets at x to fits at the points: 120 digits, Gram-Schmidt on monomials."""
    n = len(x)
    with mpmath.workdps(120):
        nodes = [mpmath.mpf(float(v)) for v in (*x, *points)]
        columns = []
        for k in range(degree + 1):
            column = [v**k for v in nodes]
            for known in columns:
                overlap = mpmath.fsum(a * b for a, b in zip(known[:n], column[:n], strict=True))
                column = [c - overlap * a for c, a in zip(column, known, strict=True)]
            norm = mpmath.sqrt(mpmath.fsum(c * c for c in column[:n]))
            columns.append([c / norm for c in column])
        exact = np.array(columns, dtype=object)
        products = exact[:, n:, np.newaxis] * exact[:, np.newaxis, :n]
        return np.cumsum(products, axis=0)[1:].astype(float)


def designs():
    rng = np.random.default_rng(5)
    homework = np.random.RandomState(0).permutation(np.linspace(0, 10, 50))
    yield "homework", homework[:40], homework[40:]
    yield "even, as few points as coefficients", np.linspace(0, 10, 21), np.linspace(0.2, 11, 5)
    yield "even, far from zero", np.linspace(-10, -9.5, 30), np.linspace(-9.99, -9.45, 5)
    yield "even, far from zero, few", np.linspace(15, 20, 21), np.linspace(15.1, 20.5, 5)
    yield "even, one more than coefficients", np.linspace(0, 10, 22), np.array([0.3, 5.1, 11.0])
    yield "held out of few", *np.split(rng.permutation(np.linspace(0, 10, 27)), [22])
    for n in (21, 22, 40):
        yield f"normal {n}", rng.standard_normal(n), np.append(rng.standard_normal(3), 3.5)
        yield f"uniform {n}", rng.uniform(0, 10, n), rng.uniform(0, 10, 4)
    yield "normal 100", rng.standard_normal(100), np.array([-2.0, 0.1, 4.0])


@pytest.mark.parametrize(("x", "points"), [pytest.param(*d[1:], id=d[0]) for d in designs()])
def test_every_degree_to_20_against_120_digits(x, points) -> None:
    basis = nested_basis(x[np.newaxis], points, 20)
    got = fits(project(basis.train, np.eye(len(x))), basis.at).transpose(1, 2, 0)
    exact = precise_smoothers(x, points, 20)
    error = np.linalg.norm(got - exact, axis=2)
    assert (error / np.linalg.norm(exact, axis=2)).max() < 1e-11


def test_stacked_designs_against_120_digits() -> None:
    rng = np.random.default_rng(8)
    x, points = rng.standard_normal((3, 21)), rng.standard_normal((3, 4))
    basis = nested_basis(x, points, 20)
    for b in range(3):
        exact = precise_smoothers(x[b], points[b], 20)
        got = np.cumsum(basis.at[b][:, :, np.newaxis] * basis.train[b][:, np.newaxis], axis=0)[1:]
        error = np.linalg.norm(got - exact, axis=2)
        assert (error / np.linalg.norm(exact, axis=2)).max() < 1e-11


@pytest.mark.parametrize(("x", "points"), [pytest.param(*d[1:], id=d[0]) for d in designs()])
def test_columns_are_orthonormal(x, points) -> None:
    train = nested_basis(x[np.newaxis], points, 20).train[0]
    assert train.shape == (21, len(x))
    np.testing.assert_allclose(train @ train.T, np.eye(21), atol=1e-12)


def test_small_case_in_exact_rationals() -> None:
    # Least squares by the normal equations, solved with fractions.
    x = [Fraction(v) for v in (0, 1, 3, 4, 7)]
    y = [Fraction(v) for v in (2, -1, 0, 5, 1)]
    at = [Fraction(v) for v in (-1, 2, 9)]
    basis = nested_basis(np.array([x], dtype=float), np.array(at, dtype=float), 4)
    got = fits(project(basis.train, np.array([y], dtype=float)), basis.at)[0]
    for degree in range(1, 5):
        rows = [[sum(v ** (i + j) for v in x) for j in range(degree + 1)] for i in range(degree + 1)]
        right = [sum(w * v**i for v, w in zip(x, y, strict=True)) for i in range(degree + 1)]
        coefs = solve(rows, right)
        expected = [float(sum(c * v**k for k, c in enumerate(coefs))) for v in at]
        np.testing.assert_allclose(got[degree - 1], expected, rtol=1e-12)


def solve(rows, right):
    """Gauss-Jordan elimination with fractions."""
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for k in range(len(table)):
        pivot = next(i for i in range(k, len(table)) if table[i][k])
        table[k], table[pivot] = table[pivot], table[k]
        table[k] = [v / table[k][k] for v in table[k]]
        for i in range(len(table)):
            if i != k:
                table[i] = [a - table[i][k] * b for a, b in zip(table[i], table[k], strict=True)]
    return [row[-1] for row in table]


@pytest.mark.parametrize("n", [40, 200])
def test_chebyshev_fit_of_numpy_agrees_to_degree_20(n) -> None:
    rng = np.random.default_rng(n)
    x, points = np.linspace(0, 10, n), rng.uniform(0, 10, 7)
    y = rng.standard_normal((3, n))
    basis = nested_basis(x[np.newaxis], points, 20)
    got = fits(project(basis.train, y), basis.at)
    for m in range(3):
        for degree in range(1, 21):
            expected = Chebyshev.fit(x, y[m], degree)(points)
            np.testing.assert_allclose(got[m, degree - 1], expected, rtol=1e-9, atol=1e-9)


def test_polyfit_agrees_to_degree_8() -> None:
    rng = np.random.default_rng(2)
    x, y, points = rng.uniform(0, 10, 30), rng.standard_normal(30), rng.uniform(0, 10, 5)
    basis = nested_basis(x[np.newaxis], points, 8)
    got = fits(project(basis.train, y[np.newaxis]), basis.at)[0]
    for degree in range(1, 9):
        np.testing.assert_allclose(got[degree - 1], np.polyval(np.polyfit(x, y, degree), points), atol=1e-8)


def test_many_designs_are_the_single_ones() -> None:
    # 400 designs of 60 + 20 points and degree 12 do not fit in one group.
    rng = np.random.default_rng(3)
    x, points, y = rng.uniform(0, 1, (400, 60)), rng.uniform(0, 1, 20), rng.standard_normal((400, 60))
    basis = nested_basis(x, points, 12)
    assert basis.train.shape == (400, 13, 60)
    assert basis.at.shape == (400, 13, 20)
    got = fits(project(basis.train, y), basis.at)
    for b in (0, 1, 191, 192, 193, 399):
        np.testing.assert_allclose(got[b, 11], Chebyshev.fit(x[b], y[b], 12)(points), rtol=1e-8, atol=1e-8)


def test_duplicates_are_no_obstacle() -> None:
    x = np.repeat([0.0, 1.0, 2.0, 5.0], 3)
    y = np.random.default_rng(0).standard_normal(12)
    assert usable_degree(x[np.newaxis]) == 3
    basis = nested_basis(x[np.newaxis], np.array([0.0, 1.0, 2.0, 5.0]), 3)
    got = fits(project(basis.train, y[np.newaxis]), basis.at)[0, 2]
    np.testing.assert_allclose(got, y.reshape(4, 3).mean(axis=1), rtol=1e-12)  # degree 3 passes through the means


@pytest.mark.parametrize(
    ("x", "degree"),
    [
        ([[1, 2, 3]], 2),
        ([[3, 1, 3]], 1),
        ([[2, 2, 2]], 0),
        ([[1]], 0),
        ([[1, 2, 3, 4], [1, 2, 2, 1]], 1),
        ([[0, np.nextafter(0, 1)]], 1),
    ],
)
def test_usable_degree(x, degree) -> None:
    assert usable_degree(np.array(x, dtype=float)) == degree


def test_scaled() -> None:
    x = np.array([15.0, 16.0, 17.5, 20.0, 22.5])
    assert scaled(x, 15.0, 20.0).tolist() == [-1.0, -0.6, 0.0, 1.0, 2.0]
    rng = np.random.default_rng(0)
    for low, width in zip(rng.uniform(-20, 20, 200), rng.uniform(1e-9, 9, 200), strict=True):
        assert scaled(np.array([low, low + width]), low, low + width).tolist() == [-1.0, 1.0]


def homework_loocv(degree):
    rng = np.random.RandomState(0)
    x = rng.normal(size=100)
    y = x - 2 * x**2 + rng.normal(size=100)
    residuals = leave_one_out(nested_basis(x[np.newaxis], np.empty(0), degree), y[np.newaxis])
    return x, y, residuals[:, 0]


def test_leave_one_out_of_the_homework() -> None:
    _, _, residuals = homework_loocv(12)
    rmse = np.sqrt((residuals**2).mean(axis=1))
    published = [2.981309415774586, 1.056481513788703, 1.0780658052226322, 1.0710499255446229]
    np.testing.assert_allclose(rmse[:4], published, rtol=1e-12)
    assert round(rmse[7], 2) == 3.96
    assert round(rmse[11]) == 64


def test_leave_one_out_is_what_refits_give() -> None:
    x, y, residuals = homework_loocv(8)
    for degree in (1, 2, 5, 8):
        for i in range(0, 100, 7):
            rest = np.arange(100) != i
            refit = Chebyshev.fit(x[rest], y[rest], degree)(x[i])
            assert residuals[degree - 1, i] == pytest.approx(y[i] - refit, rel=1e-9, abs=1e-10)


def test_leave_one_out_of_several_data_sets() -> None:
    rng = np.random.default_rng(6)
    shared, own, y = np.linspace(0, 1, 9), rng.uniform(0, 1, (3, 9)), rng.standard_normal((3, 9))
    on_shared = leave_one_out(nested_basis(shared[np.newaxis], np.empty(0), 3), y)
    on_own = leave_one_out(nested_basis(own, np.empty(0), 3), y)
    assert on_shared.shape == on_own.shape == (3, 3, 9)
    for m in range(3):
        for got, x in ((on_shared, shared), (on_own, own[m])):
            for i in range(9):
                rest = np.arange(9) != i
                refit = np.polyval(np.polyfit(x[rest], y[m, rest], 3), x[i])
                assert got[2, m, i] == pytest.approx(y[m, i] - refit, abs=1e-9)


def test_leave_one_out_is_undefined_where_the_point_decides() -> None:
    # The fit of degree n - 1 passes through every point; the lone point at 5 fixes every line with the others.
    y = np.array([[1.0, 2.0, 0.0, 4.0]])
    through_all = leave_one_out(nested_basis(np.array([[0.0, 1.0, 2.0, 4.0]]), np.empty(0), 3), y)
    assert np.isnan(through_all[2]).all()
    assert np.isfinite(through_all[:2]).all()
    lone = leave_one_out(nested_basis(np.array([[0.0, 0.0, 0.0, 5.0]]), np.empty(0), 1), y)
    assert np.isnan(lone[0, 0, 3])
    np.testing.assert_allclose(lone[0, 0, :3], [0.0, 1.5, -1.5], atol=1e-12)


@pytest.mark.parametrize("n", [6, 12, 20, 22])
@pytest.mark.parametrize("shared", [True, False])
def test_leave_one_out_is_defined_up_to_two_less_than_the_points(n, shared) -> None:
    # The other n - 1 points have one polynomial of degree n - 2, which Lagrange's formula gives in exact fractions. The
    # leverage of an end of an even grid differs from 1 by less than 1e-10 from 20 points on.
    x, y = np.arange(float(n)), np.random.default_rng(n).integers(-9, 10, n).astype(float)
    designs = x[np.newaxis] if shared else np.stack([x, x[::-1]])
    targets = np.stack([y, y]) if shared else np.stack([y, y[::-1]])
    basis = nested_basis(designs, np.empty(0), n - 1)
    residuals = leave_one_out(basis, targets)
    assert np.isnan(residuals[n - 2]).all()
    exact = [float(Fraction(y[i]) - lagrange(np.delete(x, i), np.delete(y, i), x[i])) for i in range(n)]
    np.testing.assert_allclose(residuals[n - 3, 0], exact, rtol=1e-8)
    np.testing.assert_allclose(residuals[n - 3, 1], exact if shared else exact[::-1], rtol=1e-8)


def lagrange(x, y, at):
    """Value at a point of the polynomial through all points."""
    nodes = [Fraction(v) for v in x]
    total = Fraction(0)
    for i, node in enumerate(nodes):
        term = Fraction(y[i])
        for other in (*nodes[:i], *nodes[i + 1 :]):
            term *= (Fraction(at) - other) / (node - other)
        total += term
    return total
