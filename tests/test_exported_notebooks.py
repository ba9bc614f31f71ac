"""Notebooks that labs offer for download: their format, their cells, and what they print."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from core.kit.lab import Lab
from core.kit.scripts import notebook_of
from pages.ui import export, shell
from tests.states import LABS


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_the_notebook_is_the_script_cell_by_cell(lab: Lab) -> None:
    """Format 4.5 of nbformat: the keys of its cells, and identities that differ; each cell is whole."""
    code, names = lab.export_script(lab.fresh), lab.tables(lab.result(lab.fresh), lab.fresh)
    book = json.loads(notebook_of(code, names))
    text, *cells = book["cells"]
    assert (book["nbformat"], book["nbformat_minor"], book["metadata"]["kernelspec"]["name"]) == (4, 5, "python3")
    assert len(cells) >= 3 and set(text) == {"cell_type", "id", "metadata", "source"}
    assert all(set(cell) == {*text, "execution_count", "outputs"} and cell["outputs"] == [] for cell in cells)
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[\w-]{1,64}", each, re.ASCII) for each in ids)
    parsed = [statement for cell in cells for statement in ast.parse(cell["source"]).body]
    assert list(map(ast.dump, parsed)) == list(map(ast.dump, ast.parse(code).body[1:]))
    assert text["source"].startswith(ast.get_docstring(ast.parse(code)))
    assert {name for name in names if name in text["source"].split("Before running", 1)[-1]} == {
        name for name in names if f'"{name}"' in code
    }


@pytest.mark.parametrize("name", ["cnn_cost", "gradients"])
def test_a_notebook_runs_in_a_folder_with_the_files_it_names(name: str, tmp_path: Path) -> None:
    lab = shell.labs()[name]
    code, columns = lab.export_script(lab.fresh), lab.tables(lab.result(lab.fresh), lab.fresh)
    text, *cells = json.loads(notebook_of(code, columns))["cells"]
    for file in columns:
        if file in text["source"]:
            (tmp_path / file).write_text(export.to_csv(columns[file]), "utf-8")
    (tmp_path / "script.py").write_text(code, "utf-8")
    # As Jupyter does: one cell after another, in one namespace.
    kernel = "import sys, json\nnames = {}\nfor cell in json.load(sys.stdin):\n    exec(cell, names)"
    sources = json.dumps([cell["source"] for cell in cells])
    run = partial(subprocess.run, capture_output=True, encoding="utf-8", cwd=tmp_path, check=True)
    printed = [run([sys.executable, *more], input=sources).stdout for more in (["-c", kernel], ["script.py"])]
    assert printed[0] == printed[1] and "<- the slider" in printed[0]
