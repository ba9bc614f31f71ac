"""A picture as a page of its own: it scrubs in any browser, without a server or a network."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Any

from core.draw import live, style
from core.draw.packing import deflated, pack

STATIC = Path(__file__).parents[2] / "static"
# Scatter, bar, and pie are all we need. A newer plotly in Python changes nothing here: what it would draw is not used.
PLOTLY_JS = STATIC / "plotly-basic-4.1.1.min.js"
CHART_JS = STATIC / "live_chart.js"
KIT_JS = tuple(
    STATIC / f"live_{part}.js" for part in ("data", "rules", "parts", "handles", "labels", "panel", "stage", "keys")
)
CHART_CSS = STATIC / "live_chart.css"


def standalone_html(picture: live.Picture, *, title: str, start: Any) -> str:
    """Return one self-contained HTML page that scrubs without a server or a network.

    Parameters
    ----------
    picture : Picture
        What to show.
    title : str
        Title of the page.
    start : float or (float, float)
        Axis value, or point of a plane, to show first.

    Returns
    -------
    str
        The page (1.2 MB, nearly all of it plotly.js); it follows the light or dark preference of its reader.
    """
    look = """body { margin: 0 auto; max-width: 1400px; padding: 16px; background: var(--st-background-color);
  color: var(--st-text-color); font-family: var(--st-font) }
h1 { font-size: 1.4rem; font-weight: 600 }"""
    return _page(
        picture,
        title,
        start,
        f"<style>{shared_style()}{look}</style>",
        f"<h1>{html.escape(title)}</h1>",
        f"<script>{PLOTLY_JS.read_text('utf-8')}</script><script>{shared_chart()}</script>",
    )


def still_page(picture: live.Picture, *, title: str, start: Any, head: str) -> str:
    """Return a page of a static site: like `standalone_html`, with plotly.js, lectern.js, and lectern.css beside it."""
    files = '<script src="plotly.js"></script><script src="lectern.js"></script>'
    return _page(picture, title, start, '<link rel="stylesheet" href="lectern.css">', head, files)


def shared_style() -> str:
    """Return the style sheet of pages outside Streamlit: the chart's own, and the colors of both themes."""
    roles = {"background-color": "paper", "text-color": "text", "primary-color": "accent"}
    light, night = (
        "; ".join(f"--st-{name}: {style.PALETTE[role][dark]}" for name, role in roles.items()) for dark in (0, 1)
    )
    return f""":root {{ color-scheme: light dark; {light}; --st-font: system-ui, sans-serif }}
@media (prefers-color-scheme: dark) {{ :root {{ {night} }} }}
{CHART_CSS.read_text("utf-8")}
"""


def shared_chart() -> str:
    """Return a script that defines `mountLectern(data)`: the live chart as one classic script, which file:// allows."""
    kit = "".join(path.read_text("utf-8") for path in KIT_JS)
    names = re.findall(r"^export (?:function|class|const) (\w+)", kit, re.MULTILINE)
    code = re.sub(r"^export (?:default )?", "", kit + CHART_JS.read_text("utf-8"), flags=re.MULTILINE)
    return f"""function mountLectern(coded) {{
{code}
const kit = {{ {", ".join(names)} }};
const data = Uint8Array.from(atob(coded), (c) => c.charCodeAt(0));
const component = {{ data, parentElement: document.querySelector("#chart"), setStateValue() {{}} }};
const mount = () => liveChart(component, kit);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", mount);
mount();
}}
"""


def _page(picture: live.Picture, title: str, start: Any, look: str, head: str, scripts: str) -> str:
    stem = "".join(c if c.isalnum() else "-" for c in title.lower()).strip("-") or "figure"
    packed = deflated(pack(picture, start=start, epoch=0, present=False, fill=True, file=stem), file=True)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
{look}
{head}
<main id="chart"></main>
{scripts}
<script>mountLectern("{base64.b64encode(packed).decode()}");</script>
</html>
"""
