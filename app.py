"""Lectern: a live visual explorer for machine learning.

Start it with `streamlit run app.py`; for several processes see docs/hosting.md.
"""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui import server, shell

if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(Path(__file__).with_name("lectern.py"), **server.parts())
else:  # a host that does not look for an ASGI app runs this file as a plain script
    shell.run_app()
