"""Least squares as the labs compute it, on the linear data sets that NIST publishes to test such code."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from core.labs.regularization.compute.spectral import decompose_features
from core.regression.polynomials import fits, nested_basis, project
from tests.nist_strd import DATA_SETS, Certified

POLYNOMIALS = ("Norris", "Pontius", "Filip", "Wampler1", "Wampler2", "Wampler3", "Wampler4", "Wampler5")


def exact_coefficients(known: Certified) -> tuple[list[list[Fraction]], list[Fraction]]:
    """Return rows of the design matrix, and the coefficients from the normal equations in exact fractions."""
    columns = [[Fraction(text) for text in column] for column in known.columns]
    if known.powers:
        rows = [[value**power for power in known.powers] for value in columns[0]]
    else:
        rows = [[Fraction(1), *values] for values in zip(*columns, strict=True)]
    y = [Fraction(text) for text in known.y]
    size = len(rows[0])
    table = [
        [
            *(sum(row[i] * row[j] for row in rows) for j in range(size)),
            sum(r[i] * v for r, v in zip(rows, y, strict=True)),
        ]
        for i in range(size)
    ]
    for k in range(size):
        table[k] = [value / table[k][k] for value in table[k]]  # positive definite: the pivots are positive
        for i in range(size):
            if i != k:
                table[i] = [a - table[i][k] * b for a, b in zip(table[i], table[k], strict=True)]
    return rows, [row[-1] for row in table]


def exact_fit(known: Certified) -> tuple[np.ndarray, float]:
    """Return predictions and residual sum of squares, exact up to the last rounding."""
    rows, coefficients = exact_coefficients(known)
    fitted = [sum(c * value for c, value in zip(coefficients, row, strict=True)) for row in rows]
    squares = sum((Fraction(text) - value) ** 2 for text, value in zip(known.y, fitted, strict=True))
    return np.array([float(value) for value in fitted]), float(squares)


def computed_fit(name: str) -> np.ndarray:
    """Return predictions by the code of the labs."""
    known = DATA_SETS[name]
    y, columns = np.array(known.y, dtype=float), np.array(known.columns, dtype=float)
    if name in POLYNOMIALS:
        basis = nested_basis(columns, columns[0], known.powers[-1])
        return fits(project(basis.train, y[np.newaxis]), basis.at)[0, -1]
    if known.powers == (1,):  # a line through the origin is the line through the points and their mirror images
        x, both = np.append(columns, -columns), np.append(y, -y)
        basis = nested_basis(x[np.newaxis], columns[0], 1)
        return fits(project(basis.train, both[np.newaxis]), basis.at)[0, -1]
    spectrum = decompose_features(columns.T, columns.T)
    return (spectrum.train @ y) @ spectrum.at


@pytest.mark.parametrize("name", DATA_SETS)
def test_the_data_are_those_that_nist_certifies(name: str) -> None:
    known = DATA_SETS[name]
    _, coefficients = exact_coefficients(known)
    assert [float(c) for c in coefficients] == pytest.approx(list(known.coefficients), rel=2e-14)
    assert exact_fit(known)[1] == pytest.approx(known.residual_squares, rel=2e-14)


@pytest.mark.parametrize("name", DATA_SETS)
def test_thirteen_digits_of_every_fit(name: str) -> None:
    known = DATA_SETS[name]
    exact, _ = exact_fit(known)
    fitted = computed_fit(name)
    assert np.abs(fitted - exact).max() < 1e-13 * np.abs(exact).max()
    y = np.array(known.y, dtype=float)
    assert ((y - fitted) ** 2).sum() == pytest.approx(known.residual_squares, rel=1e-12, abs=1e-26 * (y**2).sum())


def test_numpy_polyfit_has_fewer_digits_on_filip() -> None:
    known = DATA_SETS["Filip"]
    x, y = np.array(known.columns[0], dtype=float), np.array(known.y, dtype=float)
    error = np.abs(np.polyval(np.polyfit(x, y, 10), x) - exact_fit(known)[0]).max()
    assert 1e-11 < error < 1e-6
