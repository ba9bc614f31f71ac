"""The static site: opened from a folder, without a server or a network."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.exercises.export.accepted import parts, plain
from core.kit.glossary import TERMS
from pages.ui import shell, site

LABS = ("logistic", "momentum")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    site.build(folder, live="https://app.example/", labs=LABS)
    return folder


def test_pages_move_without_a_server_or_a_network(folder: Path, open_page: Callable[..., Page]) -> None:
    page = open_page("about:blank", offline=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "momentum-start-1.html").as_uri())
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    slider = page.get_by_role("slider").first
    before = slider.get_attribute("aria-valuetext")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).not_to_have_attribute("aria-valuetext", before or "")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile("momentum-start-2.html$"))
    assert all(url.startswith(("file:", "data:", "about:", "blob:")) for url in asked)


def test_every_link_leads_to_a_page(folder: Path) -> None:
    pages = sorted(folder.glob("*.html"))
    assert len(pages) > 20
    for page in pages:
        for target in re.findall(r'(?:href|src)=["\']([^"\']+)["\']', page.read_text("utf-8")):
            if not target.startswith(("data:", "https://app.example/")):
                assert (folder / target.split("#")[0]).is_file(), (page.name, target)


def test_every_term_is_in_its_glossary(folder: Path, open_page: Callable[..., Page]) -> None:
    page = open_page((folder / "momentum.html").as_uri(), offline=True)
    page.get_by_role("link", name="Glossary").click()
    expect(page.locator("dt[id]")).to_have_count(len(TERMS))
    page.get_by_role("link", name="Momentum").first.click()
    expect(page).to_have_url(re.compile("momentum.html$"))


def test_the_browser_judges_like_the_app(folder: Path, open_page: Callable[..., Page]) -> None:
    page = open_page((folder / "practice.html").as_uri(), offline=True)
    expect(page.locator("html[data-ready]")).to_have_count(1)
    sections = page.locator("section")
    place = 0
    for name in shell.labs():
        if name not in LABS:
            continue
        for template in shell.labs()[name].exercises:
            drawn = next(d for n in site.SEEDS if site._judged(d := template.variant(n)))
            form = sections.nth(place).locator("form:not([hidden])")
            place += 1
            blanks = [part for question in drawn.questions for part in parts(question)]
            for at, part in enumerate(blanks):
                label = form.locator("label").nth(at)
                for value, right in ((part.truth, True), *((slip, False) for slip, _ in part.slips[:2])):
                    if part.form == "choice":
                        label.locator("select").select_option(value[0])
                    else:
                        entry = label.locator("input")
                        entry.fill(plain(value[0]))
                        entry.blur()
                    verdict = "Correct." if right else "Not quite"
                    expect(label.locator("output")).to_contain_text(verdict)


@pytest.mark.nightly
def test_all_labs_fit_on_an_old_stick(tmp_path: Path) -> None:
    site.build(tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 25e6
