"""Numbers in a text: what counts as one."""

from __future__ import annotations

import pytest

from tests.words import numbers_in, units_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("16,484,192 activations, 1,728 of them", [16_484_192, 1_728]),
        ("degrees 1, 3, or 10", [1, 3, 10]),
        ("5% and 0.05, never .05", [5, 0.05, 0.05]),
        ("from −0.3 to 0.3; x − 2x² is 10−3", [-0.3, 0.3, 10, 3]),
        ("1.2 × 10⁻³, 10⁶, and 3 × 10 = 30", [0.0012, 1e6, 3, 10, 30]),
        ("3×3 and 224×224", [3, 3, 224, 224]),
        ("VGG19, ResNet-18, block3_conv3, module 3b, g₁, conv3-64, η₀, C²", []),
        ("(0.5) and [2, 3]; 7.", [0.5, 2, 3, 7]),
    ],
)
def test_numbers_in(text: str, numbers: list[float]) -> None:
    assert numbers_in(text) == pytest.approx(numbers)


def test_units_in() -> None:
    values, units = zip(*units_in("0.40 of 1,200, 1.2 × 10⁻³"), strict=True)
    assert values == pytest.approx((0.4, 1200, 0.0012)) and units == pytest.approx((0.01, 1, 1e-4))
