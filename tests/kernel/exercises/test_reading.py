"""Numbers as people type them."""

import random
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exercises.reading import LONGEST, read_numbers, split


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1728", F(1728)),
        ("1,728", F(1728)),
        ("1 728", F(1728)),
        ("1'728", F(1728)),
        ("1_728", F(1728)),
        ("1,234,567", F(1234567)),
        ("1.234.567", F(1234567)),
        ("-0.3", F(-3, 10)),
        ("−0.3", F(-3, 10)),
        ("–0,3", F(-3, 10)),
        ("+.5", F(1, 2)),
        (",5", F(1, 2)),
        ("0,655", F(655, 1000)),
        ("12,5", F(25, 2)),
        ("1.234,5", F(12345, 10)),
        ("1,234.5", F(12345, 10)),
        ("2.78e-5", F(278, 10**7)),
        ("2,78E-05", F(278, 10**7)),
        ("2.78·10^-5", F(278, 10**7)),
        ("2.78 × 10⁻⁵", F(278, 10**7)),
        ("2.78 x 10^-5", F(278, 10**7)),
        ("2.78*10**-5", F(278, 10**7)),
        ("10^-5", F(1, 10**5)),
        ("10⁷", F(10**7)),
        ("3.36G", F(3360000000)),
        ("1.5 million", F(1500000)),
        ("39/4", F(39, 4)),
        ("1⁄3", F(1, 3)),
        ("2^10", F(1024)),
        ("600000+375000", F(975000)),
        ("600,000 + 375,000", F(975000)),
        ("3*3*64*128", F(73728)),
        ("3 x 3 x 64", F(576)),
        ("(1+2)*(3+4)", F(21)),
        ("2*(3-5)^2", F(8)),
        ("-2^2", F(-4)),
        ("12.3 %", F(123, 1000)),
        ("= 5", F(5)),
    ],
)
def test_every_spelling_is_read(text, value):
    assert read_numbers(text)[0].value == value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,728", {F(1728), F(1728, 1000)}),
        ("1.728", {F(1728), F(1728, 1000)}),
        ("0,655", {F(655, 1000)}),
        ("0.655", {F(655, 1000)}),
        ("12.50", {F(25, 2)}),
        ("1,72", {F(172, 100)}),
        ("1728", {F(1728)}),
    ],
)
def test_a_mark_is_read_in_every_way_it_can_be_meant(text, values):
    assert {typed.value for typed in read_numbers(text)} == values


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("0.378", F(1, 1000)),
        ("0.10", F(1, 100)),
        ("3.36e9", F(10**7)),
        ("6e1", F(10)),
        ("1728", 0),
        ("1/3", 0),
        ("5%", 0),
    ],
)
def test_the_unit_is_that_of_the_last_digit(text, unit):
    assert read_numbers(text)[0].unit == unit


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type an answer"),
        ("   ", "Type an answer"),
        ("abc", "is not a number"),
        ("1..2", "is not a number"),
        ("1,2,3", "is not a number"),
        ("٣٤", "is not a number"),
        ("１２", "is not a number"),
        ("nan", "is not a number"),
        ("inf", "is not a number"),
        ("__import__('os')", "is not a number"),
        ("1e999", "power of ten"),
        ("1e99999", "is not a number"),
        ("9^9^9", "too large"),
        ("9^99^9", "too large"),
        ("1/0", "divides by zero"),
        ("0^-1", "divides by zero"),
        ("2^0.5", "whole powers"),
        ("(1+2", "bracket"),
        ("1\x00", "cannot be shown"),
        ("1\n2", "cannot be shown"),
        ("9" * 10_000, f"at most {LONGEST}"),
        ("(" * 70, "is not a number"),
    ],
)
def test_what_is_no_number_gets_a_sentence(text, words):
    with pytest.raises(ValueError, match=words) as refused:
        read_numbers(text)
    assert len(str(refused.value)) < 120


@given(st.text(max_size=90))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    words = ""
    try:
        assert read_numbers(text)
    except ValueError as error:
        words = str(error)
    assert words == "" or words.endswith(".")


@given(st.integers(-(10**12), 10**12), st.randoms(use_true_random=False))
def test_whole_numbers_in_any_grouping(value, chance: random.Random):
    mark = chance.choice(["", ",", " ", "'", "\N{NARROW NO-BREAK SPACE}", "_"])
    assert F(value) in {typed.value for typed in read_numbers(f"{value:,}".replace(",", mark))}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6))
def test_decimals_with_a_point_or_a_comma(value):
    for text in (str(value), str(value).replace(".", ",")):
        assert F(value) in {typed.value for typed in read_numbers(text)}


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("1 2 3", ["1", "2", "3"]),
        ("(1, 2, 3)", ["1", "2", "3"]),
        ("1,2,3", ["1", "2", "3"]),
        ("0,5; 1,5", ["0,5", "1,5"]),
        ("[0,5, 1,5]", ["0,5", "1,5"]),
        ("0,5 1,5", ["0,5", "1,5"]),
        ("1, 2,", ["1", "2"]),
    ],
)
def test_vectors_are_split_at_the_strongest_mark(text, entries):
    assert list(split(text)) == entries
