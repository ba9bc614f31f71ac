"""Promises of the documents: the template lab runs unchanged, and links work."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages.ui import shell
from tests import checked
from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CHECK = """
import sys
from pathlib import Path
import core.labs
core.labs.__path__.append(str(Path(sys.argv[1]) / "core" / "labs"))
from core.kit.controls import defaults
from core.labs.coin.lab import LAB
from tests.whole import check_picture
for values in (defaults(LAB.all_controls), *map(LAB.preset_values, LAB.presets)):
    result = LAB.result(values)
    picture = LAB.draw(result, values)
    check_picture(picture)
    exec(compile(LAB.export_script(values), "script", "exec"), {})
    assert result.nbytes and LAB.tables(result, values) and LAB.thumbnail()
    assert all(check for readout in picture.readouts for check in readout.check.agrees)
"""


def template() -> dict[str, str]:
    """Return the content of each file in the template, by path."""
    text = (ROOT / "docs" / "add-a-lab.md").read_text("utf-8")
    return dict(re.findall(r"### `([^`]+)`\n\n```python\n(.*?)```", text, re.S))


def test_the_template_lab_runs_as_it_stands(tmp_path: Path) -> None:
    files = template()
    assert len(files) == 9
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    (tmp_path / "core/labs/coin/__init__.py").touch()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHECK, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "expected heads 10.00  <- the slider" in done.stdout
    for command in (("check", "--config", "pyproject.toml"), ("format", "--check", "--config", "pyproject.toml")):
        ruff = [sys.executable, "-m", "ruff", *command, str(tmp_path / "core"), str(tmp_path / "pages")]
        done = subprocess.run(ruff, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def defined(module: str, name: str) -> bool:
    """Return whether a module of the house defines a name itself: mypy refuses what it has only imported."""
    place = ROOT / module.replace(".", "/")
    path = place.with_suffix(".py") if place.with_suffix(".py").exists() else place / "__init__.py"
    names = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return name in names or (place / f"{name}.py").exists()


def test_the_template_imports_names_from_where_they_are_defined() -> None:
    imports = [
        (node.module, alias.name)
        for content in template().values()
        for node in ast.walk(ast.parse(content))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(("core.", "pages."))
        for alias in node.names
        if not node.module.startswith("core.labs.coin")
    ]
    assert len(imports) > 12
    assert [found for found in imports if not defined(*found)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8")):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


def test_readme_is_short_and_lists_every_lab() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 72 + len(shell.labs())
    for name in shell.labs():
        assert f"(pages/{name}.py)" in text, name


def test_what_was_checked_is_told_as_it_is_now() -> None:
    assert checked.PAGE.read_text("utf-8") == checked.page(), "run python -m tests.checked"


def test_every_lab_is_compared_with_something_that_is_not_ours() -> None:
    assert [lab.name for lab in shell.labs().values() if not checked.oracles(lab)] == []
