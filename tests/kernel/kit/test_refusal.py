"""Refusals, told from the messages of libraries."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np

from core.kit.refusal import reason


def raised(act: Callable[[], object]) -> Exception:
    try:
        act()
    except Exception as error:  # noqa: BLE001  whatever it is
        return error
    raise AssertionError("nothing was raised")


def refuse(words: str) -> None:
    raise ValueError(words)


def test_a_sentence_of_ours_is_a_reason() -> None:
    for words in ("`noise_std` must be in [0, 5]; got -1.", "Is it a number?", "A\nB."):
        assert reason(raised(lambda words=words: refuse(words))) == words


OTHERS: list[Callable[[], object]] = [
    lambda: int("x"),
    lambda: float("x"),
    lambda: math.log(0),
    lambda: np.zeros(0).min(),
    lambda: np.zeros(3) + np.zeros(2),
    lambda: bool(np.zeros(2) == 0),
    lambda: np.array([[1], [1, 2]]),
    lambda: np.random.default_rng(0).choice(2, p=[0.5, 0.6]),
    lambda: json.loads("{"),
    lambda: b"\xff".decode(),
    lambda: [].index(1),
    lambda: refuse("list index out of range"),
    lambda: refuse(""),
    lambda: [][0],
    lambda: 1 / 0,
    lambda: {}["x"],
]


def test_what_others_say_is_none() -> None:
    assert [reason(raised(act)) for act in OTHERS] == [""] * len(OTHERS)


def test_what_was_never_raised_is_none() -> None:
    assert reason(ValueError("A sentence.")) == ""
