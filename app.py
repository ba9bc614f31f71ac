"""Lectern: a live visual explorer for machine learning. Start it with `streamlit run app.py`."""

from pages.ui import shell

shell.run_app()
