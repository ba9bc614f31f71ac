"""A static site: every lab with its presets and stories, exercises, and the glossary, without server or network.

    python -m pages.ui.site FOLDER [--live ADDRESS] [--labs NAME ...]

Pages open from a USB stick and from any web server. They share plotly.js, the live chart, and one style sheet; the main
slider moves as in the app. Exercises with numbers or choices are judged in the browser.
"""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from core.draw.page import PLOTLY_JS, STATIC, shared_chart, shared_style, still_page
from core.exercises.export.accepted import parts, plain
from core.exercises.export.markup import html
from core.exercises.kinds import Share
from core.exercises.questions import Question
from core.exercises.templates import Drawn, Template
from core.kit.glossary import GLOSSARY
from core.kit.lab import Lab
from core.kit.links import from_link, to_link
from core.kit.story import Story
from pages.ui import shell

SEEDS = (0, 1, 2, 3)  # variants of each exercise
_LOOK = Path(__file__).with_name("site.css")
_JUDGE = STATIC / "site_practice.js"


@dataclass(frozen=True)
class Made:
    """One page of the site: file name, title, kind, lab, and a line about it."""

    name: str
    title: str
    kind: str
    lab: str
    words: str


def build(folder: Path, *, live: str = "", labs: Sequence[str] = ()) -> list[Made]:
    """Write the site and return its pages.

    Parameters
    ----------
    folder : Path
        Created if missing; files of the same names are replaced.
    live : str
        Address of a running app, which pages then link to.
    labs : sequence of str
        Only these labs; all of them if empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plotly.js").write_bytes(PLOTLY_JS.read_bytes())
    (folder / "lectern.js").write_text(shared_chart(), "utf-8")
    (folder / "lectern.css").write_text(shared_style() + _LOOK.read_text("utf-8"), "utf-8")
    (folder / "practice.js").write_bytes(_JUDGE.read_bytes())
    chosen = {name: lab for name, lab in shell.labs().items() if not labs or name in labs}
    made = [page for lab in chosen.values() for page in _lab(folder, lab, live)]
    (folder / "practice.html").write_text(_practice([t for lab in chosen.values() for t in lab.exercises]), "utf-8")
    (folder / "glossary.html").write_text(_glossary(chosen), "utf-8")
    (folder / "index.html").write_text(_index(chosen, made, live), "utf-8")
    return made


def _lab(folder: Path, lab: Lab, live: str) -> Iterator[Made]:
    """Write the pages of a lab: its fresh state, each preset, and each step of each story."""
    start = Made(f"{lab.name}.html", lab.question, "lab", lab.name, "")
    presets = [
        Made(f"{lab.name}-{k}.html", preset.label, "preset", lab.name, preset.note)
        for k, preset in enumerate(lab.presets, 1)
    ]
    pages = [(start, lab.fresh), *((made, lab.preset_values(p)) for made, p in zip(presets, lab.presets, strict=True))]
    row = "".join(f'<a href="{made.name}">{escape(made.title)}</a>' for made in presets)
    for made, values in pages:
        head = f"<h1>{escape(lab.question)}</h1><nav>{row}</nav><p>{escape(made.words)}</p>"
        _write(folder, made, lab, values, head, live)
        yield made
    for story in lab.stories:
        yield from _story(folder, lab, story, live)


def _story(folder: Path, lab: Lab, story: Story, live: str) -> Iterator[Made]:
    names = [f"{lab.name}-{story.name}-{at}.html" for at in range(1, len(story.steps) + 1)]
    for at, (step, name) in enumerate(zip(story.steps, names, strict=True), 1):
        values, _ = from_link(lab.all_controls, story.query(at))
        back = f'<a rel="prev" href="{names[at - 2]}">Back</a>' if at > 1 else ""
        on = f'<a rel="next" href="{names[at]}">Next</a>' if at < len(names) else ""
        asked = ""
        if step.ask is not None:
            slips = "".join(
                f"<li>{escape(step.ask.kind.write(s.value))}: {escape(s.words)}</li>" for s in step.ask.slips
            )
            right = escape(step.ask.kind.write(step.ask.truth))
            asked = f"<details><summary>{escape(step.ask.label)}</summary><p>{right}</p><ul>{slips}</ul></details>"
        end = f"<p>{escape(story.takeaway)}</p>" if not on else ""
        head = (
            f"<h1>{escape(story.title)}</h1>{asked}<p class='told'>{back} <span>{at}/{len(names)}</span> "
            f"{escape(step.words)} {on}</p>{end}"
        )
        made = Made(name, f"{story.title} {at}/{len(names)}", "story", lab.name, step.words)
        _write(folder, made, lab, values, head, live)
        yield made


def _write(folder: Path, made: Made, lab: Lab, values: dict[str, Any], head: str, live: str) -> None:
    for task in lab.tasks(values):
        task.result()
    picture = lab.draw(lab.result(values), values)
    top = '<a href="index.html">Lectern</a> · <a href="glossary.html">Glossary</a>'
    if live:
        query = urlencode(to_link(lab.all_controls, values))
        top += f' · <a href="{escape(live.rstrip("/"))}/{lab.name}?{escape(query)}">Open the live app</a>'
    page = still_page(picture, title=made.title, start=lab.stand(values), head=f"<header>{top}</header>{head}")
    (folder / made.name).write_text(page, "utf-8")


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="lectern.css"></head><body>{body}</body></html>\n'
    )


def _index(labs: dict[str, Lab], made: Sequence[Made], live: str) -> str:
    cards = ""
    for topic, names in shell.TOPICS.items():
        for name in (name for name in names if name in labs):
            lab = labs[name]
            own = [page for page in made if page.lab == name]
            links = "".join(f'<a href="{page.name}">{escape(page.title)}</a>' for page in own if page.kind == "preset")
            told = "".join(
                f'<a class="story" href="{page.name}">{escape(page.title.rpartition(" ")[0])}</a>'
                for page in own
                if page.kind == "story" and page.title.partition("/")[0].endswith(" 1")
            )
            drawing = base64.b64encode(lab.thumbnail().encode()).decode()
            cards += (
                f'<article data-words="{escape(f"{topic} {lab.title} {lab.question}".lower())}">'
                f'<a href="{name}.html"><img alt="" src="data:image/svg+xml;base64,{drawing}">'
                f"<h2>{escape(lab.question)}</h2></a><p>{escape(topic)} · {escape(lab.title)}</p>"
                f"<nav>{told}{links}</nav></article>"
            )
    app = f' · <a href="{escape(live)}">Live app</a>' if live else ""
    search = (
        "<script>document.querySelector('#find').addEventListener('input', (event) => {"
        "for (const card of document.querySelectorAll('article'))"
        "card.hidden = !card.dataset.words.includes(event.target.value.toLowerCase()); });</script>"
    )
    body = (
        "<main class='home'><h1>Lectern</h1><p>Live demos for machine-learning lectures. Drag, and watch the math "
        f"respond. <a href='practice.html'>Practice</a> · <a href='glossary.html'>Glossary</a>{app}</p>"
        "<input id='find' type='search' placeholder='Search by topic' aria-label='Search by topic'>"
        f"<section class='cards'>{cards}</section></main>{search}"
    )
    return _page("Lectern", body)


def _glossary(labs: Collection[str]) -> str:
    """Write every term with its meaning and links to the labs that show it."""
    body = "<header><a href='index.html'>Lectern</a></header><main class='glossary'><h1>Glossary</h1>"
    for topic, terms in GLOSSARY.items():
        entries = ""
        for term in sorted(terms, key=lambda term: term.name.casefold()):
            shown = (shell.labs()[name] for name in term.labs if name in labs)
            links = ", ".join(f'<a href="{lab.name}.html">{escape(lab.title)}</a>' for lab in shown)
            entries += (
                f'<dt id="{term.anchor}">{escape(term.name)}</dt><dd>{escape(term.words)} <span>{links}</span></dd>'
            )
        body += f"<h2>{escape(topic)}</h2><dl>{entries}</dl>"
    return _page("Glossary", f"{body}</main>")


def _practice(templates: Sequence[Template[Any]]) -> str:
    body = "<header><a href='index.html'>Lectern</a></header><main class='practice'><h1>Practice</h1>"
    for template in templates:
        variants = [drawn for number in SEEDS if _judged(drawn := template.variant(number))]
        if not variants:
            continue
        forms = "".join(_form(drawn, hidden=k > 0) for k, drawn in enumerate(variants))
        body += (
            f"<section><h2>{escape(template.title)}</h2>{forms}<button class='another'>Another one</button></section>"
        )
    return _page("Practice", f"{body}</main><script src='practice.js'></script>")


def _judged(drawn: Drawn) -> bool:
    return all(part.form in ("number", "choice") for question in drawn.questions for part in parts(question))


def _form(drawn: Drawn, *, hidden: bool) -> str:
    fields = "".join(_field(question) for question in drawn.questions)
    state = " hidden" if hidden else ""
    return f"<form{state}>{html(drawn.text)}{fields}</form>"


def _field(question: Question) -> str:
    """Write the blanks of a question; answer and mistakes are encoded so that nobody reads them by accident."""
    blanks = ""
    share = isinstance(question.kind, Share)
    for part in parts(question):
        if part.form == "number":
            truth: Any = [plain(part.truth[0]), plain(part.truth[1])]
            slips = [[plain(value[0]), plain(value[1]), words] for value, words in part.slips]
            entry = "<input inputmode='text' autocomplete='off'>"
        else:
            truth, slips = [part.truth[0]], [[value[0], words] for value, words in part.slips]
            options = "".join(f"<option>{escape(option)}</option>" for option in part.options)
            entry = f"<select><option></option>{options}</select>"
        told = {"form": part.form, "share": share, "truth": truth, "slips": slips, "steps": list(part.steps)}
        coded = base64.b64encode(json.dumps(told).encode()[::-1]).decode()
        blanks += f"<label data-key='{coded}'>{escape(part.label)} {entry}<output></output></label>"
    return blanks


def main() -> None:
    """Build the site that the command line asks for."""
    reader = argparse.ArgumentParser(description="Write Lectern as a static site.")
    reader.add_argument("folder", type=Path)
    reader.add_argument("--live", default="", help="address of a running app to link to")
    reader.add_argument("--labs", nargs="*", default=(), help="only these labs")
    asked = reader.parse_args()
    made = build(asked.folder, live=asked.live, labs=asked.labs)
    size = sum(path.stat().st_size for path in asked.folder.iterdir())
    print(f"{len(made)} pages, {size / 1e6:.1f} MB, in {asked.folder}")


if __name__ == "__main__":
    main()
