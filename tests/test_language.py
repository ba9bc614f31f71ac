"""The style guide, `docs/style.md`, as far as it can be checked: spelling, numbers, lengths, and private references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.draw.live import Picture
from core.kit.lab import Exercise, Lab, Section, Table
from tests.states import LABS

ROOT = Path(__file__).parents[1]
BRITISH = re.compile(
    r"\b(\w*(colour|neighbour|behaviour|favour|labell|modell|cancell(ed|ing)|grey|centre|artefact|learnt|licence|"
    r"(normal|regular|penal|standard|general|optim|minim|maxim|initial|recogn|summar|factor|random|weight)is(e|ed|es|er|"
    r"ers|ing|ation)\b)\w*)",
    re.IGNORECASE,
)
PRIVATE = re.compile(r"homework", re.IGNORECASE)
CODE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|https?://\S+", re.DOTALL)
FORBIDDEN = {
    "American spelling": BRITISH,
    "a private reference": PRIVATE,
    "5%, without a space": re.compile(r"\d[ \N{NO-BREAK SPACE}]%"),
    "0.05, never .05": re.compile(r"(?<![\w.)\]}])\.\d"),
}


def test_apostrophes_are_straight() -> None:
    files = [*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("static/live*.js")]
    curly = {str(file): re.findall(r".{,20}[\w}]’\w.{,20}", file.read_text(encoding="utf-8")) for file in files}
    assert len(files) > 100
    assert {name: found for name, found in curly.items() if found} == {}


def options_of(control: Any) -> Iterator[str]:
    options = getattr(control, "options", None)
    if isinstance(options, dict):
        yield from map(str, options.values())


def written_once(lab: Lab) -> Iterator[str]:
    """Yield texts that do not depend on a state."""
    yield from (lab.title, lab.question)
    for preset in lab.presets:
        yield from (preset.label, preset.note)
    for control in lab.all_controls:
        yield from (control.label, control.help, *options_of(control))
    for prediction in lab.predictions:
        yield from [prediction.question] if isinstance(prediction.question, str) else []
        yield from options_of(prediction.guess)
    yield from (section.title for section in lab.sections)


def of_a_state(lab: Lab, values: dict[str, Any]) -> Iterator[str]:
    """Yield texts of the picture and of the sections of a state."""
    result = lab.result(values)
    picture = lab.draw(result, values)
    yield from of_a_picture(picture)
    for section in lab.sections:
        yield from of_a_section(section, result, values)


def of_a_picture(picture: Picture) -> Iterator[str]:
    step = len(picture.axis.values) // 2 if picture.axis else 0
    for readout in picture.readouts:
        yield from (readout.label, readout.help)
    if picture.sentences:
        yield picture.sentences[min(step, len(picture.sentences) - 1)]
    yield from (panel.alt for panel in picture.panels)


def of_a_section(section: Section, result: Any, values: dict[str, Any]) -> Iterator[str]:
    for block in section.blocks(result, values):
        if isinstance(block, str):
            yield block
        elif isinstance(block, Picture):
            yield from of_a_picture(block)
        elif isinstance(block, Table):
            yield from (block.caption, *map(str, block.columns))
        elif isinstance(block, Exercise):
            yield block.text
            yield from (question.label for question in block.questions)


def faults(text: str) -> list[str]:
    plain = CODE.sub(" ", text)
    return [
        f"{rule}: …{plain[max(0, m.start() - 40) : m.end() + 40]}…"
        for rule, p in FORBIDDEN.items()
        if (m := p.search(plain))
    ]


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_texts_that_are_written_once_keep_to_the_style_guide(lab: Lab) -> None:
    assert [fault for text in written_once(lab) for fault in faults(text)] == []
    assert lab.question.endswith("?") and lab.question[0].isupper()
    for preset in lab.presets:
        assert len(preset.note.split()) <= 25, preset.note
        assert len(preset.label.split()) <= 8 and not preset.label.endswith("."), preset.label
    for control in lab.all_controls:
        assert len(control.help.split()) <= 32 and control.help.endswith("."), control.help
        assert len(control.label.split()) <= 5, control.label


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_texts_of_the_first_visit_keep_to_the_style_guide(lab: Lab) -> None:
    assert [fault for text in of_a_state(lab, lab.preset_values(lab.presets[0])) for fault in faults(text)] == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("The neigh" + "bours are normal" + "ised.", "American spelling"),
        ("As in the homework.", "a private reference"),
        ("5 % of it", "5%, without a space"),
        ("0.05 and .05", "0.05, never .05"),
    ],
)
def test_a_fault_is_noticed(text: str, rule: str) -> None:
    assert [fault.partition(":")[0] for fault in faults(text)] == [rule]
    assert faults("A likewise promised exercise, 5% of 0.05, `colour`, and layer.0") == []
