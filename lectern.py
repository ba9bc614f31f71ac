"""The script of the app, which Streamlit runs for every visitor; `app.py` serves it."""

from pages.ui import shell

shell.run_app()
