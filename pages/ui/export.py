"""Downloads of a lab: the data, the figure, a script and the same as a notebook."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core.draw.page import standalone_html
from core.kit.lab import Lab
from core.kit.scripts import notebook_of
from core.kit.words import inert

_KINDS = {  # of files: name and media type
    "md": ("Markdown", "text/markdown"),
    "tex": ("LaTeX", "application/x-tex"),
    "tfevents": ("TensorBoard", "application/octet-stream"),
}


def offers(lab: Lab, values: Mapping[str, Any], result: Any) -> None:
    """Offer everything that leaves the page; files are made when asked for."""
    tables = lab.tables(result, values)
    code = lab.export_script(values)
    with st.container(horizontal=True):
        for name, columns in tables.items():
            st.download_button(
                f"{name} (CSV)",
                partial(to_csv, columns),
                file_name=name,
                mime="text/csv",
                on_click="ignore",
                icon=":material/table:",
            )
        for name, content in lab.files(result, values).items():
            kind, mime = _KINDS[name.rpartition(".")[2]]
            st.download_button(
                f"{name} ({kind})",
                content,
                file_name=name,
                mime=mime,
                on_click="ignore",
                icon=":material/description:",
            )
        figure(lab, values, result, "export")
        st.download_button(
            "Python script",
            code,
            file_name=f"{lab.name}.py",
            mime="text/x-python",
            on_click="ignore",
            icon=":material/code:",
        )
        st.download_button(
            "Notebook",
            notebook_of(code, tables),
            file_name=f"{lab.name}.ipynb",
            mime="application/x-ipynb+json",
            on_click="ignore",
            icon=":material/book_2:",
        )
    st.caption(f"{_gaps(tables)} PNG and SVG of a single picture: the camera signs at its upper right corner.".strip())
    st.markdown("**Python code** that computes these numbers without Lectern:")
    st.code(code, language="python")


def figure(lab: Lab, values: Mapping[str, Any], result: Any, key: str) -> None:
    """Offer the moving picture as a file that opens without a server."""
    st.download_button(
        "Interactive figure (HTML)",
        lambda: standalone_html(lab.draw(result, values), title=lab.question, start=lab.stand(values)),
        file_name=f"{lab.name}.html",
        mime="text/html",
        on_click="ignore",
        icon=":material/animation:",
        key=f"{lab.name}:{key}:figure",
    )


def to_csv(columns: Mapping[str, Any]) -> str:
    """Columns of equal length as CSV text with a header line; numbers keep all their digits.

    A number that is not finite is an empty cell, and a text that a spreadsheet would run begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_cell, columns))
    writer.writerows(zip(*(map(_cell, column) for column in columns.values()), strict=True))
    return text.getvalue()


def _gaps(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Say in which files cells are empty because a number is not finite; nothing if there are none."""
    files = [file for file, columns in tables.items() if any(_is_gap(v) for column in columns.values() for v in column)]
    return f"A cell is empty where its number is not defined or not finite: {', '.join(files)}." if files else ""


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return inert(value).replace("\r", "\n")  # which the writer puts into quotes
    return "" if _is_gap(value) else value


def _is_gap(value: Any) -> bool:
    return isinstance(value, float | np.floating) and not math.isfinite(value)
