"""Numbers as text."""

from __future__ import annotations

import pytest

from core.text import fixed, number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.594651, "0.595"),
        (7.51183, "7.51"),
        (99.96, "100"),
        (12345.0, "12345"),
        (1234567.0, "1.23 × 10⁶"),
        (0.000123, "0.000123"),
        (-0.00001234, "−1.23 × 10⁻⁵"),
        (float("inf"), "∞"),
        (float("nan"), "–"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (0.0652, "0.065"),
        (12.34567, "12.346"),
        (0.0005, "0.001"),
        (0.000499, "4.99 × 10⁻⁴"),
        (-2.5e-7, "−2.50 × 10⁻⁷"),
        (123456.0, "1.23 × 10⁵"),
        (float("nan"), "–"),
    ],
)
def test_fixed(value: float, text: str) -> None:
    assert fixed(value) == text
