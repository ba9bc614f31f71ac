"""Choosing a degree: how often each rule picks each one."""

from __future__ import annotations

from core.draw.live import Panel
from core.draw.regression import choice_rows
from core.labs.bias_variance.compute.explore import Exploration
from core.labs.bias_variance.panels.errors import HEIGHT

RULES = {  # rule of core.regression.selection -> label, color role
    "oracle": ("best fixed degree", "risk"),
    "one test set": ("one test set", "test"),
    "hold-out": ("hold-out", "second"),
    "k-fold": ("{folds}-fold", "first"),
    "leave-one-out": ("leave-one-out", "threshold"),
}


def rule_name(result: Exploration, rule: str) -> str:
    """Return the name of a selection rule on screen."""
    return RULES[rule][0].format(folds=result.folds)


def choosing(result: Exploration, compare: tuple[int, ...]) -> tuple[Panel, ...]:
    """Draw the choices of every rule over many repetitions of the experiment."""
    s = result.selection
    looks = {rule: (rule_name(result, rule), RULES[rule][1]) for rule in s.rules}
    return (choice_rows(s, looks, HEIGHT),)
