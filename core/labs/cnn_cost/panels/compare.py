"""Two networks side by side: parameters and operations of their rows on common axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.draw.live import Panel, Track
from core.labs.cnn_cost.compute.explore import Cost
from core.labs.cnn_cost.compute.rows import Row, stops
from core.labs.cnn_cost.panels.costs import operations_of, params_of, unit_name
from core.labs.cnn_cost.panels.layers import log_bars, log_range, top

HEIGHTS = (230, 300)


def compare_panels(
    result: Cost, rows: Sequence[Row], others: Sequence[Row], *, bias: bool, unit: str
) -> tuple[Panel, ...]:
    """Draw parameters above operations, one network per column; the second is as far along as the first."""
    pairs = ((rows, result.table), (others, result.other))
    params = [[params_of(row, bias) for row in one] for one, _ in pairs]
    work = [[operations_of(row, unit) for row in one] for one, _ in pairs]
    spans = [log_range([value for values in both for value in values]) for both in (params, work)]
    places = stops(tuple(rows))
    beside = along(places, len(rows), len(others))
    panels = []
    for column, (one, table) in enumerate(pairs):
        steps = beside if column else places
        for which, (quantity, values, height) in enumerate(
            (("parameters", params[column], HEIGHTS[0]), (unit_name(unit), work[column], HEIGHTS[1]))
        ):
            panels.append(
                log_bars(
                    one,
                    values,
                    quantity,
                    f"{quantity[0].upper()}{quantity[1:]} of {len(one)} rows of {table.title}: {top(one, values)}.",
                    span=spans[which],
                    places=steps,
                    named=bool(which),
                    title="" if which else table.title,
                    track=_dots(steps, values) if column else None,
                    column=column,
                    height=height,
                )
            )
    return tuple(panels)


def _dots(steps: Sequence[int], values: Sequence[int]) -> Track:
    """Return handles on the bars themselves: a line would carry the name of the first network's layer."""
    heights = [float(values[k - 1]) if k and values[k - 1] else np.nan for k in steps]
    return Track(np.array(steps, float), np.array(heights))


def along(places: Sequence[int], own: int, other: int) -> list[int]:
    """Return the rows of another network that are as far along as these of the first."""
    return [round(place * other / own) if own else 0 for place in places]
