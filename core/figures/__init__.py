"""Figures: results in, plotly figures out; nothing here knows Streamlit."""
