"""Pictures of the model-selection lab: held-out points, the scores of every rule for each degree, and its choice."""

from __future__ import annotations

from core.draw.live import Picture
from core.draw.style import color
from core.labs.model_selection.compute.explore import ModelSelection
from core.labs.model_selection.panels.held import held_panels
from core.labs.model_selection.panels.residuals import residual_panels
from core.labs.model_selection.panels.scores import score_panels
from core.labs.model_selection.panels.view import degrees_axis
from core.labs.model_selection.words import readouts, sentence, summary
from core.regression.validation_rules import divisions


def picture(result: ModelSelection, *, view: str, rule: str, order: str, log_y: bool) -> Picture:
    """Draw a model selection, scrubbed by the degree.

    Parameters
    ----------
    result
        What to show.
    view
        Panel next to the scores: "held" (held-out points) or "residuals" (of leave-one-out).
    rule
        Rule that is drawn with its standard errors and its held-out points.
    order
        Held-out points are placed at their "x" or by "index", in the order of drawing.
    log_y
        Logarithmic error axis.
    """
    beside = residual_panels(result) if view == "residuals" else held_panels(result, rule, order)
    return Picture(
        panels=(*beside, *score_panels(result, rule, log_y)),
        axis=degrees_axis(result.validation.degrees),
        readouts=readouts(result, rule),
        sentences=tuple(sentence(result, rule, k) for k in range(result.validation.degrees.size)),
        summaries=(summary(result, rule),),
    )


def thumbnail() -> str:
    """Draw twenty points and the five folds that they are split into as a small SVG."""
    fold = divisions(20, 5, 1, 0)[0]
    rows = "".join(f'<rect x="20" y="{40 * row + 28}" width="380" height="14"/>' for row in range(5))
    held = "".join(
        f'<rect x="{19 * k + 21}" y="{40 * row + 20}" width="17" height="30"/>' for k, row in enumerate(fold)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 230" width="420" height="230">'
        f'<g fill="{color("train")}">{rows}</g><g fill="{color("test")}">{held}</g></svg>'
    )
