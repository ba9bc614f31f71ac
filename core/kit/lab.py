"""A lab, declared: everything a page offers, as plain data and pure functions.

`pages.ui.frame` draws it; tests, exports and the home page read it without Streamlit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from core import host
from core.exercises.questions import Question
from core.exercises.templates import Template
from core.kit.brought import Fetch, File
from core.kit.controls import Control, Toggle, defaults
from core.kit.cost import Cost, in_turn
from core.kit.links import from_link, to_link
from core.kit.memo import Memo
from core.kit.parameters import parameters
from core.kit.prediction import Prediction
from core.kit.recent import Recent
from core.kit.story import Story

# Shared by all visitors, so results are immutable; few are kept, since one can hold megabytes.
_RESULTS = Recent(entries=16, nbytes=host.limits().kept_bytes)

PREDICT = Toggle(
    name="predict",
    label="Predict first",
    help="Hide the answer until you have made a prediction.",
)


def no_runs(result: Any) -> Sequence[Any]:
    """The result of a page that trains nothing depends on no training."""
    return ()


@dataclass(frozen=True)
class Preset:
    """A named state: `values` differ from the defaults, `note` says what to look at."""

    label: str
    note: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Columns of equal length that can be sorted, searched and taken home; whole numbers of any size stay exact.

    `explain` maps a row and the name of a column to where the number in that cell comes from, as Markdown.
    """

    columns: Mapping[str, Sequence[Any]]
    explain: Callable[[int, str], str] | None = None
    caption: str = ""


@dataclass(frozen=True)
class Exercise:
    """Questions about what a section shows, each judged as soon as it is answered.

    `text` is Markdown. `key` names what is asked: answers are kept for the session under it and under the label of
    their question, so that a page that asks the same again finds them. Nothing of them goes into a link. `title` names
    it in a report.
    """

    text: str
    questions: tuple[Question, ...]
    key: str
    title: str = ""


@dataclass(frozen=True)
class Work:
    """Something that takes longer than a moment: begun by a click, shown with its progress and a way to stop it.

    `label` stands on the button, `key` says what is worked out, `begin` gives the task, and `blocks` maps what
    comes out to what is shown.
    """

    label: str
    key: Any
    begin: Callable[[], Any]
    blocks: Callable[[Any], Sequence[Any]]


