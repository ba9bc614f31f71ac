"""Start the app with another Python and open every page: `python -m tests.start PYTHON`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from pages.ui import shell
from tests.browser.server import ROOT, running
from tests.visitors import Visitor


def main(python: str) -> None:
    """Raise `SystemExit` if a page shows or logs an error."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with running(ROOT / "cloud" / "app.py", log, python=python) as server, Visitor(server.url) as visitor:
            pages = ("", "practice", "glossary", *shell.labs())
            for page in pages:
                visitor.open(page)
        said = log.read_text(errors="replace")
        if visitor.exceptions or "Traceback" in said:
            sys.exit(f"{python}: {visitor.exceptions}\n{said}")
    print(f"{python}: {len(pages)} pages without an error")


if __name__ == "__main__":
    main(*sys.argv[1:])
