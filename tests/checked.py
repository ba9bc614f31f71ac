"""Write docs/checked.md, the page that says what the numbers were checked against: `python -m tests.checked`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from core.kit.lab import Lab
from pages.ui import shell

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "checked.md"
# What the project did not write, by the name that tests import it by.
ORACLES = {
    "scipy": "SciPy",
    "sklearn": "scikit-learn",
    "torch": "PyTorch",
    "torchvision": "torchvision",
    "pandas": "pandas",
    "onnx": "ONNX",
    "fractions": "exact fractions",
    "mpmath": "mpmath",
}
NUMBERS = ("regression", "ranking", "networks", "nets")  # kernel packages that several labs compute with

HEAD = """# How this was checked

Written by `python -m tests.checked` from the tests and the labs.

A number on screen is compared in the tests with something this project did not write: a library, exact fractions, a
published table, a closed form, or a simulation. Some have a second computation beside them, on screen.

## Against what, lab by lab

Libraries that the tests of a lab, and of the shared packages that it computes with, import; and the numbers of a first
visit that carry a check mark.

| lab | compared with | second computation on screen |
|---|---|---|
"""
MORE = """
## What each file of tests compares

The first line of each file, as it stands there.
"""
SPEED = """
## Speed

{headline}

[Benchmarks](benchmarks.md) has all measurements, with their targets and what missed them.

## What is not measured

- **Learning.** No study with students has been made: whether the labs teach better than a lecture without them is open.
- **GPUs.** See [training](training.md) for what has been tried on one.
- **Browsers.** All browser tests run in Chromium on Linux. By hand, 17 of 18 labs were dragged in Firefox 153, and four
  in WebKitGTK 2.50, whose engine is that of Safari. Safari itself was not tried.
- **Accessibility.** Rules are tested (contrast, names, keys, sizes); nobody has tried the app with a screen reader.
- **Hosts.** Community Cloud, Hugging Face, container engines, Moodle, and Canvas: see [hosting](hosting.md).
- **Crowds.** At most 200 sessions at once were measured.
"""


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _imported(path: Path) -> Iterator[str]:
    """Yield the dotted names that a file imports, wherever it does."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _files(*parts: str) -> list[Path]:
    return sorted(ROOT.joinpath(*parts).rglob("*.py"))


def _packages(lab: Lab) -> list[str]:
    """Return the shared packages that a lab computes with."""
    names = {name for path in _files("core", "labs", lab.name) for name in _imported(path)}
    return [package for package in NUMBERS if any(f"{name}.".startswith(f"core.{package}.") for name in names)]


def oracles(lab: Lab) -> list[str]:
    """Return what the tests of a lab, and of what it computes with, compare with."""
    folders = [("tests", "labs", lab.name), *(("tests", "kernel", package) for package in _packages(lab))]
    tops = {name.split(".")[0] for folder in folders for path in _files(*folder) for name in _imported(path)}
    return [words for name, words in ORACLES.items() if name in tops]


def _seconds(lab: Lab) -> list[str]:
    """Return the readouts of a first visit that show a second computation."""
    values = lab.fresh
    for task in lab.tasks(values):
        task.result()
    picture = lab.draw(lab.result(values), values)
    return [readout.label for readout in picture.readouts if readout.check and any(readout.check.texts)]


def _told(folder: Path) -> str:
    """List the first lines of the tests in a folder."""
    lines = ""
    for path in sorted(folder.rglob("test_*.py")):
        first = (ast.get_docstring(_tree(path)) or "").split("\n")[0]
        lines += f"- [{path.stem.removeprefix('test_')}](../{path.relative_to(ROOT).as_posix()}): {first}\n"
    return lines


def page() -> str:
    """Return the page as it should be."""
    text = HEAD
    for lab in shell.labs().values():
        text += f"| {lab.title} | {', '.join(oracles(lab))} | {', '.join(_seconds(lab)) or '–'} |\n"
    text += MORE
    for lab in shell.labs().values():
        text += f"\n**{lab.title}**\n\n{_told(ROOT / 'tests' / 'labs' / lab.name)}"
    for package in NUMBERS:
        text += f"\n**Shared: {package}**\n\n{_told(ROOT / 'tests' / 'kernel' / package)}"
    found = re.search(r"## How fast it is\n\n(.*?)\n\n", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    headline = re.sub(r" \(\[all of them\]\(docs/benchmarks\.md\)\)", "", found[1] if found else "")
    return text + SPEED.format(headline=headline)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written.")