@dataclass(frozen=True)
class Clickable:
    """A picture whose first figure takes clicks.

    `take` maps the place that was clicked on and the values of all controls to the values that this sets.
    """

    picture: Any
    take: Callable[[tuple[float, float], Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Section:
    """A folded part below the picture.

    `blocks` maps the result and the values of all controls to what the section shows, top to bottom: strings
    (Markdown), pictures, pictures that take clicks, tables, controls whose place is "section", exercises and work.
    Those that it yields before it refuses stay. A picture over a plane that is named like a control of the page moves
    that control.
    """

    title: str
    blocks: Callable[[Any, Mapping[str, Any]], Iterable[Any]]

    @property
    def name(self) -> str:
        """Its title as links name it, such as "layer-table"."""
        return "-".join(re.findall(r"[a-z0-9]+", self.title.casefold()))


@dataclass(frozen=True, kw_only=True)
class Lab:
    """One page.

    Parameters
    ----------
    name
        File name of the page without suffix, its address and its key in the session.
    title, question
        Title in the navigation; first line of the page.
    controls
        Every control; `main` names the one that is dragged on the picture itself, `second` the other one where a
        point of a plane, or one of two lines, is dragged.
    open
        Names of the controls beside the picture that are unfolded, in their order; the others are one click away.
    start
        Values on a fresh visit that differ from the defaults: a state that teaches. The defaults are what a link is
        silent about, so that links keep their meaning.
    presets
        Named states, shown as pills.
    compute
        Core function: settings in (keyword arguments named as controls), result out. Raises `ValueError`
        with a sentence for a combination that makes no sense.
    picture
        Figure function: `(result, **values it names)` to a `core.draw.live.Picture`.
    take
        Where the first figure takes clicks: the place that was clicked on, result, and values to the values that this
        sets; none for a click beside what can be taken.
    predictions
        The questions for "predict first", asked one after another.
    script
        Values to a stand-alone Python script that computes the numbers on screen, with the tables beside it if it
        needs them; between its lines `# settings` and `# end of settings` stand assignments that an export replaces
        by the current ones of the controls that the script names.
    tables
        Result and values to file name -> {column name: one-dimensional array}.
    files
        Result and values to the other files for a download: name -> function that writes the content.
    thumbnail
        Small SVG drawing for the home page.
    sections
        Folded parts below the picture.
    needs
        Settings, as for `compute`, to the tasks that `compute` would wait for. The page shows their progress
        meanwhile, and lets them be canceled.
    completing
        `(result, **values it names)` to tasks whose results the picture shows once they are there. It is drawn without
        them, and again when they are done.
    runs
        `(result, **values it names)` to the specifications of the trainings that are on screen. The page tells what
        they do, has buttons that begin, pause and cancel them, and draws the picture again and again while one goes
        on.
    exercises
        Templates of exercises whose answers this lab shows.
    stories
        Ways through its states; the first one is for who has never been here.
    cost
        What a state costs, from the values that it names; nothing worth a word if not given. A host may refuse what
        costs too much, and does not offer presets that do.
    saving
        Names of controls whose smaller values make a state cheaper; the first one is lowered last.
    """

    name: str
    title: str
    question: str
    controls: tuple[Control, ...]
    main: str
    second: str = ""
    open: tuple[str, ...] = ()
    start: Mapping[str, Any] = field(default_factory=dict)
    presets: tuple[Preset, ...]
    compute: Callable[..., Any]
    picture: Callable[..., Any]
    predictions: tuple[Prediction, ...]
    script: Callable[[Mapping[str, Any]], str]
    tables: Callable[[Any, Mapping[str, Any]], Mapping[str, Mapping[str, Any]]]
    files: Callable[[Any, Mapping[str, Any]], Mapping[str, Callable[[], str | bytes]]] = lambda result, values: {}
    thumbnail: Callable[[], str]
    sections: tuple[Section, ...] = ()
    needs: Callable[..., Sequence[Any]] = lambda **_: ()
    completing: Callable[..., Sequence[Any]] = lambda result: ()
    runs: Callable[..., Sequence[Any]] = no_runs
    exercises: tuple[Template[Any], ...] = ()
    stories: tuple[Story, ...] = ()
    cost: Callable[..., Cost] = Cost
    saving: tuple[str, ...] = ()
    take: Callable[[tuple[float, float], Any, Mapping[str, Any]], Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        """Leave out the presets that this host does not allow."""
        allowed = tuple(preset for preset in self.presets if self.allowed(self.preset_values(preset)))
        object.__setattr__(self, "presets", allowed)

    def questions(self, result: Any) -> tuple[Prediction, ...]:
        """Return the predictions that a result asks for."""
        return tuple(prediction for prediction in self.predictions if prediction.when(result))

    @property
    def all_controls(self) -> tuple[Control, ...]:
        """The controls of the page and the one that every page has."""
        return (*self.controls, PREDICT)

    @property
    def dragged(self) -> tuple[str, ...]:
        """Names of the controls that are dragged on the picture: one, or the two of a plane."""
        return (self.main, self.second) if self.second else (self.main,)

    @property
    def drawn_from(self) -> frozenset[str]:
        """Names of the controls that the picture depends on, apart from those that are dragged on it."""
        return frozenset((*parameters(self.compute), *parameters(self.picture)[1:])) - {*self.dragged}

    @property
    def fresh(self) -> dict[str, Any]:
        """Value of every control on a fresh visit."""
        return defaults(self.all_controls) | dict(self.start)

    def link(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Query parameters of a state; none for that of a fresh visit."""
        if dict(values) == self.fresh:
            return {}
        first = next(control for control in self.controls if control.name == self.main)
        return to_link(self.all_controls, values) or {first.name: first.format(values[first.name])}

    def read_link(self, query: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], list[str]]:
        """State that a link asks for, and a sentence for each part of it that could not be taken as it stands."""
        values, notes = from_link(self.all_controls, query)
        return (values if any(control.name in query for control in self.all_controls) else self.fresh), notes

    def stand(self, values: Mapping[str, Any]) -> Any:
        """Return the position of the picture: the value of the main control, or the place in its plane."""
        return (values[self.main], values[self.second]) if self.second else values[self.main]

    def settled(self, picture: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """Give the values with the main control at the nearest place that its picture has."""
        if picture.axis is None:
            return dict(values)
        place = picture.axis.values[picture.axis.nearest(self.stand(values))]
        return dict(values) | dict(zip(self.dragged, place if self.second else (place,), strict=True))

    def preset_values(self, preset: Preset) -> dict[str, Any]:
        """Value of every control under a preset."""
        return defaults(self.all_controls) | dict(preset.values)

    def settings(self, values: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
        """The part of `values` that the numbers depend on, as hashable items."""
        return tuple((key, values[key]) for key in parameters(self.compute))

    def result(self, values: Mapping[str, Any]) -> Any:
        """Compute (or recall) the result for `values`; raises what `compute` raises.

        Results made from what a visitor has brought are recalled by that object itself, and go when it goes.

        Raises
        ------
        ValueError
            Also for a state that costs more than this host allows.
        """
        if not self.allowed(values):
            raise ValueError(self._too_costly(values))
        settings = self.settings(values)
        brought = next((value for _, value in settings if isinstance(value, Memo) and value), None)
        with in_turn(self.cost_of(values)):
            if brought is not None:
                return brought.recall(self.compute, settings)
            return _RESULTS.recall((self.compute, settings), lambda: self.compute(**dict(settings)))

    def cost_of(self, values: Mapping[str, Any]) -> Cost:
        """Return what it costs to compute and draw a state."""
        return self.cost(**{name: values[name] for name in parameters(self.cost) if name in values})

    def allowed(self, values: Mapping[str, Any]) -> bool:
        """Return whether this host computes a state."""
        return self.cost_of(values).within(host.limits())

    def nearest_allowed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of `saving` with which this host computes a state; empty if there are none."""
        named = {control.name: control for control in self.controls}
        choices = [
            sorted((v for v in named[name].values if v <= values[name]), reverse=True)  # type: ignore[attr-defined]
            for name in self.saving
        ]
        cheaper = (dict(zip(self.saving, choice, strict=True)) for choice in product(*choices))
        return next((change for change in cheaper if self.allowed({**values, **change})), {})

    def _too_costly(self, values: Mapping[str, Any]) -> str:
        named = {control.name: control for control in self.controls}
        nearest = {name: value for name, value in self.nearest_allowed(values).items() if value != values[name]}
        settings = " and ".join(f"`{name}` {named[name].show(value)}" for name, value in nearest.items())
        refusal = f"This takes {self.cost_of(values)}, more than this server allows for one picture."
        return f"{refusal} {settings} would work." if settings else refusal

    def tasks(self, values: Mapping[str, Any]) -> list[Any]:
        """Give what the result for `values` has to wait for."""
        return [task for task in self.needs(**dict(self.settings(values))) if not task.done]

    def completed_by(self, result: Any, values: Mapping[str, Any]) -> list[Any]:
        """Give the work that will complete the picture of a result; begun now."""
        named = parameters(self.completing)[1:]
        return [task for task in self.completing(result, **{key: values[key] for key in named}) if not task.done]

    def trainings(self, result: Any, values: Mapping[str, Any]) -> Sequence[Any]:
        """Specifications of the trainings that are on screen."""
        named = parameters(self.runs)[1:]
        return self.runs(result, **{key: values[key] for key in named})

    def draw(self, result: Any, values: Mapping[str, Any]) -> Any:
        """Picture of a result."""
        shown = parameters(self.picture)[1:]
        with in_turn(self.cost_of(values)):
            return self.picture(result, **{key: values[key] for key in shown})

    def export_script(self, values: Mapping[str, Any]) -> str:
        """The stand-alone script with the current settings in it."""
        head, rest = self.script(values).split("# settings\n", 1)
        tail = rest.split("# end of settings\n", 1)[1]
        used = [c for c in self.controls if not isinstance(c, File | Fetch) and re.search(rf"\b{c.name}\b", tail)]
        lines = [f"{control.name} = {values[control.name]!r}  # {control.label}\n" for control in used]
        return f"{head}# settings\n{''.join(lines)}# end of settings\n{tail}"
