"""Numbers as text."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.words import fixed, larger, number, percent, tex, verbatim, with_error


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


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.43412, 0.0134, "0.434 ± 0.013"),
        (26.787, 1.74, "26.8 ± 1.7"),
        (179.204, 26.3, "179 ± 26"),
        (-0.0004, 0.00312, "−0.0004 ± 0.0031"),
        (0.25, 0.0, "0.250"),
        (1.26e12, 3.1e11, "1.26 × 10¹² ± 3.1 × 10¹¹"),
    ],
)
def test_with_error(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.365, "36"), (0.0825, "8.2"), (0.0, "0"), (1.0, "100"), (0.0004, "0.0"), (0.1, "10")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == f"{text}%"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.124, "12% larger than"), (1.001, "less than 1% larger than"), (3.0, "3.0 times"), (47.1, "47 times")],
)
def test_larger(ratio: float, text: str) -> None:
    assert larger(ratio) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.25, "0.25"),
        (1234.56, "1235"),
        (-2.5e-7, r"-2.5\cdot 10^{-7}"),
        (3.21e7, r"3.21\cdot 10^{7}"),
        (float("nan"), r"\text{undefined}"),
        (float("inf"), r"\infty"),
        (float("-inf"), r"-\infty"),
    ],
)
def test_tex(value: float, text: str) -> None:
    assert tex(value) == text


def test_a_text_for_markdown_is_escaped_on_one_line_and_nothing_of_it_is_lost() -> None:
    text = "a_b*c* `d` $e$ [f](g)\n# h :i: www.j k@l --> ~~m~~ <n> \\o &p; | q: r"
    found = verbatim(text)
    assert "\n" not in found and "\\_b\\*c\\*" in found
    for broken in (":i", "www.", "k@l", "--", "->"):
        assert broken not in found
    assert re.sub(r"\\(.)|\N{WORD JOINER}", r"\1", found) == text.replace("\n", " ")


@pytest.mark.parametrize("start", ["# ", "- ", "+ ", "1. ", "12) ", "= ", "> ", "| ", "    "])
def test_a_text_for_markdown_begins_no_heading_list_or_code(start: str) -> None:
    found = verbatim(f"{start}x")
    assert re.match(r"\d*\\|x", found) and re.sub(r"\\", "", found) == f"{start}x".strip()


def test_what_turns_the_direction_of_a_text_is_left_out() -> None:
    assert verbatim("a\u202eb\u200bc\x00d\te\u2028f") == "abcd e f"


@given(st.integers(1, 9999), st.integers(-6, 3))
def test_two_ways_to_a_number_between_two_texts_give_the_same_text(digits: int, power: int) -> None:
    # A last digit 5, which one rounding error above or below would be rounded up or down.
    middle = float(f"{digits}5e{power - 3}")
    near = [math.nextafter(middle, 0), middle, math.nextafter(middle, 1e9), middle * (1 + 1e-15)]
    for write in (number, fixed, percent, lambda value: with_error(value, value / 10), lambda value: larger(1 + value)):
        assert len({write(value) for value in near}) == 1
