"""Parameters of a function that takes those of another one as keywords."""

from dataclasses import dataclass
from inspect import signature
from typing import Any

from core.kit.parameters import parameters, with_parameters_of


@dataclass(frozen=True, kw_only=True)
class Drawn:
    size: int = 3
    low: float = 0.0
    seed: int = 7


@with_parameters_of(Drawn, but=("seed",))
def compute(*, low: float, folds: int = 5, **drawn: Any) -> tuple[int, Drawn]:
    return folds, Drawn(low=low, **drawn)


def test_keywords_are_spelled_out_once() -> None:
    assert parameters(compute) == ("low", "folds", "size")
    named = signature(compute).parameters
    assert {name: each.default for name, each in named.items()} == {"low": named["low"].empty, "folds": 5, "size": 3}
    assert compute(low=1.0, size=9) == (5, Drawn(low=1.0, size=9))
