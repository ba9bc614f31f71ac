"""The little Markdown that exercises use, as HTML."""

from __future__ import annotations

import re
from html import escape

_INLINE = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<!\*)\*([^*\s][^*]*)\*"), r"<em>\1</em>"),
)


def html(text: str) -> str:
    """Write Markdown as HTML: paragraphs, lists, tables, fenced code, bold, italic, and code; everything else is text.

    Exercises keep to this part of Markdown, so that they read alike on a page, on paper, and in a quiz.
    """
    blocks = re.split(r"\n\s*\n", text.strip())
    return "".join(_block(block) for block in blocks)


def _block(block: str) -> str:
    lines = block.splitlines()
    if lines[0].startswith("```"):
        code = "\n".join(line for line in lines if not line.startswith("```"))
        return f"<pre><code>{escape(code, quote=False)}</code></pre>"
    if all(line.startswith("|") for line in lines) and len(lines) > 1:
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in lines
            if not re.fullmatch(r"[|:\- ]+", line)
        ]
        head, *body = rows
        cells = "".join(f"<th>{_inline(cell)}</th>" for cell in head)
        filled = "".join(f"<tr>{''.join(f'<td>{_inline(cell)}</td>' for cell in row)}</tr>" for row in body)
        return f"<table><thead><tr>{cells}</tr></thead><tbody>{filled}</tbody></table>"
    if all(re.match(r"[-*] ", line) for line in lines):
        return f"<ul>{''.join(f'<li>{_inline(line[2:])}</li>' for line in lines)}</ul>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    out = ""
    for place, piece in enumerate(re.split(r"`([^`]+)`", escape(text, quote=False))):
        out += f"<code>{piece}</code>" if place % 2 else _emphasized(piece)
    return out


def _emphasized(text: str) -> str:
    for pattern, to in _INLINE:
        text = pattern.sub(to, text)
    return text
