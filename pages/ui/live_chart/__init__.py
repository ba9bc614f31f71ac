"""The live chart: plotly figures that scrub in the browser, mounted as a Streamlit component.

Streamlit sends a component's script with each message, so what is registered here is a stub of a few lines;
the chart itself (`static/live_*.js`) and plotly.js come once, from the app's own static folder.
"""

from __future__ import annotations

import hashlib
import logging
import math
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.draw import live, style
from core.draw.packing import deflated, pack
from core.draw.page import CHART_CSS, CHART_JS, KIT_JS, PLOTLY_JS, STATIC
from core.draw.still import still
from core.kit.glossary import Term
from pages.ui import net

SLIDERS_JS = STATIC / "live_sliders.js"  # only with a server
HISTORY_JS = STATIC / "live_history.js"

# Windows may have registered .js as plain text, which browsers refuse to run as a module.
mimetypes.add_type("text/javascript", ".js")


def _address(path: Path) -> str:
    """Return the file's name and content hash: a browser keeps the file until it changes."""
    return f"{path.name}?v={hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()}"


def _stub() -> str:
    """Return the script that fetches the chart; relative to Streamlit's own script, so it works under any base path."""
    modules = [_address(path) for path in (CHART_JS, *KIT_JS, SLIDERS_JS, HISTORY_JS)]
    return f"""
const own = document.querySelector('script[type=module][src*="static/js/"]');
const base = own ? new URL("../../", own.src) : document.baseURI;
const at = (name) => new URL("app/static/" + name, base).href;
const plotly = at("{_address(PLOTLY_JS)}");
const head = (attributes) => document.head.append(Object.assign(document.createElement("link"), attributes));
head({{rel: "preload", as: "script", href: plotly}});
head({{rel: "stylesheet", href: at("{_address(CHART_CSS)}")}});
const modules = Promise.all({modules}.map((name) => import(at(name))));
export default async function (component) {{
  const place = component.parentElement;
  if (!place.childElementCount) place.style.minHeight = "480px";
  try {{
    const [chart, ...kit] = await modules;
    return chart.default(component, Object.assign({{plotly, base}}, ...kit));
  }} catch (error) {{
    console.error("Lectern's live chart could not be loaded:", error);
    component.setStateValue("failed", true);
  }}
}}"""


_COMPLETE = all(path.is_file() for path in (PLOTLY_JS, CHART_JS, CHART_CSS, *KIT_JS, SLIDERS_JS, HISTORY_JS))
if not _COMPLETE:
    logging.getLogger("lectern").warning("Files are missing from %s; all pages have plain sliders instead.", STATIC)
STUB = _stub() if _COMPLETE else ""
_mount = st.components.v2.component("lectern_live_chart", js=STUB, isolate_styles=False) if STUB else None


