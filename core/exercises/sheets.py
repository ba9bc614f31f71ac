"""Sheets: exercises drawn by topic and seed, or picked one by one, and how they are written in a link."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.exercises.templates import LARGEST_VARIANT, Drawn, Template

LONGEST = 30  # exercises on a sheet
_PICK = re.compile(r"(?P<key>[a-z0-9_.]+)-(?P<number>\d{1,6})", re.ASCII)


def sheet(templates: Sequence[Template[Any]], *, n: int, seed: int) -> list[Drawn]:
    """Draw a sheet; no template comes twice before all have come once.

    Parameters
    ----------
    templates : sequence of Template
        What may come; the sheet keeps their order among exercises of one round.
    n : int
        Number of exercises, 1 to `LONGEST`.
    seed : int
        The same seed gives the same sheet.

    Raises
    ------
    ValueError
        If there is no template, or `n` is out of range.
    """
    if not templates:
        raise ValueError("No exercise matches; choose another topic.")
    if not 1 <= n <= LONGEST:
        raise ValueError(f"A sheet has 1 to {LONGEST} exercises; got {n}.")
    generator = random.Random(f"sheet-{seed}")
    drawn: list[Drawn] = []
    while len(drawn) < n:
        places = sorted(generator.sample(range(len(templates)), min(n - len(drawn), len(templates))))
        drawn += [templates[place].variant(generator.randint(1, LARGEST_VARIANT)) for place in places]
    return drawn


def picked(text: str, templates: Mapping[str, Template[Any]]) -> tuple[list[Drawn], list[str]]:
    """Read exercises picked by hand from a link, such as "cnn_cost.convolution-7~ranking_curves.prg-0".

    Returns
    -------
    drawn : list of Drawn
        What could be read, `LONGEST` at most.
    notes : list of str
        A sentence for what could not.
    """
    drawn: list[Drawn] = []
    unknown = 0
    picks = [pick for pick in re.split(r"[~,]", text[: 60 * LONGEST]) if pick]
    for pick in picks[:LONGEST]:
        found = _PICK.fullmatch(pick)
        template = templates.get(found["key"]) if found else None
        if found is None or template is None:
            unknown += 1
            continue
        drawn.append(template.variant(int(found["number"])))
    notes = []
    if unknown:
        notes.append(f"{unknown} of the exercises in the link {'is' if unknown == 1 else 'are'} not known here.")
    if len(picks) > LONGEST or len(text) > 60 * LONGEST:
        notes.append(f"A sheet has at most {LONGEST} exercises; the link asks for more.")
    return drawn, notes


def pick(drawn: Sequence[Drawn]) -> str:
    """Write exercises for a link; `picked` reads it."""
    return "~".join(exercise.key for exercise in drawn)
