"""The experiment repeated: what every rule picks, and the cost of its choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.draw.live import Picture
from core.draw.regression import choice_rows
from core.kit.lab import Section
from core.kit.words import percent, with_error
from core.labs.model_selection.compute.explore import ModelSelection
from core.labs.model_selection.panels.view import RULES, degrees_axis, name_of
from core.regression.controls import if_known
from core.regression.selection import Selection
from core.regression.validation_choices import ORACLE

_HEIGHT = 720
_SIMPLER = ", one SE"


def choices(result: ModelSelection, values: Mapping[str, Any]) -> Sequence[str | Picture]:
    """Draw bars of what the rules pick, and a table of the costs."""
    try:
        s = result.choices
    except ValueError as error:
        return (str(error),)
    looks = {rule: _look(result, rule) for rule in s.rules}
    best = int(s.picks[ORACLE][0])
    start = float(min(int(values["degree"]), s.degrees.size))
    return (
        _opening(result, s, best),
        Picture(
            panels=(choice_rows(s, looks, _HEIGHT),),
            axis=degrees_axis(s.degrees, "picked", start),
            sentences=tuple(_sentence(s, looks, k) for k in range(s.degrees.size)),
        ),
        _costs(s, looks, best),
    )


def _look(result: ModelSelection, rule: str) -> tuple[str, str]:
    """Return name and color role of a rule of the repetitions."""
    if rule == ORACLE:
        return "best fixed degree", "risk"
    plain = rule.removesuffix(_SIMPLER)
    name = name_of(result, plain)
    if plain == "repeated k-fold":
        name = f"repeated {result.folds}-fold"
    return name + rule.removeprefix(plain), RULES[plain][1]


def _opening(result: ModelSelection, s: Selection, best: int) -> str:
    times = len(s.picks[ORACLE])
    fewer = " (fewer, because new inputs take longer)" if times < result.repetitions else ""
    return (
        f"Each criterion picks a degree in {times:,} repetitions{fewer}; the best fixed degree is "
        f"{best}. Under each name: its average extra expected error."
    )


def _sentence(s: Selection, looks: Mapping[str, tuple[str, str]], k: int) -> str:
    column = {rule: float(share) for rule, share in zip(s.rules, s.shares[:, k], strict=True) if rule != ORACLE}
    most, least = max(column, key=lambda rule: column[rule]), min(column, key=lambda rule: column[rule])
    degree = int(s.degrees[k])
    if column[most] == 0:
        return f"No criterion ever picks degree {degree}."
    return (
        f"Degree {degree} is picked most often by {looks[most][0]}, in {percent(column[most])} of the repetitions, and "
        f"least often by {looks[least][0]}, in {percent(column[least])}."
    )


def _costs(s: Selection, looks: Mapping[str, tuple[str, str]], best: int) -> str:
    """Write a table of the rules, the cheapest first."""
    blind = [i for i, rule in enumerate(s.rules) if rule != ORACLE]
    rows = "".join(
        f"| {looks[s.rules[i]][0]} | {percent(float(s.shares[i, best - 1]))} | {int(s.degrees[s.shares[i].argmax()])} "
        f"| {with_error(float(s.excess[i]), float(s.excess_se[i]))} |\n"
        for i in sorted(blind, key=lambda i: s.excess[i])
    )
    head = f"| criterion | picks degree {best} | picks most often | extra expected error (y²) |\n|---|--:|--:|--:|\n"
    return head + rows


SECTION = if_known(Section("What each criterion picks over many data sets", choices))