def live_chart(
    picture: live.Picture,
    *,
    key: str,
    start: Any = None,
    epoch: int = 0,
    present: bool = False,
    fill: bool = False,
    bare: bool = False,
    panel: int | None = None,
    large: int | None = None,
    replay: int = 0,
    source: Mapping[str, str] | None = None,
    terms: Mapping[str, Sequence[Term]] | None = None,
    on_commit: Callable[[Any], None] | None = None,
    on_point: Callable[[tuple[float, float]], None] | None = None,
) -> None:
    """Show a picture that scrubs in the browser, or its still figures with a slider where that cannot work.

    Parameters
    ----------
    picture : Picture
        What to show.
    key : str
        Key of the component, and the stem of downloaded figures.
    start : float or (float, float), optional
        Axis value, or point of a plane, to show first; that of the axis if not given.
    epoch : int
        A number other than last time makes the browser go to `start`; otherwise it stays where the user is.
    present : bool
        Presenter mode: large type, arrow keys anywhere on the page.
    fill : bool
        The picture of the page: its figures fill the window, and keys anywhere on the page act on it.
    bare : bool
        Embedded in another page: no tools, a link to the whole page.
    panel : int, optional
        Number of the one panel that an embedded picture shows.
    large : int, optional
        Number of the panel that fills the stage once this differs from the last time.
    replay : int
        Paced panels replay their training when this grows.
    source : mapping, optional
        Page, and link of its settings, for pictures that the server draws while another control is dragged.
    terms : mapping, optional
        For labels of readouts, the terms of the glossary that explain them.
    on_commit : callable, optional
        Called before the next run of the script with the axis value, or the point, on which the user has settled.
    on_point : callable, optional
        Called before the next run of the script with the point of the first figure, in the units of its axes, that
        the user has clicked on.
    """
    if start is None and picture.axis:
        start = picture.axis.start
    failed = f"{key}_failed"
    if _mount is None or not st.get_option("server.enableStaticServing") or st.session_state.get(failed):
        _plain_chart(picture, key=key, start=start, epoch=epoch, on_commit=on_commit)
        return

    def committed() -> None:
        sent = st.session_state[key].get("value")
        # The browser may send anything, and may not have seen the last preset: only a value of this axis counts.
        if not (on_commit and picture.axis and isinstance(sent, list) and sent[:1] == [epoch]):
            return
        value = tuple(sent[1:]) if len(sent) > 2 else sent[-1]
        if value in picture.axis.values:
            on_commit(value)

    def pointed() -> None:
        place = st.session_state[key].get("place")
        numbers = isinstance(place, list) and all(isinstance(v, int | float) and math.isfinite(v) for v in place)
        if on_point and numbers and len(place) == 3:  # the last one counts the clicks
            on_point((float(place[0]), float(place[1])))

    def give_up() -> None:
        st.session_state[failed] = True

    shape = {
        "present": present,
        "fill": fill,
        "bare": bare,
        "panel": panel,
        "large": large,
        "replay": replay,
        "source": source,
        "terms": {label: [[term.name, term.anchor] for term in some] for label, some in (terms or {}).items()},
    }
    data = pack(picture, start=start, epoch=epoch, ask=on_point is not None, file=key, **shape)
    _mount(
        key=key,
        data=deflated(data),
        on_value_change=net.safely(committed),
        on_place_change=net.safely(pointed),
        on_failed_change=net.safely(give_up),
    )


def _plain_chart(
    picture: live.Picture,
    *,
    key: str,
    start: Any,
    epoch: int,
    on_commit: Callable[[Any], None] | None,
) -> None:
    """Show the same figures through `st.plotly_chart`, moved by sliders that ask the server."""
    index = 0
    if picture.axis and len(picture.axis.values) > 1:
        index = _plain_sliders(picture.axis, f"{key}_slider_{epoch}", start, on_commit)

    if picture.readouts:
        st.text(" · ".join(f"{r.label} {picture.text(r, index)}" for r in picture.readouts))
    for words in filter(None, (picture.summary(index), *picture.words(index))):
        st.text(words)
    columns = 1 + max(panel.column for panel in picture.panels)
    places = st.columns(columns) if columns > 1 else [st.container()]
    for number, (panel, figure) in enumerate(zip(picture.panels, still(picture, index), strict=True)):
        themed = style.dark(figure) if st.context.theme.type == "dark" else figure
        places[panel.column].plotly_chart(themed, height=panel.height, theme=None, key=f"{key}_{number}", alt=panel.alt)


def _plain_sliders(axis: live.Axis | live.Plane, key: str, start: Any, on_commit: Callable[[Any], None] | None) -> int:
    """Draw sliders over the axis, or over both axes of a plane; return the index where they are."""
    keys = [f"{key}{k}" for k in range(len(axis.axes))]
    starts = [start] if isinstance(axis, live.Axis) else start

    def committed() -> None:
        if on_commit:
            place = tuple(st.session_state[name] for name in keys)
            on_commit(place if len(place) > 1 else place[0])

    index, stride = 0, 1
    for one, name, first in zip(axis.axes, keys, starts, strict=True):
        value = st.select_slider(
            one.label,
            one.values,
            value=one.values[0 if first is None else one.nearest(first)],
            format_func=dict(zip(one.values, one.texts, strict=True)).__getitem__,
            key=name,
            on_change=net.safely(committed),
        )
        index, stride = index + stride * one.values.index(value), stride * len(one.values)
    return index
