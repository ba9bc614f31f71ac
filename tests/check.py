"""Formatter, linter, types, import rules, and the quick tests, in under a minute: `python -m tests.check [lab ...]`.

Formats the code, fixes what the linter can fix, and writes docs/checked.md; then the tools check it while the tests of
the house rules, of the named labs, and of their pages run (by default momentum, which is small). The whole suite is
`python -m pytest`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
MEND = (
    ("-m", "ruff", "format", "-q"),
    ("-m", "ruff", "check", "-q", "--fix"),
    ("-m", "ruff", "format", "-q"),
    ("-m", "tests.checked"),
)
TOOLS = {
    "types": ("-m", "mypy"),
    "import rules": ("-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
}


def main(labs: list[str]) -> int:
    """Run everything; return the number of complaints."""
    unknown = [lab for lab in labs if not (ROOT / "tests" / "labs" / lab).is_dir()]
    if unknown:
        known = sorted(folder.name for folder in (ROOT / "tests" / "labs").iterdir() if folder.is_dir())
        print(f"There is no lab {unknown[0]!r}; there are {', '.join(known)}.")
        return 1
    labs = labs or ["momentum"]
    started = time.monotonic()
    failed = [" ".join(words) for words in MEND if subprocess.run([sys.executable, *words], cwd=ROOT).returncode]
    tests = [
        "tests/test_quality.py",
        "tests/test_docs.py::test_readme_is_short_and_lists_every_lab",
        "--deselect=tests/test_quality.py::test_tool_has_no_complaint",
        "-n=0",
        "-q",
    ]
    running = {
        name: subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for name, words in {
            **TOOLS,
            "tests": ("-m", "pytest", *tests, *(f"tests/labs/{lab}" for lab in labs)),
            "pages": (
                "-m",
                "pytest",
                "tests/test_pages.py",
                "-n=0",
                "-q",
                "-k",
                " or ".join(f"[{lab}" for lab in labs),
            ),
        }.items()
    }
    for name, process in running.items():
        said, _ = process.communicate()
        print(f"{name}: {'failed' if process.returncode else 'passed'} after {time.monotonic() - started:.0f} s")
        if process.returncode:
            print(said.decode(errors="replace"))
            failed.append(name)
    print(f"Not passed: {', '.join(failed)}." if failed else "All passed.")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
