"""A small app around the live chart: three panels over the degrees 1..20, a slider that changes one of them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.draw import live, style
from pages.ui.live_chart import live_chart

DEGREES = np.arange(1, 21)
GRID = np.linspace(0, 10, 80)
CURVES = 20
BASIS = np.polynomial.chebyshev.chebvander(GRID / 5 - 1, 20).T
CURVE_ROLES = ("bias", "variance", "noise", "risk", "train", "test", "second", "threshold")


def coefficients(degree: int, shift: float) -> np.ndarray:
    """Chebyshev coefficients of the faint fits of one degree: a pattern, then a wiggle of each curve."""
    order = np.arange(degree + 1)
    wiggle = 0.03 * degree * np.sin(1 + np.outer(np.arange(CURVES), order + 1))
    base = np.where(order < 7, 2 * 0.9**order, 0.0)
    base[0] = 5 + shift
    return base + wiggle


def fits(shift: float) -> live.Panel:
    """Faint fits, their band and their mean against the truth."""
    coefs = [coefficients(d, shift) for d in DEGREES]
    curves = [c @ BASIS[: c.shape[1]] for c in coefs]
    mean, sd = [c.mean(0) for c in curves], [c.std(0) for c in curves]
    band = [np.concatenate([m - s, (m + s)[::-1]]) for m, s in zip(mean, sd, strict=True)]
    common = {"type": "scatter", "mode": "lines"}
    around = {"x": np.concatenate([GRID, GRID[::-1]]), "fill": "toself", "hoverinfo": "skip", "showlegend": False}
    figure = live.Figure(
        data=[
            common | around | {"fillcolor": style.color("band"), "line": {"width": 0}},
            common
            | {"x": live.strands(np.tile(GRID, (CURVES, 1))), "name": "fits", "meta": {"table": False}}
            | {"line": {"color": style.color("fit_faint"), "width": 1}, "hoverinfo": "skip"},
            common | {"x": GRID, "y": GRID + np.sin(1.5 * GRID), "name": "truth", "line": style.line("truth")},
            common | {"x": GRID, "name": "mean fit", "line": style.line("bias")},
        ],
        layout=style.layout(
            title="Twenty samples, one degree",
            x="x",
            y="y",
            xaxis={"range": [0, 10]},
            yaxis={"range": [-4, 14]},
            showlegend=True,
            legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 0, "yanchor": "bottom"},
        ),
    )
    frames = (live.Frames(0, band), live.Frames(1, coefs, basis=BASIS), live.Frames(3, mean))
    return live.Panel(figure, "Fits to twenty samples, their mean and the true function", frames)


def per_x() -> live.Panel:
    """Stacked areas that change with the degree."""
    bias = [np.abs(np.sin(GRID + d / 3)) / d for d in DEGREES]
    total = [b + 0.01 * d * (1 + (GRID / 5 - 1) ** 8) for b, d in zip(bias, DEGREES, strict=True)]
    area = {"type": "scatter", "mode": "lines", "x": GRID, "line": {"width": 0}}
    figure = live.Figure(
        data=[
            area | {"name": "bias²", "fill": "tozeroy", "fillcolor": style.color("bias_fill")},
            area | {"name": "total", "fill": "tonexty", "fillcolor": style.color("variance_fill")},
        ],
        layout=style.layout(title="Where the error sits", x="x", y="squared error", yaxis={"range": [0, 1]}),
    )
    frames = (live.Frames(0, bias), live.Frames(1, total))
    return live.Panel(figure, "Bias squared and variance at each x", frames, height=260)


def against_degree() -> live.Panel:
    """Curves that stay, over the degree, with the marker on them."""
    ys = [
        2 / DEGREES,
        0.02 * DEGREES,
        0.3 + 0 * DEGREES,
        0.3 + 2 / DEGREES + 0.02 * DEGREES,
        0.3 - 0.01 * DEGREES,
        0.5 + 1 / DEGREES,
        0.8 - 0.02 * DEGREES,
        1.4 - 0.05 * DEGREES,
    ]
    figure = live.Figure(
        data=[
            {"type": "scatter", "x": DEGREES, "y": y, "mode": "lines", "name": role, "line": style.line(role)}
            for role, y in zip(CURVE_ROLES, ys, strict=True)
        ],
        layout=style.layout(
            title="Error against degree",
            x="degree",
            y="squared error",
            xaxis={"range": [0.5, 20.5]},
            yaxis={"range": [0, 3]},
        ),
    )
    tracks = (live.Track(DEGREES),)
    return live.Panel(figure, "Error curves against the degree", tracks=tracks, column=1, height=680)


def verdict(degree: int) -> str:
    """Sentence about one degree."""
    if degree < 5:
        return f"Degree {degree}: too stiff."
    return f"Degree {degree}: " + ("about right." if degree < 9 else "each sample tells another story.")


def picture(shift: float) -> live.Picture:
    """Three panels, four readouts and a sentence."""
    return live.Picture(
        panels=(fits(shift), per_x(), against_degree()),
        axis=live.Axis("degree", "Degree", tuple(map(float, DEGREES)), tuple(map(str, DEGREES))),
        readouts=(
            live.Readout("bias²", tuple(f"{2 / d:.3f}" for d in DEGREES), "bias", "Average fit to truth."),
            live.Readout("variance", tuple(f"{0.02 * d:.3f}" for d in DEGREES), "variance"),
            live.Readout("noise", ("0.300",), "noise"),
            live.Readout("expected error", tuple(f"{0.3 + 2 / d + 0.02 * d:.3f}" for d in DEGREES), "risk"),
        ),
        sentences=tuple(verdict(d) for d in DEGREES),
    )


def main() -> None:
    """Draw the app."""
    st.set_page_config(layout="wide")
    state = st.session_state
    state.setdefault("degree", 3.0)
    state.setdefault("epoch", 0)
    state["runs"] = state.get("runs", 0) + 1
    shift = st.slider("Shift", 0, 10, 0, help="Changes the first panel only.") / 10
    if st.button("Preset: degree 9"):
        state["degree"], state["epoch"] = 9.0, state["epoch"] + 1
    if not st.toggle("Hide the picture"):
        live_chart(
            picture(shift),
            key="demo",
            start=state["degree"],
            epoch=state["epoch"],
            present=st.query_params.get("present") == "1",
            fill=st.query_params.get("present") == "1",
            on_commit=lambda value: state.update(degree=value),
        )
    st.text(f"server: degree {state['degree']:g}, shift {shift:g}, run {state['runs']}")


if __name__ == "__main__":
    main()
