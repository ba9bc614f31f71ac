"""Sheets as files: each key is judged right by the judge, and each format keeps to its own grammar."""

import csv
import io
import re
import zipfile
from fractions import Fraction as F
from html import unescape as html_text
from xml.etree import ElementTree as ET

import pytest

from core.exercises.export.accepted import parts, plain
from core.exercises.export.key_csv import COLUMNS, key_csv
from core.exercises.export.markup import html
from core.exercises.export.moodle import moodle_xml
from core.exercises.export.qti import item, qti_zip
from core.exercises.export.sheet_html import sheet_html
from core.exercises.kinds import Order, Shape, Vector
from core.exercises.questions import Question, Slip, choice, count, number
from core.exercises.templates import Template
from tests.formats import MOODLE_NUMBER, QTI, blanks, check_item

NASTY = 'a } b # c ~ d / e " f \\ g & h < i > j ]]> k'
QUESTIONS = (
    count("Parameters", 1651098, [Slip("other", 1265466, NASTY)], ["3 · 550,366 = 1,651,098"]),
    number("Rate", 2.78e-5, [Slip("tenfold", 2.78e-4, "Ten times too large.")]),
    number("Saving", F(6438, 10000), [Slip("left", F(3562, 10000), "What is left.")], share=True),
    number("Change", -0.25, [Slip("sign", 0.25, "The sign is wrong.")], unit="h"),
    Question("Gradient", Vector(2), (0.559, -0.216), (Slip("one", (1.0, -0.216), "σ' is missing."),)),
    Question("Shape", Shape(2), (24, 30)),
    Question("Order", Order("ABC"), "BAC", (Slip("alphabet", "ABC", "Not sorted at all."),)),
    choice("Which?", ("bias", "variance"), "bias", {"variance": NASTY}),
)
TEMPLATE = Template(
    key="toy.all",
    title="All & kinds <of> questions",
    topic="Toy",
    minutes=3,
    draw=lambda chance: None,
    text=lambda p: f"**Bold** and `code`, {NASTY}\n\n| a | b |\n|--|--|\n| 1 | 2 |",
    ask=lambda p: QUESTIONS,
    state=lambda p: {},
    hints=lambda p: (NASTY,),
    lesson="What there is to *learn*.",
)
DRAWN = TEMPLATE.variant(1)


def test_moodle_takes_the_right_answer_first_and_everything_else_last():
    text = moodle_xml([DRAWN])
    assert text.startswith('<?xml version="1.0"')
    quiz = ET.fromstring(text)
    assert [question.get("type") for question in quiz] == ["category", "cloze"]
    cloze = quiz[1]
    assert {"name", "questiontext", "generalfeedback", "penalty", "idnumber", "hint", "tags"} <= {c.tag for c in cloze}
    assert cloze.find("name/text").text == "01 All & kinds <of> questions"
    found = blanks(cloze.find("questiontext/text").text)
    expected = [part for question in QUESTIONS for part in parts(question)]
    assert len(found) == len(expected) == 10
    for (kind, answers), part in zip(found, expected, strict=True):
        assert sum(fraction == "=" for fraction, _, _ in answers) == 1
        if kind == "NUMERICAL":
            assert answers[0][0] == "="
            assert answers[-1][1] == "*"
            for _, value, _ in answers[:-1]:
                number_text, tolerance = value.split(":")
                assert MOODLE_NUMBER.fullmatch(number_text)
                assert MOODLE_NUMBER.fullmatch(tolerance)
            assert F(answers[0][1].split(":")[0]) == pytest.approx(float(part.truth[0]), rel=1e-11)
    assert html_text(found[0][1][1][2]) == NASTY  # feedback is HTML


