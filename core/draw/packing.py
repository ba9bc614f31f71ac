"""Pictures as bytes: a JSON header and one blob of float32, which `static/live_data.js` reads.

Curves are sent as float32: half the bytes, and finer than any screen.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from core.draw import style
from core.draw.live import Along, Figure, Frames, Panel, Picture, Readout, Texts
from core.draw.rules import Rule
from core.kit.arrays import Numbers, single

_ROLES = {role: light for role, (light, _) in style.PALETTE.items() if light.startswith("#")}
_AXES = "xaxis", "yaxis"
_LARGE = 60_000  # bytes that are sent uncompressed: the browser draws them at once


def pack(picture: Picture, at: int | None = None, known: Collection[str] = (), **state: Any) -> bytes:
    """Encode a picture for the live chart.

    Parameters
    ----------
    picture : Picture
        What to show.
    at : int, optional
        The only step whose frames and texts are sent; all of them if not given. Digests are the same either way.
    known : collection of str
        Looks that the browser holds, of panels and of axes: of these only arrays and ranges are sent, and no colors.
    **state
        JSON values that are sent along (where to start and the like).

    Returns
    -------
    bytes
        Length of the header (uint32, little-endian), the header (JSON in UTF-8, padded with spaces to a
        multiple of four bytes), and one blob of little-endian float32. `{"f32": [offset, length]}` in the
        header stands for a part of the blob, counted in numbers.
    """
    blob = _Blob()
    axes = [
        {"label": axis.label, "values": list(axis.values), "texts": list(axis.texts)}
        for axis in (picture.axis.axes if picture.axis else ())
    ]
    axes_look = _digest(json.dumps(axes))
    header = {
        "state": state,
        "at": at,
        **({} if known else {"dark": style.DARK, "roles": _ROLES}),
        "axesLook": axes_look,
        **({} if axes_look in known else {"axes": axes}),
        "readouts": [
            {
                "label": r.label,
                "texts": _texts(_those(picture, r.texts, at, r.along), blob),
                "color": style.color(r.role) if r.role else "",
                "dash": style.DASH.get(r.role, "solid"),
                "help": r.help,
                "along": r.along,
                "formula": _texts(_those(picture, r.formula, at, r.along), blob),
                **({"check": _check(picture, r, at, blob)} if r.check else {}),
                **({"headline": True} if r.headline else {}),
            }
            for r in picture.readouts
        ],
        "summaries": _texts(_those(picture, picture.summaries, at), blob),
        "sentences": _texts(_those(picture, picture.sentences, at), blob),
        "remarks": [{"texts": list(_those(picture, r.texts, at, r.along)), "along": r.along} for r in picture.remarks],
        "panels": [_panel(panel, blob, picture, at, known) for panel in picture.panels],
    }
    text = json.dumps(header, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text + blob.bytes()


def deflated(packed: bytes, *, file: bool = False) -> bytes:
    """Return packed bytes as they are sent: large ones deflated, which a leading length of 0 announces.

    Long networks repeat their sentences and boxes: only a fifth remains, for less than a millisecond. For a file, all
    are deflated, and as far as possible.
    """
    if file:
        return bytes(4) + zlib.compress(packed, 9)
    return packed if len(packed) < _LARGE else bytes(4) + zlib.compress(packed, 1)


class _Blob:
    """Collects float32 arrays; equal ones are stored once (curves share their x)."""

    def __init__(self) -> None:
        self._parts: dict[bytes, list[int]] = {}
        self._length = 0

    def add(self, values: Numbers) -> dict[str, list[int]]:
        part = single(values).tobytes()
        if part not in self._parts:
            self._parts[part] = [self._length, len(part) // 4]
            self._length += len(part) // 4
        return {"f32": self._parts[part]}

    def bytes(self) -> bytes:
        return b"".join(self._parts)


def _check(picture: Picture, readout: Readout, at: int | None, blob: _Blob) -> dict[str, Any] | None:
    check = readout.check
    if check is None:
        return None
    agrees = (True,) if all(check.agrees) else check.agrees  # nearly always
    return {
        "how": check.how,
        "texts": _texts(_those(picture, check.texts, at, readout.along), blob),
        "agrees": list(_those(picture, agrees, at, readout.along)),
    }


def _texts(texts: Sequence[str], blob: _Blob) -> Any:
    """Return a text for each step or, if that is shorter, the different texts and which of them each step has."""
    different = {text: k for k, text in enumerate(dict.fromkeys(texts))}
    if sum(len(text) + 3 for text in texts) <= sum(len(text) + 3 for text in different) + 4 * len(texts):
        return list(texts)  # including its quotes and a comma
    return {"of": list(different), "at": blob.add(np.array([different[text] for text in texts]))}


def _those(picture: Picture, entries: Any, at: int | None, along: Along | None = None) -> Any:
    """Return all entries, or the one that belongs to a step."""
    return entries if at is None else entries[min(picture.entry(along, at), len(entries) - 1) :][:1]


def _panel(panel: Panel, blob: _Blob, picture: Picture, at: int | None, known: Collection[str]) -> dict[str, Any]:
    data = [dict(trace) for trace in panel.figure["data"]]
    described: dict[str, Any] = {
        "alt": panel.alt,
        "absent": list(panel.absent),
        "column": panel.column,
        "folded": panel.folded,
        **({"paced": panel.paced} if panel.paced else {}),
        "width": panel.width,
        "height": panel.height,
        "layout": panel.figure["layout"],
    }
    for frames in panel.frames:  # the frames supply it, whatever the figure was built with
        data[frames.trace].pop(frames.attr, None)
    # The browser redraws a panel only if its digest has changed: it covers values, not positions in the blob.
    figure = json.dumps([described, data], default=_fingerprint)
    digest = hashlib.blake2b(figure.encode(), digest_size=8)
    for values in (part for track in panel.tracks for part in (track.x, track.y) if part is not None):
        digest.update(single(values).tobytes())
    for frames in panel.frames:
        if isinstance(frames, Texts):
            digest.update(json.dumps([list(row) for row in frames.values]).encode())
            continue
        rows = [frames.values] if isinstance(frames.values, np.ndarray) else frames.values
        if frames.rule is not None:
            own = [frames.rule.name, frames.part, _fields(frames.rule)]
            digest.update(json.dumps(own, default=_fingerprint).encode())
        for values in (*rows, *([] if frames.basis is None else [frames.basis])):
            digest.update(single(values).tobytes())
        # One grid is enough: the browser repeats it for each curve.
        if frames.basis is not None and frames.attr == "y" and "x" in data[frames.trace]:
            data[frames.trace]["x"] = _grid(data[frames.trace]["x"], frames)
    look = _look(panel.figure)
    layout = described.pop("layout")
    if look in known:
        ranges = {name: layout[name]["range"] for name in _AXES if "range" in layout.get(name, {})}
        drawn = {"ranges": _packed(ranges, blob), "arrays": _packed(_arrays(data), blob)}
    else:
        drawn = {"layout": _packed(layout, blob), "data": _packed(data, blob)}
    return {
        **described,
        **drawn,
        "digest": digest.hexdigest(),
        "look": look,
        "frames": [_moved(frames, _those(picture, frames.values, at, frames.along), blob) for frames in panel.frames],
        "tracks": [
            {
                "x": blob.add(track.x),
                "y": None if track.y is None else blob.add(track.y),
                "color": style.color(track.role),
                "along": track.along,
            }
            for track in panel.tracks
        ],
    }


def _look(figure: Figure) -> str:
    """Return a digest of all but arrays and axis ranges: while it stays the same, the browser only moves the figure."""
    layout = {
        name: {k: v for k, v in part.items() if k != "range"} if name in _AXES else part
        for name, part in figure["layout"].items()
    }
    return _digest(json.dumps([layout, _without_arrays(figure["data"])], default=_fingerprint))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _without_arrays(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_arrays(part) for name, part in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [_without_arrays(part) for part in value]
    return None if isinstance(value, np.ndarray | list | tuple) else value


def _arrays(value: Any) -> Any:
    """Return the other half of `_without_arrays`: arrays in their places, and nothing else."""
    if isinstance(value, Mapping):
        kept = {name: _arrays(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part is not None}
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [_arrays(part) for part in value]
    return value if isinstance(value, np.ndarray | list | tuple) else None


def _fingerprint(value: Any) -> Any:
    """Return what represents an array or a NumPy number in the text that a digest is made of."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "iufb":
        return hashlib.blake2b(single(value).tobytes(), digest_size=8).hexdigest()
    return value.tolist()


