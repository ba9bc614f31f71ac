"""A visitor's own lecture: collected steps, as a text that fits into a link."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.kit.story import LONGEST

MOST = 12  # steps
LONGEST_PACKED = 2048  # characters of the text
_UNPACKED = 16_384  # bytes
_MANY = 20  # panels
_LAB = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_ENCODED = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_BROKEN = "This lecture's link is damaged. Copy it again, all of it."


@dataclass(frozen=True)
class OwnStep:
    """A state of a lab with words.

    Attributes
    ----------
    lab : str
        Name of the lab.
    query : str
        Query string of the state.
    words : str
        What to look at, at most `LONGEST` characters.
    panels : tuple of int
        Panels that are shown, counted from 0; those that the picture shows anyway if not given.
    controls : tuple of str
        Names of the controls that are unfolded; those of the page if not given.
    """

    lab: str
    query: str
    words: str
    panels: tuple[int, ...] = ()
    controls: tuple[str, ...] = ()


def pack(steps: Sequence[OwnStep]) -> str:
    """Write steps as a text of letters, digits, "-", and "_".

    Raises
    ------
    ValueError
        If there are none or too many, or if the text would be too long for a link.
    """
    if not 1 <= len(steps) <= MOST:
        raise ValueError(f"A lecture has 1 to {MOST} steps; got {len(steps)}.")
    if any(len(step.words) > LONGEST for step in steps):
        raise ValueError(f"The words of a step have at most {LONGEST} characters.")
    rows = [[step.lab, step.query, step.words, *_apart(step)] for step in steps]
    plain = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    squeeze = zlib.compressobj(9, wbits=-15)
    packed = base64.urlsafe_b64encode(squeeze.compress(plain.encode()) + squeeze.flush()).decode().rstrip("=")
    if len(packed) > LONGEST_PACKED or len(plain.encode()) > _UNPACKED:
        raise ValueError("The lecture is too long for a link. Shorten the words, or remove a step.")
    return packed


def unpack(text: str) -> tuple[OwnStep, ...]:
    """Read steps that `pack` has written; the text may come from anywhere.

    Raises
    ------
    ValueError
        If it is not such a text; the sentence is for the reader.
    """
    if len(text) > LONGEST_PACKED:
        raise ValueError(f"This lecture's link is too long: it has more than {LONGEST_PACKED:,} characters.")
    if not _ENCODED.fullmatch(text):
        raise ValueError(_BROKEN)
    try:
        squeezed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        reader = zlib.decompressobj(wbits=-15)
        plain = reader.decompress(squeezed, _UNPACKED)
        rows = json.loads(plain.decode()) if reader.eof and not reader.unused_data else None
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise ValueError(_BROKEN) from error
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST or not all(map(_is_step, rows)):
        raise ValueError(_BROKEN)
    return tuple(OwnStep(*row[:3], *map(tuple, row[3:])) for row in rows)


def _apart(step: OwnStep) -> tuple[tuple[object, ...], ...]:
    """Return what is not as the page has it, without empty ends."""
    return (step.panels, step.controls) if step.controls else (step.panels,) if step.panels else ()


def _is_step(row: object) -> bool:
    if not (isinstance(row, list) and 3 <= len(row) <= 5 and all(isinstance(part, str) for part in row[:3])):
        return False
    lab, query, words = row[:3]
    if not (_LAB.fullmatch(lab) and query.isprintable() and words.isprintable() and len(words) <= LONGEST):
        return False
    panels, controls = (*row[3:], [], [])[:2]
    return (
        isinstance(panels, list)
        and isinstance(controls, list)
        and all(type(panel) is int and 0 <= panel < _MANY for panel in panels)
        and all(isinstance(name, str) and _LAB.fullmatch(name) for name in controls)
    )
