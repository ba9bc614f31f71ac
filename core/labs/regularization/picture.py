"""Pictures of the regularization lab: ridge over many data sets, and the paths of the weights."""

from __future__ import annotations

import numpy as np

from core.draw.live import Picture
from core.draw.thumbnail import svg_curves
from core.labs.regularization.compute.explore import Regularization
from core.labs.regularization.compute.own import OwnRidge
from core.labs.regularization.compute.ridge import ridge_path
from core.labs.regularization.panels.own import own_panels
from core.labs.regularization.panels.paths import path_panels
from core.labs.regularization.panels.penalty import PLACES, penalties
from core.labs.regularization.panels.ridge import ridge_panels
from core.labs.regularization.words import (
    own_readouts,
    own_sentences,
    own_summaries,
    path_readouts,
    path_sentences,
    path_summaries,
    ridge_readouts,
    ridge_sentences,
    ridge_summaries,
)
from core.regression.designs import Settings
from core.regression.points import UNKNOWN


def picture(result: Regularization | OwnRidge, *, view: str, log_y: bool) -> Picture:
    """Draw a regularized fit, scrubbed by the penalty.

    Parameters
    ----------
    result
        What to show.
    view
        "ridge" (many data sets) or "paths" (one data set under two penalties).
    log_y
        Logarithmic error axis.

    Raises
    ------
    ValueError
        If the view "paths", whose errors need the true function, is asked for where nobody knows that.
    """
    if isinstance(result, OwnRidge):
        if view == "paths":
            raise ValueError(UNKNOWN)
        words = own_readouts(result), own_sentences(result), (), own_summaries(result)
        return Picture(own_panels(result, log_y), penalties("alpha"), *words)
    if view == "paths":
        words = path_readouts(result), path_sentences(result), (), path_summaries(result)
        return Picture(path_panels(result, log_y), penalties("alpha"), *words)
    words = ridge_readouts(result), ridge_sentences(result), (), ridge_summaries(result)
    return Picture(ridge_panels(result, log_y), penalties("alpha"), *words)


def thumbnail() -> str:
    """Draw the error curves of the default experiment as a small SVG."""
    r = ridge_path(Settings(n_test=50, seed=26))  # what a first visit to the page shows
    curves = {"bias²": ("bias", r.bias2), "variance": ("variance", r.variance), "expected error": ("risk", r.risk)}
    x, best = PLACES[1:], float(PLACES[int(np.argmin(r.risk))])
    lines = [(name, role, x, y[1:]) for name, (role, y) in curves.items()]
    return svg_curves(lines, top=2.2 * float(r.risk.min()), mark=best)
