"""Checks of the values of a specification."""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from typing import Any


def read(kind: str, value: Any) -> Any:
    """Convert a JSON value, which has no tuples and writes 1.0 as 1, to the type of a field."""
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list):
        return tuple(tuple(each) if isinstance(each, list) else each for each in value)
    return value


def check_types(setup: Any) -> None:
    """Raise ValueError if a field of a dataclass has the wrong type, or a number that is not finite."""
    kinds = {"str": str, "int": int, "float": (int, float), "bool": bool}
    for field in fields(setup):
        value = getattr(setup, field.name)
        expected: Any = kinds.get(str(field.type), tuple)
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            raise ValueError(f"`{field.name}` has a value of the wrong kind: {str(value)[:40]}.")
        if isinstance(value, float) and not isfinite(value):
            raise ValueError(f"`{field.name}` must be a finite number; got {value:g}.")


def check_pairs(name: str, pairs: tuple[Any, ...], kinds: tuple[Any, Any]) -> None:
    """Raise ValueError unless all elements are pairs of these types."""
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(map(isinstance, pair, kinds))):
            raise ValueError(f"`{name}` must be pairs of values; got {str(pair)[:40]}.")


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise ValueError unless a value is one of the choices."""
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {', '.join(choices)}; got {value[:40]}.")


def check_range(name: str, value: float, least: float, most: float) -> None:
    """Raise ValueError unless a number is in a closed interval."""
    if not least <= value <= most:
        raise ValueError(f"`{name}` must be in [{least:g}, {most:,.10g}]; got {value:,.10g}.")


def check_rates(low: float, high: float) -> None:
    """Raise ValueError unless two rates are positive and at least a factor of ten apart."""
    if low <= 0:
        raise ValueError(f"`low` must be above 0; got {low:g}.")
    if high < 10 * low:
        raise ValueError(f"`high` must be at least ten times `low`, {low:g}; got {high:g}.")
