"""The report of a session: read back as data, and as a page whose tags are closed and whose texts are escaped."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from core.exercises.export.report import Line, report_html, report_json
from core.exercises.questions import Slip, choice, count

FILTERS = count("Filters", 64, [Slip("doubled", 128, "Each filter counts once.")], ("8 · 8 = 64",))
WHY = choice("Because", ("a < b", "b < a"), "a < b", {"b < a": "Look again."}, "So it is.")
LINES = [
    Line("Layers", "How many **filters**?", FILTERS, "128", wrong=1, hints=2, steps=True),
    Line("Layers", "How many **filters**?", WHY, "a < b"),
    Line("Layers", "Another one", FILTERS, "<script>alert(1)</script>"),
]


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_data_say_what_was_answered_and_what_it_was_worth() -> None:
    rows = json.loads(report_json(LINES))
    assert [row["verdict"] for row in rows] == ["mistake", "right", "unreadable"]
    assert rows[0]["mistakes"] == ["doubled"]
    assert (rows[0]["wrong_answers"], rows[0]["hints"], rows[0]["steps_shown"]) == (1, 2, True)
    assert rows[1]["answer"] == "a < b"


def test_the_page_shows_every_answer_and_runs_nothing() -> None:
    seen = Seen()
    seen.feed(report_html(LINES, "http://localhost/practice?pick=a&b"))
    assert not seen.open
    assert seen.tags.count("section") == 2 and "script" not in seen.tags
    for words in (
        "1 of 3 correct",
        "128",
        "Each filter counts once.",
        "2 hints and worked steps",
        "<script>",
        "pick=a&b",
    ):
        assert words in seen.text
