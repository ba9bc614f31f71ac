"""What a visitor can take home: the link, a script, the data, the figure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from core.kit.lab import Lab
from pages.ui import net
from pages.ui.live_chart import standalone_html


def section(lab: Lab, values: Mapping[str, Any], result: Any) -> bool:
    """Folded section with everything that leaves the page, files made when asked for; whether it is open."""
    folded = st.expander("Take it home: link, code, data, figure", on_change="rerun", key=f"{lab.name}:export")
    if folded.open:
        with folded:
            _offers(lab, values, result)
    return bool(folded.open)


@net.guarded
def _offers(lab: Lab, values: Mapping[str, Any], result: Any) -> None:
    st.markdown("**Link** that opens this page in this state:")
    st.code(link(lab, values), language=None, wrap_lines=True)
    with st.container(horizontal=True):
        for name, columns in lab.tables(result, values).items():
            st.download_button(
                f"Data: {name}",
                partial(to_csv, columns),
                file_name=name,
                mime="text/csv",
                on_click="ignore",
                icon=":material/table:",
            )
        st.download_button(
            "Figure: HTML that still moves",
            lambda: standalone_html(lab.draw(result, values), title=lab.question, start=lab.stand(values)),
            file_name=f"{lab.name}.html",
            mime="text/html",
            on_click="ignore",
            icon=":material/animation:",
        )
        st.download_button(
            "Code: Python",
            lab.export_script(values),
            file_name=f"{lab.name}.py",
            mime="text/x-python",
            on_click="ignore",
            icon=":material/code:",
        )
    st.caption("PNG and SVG of a single picture: the camera signs at its upper right corner.")
    st.markdown("**Code** that computes the numbers on screen, without Lectern:")
    st.code(lab.export_script(values), language="python")


def link(lab: Lab, values: Mapping[str, Any]) -> str:
    """Address of this page in this state."""
    here = urlsplit(st.context.url or f"http://localhost:8501/{lab.name}")
    return here._replace(query=urlencode(lab.link(values)), fragment="").geturl()


def to_csv(columns: Mapping[str, Any]) -> str:
    """Columns of equal length as CSV text with a header line; numbers keep all their digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(list(column) for column in columns.values()), strict=True))
    return text.getvalue()
