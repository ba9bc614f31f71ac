"""Arrays of numbers as small images inside a figure: hundreds of cells for the cost of one."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np

from core.draw.style import color
from core.kit.arrays import Numbers

_SIDE = 240  # pixels of each side at least, so that a browser which smooths images keeps the cells sharp
_FAINT, _STRONG = 0.1, 0.5  # opacity of the smallest and the largest value


def signed(values: Numbers, touched: Numbers | None = None) -> Numbers:
    """Return colors (h, w, 4) of signed numbers: blue above 0, ochre below, opaque by size; clear if not `touched`."""
    largest = float(np.abs(values).max()) or 1.0
    share = np.abs(values) / largest
    hues = np.array([_rgb("second"), _rgb("noise"), _rgb("first")])[(np.sign(values) + 1).astype(int)]
    alpha = np.where(values == 0, _FAINT * (touched is not None), _FAINT + (_STRONG - _FAINT) * share)
    if touched is not None:
        alpha = alpha * touched
    return np.concatenate([hues, np.rint(255 * alpha)[..., np.newaxis]], axis=2).astype(np.uint8)


def grey(values: Numbers, largest: float = 1.0) -> Numbers:
    """Return colors (h, w, 4) of numbers from 0, black, to `largest`, white; nan is clear."""
    level = np.rint(255 * np.clip(np.nan_to_num(values) / (largest or 1.0), 0, 1))
    return np.stack([level, level, level, 255.0 * ~np.isnan(values)], axis=2).astype(np.uint8)


def image(
    colours: Numbers, x: float = 1, y: float = 1, width: float | None = None, height: float | None = None
) -> dict[str, Any]:
    """Return a layout image with the middle of its upper left cell at (x, y); cells are 1 x 1 unless a size is given.

    The y axis must point down.
    """
    rows, columns = colours.shape[:2]
    wide, high = width or columns, height or rows
    return {
        "source": png(colours),
        "xref": "x",
        "yref": "y",
        "x": x - wide / columns / 2,
        "y": y - high / rows / 2,
        "sizex": wide,
        "sizey": high,
        "sizing": "stretch",
        "layer": "below",
    }


def png(colours: Numbers) -> str:
    """Return the data address of a PNG of colors (h, w, 4), each cell a square of pixels."""
    rows, columns = colours.shape[:2]
    times, across = (max(2, -(-_SIDE // count)) for count in (rows, columns))
    pixels = colours.repeat(across, axis=1).reshape(rows, -1)
    # Each line is written as its difference from the one above: most are the same.
    lines = np.zeros((rows, times, pixels.shape[1]), np.uint8)
    lines[:, 0] = np.diff(pixels, axis=0, prepend=np.zeros_like(pixels[:1]))
    filtered = np.insert(lines.reshape(rows * times, -1), 0, 2, axis=1)
    head = struct.pack(">2I5B", columns * across, rows * times, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b""))
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _rgb(role: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(color(role)[1:]))
