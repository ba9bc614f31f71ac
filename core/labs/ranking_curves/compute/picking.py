"""The choice of columns in a visitor's file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from core.labs.ranking_curves.compute.uploads import Picks

NAMES = ("label_column", "positive_class", "score_columns", "count_column")  # of the controls
Offered = tuple[Mapping[int, str], tuple[int, ...]]


def picks_of(values: Mapping[str, Any]) -> Picks:
    """Return the picks that the four controls hold."""
    label, positive, scores, counts = (values[name] for name in NAMES)
    return Picks(sum(label), sum(positive), scores, sum(counts))  # none or one of each but the scores


def completed(values: Mapping[str, Any]) -> Picks:
    """Return the picks of a visitor, completed as far as the lab can tell."""
    picks = picks_of(values)
    with suppress(ValueError):  # the picture says why
        return values["upload"].reading(picks).picks  # type: ignore[no-any-return]
    return picks


def columns_offered(what: str) -> Callable[[Mapping[str, Any]], Offered]:
    """Return what offers all columns, and the one that is taken for "label", "scores", or "counts"."""

    def offered(values: Mapping[str, Any]) -> Offered:
        taken = getattr(completed(values), what)
        every = dict(enumerate(values["upload"].sketch.titles, 1))
        return every, taken if isinstance(taken, tuple) else (taken,) * bool(taken)

    return offered


def classes_offered(values: Mapping[str, Any]) -> Offered:
    """Return the different values of the labels, and the one that is taken for positive."""
    picks = completed(values)
    if not picks.label or picks.label > len(values["upload"].sketch.values):
        return {}, ()
    return dict(enumerate(values["upload"].sketch.values[picks.label - 1], 1)), (picks.positive,) * bool(picks.positive)
