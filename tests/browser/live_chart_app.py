"""A small app around the live chart: three panels over degrees 1..20, a control that changes one of them, a counter."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.figures import live, style
from pages.ui.live_chart import live_chart

DEGREES = np.arange(1, 21)
GRID = np.linspace(0, 10, 80)
CURVES = 20


def fits(shift: float) -> live.Panel:
    """Faint fits, their band and mean, against the truth."""
    rng = np.random.default_rng(0)
    basis = np.polynomial.chebyshev.chebvander(GRID / 5 - 1, 20).T
    scale = 0.9 ** np.arange(21)
    coefs = [scale[: d + 1] * (np.arange(d + 1) < 7) * 2 + rng.normal(0, 0.02 * d, (CURVES, d + 1)) for d in DEGREES]
    curves = [c @ basis[: c.shape[1]] + 5 + shift for c in coefs]
    for c in coefs:
        c[:, 0] += 5 + shift
    mean, sd = [c.mean(0) for c in curves], [c.std(0) for c in curves]
    figure = go.Figure(
        data=[
            {"type": "scatter", "x": np.concatenate([GRID, GRID[::-1]]), "fill": "toself", "mode": "lines",
             "fillcolor": style.color("band"), "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False},
            {"type": "scatter", "x": live.strands(np.tile(GRID, (CURVES, 1))), "mode": "lines",
             "line": {"color": style.color("fit_faint"), "width": 1}, "hoverinfo": "skip", "name": "fits",
             "meta": {"table": False}},
            {"type": "scatter", "x": GRID, "y": GRID + np.sin(1.5 * GRID), "mode": "lines", "name": "truth",
             "line": style.line("truth")},
            {"type": "scatter", "x": GRID, "mode": "lines", "name": "mean fit", "line": style.line("bias")},
        ],
        layout=style.layout(
            title="One hundred samples, one degree", x="x", y="y", showlegend=True, legend={"orientation": "h", "y": 0,
            "x": 1, "xanchor": "right", "yanchor": "bottom"},
            xaxis={"range": [0, 10]}, yaxis={"range": [-4, 14]}
        ),
    )
    frames = (
        live.Frames(0, [np.concatenate([m - s, (m + s)[::-1]]) for m, s in zip(mean, sd, strict=True)]),
        live.Frames(1, coefs, basis=basis),
        live.Frames(3, mean),
    )
    return live.Panel(figure, "Fits of polynomials to noisy samples, their mean and the true function", frames)


def per_x() -> live.Panel:
    """Stacked areas that change with the degree."""
    bias = [np.abs(np.sin(GRID + d / 3)) / d for d in DEGREES]
    variance = [np.full(GRID.size, 0.01 * d) * (1 + (GRID / 5 - 1) ** 8) for d in DEGREES]
    figure = go.Figure(
        data=[
            {"type": "scatter", "x": GRID, "mode": "lines", "fill": "tozeroy", "name": "bias²", "line": {"width": 0},
             "fillcolor": style.color("bias_fill")},
            {"type": "scatter", "x": GRID, "mode": "lines", "fill": "tonexty", "name": "variance",
             "line": {"width": 0}, "fillcolor": style.color("variance_fill")},
        ],
        layout=style.layout(title="Where the error sits", x="x", y="squared error", yaxis={"range": [0, 1]}),
    )
    total = [b + v for b, v in zip(bias, variance, strict=True)]
    return live.Panel(
        figure, "Bias squared and variance per x", (live.Frames(0, bias), live.Frames(1, total)), height=260
    )


def curves() -> live.Panel:
    """Static curves over the degree, with the marker."""
    roles = ["bias", "variance", "noise", "risk", "train", "test", "second", "threshold"]
    shapes = [2 / DEGREES, 0.02 * DEGREES, 0.3 + 0 * DEGREES, 0.3 + 2 / DEGREES + 0.02 * DEGREES,
              0.3 - 0.01 * DEGREES, 0.5 + 1 / DEGREES, 0.8 - 0.02 * DEGREES, 1.4 - 0.05 * DEGREES]
    figure = go.Figure(
        data=[
            {"type": "scatter", "x": DEGREES, "y": y, "mode": "lines", "name": role, "line": style.line(role)}
            for role, y in zip(roles, shapes, strict=True)
        ],
        layout=style.layout(
            title="Error against degree", x="degree", y="squared error",
            xaxis={"range": [0.5, 20.5]}, yaxis={"range": [0, 3]},
        ),
    )
    return live.Panel(figure, "Error curves against the degree", marker=True, column=1, height=680)


def picture(shift: float) -> live.Picture:
    """Three panels and four readouts."""
    words = tuple(f"{1 / d:.3f}" for d in DEGREES)
    return live.Picture(
        panels=(fits(shift), per_x(), curves()),
        axis=live.Axis("degree", "Degree", tuple(map(float, DEGREES)), tuple(map(str, DEGREES))),
        readouts=(
            live.Readout("bias²", words, "bias", "How far the average fit is from the truth."),
            live.Readout("variance", tuple(f"{0.02 * d:.3f}" for d in DEGREES), "variance"),
            live.Readout("noise", ("0.300",), "noise"),
            live.Readout("expected error", tuple(f"{0.3 + 2 / d + 0.02 * d:.3f}" for d in DEGREES), "risk"),
        ),
        sentences=tuple(f"Degree {d}: " + ("too stiff" if d < 5 else "about right" if d < 9 else
                        "too flexible, each sample tells another story") + "." for d in DEGREES),
    )


def main() -> None:
    """Draw the app."""
    st.set_page_config(layout="wide", initial_sidebar_state="collapsed")
    state = st.session_state
    state.setdefault("degree", 3.0)
    state.setdefault("epoch", 0)
    state["runs"] = state.get("runs", 0) + 1
    st.title("How complex should a model be?")
    shift = st.slider("Shift", 0, 10, 0, help="Changes the first panel only.") / 10
    if st.button("Preset: degree 9"):
        state["degree"], state["epoch"] = 9.0, state["epoch"] + 1
    live_chart(
        picture(shift), key="demo", start=state["degree"], epoch=state["epoch"],
        present=st.query_params.get("present") == "1", on_commit=lambda value: state.update(degree=value),
    )
    st.text(f"server: degree {state['degree']:g}, shift {shift:g}, run {state['runs']}")


main()
