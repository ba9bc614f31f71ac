"""A live picture that leaves out what the browser knows, against the same picture as a whole."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from core import worker
from core.draw.packing import pack
from core.draw.page import STATIC
from core.kit.controls import Scale
from core.kit.lab import Lab
from tests.browser.test_live_sliders import header
from tests.states import LABS

SAME = """(packed) => {
    const [before, whole, rest] = packed.map((coded) => Uint8Array.from(atob(coded), (c) => c.charCodeAt(0)));
    const known = decode(before, rules);
    const sorted = (value) => {
        if (ArrayBuffer.isView(value)) return Array.from(value, String);
        if (Array.isArray(value)) return value.map(sorted);
        if (value === null || typeof value !== "object") return value;
        return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
    };
    const read = (bytes) => {
        const found = decode(bytes, rules, known);
        for (const panel of found.panels) {
            panel.frames = panel.frames.map((frames) => ({ ...frames, drawn: Array.from(frames.at(0), String) }));
            delete panel.arrays;
            delete panel.ranges;
        }
        return JSON.stringify(sorted(found));
    };
    return read(whole) === read(rest);
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A blank page with the scripts that read a packed picture."""
    page = browser.new_page()
    code = "".join((STATIC / f"live_{name}.js").read_text("utf-8") for name in ("data", "rules"))
    page.add_script_tag(content=code.replace("export ", ""))
    yield page
    page.close()


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_what_is_left_out_is_filled_in(page: Page, lab: Lab) -> None:
    values = lab.fresh | ({"source": "gauss"} if lab.name == "ranking_curves" else {})
    moved = [control for control in lab.controls if isinstance(control, Scale) and control.name in lab.drawn_from]
    place = {control.name: control.values[control.values.index(values[control.name]) - 1] for control in moved[:1]}
    with worker.nothing_new():
        before, after = (lab.draw(lab.result(each), each) for each in (values, values | place))
    known = header(pack(before))
    looks = {known["axesLook"], *(panel["look"] for panel in known["panels"])}
    at = after.axis.nearest(lab.stand(values))
    whole, rest = pack(after, at=at), pack(after, at=at, known=looks)
    assert len(rest) < len(whole) and not {"dark", "roles"} & set(header(rest))
    assert page.evaluate(SAME, [base64.b64encode(packed).decode() for packed in (pack(before), whole, rest)])
