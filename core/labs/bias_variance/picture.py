"""Pictures of the bias-variance lab: one data set, many data sets, and the choice of a degree."""

from __future__ import annotations

from core.draw.live import Axis, Picture
from core.draw.thumbnail import svg_curves
from core.labs.bias_variance.compute.explore import Exploration
from core.labs.bias_variance.panels.choice import choosing
from core.labs.bias_variance.panels.errors import error_curves
from core.labs.bias_variance.panels.fits import many_data_sets, one_data_set
from core.labs.bias_variance.words import identity, rules, shares, summary, terms
from core.regression.decomposition import decompose
from core.regression.designs import Settings


def picture(result: Exploration, *, view: str, compare: tuple[int, ...], log_y: bool) -> Picture:
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
    """
    left = {"one": one_data_set, "many": many_data_sets, "choose": choosing}[view]
    words = rules if view == "choose" else identity
    d = result.decomposition
    return Picture(
        panels=(*left(result, compare), error_curves(result, log_y)),
        axis=Axis("degree", "Degree", tuple(int(k) for k in d.degrees), tuple(str(k) for k in d.degrees)),
        readouts=shares(result) if view == "choose" else terms(result, view),
        sentences=tuple(f"{words(result, k)} {d.degree_limit}".strip() for k in range(len(d.degrees))),
        summaries=tuple(summary(result, view, k) for k in range(len(d.degrees))),
    )


def thumbnail() -> str:
    """Draw the error curves of the default experiment as a small SVG."""
    d = decompose(Settings(n_test=50, seed=26))  # what a first visit to the page shows
    x = d.degrees[:12].astype(float)
    curves = {"bias²": ("bias", d.bias2), "variance": ("variance", d.variance), "expected error": ("risk", d.risk)}
    lines = [(name, role, x, y[:12]) for name, (role, y) in curves.items()]
    return svg_curves(lines, top=2.2 * float(d.risk.min()), mark=d.best)