def test_qti_keeps_to_its_schema_and_scores_each_blank():
    with zipfile.ZipFile(io.BytesIO(qti_zip([DRAWN, DRAWN]))) as package:
        assert package.namelist() == ["imsmanifest.xml", "item01.xml", "item02.xml"]
        root = check_item(package.read("item01.xml").decode())
        manifest = ET.fromstring(package.read("imsmanifest.xml"))
    assert sum(1 for _ in root.iter(f"{QTI}responseDeclaration")) == 10
    responses = {node.get("identifier") for node in root.iter(f"{QTI}responseDeclaration")}
    asked = {node.get("responseIdentifier") for node in root.iter() if node.get("responseIdentifier")}
    assert responses == asked == {node.get("identifier") for node in root.iter(f"{QTI}variable")} - {"SCORE"}
    said = {(n.get("outcomeIdentifier"), n.get("identifier")) for n in root.iter(f"{QTI}modalFeedback")}
    set_ = {
        (n.get("identifier"), n[0].text) for n in root.iter(f"{QTI}setOutcomeValue") if n.get("identifier") != "SCORE"
    }
    assert said == set_
    assert qti_zip([DRAWN]) == qti_zip([DRAWN])
    ns = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
    assert [child.tag.removeprefix(ns) for child in manifest] == ["metadata", "organizations", "resources"]
    resources = list(manifest.iter(f"{ns}resource"))
    assert [each.get("href") for each in resources] == ["item01.xml", "item02.xml"]
    assert {each.get("type") for each in resources} == {"imsqti_item_xmlv2p1"}
    assert [each[0].get("href") for each in resources] == [each.get("href") for each in resources]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('adaptive="false" ', ""),
        ("<responseProcessing>", "<responseProcessing>text"),
        ('toleranceMode="absolute"', 'toleranceMode="near"'),
        ("</itemBody>", "</itemBody><itemBody/>"),
        ("CHOICE9OPTION1", "CHOICE9OPTION0"),
        ('<variable identifier="RESPONSE0"/>', '<variable identifier="RESPONSE99"/>'),
    ],
)
def test_the_check_of_the_schema_refuses_what_is_broken(before, after):
    text = item(DRAWN, "item01")
    check_item(text)
    assert before in text
    with pytest.raises(AssertionError):
        check_item(text.replace(before, after, 1))


def test_every_answer_of_the_key_is_judged_as_the_key_says():
    rows = list(csv.DictReader(io.StringIO(key_csv([DRAWN]))))
    assert tuple(rows[0]) == COLUMNS
    single = {question.label: question for question in QUESTIONS}
    judged = 0
    for row in rows:
        question = single.get(row["blank"].removesuffix(" (%)").removesuffix(" (h)"))
        if question is not None:
            answer = row["answer"] + ("%" if row["blank"].endswith("(%)") else "")
            assert question.judge(answer).state == row["judged"], row
            judged += 1
    assert judged == 12
    assert not any(row["answer"].startswith(("=", "+", "@")) for row in rows)


def test_a_printed_sheet_holds_every_question_and_its_key_apart():
    page = sheet_html([DRAWN], title="Week 3 <b>", link="http://localhost/practice?pick=toy.all-1")
    tasks, key = page.split('<section class="key">')
    assert "Week 3 &lt;b&gt;" in tasks
    for question in QUESTIONS:
        assert question.label in tasks
        assert question.kind.write(question.truth).replace("<", "&lt;") in key
    assert "1,651,098" not in tasks
    assert "○ bias" in tasks and "○ variance" in tasks
    assert "<strong>Bold</strong>" in tasks
    assert "3 · 550,366 = 1,651,098" in key
    assert "Ten times too large." in key
    assert "<section" not in sheet_html([DRAWN], key=False)
    assert not re.search(r"(src|href)=", page)


def test_markdown_becomes_html_and_html_becomes_text():
    assert html("a\n\nb *c* **d** `e*f*`") == "<p>a</p><p>b <em>c</em> <strong>d</strong> <code>e*f*</code></p>"
    assert html("- x\n- y") == "<ul><li>x</li><li>y</li></ul>"
    assert html("<script>") == "<p>&lt;script&gt;</p>"
    assert html("```\na < b\n```") == "<pre><code>a &lt; b</code></pre>"


def test_plain_numbers_have_a_point_and_no_separators():
    assert plain(F(1, 3)) == "0.333333333333"
    assert plain(F(-5)) == "-5"
    assert plain(F(10**20)) == "1" + "0" * 20
    assert plain(F(1, 10**9)) == "0.000000001"
