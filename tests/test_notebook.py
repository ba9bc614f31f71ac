"""Labs in a notebook: the picture as HTML, the numbers as data, refusals as sentences, and the notebook in docs/."""

from __future__ import annotations

import ast
import html
import json
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from core import notebook
from pages.ui import shell
from tests.conftest import ROOT
from tests.whole import check_refusal

NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell and return the value of its last line, as Jupyter does."""
    *lines, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        lines, last = [*lines, last], ast.parse("None").body[0]
    exec(compile(ast.Module(lines, []), "cell", "exec"), names)  # noqa: S102  our own notebook
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307


def test_the_notebook_runs() -> None:
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    assert all(cell["outputs"] == [] for cell in cells if cell["cell_type"] == "code")
    names: dict[str, Any] = {}
    shown = [run("".join(cell["source"]), names) for cell in cells if cell["cell_type"] == "code"]
    assert sum(hasattr(value, "_repr_html_") for value in shown) == 3  # two pictures, one table
    errors = shown[1]
    np.testing.assert_allclose(errors["risk"], errors["bias2"] + errors["variance"] + 0.3, atol=2e-3)
    degrees = list(shown[3].values())
    assert degrees == sorted(degrees)
    assert degrees[0] < degrees[-1]


def test_every_lab_of_the_app_is_there() -> None:
    assert set(notebook.names()) == set(shell.labs())


def test_numbers_are_those_of_the_setting() -> None:
    table = notebook.show("logistic").tables["probabilities.csv"]
    np.testing.assert_allclose(table["probability"], expit(table["score"]), rtol=1e-12)


def test_the_picture_is_a_whole_page_in_a_frame() -> None:
    shown = notebook.show("bias_variance", degree=5, n_train=np.int64(60))
    found = re.fullmatch('<iframe srcdoc="([^"]+)" title="How flexible [^"]+" [^>]+></iframe>', shown._repr_html_())
    assert found
    page = html.unescape(found[1])
    assert page.startswith("<!doctype html>")
    assert "mountLectern(" in page
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)  # nothing is fetched
    assert repr(shown) == "show('bias_variance', degree=5, n_train=60)"


@pytest.mark.parametrize(
    ("lab", "settings", "said"),
    [
        ("bias", {}, "`lab` must be one of bias_variance, "),
        ("bias_variance", {"degre": 3}, "bias_variance has no setting `degre`; there are degree, "),
        ("bias_variance", {"degree": 3.2}, "`degree` cannot be 3.2; the nearest value is 3."),
        ("bias_variance", {"degree": 99}, "`degree` cannot be 99; the nearest value is 20."),
        ("bias_variance", {"degree": "x"}, "`degree` cannot be 'x'."),
        ("bias_variance", {"view": 3}, "`view` cannot be 3: '3' is not one of one, many, choose."),
        ("bias_variance", {"log_y": "yes"}, "`log_y` cannot be 'yes'; the nearest value is True."),
    ],
)
def test_what_makes_no_sense_is_a_sentence(lab: str, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        notebook.show(lab, **settings)
    check_refusal(refused.value, "x", "yes", "3")


def test_it_needs_no_streamlit() -> None:
    code = "import sys; from core import notebook; notebook.show('logistic')._repr_html_()"
    check = "assert not {'streamlit', 'torch', 'pages'} & set(sys.modules)"
    subprocess.run([sys.executable, "-W", "error", "-c", f"{code}; {check}"], cwd=ROOT, check=True)
