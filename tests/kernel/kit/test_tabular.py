"""Tables for reports: what a reader of Markdown and of LaTeX gets back is what was written, whatever the names are."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from core.kit.tabular import latex, markdown

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp"]), min_size=1, max_size=12)
# LaTeX's own names of its marks.
TEX = {
    r"\textbackslash": "\\",
    r"\textasciitilde": "~",
    r"\textasciicircum": "^",
    r"\textless": "<",
    r"\textgreater": ">",
    r"\textbar": "|",
    r"\ldots": "…",
}


def from_tex(text: str) -> str:
    """Read what LaTeX prints: the input is split into commands, escaped marks, and plain characters."""
    found, depth = [], 0
    for token in re.findall(r"\\[a-zA-Z]+|\\.|\$\\times\$|\$-\$|--|.", text):
        if token in TEX or token in ("$\\times$", "$-$", "--"):
            found.append(TEX.get(token) or {"$\\times$": "×", "$-$": "−", "--": "–"}[token])
        elif token in "{}":
            depth += 1 if token == "{" else -1
            assert depth in (0, 1)
        else:
            assert token not in "&%$#_~^\\"
            found.append(token[-1])
    assert depth == 0
    return "".join(found)


@given(names, st.integers(-(10**12), 10**12))
@example("layer1.0_conv & 3% #1 {a}~^\\|<>[x]", 1792)
@example("1×1 − 2–3 …", 0)
def test_a_name_survives_both(name: str, number: int) -> None:
    plain = " ".join(name.split())
    columns = {"layer": [name, "conv"], "MACs_1": [number, 7]}
    head, rule, *rows = markdown(columns).splitlines()
    assert rule == "|:--|--:|" and head == r"| layer | MACs\_1 |"
    first, _, second = rows[0][2:-2].rpartition(" | ")
    assert re.sub(r"\\(.)", r"\1", first) == plain
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", rows[0])) == 3  # bars that are not escaped
    assert int(second.replace(",", "")) == number and len(rows) == 2
    lines = latex(columns).splitlines()
    assert lines[1] == r"\begin{longtable}{lr}" and lines[-1] == r"\end{longtable}"
    body = lines[lines.index(r"\hline \endhead") + 1 : -2]
    assert len(body) == 2 and all(line.endswith(r" \\") for line in body)
    label, value = re.split(r"(?<!\\) ?& ", body[0][:-3], maxsplit=1) if plain else ("", body[0])
    printable = "".join(c if c <= "\u017f" or c in "×−–…" else "?" for c in plain)
    if "--" not in printable:  # LaTeX joins two hyphens to a dash
        assert from_tex(label) == printable
    assert int(value.replace(",", "")) == number


def test_the_rules_of_latex_by_hand() -> None:
    assert latex({"a": [1], "b_c": ["50% | x"]}) == (
        "% needs \\usepackage{longtable}\n\\begin{longtable}{rl}\n\\hline\na & b\\_c \\\\\n\\hline \\endhead\n"
        "1 & 50\\% \\textbar{} x \\\\\n\\hline\n\\end{longtable}\n"
    )
