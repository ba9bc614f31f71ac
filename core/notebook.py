"""A lab in a notebook: its moving picture in the output of a cell, and its numbers as data.

    from core import notebook
    shown = notebook.show("bias_variance", degree=3)
    shown.tables["errors.csv"]

Nothing here needs Streamlit, a server, or a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import core.labs
from core.draw.page import standalone_html
from core.kit.controls import Control, defaults
from core.kit.lab import Lab


def names() -> tuple[str, ...]:
    """Return the names of all labs, as in the addresses of the app."""
    return tuple(sorted(module.name for module in iter_modules(core.labs.__path__)))


@dataclass(frozen=True, repr=False)
class Shown:
    """One state of a lab.

    Attributes
    ----------
    lab : Lab
    values : mapping
        Value of every control by its name.
    result : object
        What the lab has computed, for all values of the dragged control at once: a frozen dataclass of arrays.
    height : int
        Height of the picture in pixels.
    """

    lab: Lab
    values: Mapping[str, Any]
    result: Any
    height: int

    @property
    def tables(self) -> Mapping[str, Mapping[str, Any]]:
        """Columns by file name, as the app offers them for download; `pandas.DataFrame` takes each."""
        return self.lab.tables(self.result, self.values)

    def __repr__(self) -> str:
        """Return the call that gives this state."""
        given = (f", {name}={self.values[name]!r}" for name in self.lab.link(self.values))
        return f"show({self.lab.name!r}{''.join(given)})"

    def _repr_html_(self) -> str:
        """Return the picture as a page in a frame (1.2 MB, nearly all of it plotly.js)."""
        picture = self.lab.draw(self.result, self.values)
        page = standalone_html(picture, title=self.lab.question, start=self.lab.stand(self.values))
        look = f'width="100%" height="{self.height}" style="border: 0"'
        return f'<iframe srcdoc="{escape(page)}" title="{escape(self.lab.question)}" {look}></iframe>'


def show(lab: str, *, height: int = 560, **settings: Any) -> Shown:
    """Compute a state of a lab; at the end of a cell it is shown as a picture that moves.

    Parameters
    ----------
    lab : str
        Its name, one of `names()`.
    height : int
        Height of the picture in pixels.
    **settings
        Values of controls, named as in a link of the app. Without any, the state of a fresh visit.

    Raises
    ------
    ValueError
        If there is no such lab, control, or value, or if the lab refuses the combination.
    """
    if lab not in names():
        raise ValueError(f"`lab` must be one of {', '.join(names())}; got {lab!r}.")
    found: Lab = import_module(f"core.labs.{lab}.lab").LAB
    controls = {control.name: control for control in found.controls}
    for name in settings:
        if name not in controls:
            raise ValueError(f"{lab} has no setting `{name}`; there are {', '.join(controls)}.")
    taken = {name: _taken(controls[name], value) for name, value in settings.items()}
    values = defaults(found.all_controls) | taken if taken else found.fresh
    for task in found.tasks(values):
        task.result()
    return Shown(found, values, found.result(values), height)


def _taken(control: Control, value: Any) -> Any:
    """Return the value of a control that equals what was given."""
    try:
        text = str(control.format(value))
    except (TypeError, ValueError, AttributeError):
        raise ValueError(f"`{control.name}` cannot be {value!r}.") from None
    try:
        taken = control.parse(text)
    except ValueError as error:
        raise ValueError(f"`{control.name}` cannot be {value!r}: {error}.") from None
    if taken != value:
        raise ValueError(f"`{control.name}` cannot be {value!r}; the nearest value is {taken!r}.")
    return taken
