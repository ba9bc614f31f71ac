"""Small drawings for the home page: a few curves as SVG.

The browser shows them as images, which do not know the theme of the page: their colors work on light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.draw.style import PALETTE
from core.kit.arrays import Array

_WIDTH, _HEIGHT, _PAD = 420, 230, 10


def svg_curves(curves: Sequence[tuple[str, str, Array, Array]], *, top: float, mark: float | None = None) -> str:
    """Draw curves from 0 to `top`; values above it are cut off.

    Parameters
    ----------
    curves
        Label, color role of `style.PALETTE`, x and y of each; all x share their ends.
    top
        Value at the upper edge.
    mark
        The last curve gets a dot at this x.
    """
    x_all = curves[0][2]
    left, right = float(x_all[0]), float(x_all[-1])

    def place(x: Array, y: Array) -> list[tuple[float, float]]:
        across = _PAD + (x - left) / (right - left) * (_WIDTH - 2 * _PAD)
        up = _HEIGHT - _PAD - np.clip(y / top, -1, 3) * (_HEIGHT - 2 * _PAD)
        return [(round(float(a), 1), round(float(b), 1)) for a, b in zip(across, up, strict=True)]

    lines = []
    for label, role, x, y in curves:
        points = " ".join(f"{a},{b}" for a, b in place(x, y))
        width = 4 if role == "risk" else 2.5
        lines.append(f'<polyline points="{points}" fill="none" stroke="{_color(role)}" stroke-width="{width}"/>')
        a, b = place(x, y)[0]
        lines.append(f'<text x="{a}" y="{b - 9}" fill="{_color(role)}" font-size="15">{label}</text>')
    if mark is not None:
        _, role, x, y = curves[-1]
        ((a, b),) = place(np.array([mark]), np.interp([mark], x, y))
        lines.append(f'<circle cx="{a}" cy="{b}" r="8" fill="{_color("accent")}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'font-family="sans-serif" stroke-linejoin="round">{"".join(lines)}</svg>'
    )


def _color(role: str) -> str:
    """Return a color dark enough for white and light enough for a dark page; text color becomes a middle gray."""
    return {"risk": "#85818F", "accent": "#8F6CC0"}.get(role, PALETTE[role][0])
