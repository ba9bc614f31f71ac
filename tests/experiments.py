"""Calls of functions that take the settings of an experiment."""

from collections.abc import Callable
from typing import Any

from core.regression.designs import Settings


def on(function: Callable[..., Any], **given: Any) -> Any:
    """Call a function with the settings among `given` as one object, and the rest as its own keywords."""
    known = {name: given.pop(name) for name in vars(Settings()) if name in given}
    return function(Settings(**known), **given)