def _fields(rule: Rule) -> dict[str, Any]:
    return {field.name: getattr(rule, field.name) for field in fields(rule)}  # type: ignore[arg-type]


def _grid(x: Any, frames: Frames) -> Numbers:
    basis = frames.basis
    assert basis is not None
    tiled = np.asarray(x, dtype=float)
    curves, points = len(frames.values[0]), basis.shape[1]
    if len(tiled) != curves * (points + 1):
        wanted = f"{curves} times {points} numbers and a gap"
        raise ValueError(f"`x` of a trace with a basis must have {wanted}; got {len(tiled)} numbers.")
    return tiled[:points]


def _moved(frames: Frames | Texts, rows: Any, blob: _Blob) -> dict[str, Any]:
    return _words(frames, rows, blob) if isinstance(frames, Texts) else _frames(frames, rows, blob)


def _words(texts: Texts, rows: Sequence[Sequence[str]], blob: _Blob) -> dict[str, Any]:
    """Return each different text once, and which of them is at each point of each step."""
    different = {text: k for k, text in enumerate(dict.fromkeys(text for row in rows for text in row))}
    return {
        "trace": texts.trace,
        "attr": texts.attr,
        "of": [text or "\N{NO-BREAK SPACE}" for text in different],  # plotly.js never updates a text that was empty
        "values": [blob.add(np.array([different[text] for text in row]))["f32"] for row in rows],
        **({} if texts.along is None else {"along": texts.along}),
    }


def _frames(frames: Frames, rows: Sequence[Numbers] | Numbers, blob: _Blob) -> dict[str, Any]:
    packed: dict[str, Any] = {"trace": frames.trace, "attr": frames.attr}
    if isinstance(rows, np.ndarray):
        packed["values"], packed["steps"] = blob.add(rows)["f32"], len(rows)
    else:
        packed["values"] = [blob.add(values)["f32"] for values in rows]
    if frames.along is not None:
        packed["along"] = frames.along
    if frames.rule is not None:
        packed["rule"] = {"name": frames.rule.name, **_packed(_fields(frames.rule), blob)}
        packed["part"] = frames.part
    if frames.basis is not None:
        packed["basis"] = blob.add(frames.basis)["f32"]
        packed["curves"], packed["points"] = len(frames.values[0]), frames.basis.shape[1]
    return packed


def _packed(value: Any, blob: _Blob) -> Any:
    """Copy a part of a figure, with a reference into the blob in place of every one-dimensional array."""
    if isinstance(value, Mapping):
        return {name: _packed(part, blob) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        plain = value.ndim == 1 and value.dtype.kind in "iufb"
        return blob.add(value) if plain else _packed(value.tolist(), blob)
    if isinstance(value, list | tuple):
        return [_packed(part, blob) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no NaN; plotly.js reads null as a gap
    return value.item() if isinstance(value, np.generic) else value
