"""A page's state as the query parameters of a link, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.kit.brought import File
from core.kit.controls import Control, defaults
from core.kit.refusal import is_refusal

_NAMED = 40  # characters of a link that are quoted in a sentence


def to_link(controls: Sequence[Control], values: Mapping[str, Any]) -> dict[str, str]:
    """Return the query parameters of a state: what differs from the defaults, files excluded."""
    linked = [control for control in controls if not isinstance(control, File)]
    return {c.name: c.format(values[c.name]) for c in linked if values[c.name] != c.default}


def from_link(controls: Sequence[Control], query: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], list[str]]:
    """Read a state from query parameters.

    Parameters
    ----------
    controls
        The controls of the page.
    query
        For each key, all values that the link gives it.

    Returns
    -------
    values
        Value of every control; the default where the link gives none or makes no sense.
    notes
        One sentence for each value that could not be taken as given, and one for all unknown keys.
    """
    values, notes, strange = defaults(controls), [], []
    known = {control.name: control for control in controls}
    for key, texts in query.items():
        control = known.get(key)
        if control is None:
            strange.append(repr(key[:_NAMED]))
            continue
        try:
            if len(texts) != 1:
                raise ValueError("it appears more than once")
            values[key] = control.parse(texts[0])
        except ValueError as error:
            why = "it is empty" if texts == [""] else error if is_refusal(error) else "it cannot be read"
            notes.append(
                f"Ignored the link's value for “{control.label}” ({why}); showing {control.show(control.default)}."
            )
            continue
        if control.format(values[key]) != texts[0] and control.moved(values[key], texts[0]):
            notes.append(nearest(control, texts[0], values[key]))
    return values, [*notes, *_unknown(strange)]


def nearest(control: Control, asked: str, value: Any) -> str:
    """Say that a link asks for an impossible value, and which one it gets."""
    return f"{control.label} {asked[:_NAMED]} in the link is not available; showing {control.show(value)}."


def _unknown(keys: Sequence[str]) -> list[str]:
    """Say in one sentence which keys of a link mean nothing here."""
    if not keys:
        return []
    named = [*keys[:3], f"{len(keys) - 3} more"] if len(keys) > 4 else [*keys]
    words = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
    settings = "settings" if len(keys) > 1 else "setting"
    return [f"Ignored {words} in the link: this page has no such {settings}."]
