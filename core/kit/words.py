"""Numbers as a reader wants them: only the digits that mean something."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable

BYTES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B"))
# How a text begins that a spreadsheet takes for a formula; a signed number is not one.
_FORMULA = re.compile(r"[=@\t\r\n＝＋－＠]|[-+](?!\d*\.?\d+(e[-+]?\d+)?$)", re.IGNORECASE)
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def settled(value: float) -> float:
    """Round to twelve digits, so that two computations of a number halfway between two texts give the same text.

    >>> settled(0.01255 + 1e-17) == settled(0.01255 - 1e-17)
    True
    """
    return float(f"{value:.12g}")


def number(value: float, digits: int = 3) -> str:
    """Write a number with `digits` significant digits, in plain form where that stays short.

    >>> number(0.59471), number(7.512), number(1234567.0), number(0.0)
    ('0.595', '7.51', '1.23 × 10⁶', '0')
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    value = settled(value)
    mantissa, power = f"{value:.{digits - 1}e}".split("e")  # the exponent of the rounded value: 99.96 is 100
    if -4 <= int(power) < 5:
        return f"{value:.{max(digits - 1 - int(power), 0)}f}".replace("-", "−")
    return f"{mantissa} × 10{superscript(int(power))}".replace("-", "−")


def fixed(value: float, decimals: int = 3) -> str:
    """Write a number with a fixed number of decimals, or as a power of ten where those would all be 0 or too many.

    >>> fixed(0.0652), fixed(12.3456), fixed(2.5e-7), fixed(123456.0)
    ('0.065', '12.346', '2.50 × 10⁻⁷', '1.23 × 10⁵')
    """
    value = settled(value)
    if value != 0 and math.isfinite(value) and not 0.5 * 10**-decimals <= abs(value) < 1e4:
        mantissa, power = f"{value:.2e}".split("e")
        return f"{mantissa} × 10{superscript(int(power))}".replace("-", "−")
    return f"{value:.{decimals}f}".replace("-", "−") if math.isfinite(value) else number(value)


def each(values: Iterable[float], show: Callable[[float], str] = fixed) -> tuple[str, ...]:
    """Write each of some numbers.

    >>> each([0.5, 0.25]), each([1e6], number)
    (('0.500', '0.250'), ('1.00 × 10⁶',))
    """
    return tuple(show(float(value)) for value in values)


def bracketed(value: float) -> str:
    """Write a number as a factor or a term of a formula: a negative one in parentheses.

    >>> bracketed(0.25), bracketed(-2.0)
    ('0.250', '(−2.00)')
    """
    return f"({number(value)})" if value < 0 else number(value)


def superscript(whole: int) -> str:
    """Write a whole number as an exponent.

    >>> superscript(-12)
    '⁻¹²'
    """
    return str(whole).translate(_SUPERSCRIPT)


def subscript(value: float) -> str:
    """Write a number that is not negative as an index.

    >>> subscript(10), subscript(0.5)
    ('₁₀', '₀.₅')
    """
    return f"{value:g}".translate(_SUBSCRIPT)


def with_error(value: float, error: float) -> str:
    """Write an estimate with its standard error, to the second significant digit of the error.

    >>> with_error(0.43412, 0.0134), with_error(26.787, 1.74), with_error(0.25, 0.0)
    ('0.434 ± 0.013', '26.8 ± 1.7', '0.250')
    """
    if not (error > 0 and math.isfinite(error) and math.isfinite(value)):
        return fixed(value)
    value, error = settled(value), settled(error)
    power = int(f"{error:.1e}".split("e")[1])
    if -5 < power < 3 and abs(value) < 1e5:
        decimals = max(1 - power, 0)
        return f"{value:.{decimals}f} ± {error:.{decimals}f}".replace("-", "−")
    return f"{number(value)} ± {number(error, 2)}"


def percent(share: float) -> str:
    r"""Write a fraction as a percentage: whole from 10% on, with one decimal below.

    >>> percent(0.365), percent(0.0825), percent(0.0), percent(1.0)
    ('36%', '8.2%', '0%', '100%')
    """
    part = settled(100 * share)
    return f"{part:.0f}%" if part >= 10 or part == 0 else f"{part:.1f}%"


def larger(ratio: float) -> str:
    r"""Write how one positive number compares with a smaller one, from their ratio, to be followed by "that of ...".

    >>> larger(1.124), larger(4632.0)
    ('12% larger than', '4632 times')
    """
    if ratio < 3:
        part = settled(100 * (ratio - 1))
        return f"{f'{part:.0f}' if part >= 1 else 'less than 1'}% larger than"
    return f"{number(ratio, 2)} times"


def size_text(size: float) -> str:
    """Write a number of bytes, in powers of 1000.

    >>> size_text(999), size_text(2.5e6)
    ('999 B', '2.50 MB')
    """
    factor, unit = next((pair for pair in BYTES if size >= pair[0]), BYTES[-1])
    return f"{size / factor:.{0 if unit == 'B' else 2}f} {unit}"


def verbatim(text: str) -> str:
    r"""Write a foreign text on one line so that Markdown, as Streamlit reads it, shows the text unchanged.

    What Streamlit replaces besides Markdown (icons, arrows, addresses) ignores backslashes: an invisible word joiner
    breaks it up. Invisible characters are left out, since they could reverse the direction of the words around them.

    >>> verbatim("__import__('os')  # $x$")
    "\\_\\_import\\_\\_('os') \\# \\$x\\$"
    """
    seen = "".join(c for c in " ".join(text.split()) if c.isprintable())
    escaped = re.sub(r"([\\`*_\[\]$~<>&|#])", r"\\\1", seen)
    escaped = re.sub(r"^(\d*)([-+.)=])", r"\1\\\2", escaped)  # a list or a line under a heading
    return re.sub(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)|(?<=[-<>=~])(?=\\?[-<>=~])", "\N{WORD JOINER}", escaped)


def inert(text: str, mark: str = "'") -> str:
    """Return a text that no spreadsheet runs: an apostrophe precedes what would be taken for a formula.

    >>> inert("=1+1"), inert("-1.5"), inert("a = b")
    ("'=1+1", '-1.5', 'a = b')
    """
    return f"{mark}{text}" if _FORMULA.match(text) else text


def tex(value: float) -> str:
    r"""Write a number with four significant digits for a formula in TeX.

    >>> tex(0.25), tex(2.5e-7), tex(float("nan"))
    ('0.25', '2.5\\cdot 10^{-7}', '\\text{undefined}')
    """
    if not math.isfinite(value):
        return r"\text{undefined}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    mantissa, _, power = f"{value:.4g}".partition("e")
    return rf"{mantissa}\cdot 10^{{{int(power)}}}" if power else mantissa
