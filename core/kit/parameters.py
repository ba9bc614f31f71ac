"""Names of the parameters of functions: what a page gives them of the values of its controls."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from functools import cache
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@cache
def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a function's parameters, in order."""
    return tuple(inspect.signature(function).parameters)


def with_parameters_of(other: Callable[..., Any], *, but: Collection[str] = ()) -> Callable[[F], F]:
    """Declare that the `**keywords` of a function are the parameters of another one.

    Settings are thus spelled out once, as the fields of a dataclass: the function that a page calls with the values of
    its controls takes them as keywords, makes the object, and everything below takes that object whole.

    Parameters
    ----------
    other : callable
        A dataclass of settings, or a function. Parameters that the decorated function names itself stay its own.
    but : collection of str
        Parameters of `other` that the decorated function does not take.
    """

    def declare(function: F) -> F:
        signature = inspect.signature(function)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        named = {*but, *(each.name for each in own)}
        more = [each for each in inspect.signature(other).parameters.values() if each.name not in named]
        function.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]
        return function

    return declare
