"""The three spaces of a ranking, and the operating points in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.draw.live import Track
from core.draw.marks import Trace, unseen
from core.draw.style import layout
from core.kit.arrays import Numbers
from core.labs.ranking_curves.compute.comparison import Comparison
from core.labs.ranking_curves.panels.view import View
from core.ranking.curves import Ranking, pr_curve, prg_curve

ROLES = ("first", "second", "third", "fourth", "fifth")  # of the models
UPPER, LOWER = 380, 250  # height of the panels of both rows
QUARTERS = {"dtick": 0.25}  # of an axis of shares
FAR = 1e30  # numbers that are farther out do not fit into those of the browser


@dataclass(frozen=True)
class Space:
    """A plane in which a ranking is a curve.

    Attributes
    ----------
    key : str
        Name among the bands of a bootstrap.
    title, x, y : str
        Of the panel and of its axes.
    up : (float, float)
        Range of the vertical axis; ranges never move.
    words : str
        Both coordinates in words, as hover text.
    place : callable
        Maps ranking, true positives, false positives, and prevalence to coordinates; nan or infinite if there are none.
    curve : callable
        Maps ranking and prevalence to the curve that its thresholds, and mixtures of them, reach.
    """

    key: str
    title: str
    x: str
    y: str
    up: tuple[float, float]
    words: str
    place: Callable[[Ranking, Any, Any, float | None], tuple[Numbers, Numbers]]
    curve: Callable[[Ranking, float | None], tuple[Numbers, Numbers]]


ACROSS = (-0.03, 1.04)  # range of the horizontal axis of all spaces
ROC = Space(
    key="roc",
    title="ROC",
    x="false positive rate",
    y="true positive rate",
    up=(-0.04, 1.09),
    words="true positive rate %{y:.3f}<br>false positive rate %{x:.3f}",
    place=lambda ranking, tp, fp, prevalence: ranking.roc(tp, fp),
    curve=lambda ranking, prevalence: ranking.roc(*ranking.corners),
)
PR = Space(
    key="pr",
    title="PR",
    x="recall",
    y="precision",
    up=(-0.04, 1.09),
    words="recall %{x:.3f}<br>precision %{y:.3f}",
    place=Ranking.pr,
    curve=pr_curve,
)
PRG = Space(
    key="prg",
    title="PRG",
    x="recall gain",
    y="precision gain",
    up=(-0.27, 1.09),
    words="recall gain %{x:.3f}<br>precision gain %{y:.3f}",
    place=Ranking.prg,
    curve=prg_curve,
)


def panel_layout(
    title: str, x: str, y: str, across: tuple[float, float], up: tuple[float, float], **more: dict[str, Any]
) -> dict[str, Any]:
    """Return the layout of a panel that may be 300 pixels wide and 150 high; `more` refines its axes."""
    axes = {
        name: {"range": list(span), "title": {"standoff": 5}} | more.get(name, {})
        for name, span in (("xaxis", across), ("yaxis", up))
    }
    return layout(title=title, x=x, y=y, margin={"l": 50, "r": 10, "t": 28, "b": 38}, **axes)


def prevalence_of(result: Comparison, view: View) -> float:
    """Return the prevalence in use: the chosen one, or that of the data."""
    return float(result.rankings[0].sizes(view.share).prevalence)


def models(result: Comparison) -> list[tuple[str, str, Ranking]]:
    """Return name, color role, and ranking of each model."""
    return list(zip(result.scored.names, ROLES, result.rankings, strict=False))


def plain(text: str, longest: int = 18) -> str:
    """Return a foreign name as plotly should write it: shortened, and without tags."""
    short = text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "% {")


def tracks(result: Comparison, view: View, space: Space) -> tuple[Track, ...]:
    """Return the operating point of each model at every step."""
    return tuple(Track(x, y, role) for role, (x, y) in zip(ROLES, _points(result, view, space), strict=False))


def _points(result: Comparison, view: View, space: Space) -> list[tuple[Numbers, Numbers]]:
    found = []
    for ranking, counts in zip(result.rankings, result.counts, strict=True):
        x, y = space.place(ranking, *counts, view.share)
        # Each coordinate by itself: true positive rate and recall are one array, which then travels once.
        found.append((np.where(np.isfinite(x), x, np.nan), np.where(np.isfinite(y), y, np.nan)))
    return found


def spoken(result: Comparison, view: View, space: Space) -> list[Trace]:
    """Draw an invisible trace per model through the points of the tracks, for hover text."""
    traces = []
    for (name, role, _), (x, y), cuts in zip(
        models(result), _points(result, view, space), result.thresholds, strict=True
    ):
        words = f"{plain(name, 30)}<br>score ≥ %{{customdata:.4~g}}<br>{space.words}"
        score = np.where(np.isfinite(cuts), np.clip(cuts, -FAR, FAR), np.nan)
        y = np.where(np.isfinite(cuts), y, np.nan)  # no score is infinite
        traces.append(unseen(x, y, f"thresholds of {name}", words, customdata=score, legendgroup=role))
    return traces
