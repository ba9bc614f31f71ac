"""Ways to share a page: the link, its QR code, an iframe for a slide or a course page, and a file."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st
from segno.encoder import DataOverflowError

from core.kit.lab import Lab
from pages.ui import export, net, state

HEIGHT = 480  # px of an iframe: a picture with its slider, from 600 px of width up


@net.guarded
def dialog(lab: Lab, values: Mapping[str, Any]) -> None:
    """Show ways to link to this page in this state; a presenter's class scans the code from the screen."""
    large = state.presenting()

    @st.dialog("Share", width="medium" if large else "small")
    def shown() -> None:
        _offers(lab, values, large)

    shown()


@net.guarded
def _offers(lab: Lab, values: Mapping[str, Any], large: bool) -> None:
    here = link(lab, values)
    code = qr_code(here)
    if code:
        look = "display: block; margin: auto; width: min(100%, 54vh)" if large else "width: 160px"
        st.html(f'<img class="lc-qr" alt="QR code of the link" style="{look}" src="{code}">')
    else:
        st.caption("This link is too long for a QR code.")
    st.code(here, language=None, wrap_lines=True)
    if _local(here):
        st.caption("This address works on this computer only.")
    if large:
        return
    result = lab.result(values)
    count = len(lab.draw(result, values).panels)
    panel = None
    if count > 1:
        choice = ["All", *map(str, range(1, count + 1))]
        panel = st.segmented_control("Embed plot", choice, default="All", key=f"{lab.name}:embed")
    st.code(iframe(lab, values, panel if panel != "All" else None), language="html", wrap_lines=True)
    export.figure(lab, values, result, "share")


def link(lab: Lab, values: Mapping[str, Any], **shell: str) -> str:
    """Return the address of this page in this state, after the parameters that belong to the shell."""
    here = urlsplit(st.context.url or f"http://localhost:8501/{lab.name}")
    return here._replace(query=urlencode(shell | lab.link(values)), fragment="").geturl()


def iframe(lab: Lab, values: Mapping[str, Any], panel: str | None = None) -> str:
    """Return HTML that shows the picture alone, or one panel of it, in another page.

    Parameters
    ----------
    panel : str, optional
        Its number, from 1.
    """
    shell = {"embed": "true", state.BARE: "1"} | ({state.PANEL: panel} if panel else {})
    address = escape(link(lab, values, **shell))
    look = f'width="100%" height="{HEIGHT}" style="border: 0" loading="lazy" allowfullscreen'
    return f'<iframe src="{address}" title="{escape(lab.question)}" {look}></iframe>'


def qr_code(text: str) -> str:
    """Return a QR code as the address of an SVG, black on white in both themes; empty if the text is too long."""
    try:
        code = segno.make_qr(text, error="l")  # at a raised level where the same size allows it
    except DataOverflowError:
        return ""
    address: str = code.svg_data_uri(border=4, light="white", omitsize=True)
    return address


def _local(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
