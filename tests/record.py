"""Record the moving picture of README: `python -m tests.record` drags the degree, then the noise, in a real browser."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.server import CHROMIUM_OPTIONS, ROOT, find_chromium, running
from tests.browser.test_app import ready
from tests.browser.test_live_sliders import THUMB

OUT = ROOT / "docs" / "drag.webp"
WIDTH, HEIGHT = 1180, 600
STILL_MS, MOVING_MS = 900, 130


def still(page: Page) -> Image.Image:
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def frames(page: Page) -> list[tuple[Image.Image, int]]:
    """Return pictures with the milliseconds for which each is shown."""
    found = [(still(page), STILL_MS)]
    degree = page.get_by_role("slider", name="Degree", exact=True)
    for _ in range(9):
        degree.press("ArrowRight")
        found.append((still(page), MOVING_MS))
    ready(page)
    found.append((still(page), STILL_MS))
    thumb = page.locator(".st-key-bias_variance-noise_std").evaluate(THUMB)
    page.mouse.move(thumb["x"], thumb["y"])
    page.mouse.down()
    for k in range(1, 13):
        page.mouse.move(thumb["x"] + thumb["width"] * k / 30, thumb["y"])
        page.wait_for_timeout(200)
        found.append((still(page), MOVING_MS))
    page.mouse.up()
    ready(page)
    found.append((still(page), 2 * STILL_MS))
    return found


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running("app.py", Path(folder) / "log") as server,
        sync_playwright() as api,
    ):
        path = find_chromium(api.chromium.executable_path)
        browser = api.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}).new_page()
        page.goto(f"{server.url}/bias_variance")
        pictures, times = zip(*frames(ready(page)), strict=True)
        browser.close()
    pictures[0].save(OUT, save_all=True, append_images=pictures[1:], duration=times, loop=0, quality=55, method=6)
    print(f"{OUT.relative_to(ROOT)}: {len(pictures)} pictures, {OUT.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
