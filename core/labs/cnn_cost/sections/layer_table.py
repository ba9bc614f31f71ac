"""The layer table as it is shown, and as files: CSV, Markdown, and LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.kit.tabular import latex, markdown
from core.labs.cnn_cost.compute import explore
from core.labs.cnn_cost.compute.explore import HIDDEN, Cost
from core.labs.cnn_cost.compute.rows import Row
from core.labs.cnn_cost.panels.costs import operations_of, params_of, unit_name
from core.labs.cnn_cost.panels.field import field_text
from core.labs.cnn_cost.words import bare, shape_text

# Column of the table -> its name among the blank cells.
BLANKED = {"output": "side", "activations": "activations", "parameters": "params", "MACs": "macs", "FLOPs": "macs"}
_WIDE = ("other operations", "bytes", "stored for training")  # for which a page has no room


def columns_of(result: Cost, rows: Sequence[Row], values: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    """Return the columns of the rows that are shown; cells that are to be filled in hold "?"."""
    calls = [row.call for row in rows]
    unit, precision = values["unit"], values["precision"]
    columns: dict[str, Sequence[Any]] = {
        "row": list(range(1, len(rows) + 1)),
        "layer": [row.label for row in rows],
        "kind": [call.kind for call in calls],
        "times": [row.count for row in rows],
        "output": [shape_text(call.output_shape) for call in calls],
        "activations": [call.activations for call in calls],
        "parameters": [params_of(row, values["bias"]) for row in rows],
        unit_name(unit): [operations_of(row, unit) for row in rows],
        "other operations": [call.other_ops for call in calls],
        "bytes": [call.activations * (4 if precision == "fp32" else 2) for call in calls],
        "sees": [field_text(row) for row in rows],
        "stored for training": [call.saved_bytes(precision=precision) for call in calls],
    }
    if bare(result.table):
        return {name: columns[name] for name in ("row", "layer", "kind", "times", "parameters")}
    if result.blanks:  # they would give answers away
        for name in ("other operations", "bytes", "stored for training"):
            del columns[name]
    for name, column in BLANKED.items():
        hidden = {row for row, shown in enumerate(rows) if (shown.place, column) in result.blanks}
        if hidden and name in columns:
            texts = [value if isinstance(value, str) else f"{value:,}" for value in columns[name]]
            columns[name] = [HIDDEN if row in hidden else text for row, text in enumerate(texts)]
    return columns


def _shown(result: Cost, values: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
    return columns_of(result, result.rows(every=values["every"], collapse=values["collapse"]), values)


def tables(result: Cost, values: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return tables for a download: those that the script needs, and the layer table as it is shown."""
    return explore.tables(result, values) | {"layer_table.csv": _shown(result, values)}


def files(result: Cost, values: Mapping[str, Any]) -> dict[str, Callable[[], str]]:
    """Return the layer table for a report."""

    def narrow() -> dict[str, Sequence[Any]]:
        return {name: column for name, column in _shown(result, values).items() if name not in _WIDE}

    return {"layer_table.md": lambda: markdown(narrow()), "layer_table.tex": lambda: latex(narrow())}
