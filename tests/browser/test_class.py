"""A lecturer and two phones: a code, answers that are counted, and a histogram at the reveal."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]


def test_a_class_answers_a_prediction(app_url: str, open_page: OpenPage) -> None:
    desk = open_page(f"{app_url}/trees?predict=1&present=1", width=1366, height=650)
    desk.get_by_role("button", name="Ask the class").click(timeout=60_000)
    code = desk.locator(".lc-code").inner_text()
    assert re.fullmatch("[B-Z]{4}", code)
    address = str(desk.locator(".st-key-classcode a").get_attribute("href"))
    assert address == f"{app_url}/join?code={code}"
    expect(desk.get_by_text("0 answers")).to_be_visible()

    phones = [open_page(address, width=390, height=844) for _ in range(2)]
    phones[0].get_by_text("petal width").click()
    expect(phones[0].get_by_text("Your answer is in: petal width")).to_be_visible()
    expect(desk.get_by_text("1 answer", exact=True)).to_be_visible()
    phones[1].get_by_text("sepal length").click()
    expect(phones[1].get_by_text("Your answer is in: sepal length")).to_be_visible()
    phones[1].get_by_text("petal length").click()
    expect(phones[1].get_by_text("Your answer is in: petal length")).to_be_visible()
    expect(desk.get_by_text("2 answers")).to_be_visible()

    desk.get_by_role("button", name="Reveal").click()
    expect(desk.locator(".lc-bars .right")).to_contain_text("petal width")
    counts = desk.locator(".lc-bars li").evaluate_all("all => all.map(e => e.innerText.split('\\n'))")
    assert {row[0]: int(row[1]) for row in counts if int(row[1])} == {"petal width": 1, "petal length": 1}
    for phone in phones:
        expect(phone.locator(".lc-bars .right")).to_be_visible()  # by itself
    expect(phones[0].get_by_text("Correct.")).to_be_visible()
    expect(phones[1].get_by_text("Not quite:")).to_be_visible()


def test_an_exercise_is_asked_and_a_code_that_nobody_knows_is_explained(app_url: str, open_page: OpenPage) -> None:
    desk = open_page(f"{app_url}/practice?pick=logistic.exam-0", width=1366, height=768)
    desk.get_by_role("button", name="Ask the class").click(timeout=60_000)
    code = desk.locator(".lc-code").inner_text()
    phone = open_page(f"{app_url}/join?code=XXXX", width=390, height=844)
    expect(phone.get_by_text("only the one of your lecturer knows it")).to_be_visible(timeout=60_000)
    phone.get_by_label("Code on the screen").fill(code.lower())
    phone.get_by_label("Code on the screen").press("Enter")
    phone.get_by_label("Probability").fill("0.6")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Give three significant digits.")).to_be_visible()
    phone.get_by_label("Probability").fill("0.622")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Your answer is in: 0.622")).to_be_visible()
    expect(desk.get_by_text("1 answer", exact=True)).to_be_visible()
    desk.get_by_role("button", name="Reveal").click()
    expect(desk.locator(".lc-bars .wrong")).to_contain_text("0.622")
    expect(desk.locator(".lc-bars .wrong small")).to_contain_text("minus the score")
