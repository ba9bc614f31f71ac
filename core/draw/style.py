"""Colors, dashes, and the common layout: one meaning, one look, on every page.

Figures are always built in the light colors. Whatever draws them on a dark page (the live chart in the
browser, `dark` here) replaces each palette string by its dark partner: a figure never knows its background.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

# role -> (on white, on a dark page). Okabe-Ito hues, shifted in lightness until a line has a contrast of at
# least 3:1 against its page and text 4.5:1. Equal light strings have equal dark ones: the swap works on the
# string alone.
PALETTE: dict[str, tuple[str, str]] = {
    "text": ("#1D1B22", "#ECEAF1"),
    "muted": ("#66636E", "#A9A5B3"),
    "grid": ("#ECEAF0", "#2B2932"),
    "axis": ("#B9B5C2", "#57535F"),
    "paper": ("#FFFFFF", "#15141A"),
    "accent": ("#6A4C93", "#B79CE0"),
    "bias": ("#0072B2", "#4DA6E8"),
    "variance": ("#D55E00", "#FF8A4C"),
    "noise": ("#6E6E6E", "#A2A2A2"),
    "risk": ("#1D1B22", "#ECEAF1"),
    "truth": ("#1D1B22", "#ECEAF1"),
    "train": ("#2E97D0", "#8FD3F7"),
    "test": ("#007A5A", "#34CFA0"),
    "first": ("#0072B2", "#4DA6E8"),
    "second": ("#B87A00", "#F2B134"),
    "threshold": ("#9A4F7F", "#E38FC3"),
    "bias_fill": ("rgba(0, 114, 178, 0.28)", "rgba(77, 166, 232, 0.34)"),
    "variance_fill": ("rgba(213, 94, 0, 0.26)", "rgba(255, 138, 76, 0.32)"),
    "noise_fill": ("rgba(110, 110, 110, 0.18)", "rgba(162, 162, 162, 0.22)"),
    "band": ("rgba(213, 94, 0, 0.13)", "rgba(255, 138, 76, 0.16)"),
    "warning": ("#B8123F", "#FF7D93"),
    "first_fill": ("rgba(0, 114, 178, 0.16)", "rgba(77, 166, 232, 0.20)"),
    "second_fill": ("rgba(184, 122, 0, 0.18)", "rgba(242, 177, 52, 0.20)"),
    "third": ("#007A5A", "#34CFA0"),
    "third_fill": ("rgba(0, 122, 90, 0.16)", "rgba(52, 207, 160, 0.20)"),
    "fourth": ("#9A4F7F", "#E38FC3"),
    "fourth_fill": ("rgba(154, 79, 127, 0.16)", "rgba(227, 143, 195, 0.20)"),
    "fifth": ("#6E6E6E", "#A2A2A2"),
    "fifth_fill": ("rgba(110, 110, 110, 0.18)", "rgba(162, 162, 162, 0.22)"),
    "threshold_fill": ("rgba(154, 79, 127, 0.16)", "rgba(227, 143, 195, 0.20)"),
    "right_fill": ("rgba(102, 99, 110, 0.22)", "rgba(169, 165, 179, 0.28)"),
    "right": ("#007A5A", "#34CFA0"),
    "wrong": ("#B8123F", "#FF7D93"),
    "wrong_fill": ("rgba(184, 18, 63, 0.34)", "rgba(255, 125, 147, 0.44)"),
    "convolution": ("#0072B2", "#4DA6E8"),
    "linear": ("#D55E00", "#FF8A4C"),
    "pool": ("#007A5A", "#34CFA0"),
    "attention": ("#9A4F7F", "#E38FC3"),
    "fit_faint": ("rgba(213, 94, 0, 0.30)", "rgba(255, 138, 76, 0.34)"),
}

# A second cue beside the hue, for color-blind readers and washed-out projectors.
DASH: dict[str, str] = {
    "bias": "solid",
    "variance": "longdash",
    "noise": "dot",
    "risk": "solid",
    "truth": "dash",
    "train": "dashdot",
    "test": "longdashdot",
    "first": "solid",
    "second": "longdash",
    "third": "dot",
    "fourth": "dashdot",
    "fifth": "longdashdot",
    "threshold": "dot",
}

BARE = {"visible": False, "fixedrange": True}  # look of an axis that only holds places

DARK: dict[str, str] = dict(PALETTE.values())
_LIGHT_COLOR = re.compile("|".join(map(re.escape, sorted(DARK, key=len, reverse=True))))

# Streamlit's own font first; the browser replaces the list by the font of its page.
FONT = "Source Sans, Source Sans Pro, system-ui, sans-serif"


def color(role: str) -> str:
    """Return the light color of a role of `PALETTE`; `KeyError` for an unknown one."""
    return PALETTE[role][0]


def line(role: str, width: float = 2.2, **more: Any) -> dict[str, Any]:
    """Return the Plotly `line` of a role: its color, its dash, and a width in pixels."""
    return {"color": color(role), "dash": DASH.get(role, "solid"), "width": width, **more}


def layout(*, title: str = "", x: str = "", y: str = "", **more: Any) -> dict[str, Any]:
    """Return the common layout of a figure, for one `go.Figure(data=[...], layout=layout(...))` call.

    Parameters
    ----------
    title, x, y : str
        Titles of the figure and of its axes; a unit belongs in the axis title.
    **more
        Layout properties that are merged into the common ones, e.g. `xaxis={"range": [0, 10]}`.

    Returns
    -------
    dict
        Transparent paper, still axes, no legend, and no plotly template (it would weigh 4 KB a figure).
    """
    common: dict[str, Any] = {
        "template": {},
        "uirevision": "keep",  # zoom and hidden traces outlive an update
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": color("text")},
        "title": {
            "text": title,
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 8},
            "font": {"size": 15, "color": color("text")},
        },
        "margin": {"l": 56, "r": 16, "t": 40 if title else 16, "b": 48},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": color("paper"),
            "bordercolor": color("axis"),
            "font": {"size": 13, "color": color("text")},
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": color("axis"), "activecolor": color("accent")},
        "xaxis": _axis(x),
        "yaxis": _axis(y),
    }
    return _merged(common, more)


def ceiling(value: float) -> float:
    """Round `value` > 0 up to 1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, or 8 times a power of ten.

    Axes that end there stay put while the data under them change a little.
    """
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8, 10)
    return next(step * power for step in steps if step * power >= value * (1 - 1e-12))


def dark(figure: go.Figure) -> go.Figure:
    """Return a copy of a figure with each palette color replaced by its dark partner."""
    spec = figure.to_plotly_json()
    return go.Figure(data=_darkened(spec["data"]), layout=_darkened(spec["layout"]))


def decoded(encoded: Mapping[str, str]) -> npt.NDArray[Any]:
    """Decode an array that `to_plotly_json` has written in base64 (`dtype`, `bdata`, and `shape` if 2-D)."""
    dtype = np.dtype(encoded["dtype"]).newbyteorder("<")
    values = np.frombuffer(base64.b64decode(encoded["bdata"]), dtype=dtype)
    return values.reshape([int(n) for n in encoded.get("shape", "-1").split(",")])


def _axis(title: str) -> dict[str, Any]:
    return {
        "title": {"text": title, "standoff": 10, "font": {"size": 13, "color": color("muted")}},
        "tickfont": {"size": 12, "color": color("muted")},
        "gridcolor": color("grid"),
        "linecolor": color("axis"),
        "showline": False,
        "zeroline": False,
        "ticks": "",
        "ticklabeloverflow": "allow",  # otherwise each redraw measures every label
        "ticklabelstandoff": 4,
        "automargin": False,  # a margin that follows the labels would move the frame under the curve
    }


def _merged(base: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in more.items():
        old = merged.get(name)
        merged[name] = _merged(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged


def _darkened(value: Any) -> Any:
    if isinstance(value, str):
        return _LIGHT_COLOR.sub(lambda found: DARK[found.group()], value)
    if isinstance(value, Mapping):
        return decoded(value) if "bdata" in value else {k: _darkened(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_darkened(v) for v in value]
    return value
