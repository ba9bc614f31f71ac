"""The command `lectern`: starts the app from wherever it is installed; its options are those of `streamlit run`."""

from __future__ import annotations

import sys
from pathlib import Path

from streamlit.web import cli

APP = Path(__file__).parents[2] / "app.py"


def main() -> None:
    """Start the app."""
    sys.argv = ["streamlit", "run", str(APP), *sys.argv[1:]]
    cli.main()
