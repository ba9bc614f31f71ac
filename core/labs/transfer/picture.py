"""Pictures of the page on transfer and freezing: layers under the cut, and the memory of a training step."""

from __future__ import annotations

from core.draw.live import Picture
from core.draw.style import PALETTE
from core.labs.transfer.compute.explore import Transfer, transfer
from core.labs.transfer.compute.runs import arms, ended
from core.labs.transfer.panels.cut import axis
from core.labs.transfer.panels.layers import parameter_panel, share_panel, tree_panel
from core.labs.transfer.panels.memory import memory_panel
from core.labs.transfer.panels.runs import run_panels, run_readouts, run_sentences
from core.labs.transfer.words import readouts, sentences, summaries


def picture(result: Transfer, *, optimizer: str) -> Picture:
    """Draw a network under the cut, or its runs if it has any.

    Parameters
    ----------
    result
        What to show.
    optimizer
        Key of `core.networks.memory.OPTIMIZERS`, for whose step the numbers are shown.
    """
    if result.specs:
        found = arms(result.specs)
        done = ended(found)
        panels = (tree_panel(result), *run_panels(result, found))
        return Picture(panels, axis(result), run_readouts(result, done), run_sentences(result, done))
    shown = (tree_panel(result), parameter_panel(result), share_panel(result), memory_panel(result, optimizer))
    said = sentences(result, optimizer), (), summaries(result)
    return Picture(shown, axis(result), readouts(result, optimizer), *said)


def thumbnail() -> str:
    """Draw the layers of VGG19 as bars of their parameters, frozen before the homework's cut."""
    found = transfer()
    largest = max(layer.params for layer in found.layers)
    parts = []
    for place, layer in enumerate(found.layers[1:], start=1):
        high = max(170 * layer.params / largest, 6)
        role = "noise" if place < 10 else "first"
        parts.append(
            f'<rect x="{4 + 17 * place}" y="{215 - high:.1f}" width="13" height="{high:.1f}" '
            f'fill="{PALETTE[role][0]}" fill-opacity="{0.45 if role == "noise" else 1}"/>'
        )
    cut = 4 + 17 * 10 - 2
    parts.append(f'<path d="M{cut} 12V215" stroke="#8F6CC0" stroke-width="3"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 230" width="420" height="230">{"".join(parts)}</svg>'
    )
