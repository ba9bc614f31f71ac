"""Event files of runs against the tables of the same runs; reading them is tested against Google's library."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from core.data.events import read_scalars
from pages.ui import export, shell


def offered(
    lab: str, **change: Any
) -> tuple[dict[str, tuple[list[int], list[float]]], dict[str, list[dict[str, str]]]]:
    """Return the scalars of the event file of a state, and the rows of its tables."""
    page = shell.labs()[lab]
    values = page.fresh | change
    result = page.result(values)
    (content,) = (write() for write in page.files(result, values).values())
    tables = {
        name: list(csv.DictReader(io.StringIO(export.to_csv(columns))))
        for name, columns in page.tables(result, values).items()
    }
    assert isinstance(content, bytes)
    return read_scalars(content), tables


def grouped(rows: list[dict[str, str]], name: str, step: str, column: str) -> dict[str, Any]:
    """Return steps and values of a column by the name of the run, with its tag."""
    found: dict[str, Any] = defaultdict(lambda: ([], []))
    for row in rows:
        steps, values = found[name.format(**row)]
        steps.append(int(float(row[step])))
        values.append(float(row[column]))
    return found


def agree(scalars: dict[str, Any], curves: dict[str, Any]) -> None:
    assert curves
    for tag, (steps, values) in curves.items():
        assert scalars[tag][0] == steps
        np.testing.assert_allclose(scalars[tag][1], values, rtol=1e-6)


def test_a_range_test() -> None:
    scalars, tables = offered("lr_range", seeds=2, steps=40)
    rows = tables["steps.csv"]
    assert len(scalars) == 6
    for column, tag in (("rate", "lr"), ("loss", "loss"), ("accuracy", "accuracy")):
        agree(scalars, grouped(rows, f"seed {{seed}}/{tag}", "step", column))


def test_a_sweep() -> None:
    preset = next(preset for preset in shell.labs()["lr_range"].presets if preset.label == "Ten rates, five epochs")
    scalars, tables = offered("lr_range", **preset.values)
    rows = [row | {"short": f"{float(row['rate']):.3g}"} for row in tables["steps.csv"]]
    assert len({tag.partition("/")[0] for tag in scalars}) == 10
    for column in ("loss", "accuracy"):
        agree(scalars, grouped(rows, f"lr {{short}}, seed {{seed}}/{column}", "step", column))


def test_trained_schedules() -> None:
    preset = next(preset for preset in shell.labs()["schedules"].presets if preset.label == "Trained, three seeds")
    scalars, tables = offered("schedules", **preset.values)
    run = "{strategy}, seed {seed}"
    for column, tag in (("loss", "loss of the batch"), ("rate", "lr"), ("momentum", "momentum")):
        agree(scalars, grouped(tables["each-update.csv"], f"{run}/{tag}", "update", column))
    for column in ("loss", "validation_accuracy"):
        tag = column.replace("_", " ")
        agree(scalars, grouped(tables["each-epoch.csv"], f"{run}/{tag}", "updates", column))


def test_runs_with_frozen_layers() -> None:
    scalars, tables = offered("transfer", view="runs")
    words = {"-1": "from scratch", "-2": "head on raw bytes"}
    rows = [
        row | {"arm": words.get(row["frozen calls"], f"{row['frozen calls']} frozen calls")}
        for row in tables["runs.csv"]
    ]
    agree(scalars, grouped(rows, "{arm}, seed {seed}/test accuracy", "update", "test accuracy"))


@pytest.mark.parametrize("lab", ["schedules", "transfer"])
def test_what_is_not_run_has_no_event_file(lab: str) -> None:
    page = shell.labs()[lab]
    assert not page.files(page.result(page.fresh), page.fresh)
