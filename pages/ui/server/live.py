"""Pictures of a page while one of its controls is moved, by a websocket: no script runs, and nothing is written.

A message holds everything that its answer depends on, so any process can answer it, and a server without this
leaves the page as it is: Streamlit's own run follows at the release in any case.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import streamlit as st
from starlette.websockets import WebSocket

from core import worker
from core.draw.packing import deflated, pack
from core.kit.controls import Control
from core.kit.lab import Lab
from core.kit.links import from_link, to_link
from core.kit.memo import Memo
from core.kit.recent import Recent
from pages.ui import shell

PATH = "live"
LONGEST = 2048  # bytes of a message
OTHER = 500  # of which all but the settings needs at most as many
MOST = 1000  # connections per process
# Seconds of computing that one position may take; anything longer is left to the release. What takes 50 ms alone takes
# twice as long next to others that share the core.
COSTLY_S = 0.1

_log = logging.getLogger(__name__)
# One thread: pictures are computed one after another, however many drag, and the same one only once.
_POOL = ThreadPoolExecutor(1, "live")
_ANSWERS = Recent(entries=64, nbytes=20_000_000)
_DRAGS = Recent(entries=256, nbytes=1)
_open = {"route": False, "connections": 0}


@dataclass(frozen=True)
class Asked:
    """A checked message: where the page is, and the position of the control that is being moved.

    Attributes
    ----------
    lab, values
        The page, and the value of every control with the moved one at its new position.
    stand
        Value of the main control, or of both of a plane.
    known
        Looks that the page holds: see `core.draw.packing.pack`.
    drag, place
        What stays the same during a drag, and the index of the new value among all of its control.
    """

    lab: Lab
    values: Mapping[str, Any]
    stand: tuple[float, ...]
    known: frozenset[str]
    drag: tuple[str, str, str]
    place: int


def open_for_drags() -> None:
    """Note that this process has the route, so that its pages use it."""
    _open["route"] = True


def start(lab: Lab, values: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what a page sends along to have its pictures drawn: its name and its settings as the text of a link.

    `None` if that is impossible: without a route, with something brought by a visitor, or with a link that is too long.
    """
    used = _drawn_from(lab)
    if not _open["route"] or any(isinstance(values[c.name], Memo) and values[c.name] for c in used):
        return None
    link = urlencode(to_link(used, values))
    return {"page": lab.name, "link": link} if len(link) < LONGEST - OTHER else None


def _drawn_from(lab: Lab) -> list[Control]:
    """Return the controls that the picture depends on, apart from those that are dragged on the picture itself."""
    return [control for control in lab.controls if control.name in lab.drawn_from]


def read(text: str) -> Asked:
    """Check a message; `ValueError` for anything that a page of ours does not send."""
    try:
        message = json.loads(text)
        page, link, name, place, stand = (message[key] for key in ("page", "link", "control", "place", "stand"))
        lab = shell.labs()[page]
        control = next(control for control in _drawn_from(lab) if control.name == name)
        query = parse_qs(link, keep_blank_values=True, max_num_fields=100)
        values, _ = from_link(lab.all_controls, query)
        possible = control.values  # type: ignore[attr-defined]
        if isinstance(place, bool) or not 0 <= place < len(possible) or not all(map(math.isfinite, stand)):
            raise ValueError("`place` must be a position among the values of `control`.")
        values[name] = possible[place]
        known = frozenset(map(str, message["known"]))
    except (KeyError, TypeError, AttributeError, StopIteration, RecursionError, OverflowError) as error:
        raise ValueError("The message must hold page, link, control, place, stand, and what is known.") from error
    return Asked(lab, values, tuple(stand), known, (page, link, name), place)


def draw(text: str) -> bytes:
    """Return the packed picture that a message asks for; empty where it is left to the release."""
    try:
        asked = read(text)
        costs = _DRAGS.recall(asked.drag, dict)
        if costs and costs[min(costs, key=lambda place: abs(place - asked.place))] > COSTLY_S:
            return b""
        begun = time.thread_time()
        answer = _answer(asked)
        costs[asked.place] = time.thread_time() - begun
    except ValueError:
        return b""
    return answer


def _answer(asked: Asked) -> bytes:
    lab, values = asked.lab, asked.values
    key = (lab.name, asked.stand, asked.known, tuple(values[control.name] for control in _drawn_from(lab)))
    answer: bytes = _ANSWERS.recall(key, lambda: packed(lab, values, asked.stand, asked.known))
    return answer


def packed(lab: Lab, values: Mapping[str, Any], stand: tuple[float, ...], known: Collection[str] = ()) -> bytes:
    """Return the picture of a state as sent, with only what it shows at `stand` and the page does not know.

    Raises
    ------
    ValueError
        If there is none.
    """
    with worker.nothing_new():
        if lab.tasks(values):
            raise ValueError("There is work to be done first.")
        picture = lab.draw(lab.result(values), values)
    at = None
    if picture.axis is not None:
        if len(stand) != len(picture.axis.axes):
            raise ValueError("`stand` must have a number for each axis.")
        at = picture.axis.nearest(stand if len(stand) > 1 else stand[0])
    return deflated(pack(picture, at=at, known=known))


def allowed(origin: str | None, host: str | None) -> bool:
    """Return whether a connection from a page at `origin` is accepted, by the rules that Streamlit has for its own."""
    if origin is None or not st.get_option("server.enableCORS"):  # None: not a browser
        return True
    return urlsplit(origin).netloc == host or origin in st.get_option("server.corsAllowedOrigins")


async def answer(websocket: WebSocket) -> None:
    """Answer one message after another until the page goes."""
    headers = websocket.headers
    if not allowed(headers.get("origin"), headers.get("host")) or _open["connections"] >= MOST:
        await websocket.close(1008)
        return
    await websocket.accept()
    _open["connections"] += 1
    try:
        while (message := await websocket.receive())["type"] == "websocket.receive":
            text = message.get("text") or ""
            if not 0 < len(text.encode()) <= LONGEST:
                await websocket.close(1009)
                return
            await websocket.send_bytes(await _drawn(text))
    except (RuntimeError, OSError):  # gone while its picture was drawn
        pass
    finally:
        _open["connections"] -= 1


async def _drawn(text: str) -> bytes:
    try:
        return await asyncio.get_running_loop().run_in_executor(_POOL, draw, text)
    except Exception:  # noqa: BLE001  the run at the release will show what is wrong
        _log.exception("A live picture could not be drawn.")
        return b""
