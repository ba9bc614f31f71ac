"""Entry point for Streamlit Community Cloud: the app of the folder above, with the limits of a public host."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # Streamlit looks beside this file; the code stands one folder up
os.environ.setdefault("LECTERN_HOST", "public")
os.environ.setdefault("LECTERN_TRAINING", "off")

import streamlit as st  # noqa: E402
from streamlit.runtime.scriptrunner import get_script_run_ctx  # noqa: E402

from pages.ui import server, shell  # noqa: E402

if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(ROOT / "lectern.py", **server.parts())
else:  # a host that does not look for an ASGI app runs this file as a plain script
    shell.run_app()
