"""The glossary: its form, where its terms are shown, and the links that open it."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache

import pytest
from streamlit.testing.v1 import AppTest

from core.kit.glossary import TERMS, Term, linked, named
from core.kit.lab import Lab
from tests.states import LABS
from tests.test_language import of_a_section, of_a_state, written_once

NewApp = Callable[..., AppTest]
LINK = re.compile(r'\[([^\]]*)\]\(glossary#([a-z0-9-]+) "([^"]*)"\)')
each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)


@cache
def words_of(name: str) -> str:
    """Return the words of a lab: those written once, the words of its stories, its fresh picture and sections."""
    lab = next(lab for lab in LABS if lab.name == name)
    told = (words for story in lab.stories for words in (story.title, *(step.words for step in story.steps)))
    return "\n".join([*written_once(lab), *told, *of_a_state(lab, lab.fresh)])


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_term_is_short_and_one_of_its_labs_says_it(term: Term) -> None:
    assert term.labs and set(term.labs) <= {lab.name for lab in LABS}
    assert len(term.words.split()) <= 30
    assert 1 <= len(re.findall(r"\.(?= |$)", term.words)) <= 3 and term.words.endswith(".")
    assert not re.search(r'["|$*`\[\]]', term.words)  # it is the title of links in Markdown
    assert any(said(name, words_of(lab)) for lab in term.labs for name in (term.name, *term.also))


def said(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", text, re.IGNORECASE) is not None


def test_names_and_places_are_unambiguous() -> None:
    assert len(TERMS) >= 92
    assert len({term.anchor for term in TERMS}) == len(TERMS)
    for lab in LABS:
        names = [name.casefold() for term in TERMS if lab.name in term.labs for name in (term.name, *term.also)]
        assert len(set(names)) == len(names), lab.name


@each_lab
def test_links_in_sections_change_no_word_and_open_terms_of_the_lab(lab: Lab) -> None:
    anchors = {term.anchor: term for term in TERMS}
    result = lab.result(lab.fresh)
    for section in lab.sections:
        done: set[str] = set()
        texts = [text for text in of_a_section(section, result, lab.fresh) if isinstance(text, str)]
        shown = [linked(text, lab.name, done) for text in texts]
        assert [LINK.sub(r"\1", text) for text in shown] == texts
        links = [found for text in shown for found in LINK.findall(text)]
        assert len({anchor for _, anchor, _ in links}) == len(links) == len(done)  # each once
        for name, anchor, words in links:
            term = anchors[anchor]
            assert lab.name in term.labs and words == term.words
            assert any(said(one, name) for one in (term.name, *term.also))
        for formula in (part for text in shown for part in re.findall(r"\$\$.+?\$\$|`[^`]+`", text, re.DOTALL)):
            assert "glossary#" not in formula


def test_the_first_occurrence_is_linked_where_a_link_can_stand() -> None:
    done: set[str] = set()
    text = linked(
        "# Lasso\n`lasso` $lasso$ [lasso](x) “lasso” Lassos, lasso, glasso, lasso-like.", "regularization", done
    )
    assert done == {"lasso"}
    assert LINK.sub(r"<\1>", text) == (
        "# Lasso\n`lasso` $lasso$ [lasso](x) “lasso” <Lassos>, lasso, glasso, lasso-like."
    )
    assert linked("The lasso again.", "regularization", done) == "The lasso again."
    assert linked("The lasso.", "momentum", set()) == "The lasso."  # no term of that lab
    longest = linked("expected test error", "bias_variance", set())
    assert LINK.sub(r"<\1>", longest) == "<expected test error>"


def test_the_page_has_every_term_and_a_link_to_each_of_its_labs(new_app: NewApp) -> None:
    app = new_app()
    app.switch_page("pages/glossary.py")
    app.run()
    assert not app.exception, app.exception
    page = "".join(html.proto.body for html in app.get("html"))
    for term in TERMS:
        entry = page[page.index(f'id="{term.anchor}"') :].partition("</dd>")[0]
        assert all(f'href="{lab}"' in entry for lab in term.labs)


def test_a_term_is_found_by_its_name_its_other_names_or_its_words(new_app: NewApp) -> None:
    app = new_app()
    app.switch_page("pages/glossary.py")
    app.run()

    def found(asked: str) -> list[str]:
        app.text_input(key="glossary:find").set_value(asked).run()
        return re.findall(r'<dt id="([^"]+)"', "".join(html.proto.body for html in app.get("html")))

    assert "term-leverage" in found("LEVERAGE") and len(found("leverage")) < 5
    assert found("tp") != [] and "term-confusion-matrix" in found("TP")  # another name
    assert found("no such thing") == [] and "contains “no such thing”" in app.info[0].value
    assert len(found("")) == len(TERMS)


def test_a_precision_gain_is_what_the_glossary_says() -> None:
    """Flach and Kull's definition, (prec - π) / ((1 - π) prec), against 1 - FPR/TPR, in exact fractions."""
    for tp, fn, fp, tn in ((3, 1, 2, 14), (5, 5, 5, 85), (1, 0, 9, 0)):
        prevalence = Fraction(tp + fn, tp + fn + fp + tn)
        precision = Fraction(tp, tp + fp)
        gain = (precision - prevalence) / ((1 - prevalence) * precision)
        assert gain == 1 - Fraction(fp, fp + tn) / Fraction(tp, tp + fn)


def test_terms_are_found_in_plain_words_each_once_and_of_the_lab_alone() -> None:
    text = "Variance of the lasso. The variances add up to the AUROC, lasso."
    assert [term.name for term in named(text, "regularization")] == ["variance", "lasso"]
    assert named(text, "staleness") == []
    assert named("", "regularization") == []
