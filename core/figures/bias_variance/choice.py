"""Choosing a degree: how often each rule picks each one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.figures.bias_variance.errors import HEIGHT
from core.figures.bias_variance.text import RULES, cost, rule_name
from core.figures.live import Figure, Frames, Panel, Track
from core.figures.parts import band
from core.figures.style import color, layout
from core.generalization.exploration import Exploration
from core.generalization.selection import Selection


def choosing(result: Exploration, compare: tuple[int, ...]) -> tuple[Panel, ...]:
    """Panel of what every rule picks, over many repetitions of the experiment."""
    s = result.selection
    looks = {rule: (rule_name(result, rule), RULES[rule][1]) for rule in s.rules}
    return (choice_rows(s, looks, HEIGHT),)


def choice_rows(s: Selection, looks: Mapping[str, tuple[str, str]], height: int) -> Panel:
    """One row of bars per rule: how often it picks each degree; `looks` gives its name and colour role.

    The degree in hand is a band around its bars and a dot above them: a line would strike the numbers out.
    """
    names = [looks[rule][0] for rule in s.rules]
    rows = np.arange(len(s.rules))[::-1]
    tallest = (0.82 - 0.03 * len(rows)) / s.shares.max(axis=1)  # above it, a line of text
    top = len(rows) + 0.36
    column = np.array([-0.5, -0.5, 0.5, 0.5])
    here = band(column, "noise_fill", "degree in hand") | {"y": np.array([-0.08, top, top, -0.08])}
    traces = [here] + [
        {
            "type": "bar",
            "x": s.degrees,
            "y": (share * scale).astype(np.float32),
            "base": np.full(len(s.degrees), float(row), np.float32),
            "width": 0.84,
            "name": name,
            "marker": {"color": color(looks[rule][1]), "opacity": 0.85},
            "text": [f"{100 * part:.0f}" if part >= 0.045 else "" for part in share],
            "textposition": "outside",
            "textangle": 0,
            "textfont": {"color": color("muted"), "size": 11},
            "cliponaxis": False,
            "customdata": share,
            "hovertemplate": f"{name}: degree %{{x}} in %{{customdata:.1%}}<extra></extra>",
        }
        for rule, name, share, scale, row in zip(s.rules, names, s.shares, tallest, rows, strict=True)
    ]
    labels = [
        f"<b>{name}</b><br>{'' if rule == 'oracle' else cost(s, rule)}"
        for rule, name in zip(s.rules, names, strict=True)
    ]
    figure = Figure(
        data=traces,
        layout=layout(
            x="degree that is chosen (share in %)",
            y="rule and its extra expected error",
            xaxis={
                "range": [0.5, s.degrees[-1] + 0.5],
                "dtick": 1 if len(s.degrees) <= 15 else 2,
                "tick0": 1,
            },
            yaxis={
                "range": [-0.08, top],
                "tickvals": [float(row) + 0.3 for row in rows],
                "ticktext": labels,
                "showgrid": False,
                "title": {"standoff": 4},
            },
            margin={"l": 150},
            barmode="overlay",
            uniformtext={"mode": "show", "minsize": 11},
        ),
    )
    alt = f"How often each rule picks each degree in {len(s.picks['oracle'])} repetitions. " + " ".join(
        f"{name}: most often degree {int(s.degrees[share.argmax()])} ({share.max():.0%})."
        for name, share in zip(names, s.shares, strict=True)
    )
    frames = (Frames(0, s.degrees[:, np.newaxis] + column, "x"),)
    dot = Track(s.degrees, np.full(len(s.degrees), top - 0.16))
    return Panel(figure, alt=alt, frames=frames, tracks=(dot,), height=height)
