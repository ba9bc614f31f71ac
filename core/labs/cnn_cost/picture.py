"""Pictures of the page on shapes and cost: layer by layer, as blocks, and two networks side by side."""

from __future__ import annotations

from core.draw.live import Panel, Picture
from core.draw.style import PALETTE
from core.labs.cnn_cost.compute.explore import FILES, Cost
from core.labs.cnn_cost.panels.compare import compare_panels
from core.labs.cnn_cost.panels.costs import cost_panels
from core.labs.cnn_cost.panels.field import depth_panel, field_panel
from core.labs.cnn_cost.panels.layers import axis, kind
from core.labs.cnn_cost.panels.memory import memory_of, memory_panel
from core.labs.cnn_cost.panels.shapes import block_panel, icicle_panel
from core.labs.cnn_cost.words import readouts, sentences, summaries
from core.networks.presets import preset_table
from core.networks.table import totals


def picture(
    result: Cost,
    *,
    view: str,
    every: bool,
    collapse: bool,
    bias: bool,
    unit: str,
    input_row: bool,
    pool_rows: bool,
    batch: int,
    optimizer: str,
    precision: str,
) -> Picture:
    """Draw a network, scrubbed by its layers.

    Parameters
    ----------
    result
        What to show.
    view
        "costs", "blocks" or "compare".
    every, collapse
        See `core.labs.cnn_cost.compute.rows.shown`.
    bias, unit, input_row, pool_rows
        Conventions; see `core.networks.table.totals`. `unit` is "macs" or "flops".
    batch, optimizer, precision
        Of the training step; see `core.networks.memory.training_memory`.
    """
    rows = result.rows(every=every, collapse=collapse)
    memory = memory_of(result.table, batch, optimizer, precision)
    sums = totals(result.table, bias=bias, input_row=input_row, pool_rows=pool_rows, precision=precision)
    panels: tuple[Panel, ...]
    if view == "compare":
        others = result.rows(every=every, collapse=collapse, which="other")
        panels = compare_panels(result, rows, others, bias=bias, unit=unit)
    elif view == "blocks":
        panels = (icicle_panel(rows, result.table, collapse=collapse),)
        if min(result.table.input_shape):
            panels = (block_panel(rows, result.table), *panels)
    else:
        panels = cost_panels(rows, result.table, bias=bias, unit=unit, ends=bool(result.problem), blanks=result.blanks)
        if result.table.source not in FILES:
            panels += (memory_panel(rows, result.table, memory, batch),)
        if min(result.table.input_shape):
            panels += (field_panel(rows, result.table), depth_panel(rows, result.table))
    words = readouts(result, rows, sums, memory, bias=bias, unit=unit, batch=batch)
    said = sentences(result, rows, bias=bias, unit=unit), (), summaries(result, rows, bias=bias, unit=unit)
    return Picture(panels, axis(rows, result.table), words, *said)


def thumbnail() -> str:
    """Draw VGG16 as blocks, in the colors of what they do."""
    table = preset_table(net="vgg16")
    parts, x = [], 12.0
    for call in table.calls:
        high = max(170 * call.output_shape[1] / 224, 5) if len(call.output_shape) == 3 else 5
        wide = 7 + 1.2 * call.output_shape[0].bit_length() / 2
        fill = PALETTE[kind(call.role)[0]][0]
        parts.append(
            f'<rect x="{x:.1f}" y="{115 - high / 2:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{fill}"/>'
        )
        x += wide + 5.5
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 230" width="420" height="230">{"".join(parts)}</svg>'
    )
