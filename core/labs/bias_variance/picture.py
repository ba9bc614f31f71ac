"""Pictures of the bias-variance lab: one data set, many data sets, and the choice of a degree."""

from __future__ import annotations

from core.draw.live import Axis, Picture
from core.draw.thumbnail import svg_curves
from core.kit.arrays import Numbers
from core.labs.bias_variance.compute.explore import Exploration
from core.labs.bias_variance.compute.own import OwnFits
from core.labs.bias_variance.panels.choice import choosing
from core.labs.bias_variance.panels.errors import error_curves
from core.labs.bias_variance.panels.fits import many_data_sets, one_data_set
from core.labs.bias_variance.panels.own import own_errors, own_fits
from core.labs.bias_variance.words import (
    identity,
    own_readouts,
    own_sentence,
    own_summary,
    rules,
    shares,
    summary,
    terms,
)
from core.regression.decomposition import decompose
from core.regression.designs import Settings
from core.regression.points import UNKNOWN


def picture(result: Exploration | OwnFits, *, view: str, compare: tuple[int, ...], log_y: bool) -> Picture:
    """Draw an exploration, scrubbed by degree.

    Parameters
    ----------
    result
        What to show.
    view
        Key of `core.labs.bias_variance.controls.VIEWS`: the panels left of the error curves.
    compare
        Degrees whose fits stay on screen in the view "one".
    log_y
        Logarithmic error axis.

    Raises
    ------
    ValueError
        If the view "choose", which draws many data sets, is asked for where nobody knows the true function.
    """
    if isinstance(result, OwnFits):
        return _of_points(result, view, compare, log_y)
    left = {"one": one_data_set, "many": many_data_sets, "choose": choosing}[view]
    words = rules if view == "choose" else identity
    d = result.decomposition
    return Picture(
        panels=(*left(result, compare), error_curves(result, log_y)),
        axis=_degrees(d.degrees),
        readouts=shares(result) if view == "choose" else terms(result, view),
        sentences=tuple(f"{words(result, k)} {d.degree_limit}".strip() for k in range(len(d.degrees))),
        summaries=tuple(summary(result, view, k) for k in range(len(d.degrees))),
    )


def _of_points(result: OwnFits, view: str, compare: tuple[int, ...], log_y: bool) -> Picture:
    """Draw what a visitor's own points tell."""
    if view == "choose":
        raise ValueError(UNKNOWN)
    count = len(result.degrees)
    return Picture(
        panels=(own_fits(result, compare, view == "many"), own_errors(result, log_y)),
        axis=_degrees(result.degrees),
        readouts=own_readouts(result),
        sentences=tuple(own_sentence(result, k) for k in range(count)),
        summaries=tuple(own_summary(result, k) for k in range(count)),
    )


def _degrees(degrees: Numbers) -> Axis:
    return Axis("degree", "Degree", tuple(int(k) for k in degrees), tuple(str(k) for k in degrees))


def thumbnail() -> str:
    """Draw the error curves of the default experiment as a small SVG."""
    d = decompose(Settings(n_test=50, seed=26))  # what a first visit to the page shows
    x = d.degrees[:12].astype(float)
    curves = {"bias²": ("bias", d.bias2), "variance": ("variance", d.variance), "expected error": ("risk", d.risk)}
    lines = [(name, role, x, y[:12]) for name, (role, y) in curves.items()]
    return svg_curves(lines, top=2.2 * float(d.risk.min()), mark=d.best)
