"""Numbers as a reader wants them: the digits that mean something."""

from __future__ import annotations

import math

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """Write a number with `digits` significant digits, in plain form where that stays short.

    >>> number(0.59471), number(7.512), number(1234567.0), number(0.0)
    ('0.595', '7.51', '1.23 × 10⁶', '0')
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    mantissa, power = f"{value:.{digits - 1}e}".split("e")  # the exponent of the rounded value: 99.96 is 100
    if -4 <= int(power) < 5:
        return f"{value:.{max(digits - 1 - int(power), 0)}f}".replace("-", "−")
    return f"{mantissa} × 10{str(int(power)).translate(_SUPERSCRIPT)}".replace("-", "−")


def fixed(value: float, decimals: int = 3) -> str:
    """Write a number with a fixed number of decimals, or as a power of ten where that would say nothing.

    >>> fixed(0.0652), fixed(12.3456), fixed(2.5e-7), fixed(123456.0)
    ('0.065', '12.346', '2.50 × 10⁻⁷', '1.23 × 10⁵')
    """
    if value != 0 and math.isfinite(value) and not 0.5 * 10**-decimals <= abs(value) < 1e4:
        mantissa, power = f"{value:.2e}".split("e")
        return f"{mantissa} × 10{str(int(power)).translate(_SUPERSCRIPT)}".replace("-", "−")
    return f"{value:.{decimals}f}".replace("-", "−") if math.isfinite(value) else number(value)
