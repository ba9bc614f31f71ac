"""The smallest Streamlit app with a picture."""

import plotly.graph_objects as go
import streamlit as st

st.plotly_chart(go.Figure(data=[{"type": "scatter", "x": [0, 1, 2], "y": [0, 1, 4]}]))
