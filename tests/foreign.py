"""Foreign texts that Markdown, HTML, TeX, or plotly would interpret, and files that carry them."""

from __future__ import annotations

import json
import struct

TEXTS = (
    "*a* _b_ ~~c~~ `d`",
    "$x^2$ and $$y$$",
    "[g](https://h.example/g)",
    "![j](https://h.example/k.png)",
    "<b>f</b><img src=https://h.example/i.png>",
    "<a href='https://h.example'>k</a>",
    ":material/home: :red[e] :smile:",
    "https://h.example/l www.h.example",
    "i@h.example",
    "a --> b == c ~~ d",
)


def scores_csv(text: str) -> bytes:
    """Return a table whose positive class and second score carry a text."""
    rows = [(text if k % 3 else "no", f"{k / 40:.3f}", f"{(k * 7 % 40) / 40:.3f}") for k in range(40)]
    lines = [("label", "score", text), *rows]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()


def network_file(text: str) -> bytes:
    """Return weights in the format of safetensors, with a text in the names of two layers."""
    shapes = {f"{text}.weight": [4, 3, 3, 3], f"{text}.bias": [4], f"b{text}.weight": [10, 4], f"b{text}.bias": [10]}
    header, at = {}, 0
    for name, shape in shapes.items():
        size = 4
        for side in shape:
            size *= side
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + bytes(at)


FILES = {"ranking_curves": (scores_csv, ".csv"), "cnn_cost": (network_file, ".safetensors")}
