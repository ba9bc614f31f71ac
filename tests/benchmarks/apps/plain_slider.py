"""The figures of the bias-variance page as Streamlit shows them by itself: st.slider, st.plotly_chart."""

import streamlit as st

from core.draw.still import still
from core.kit.controls import defaults
from core.labs.bias_variance.lab import LAB
from pages.ui import boot  # noqa: F401  (the same remedy for garbage collection as the app)

st.set_page_config(layout="wide")
values = defaults(LAB.all_controls)
picture = LAB.draw(LAB.result(values), values)
degree = st.slider("Degree", 1, len(picture.axis.values), 5)
for index, (panel, figure) in enumerate(zip(picture.panels, still(picture, degree - 1), strict=True)):
    st.plotly_chart(figure, key=f"chart{index}", height=panel.height, alt=panel.alt)
