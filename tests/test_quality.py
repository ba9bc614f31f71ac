"""The rules of the house: style, types, who imports whom, sizes, and calls that have no place here."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = ROOT / "app.py"
PAGES = sorted(path for path in (ROOT / "pages").glob("*.py") if path.name != "__init__.py")
PRODUCT = sorted([APP, ROOT / "lectern.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])
TORCH = (ROOT / "core" / "nets", ROOT / "core" / "tools")  # tools are run by hand; nothing imports them
LONGEST_FILE, LONGEST_FUNCTION = 400, 60  # lines; a docstring does not count in a function
LABS = sorted((ROOT / "core" / "labs").rglob("*.py"))
TRACES = {
    *("bar", "box", "contour", "heatmap", "histogram", "image", "mesh3d", "scatter", "scatter3d", "scattergl"),
    *("surface", "violin"),
}
TOOLS = {
    "ruff check": ["-m", "ruff", "check"],
    "ruff format": ["-m", "ruff", "format", "--check", "--diff"],
    "mypy": ["-m", "mypy"],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(root: ast.AST) -> Iterator[str]:
    """Yield every dotted name that `root` imports, wherever the import is."""
    for node in ast.walk(root):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            dots = "." * node.level
            yield f"{dots}{node.module or ''}"
            yield from (f"{dots}{node.module or ''}.{alias.name}" for alias in node.names)


def imported_at_once(module: ast.Module) -> Iterator[str]:
    """Yield what importing the module imports: functions are not entered, nor what only type checkers read."""
    todo: list[ast.AST] = [module]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            todo += node.orelse
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(node)
        todo += ast.iter_child_nodes(node)


def forbidden(module: ast.Module) -> Iterator[str]:
    """Yield calls and options that a public app must not have, with their line."""
    for node in ast.walk(module):
        line = f"line {getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            call = ast.unparse(node.func)
            options = {option.arg: ast.unparse(option.value) for option in node.keywords}
            if call in ("eval", "exec"):
                yield f"{line}: {call}()"
            if call == "torch.load" and options.get("weights_only") != "True":
                yield f"{line}: torch.load() without weights_only=True"
            if options.get("allow_pickle", "False") != "False":
                yield f"{line}: allow_pickle"
            for option in ("use_container_width", "unsafe_allow_html"):
                if option in options:
                    yield f"{line}: {option}"
    yield from (name for name in imported(module) if name.split(".")[0] in ("pickle", "cPickle", "dill"))


def traces(module: ast.Module) -> Iterator[str]:
    """Yield plotly traces that are written out as dictionaries, with their line: `core.draw.marks` draws them."""
    for node in ast.walk(module):
        if isinstance(node, ast.Dict):
            found = {
                ast.literal_eval(k): v for k, v in zip(node.keys, node.values, strict=True) if type(k) is ast.Constant
            }
            kind = found.get("type")
            if isinstance(kind, ast.Constant) and kind.value in TRACES or {"mode", "x"} <= {*found}:
                yield f"line {node.lineno}"


def too_long(source: str) -> Iterator[str]:
    """Yield the functions that are too long, unless a comment in the line above gives the reason."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min(part.lineno for part in (node, *node.decorator_list))
            size = node.end_lineno - node.lineno + 1 if node.end_lineno else 0
            if ast.get_docstring(node) is not None:
                size -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            if size > LONGEST_FUNCTION and not lines[first - 2].lstrip().startswith("# "):
                yield f"{node.name}: {size} lines"


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_has_no_complaint(tool: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    run = subprocess.run(
        [sys.executable, *TOOLS[tool]], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_no_dangerous_call(path: Path) -> None:
    assert list(forbidden(tree(path))) == []


@pytest.mark.parametrize("path", [path for path in PRODUCT if not {*TORCH} & {*path.parents}], ids=name_of)
def test_torch_is_only_for_core_nets(path: Path) -> None:
    """Nothing else imports torch at all, and core.nets only inside functions."""
    assert {"torch", "torchvision"}.isdisjoint(name.split(".")[0] for name in imported(tree(path)))
    assert [name for name in imported_at_once(tree(path)) if f"{name}.".startswith("core.nets.")] == []


@pytest.mark.parametrize("path", [path for path in PRODUCT if not {*TORCH} & {*path.parents}], ids=name_of)
def test_imports_are_absolute(path: Path) -> None:
    """The rules about imports read names; a relative import would pass them unseen."""
    assert [name for name in imported(tree(path)) if name.startswith(".")] == []


@pytest.mark.parametrize("path", LABS, ids=name_of)
def test_labs_draw_with_the_marks_of_core_draw(path: Path) -> None:
    assert list(traces(tree(path))) == []


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_files_and_functions_can_be_read_at_once(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST_FILE
    assert list(too_long(source)) == []


@pytest.mark.parametrize(
    ("above", "docstring", "lines", "found"),
    [
        ("", "", 59, []),
        ("", "", 60, ["f: 61 lines"]),
        ("", '    """Count.\n\n    More.\n    """\n', 59, []),
        ("", '    """Count.\n\n    More.\n    """\n', 60, ["f: 61 lines"]),
        ("# One table, row by row.\n@cache\n", "", 60, []),
        ("# Of something else.\n\n@cache\n", "", 60, ["f: 61 lines"]),
    ],
)
def test_a_long_function_is_seen(above: str, docstring: str, lines: int, found: list[str]) -> None:
    assert list(too_long(f"\n{above}def f():\n{docstring}" + "    a = 1\n" * lines)) == found


def test_files_are_named_after_what_is_in_them() -> None:
    vague = {"common.py", "helpers.py", "misc.py", "parts.py", "utils.py"}
    assert [name_of(path) for path in PRODUCT if path.name in vague] == []


@pytest.mark.parametrize("code", ['{"type": "bar", "y": y}', '{"mode": "lines", "x": x}', '{**a, "type": "scatter"}'])
def test_a_trace_written_out_is_seen(code: str) -> None:
    assert list(traces(ast.parse(code))) == ["line 1"]


@pytest.mark.parametrize(
    "code", ['{"type": "log"}', '{"mode": "hide", "minsize": 11}', "{**a}", 'curve(x, y, mode="lines")']
)
def test_an_axis_is_no_trace(code: str) -> None:
    assert list(traces(ast.parse(code))) == []


@pytest.mark.parametrize("path", [APP, *PAGES], ids=name_of)
def test_starting_points_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= (20 if path == APP else 80)


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("eval('1')", "line 1: eval()"),
        ("import pickle", "pickle"),
        ("torch.load(f)", "line 1: torch.load() without weights_only=True"),
        ("np.load(f, allow_pickle=True)", "line 1: allow_pickle"),
        ("st.markdown(s, unsafe_allow_html=True)", "line 1: unsafe_allow_html"),
        ("st.table(x, use_container_width=True)", "line 1: use_container_width"),
    ],
)
def test_the_rules_catch_what_they_name(code: str, complaint: str) -> None:
    assert list(forbidden(ast.parse(code))) == [complaint]


def test_the_rules_let_innocent_code_pass() -> None:
    code = "model.eval()\ntorch.load(f, weights_only=True)\nnp.load(f, allow_pickle=False)\n"
    assert list(forbidden(ast.parse(code))) == []


def test_a_lazy_import_is_told_from_an_eager_one() -> None:
    code = "class A:\n    import core.nets.cost\ndef f():\n    from core.nets import training\n"
    assert list(imported_at_once(ast.parse(code))) == ["core.nets.cost"]
