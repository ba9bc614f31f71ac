"""Layers in the notation of PyTorch, Keras, and papers, read as data and rewritten in our own notation.

Nothing is run: a call such as ``nn.Conv2d(3, 64, 3, padding=1)`` is read as a syntax tree, and its numbers are
extracted. Everything around the layers (imports, classes, brackets, ``model.add``) is skipped.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

from core.networks.calls import RULES, Given, RefusedError

_CALL = re.compile(r"\b((?:[a-z_]\w*\.)*)([A-Z]\w*)\s*\(")
_CONTAINERS = ("Sequential", "ModuleList", "OrderedDict", "Model", "ModuleDict")
# As in papers: 3x3 conv, 64, /2 and 3×3 max pool, stride 2.
_PAPER = re.compile(
    r"\b(?P<k>\d+)[ ]*[x×][ ]*(?P<l>\d+)[ ]+(?P<what>conv|max[- ]?pool|avg[- ]?pool|average[- ]pool)[a-z]*"
    r"(?:[ ]*,?[ ]+(?P<n>\d+)(?![ ]*[x×\d]))?(?:[ ]*,?[ ]*(?:/[ ]*|stride[ ]*=?[ ]*)(?P<s>\d+))?",
    re.IGNORECASE,
)
_UNITS = re.compile(r"(?<=\d) +(?:filters|kernels|channels|(?:feature )?maps|units|neurons)\b", re.IGNORECASE)
# As in conv3x3(64) and Conv 5x5 @ 32; and an option behind a comma, as in conv3-64, stride 2.
_WIDTH = re.compile(r"(?i)(\bconv *\d+ *[x×] *\d+) *(?:[@,] *|\( *(?=\d+ *\)))(\d+)(?![\dx×*]| +[x×*])(?: *\))?")
_OPTION = re.compile(r"(?i)(\bconv[^,;\n]*\d), *(stride *=? *\d|padding *=? *\d)")
_IMAGE = re.compile(r"\s*(input *\d+ *[x×] *\d+ *- *\d+)", re.IGNORECASE)  # before lines of PyTorch or Keras
_ARITHMETIC: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Mult: operator.mul,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.FloorDiv: operator.floordiv,
}
_LONGEST = 400  # calls


class PastedError(ValueError):
    """A part of pasted layers that is not understood, and where it begins in the text.

    Attributes
    ----------
    at : int
    """

    def __init__(self, at: int, problem: str) -> None:
        super().__init__(problem)
        self.at = at


def own_notation(text: str) -> str:
    """Rewrite a text with layers of PyTorch, Keras, or papers in our own notation; other texts are returned unchanged.

    Raises
    ------
    PastedError
        If a layer or its numbers are not understood.
    """
    if _CALL.search(text):
        image = _IMAGE.match(text)
        return (f"{image[1]}, " if image else "") + _from_calls(text)
    text = _UNITS.sub("", _PAPER.sub(_from_paper, text))
    return _OPTION.sub(r"\1 \2", _WIDTH.sub(r"\1-\2", text))


def _from_paper(found: re.Match[str]) -> str:
    size = found["k"] if found["k"] == found["l"] else f"{found['k']}x{found['l']}"
    stride = f"/{found['s']}" if found["s"] else ""
    if found["what"].lower() != "conv":
        name = "pool" if found["what"].lower().startswith("max") else "avgpool"
        return f"{name}{size}{stride}{' p1' if found['k'] == '3' else ''}"
    return f"conv{size}-{found['n']}{stride}@same" if found["n"] else found[0]


def _from_calls(text: str) -> str:
    layers: list[str] = []
    at = 0
    while (found := _CALL.search(text, at)) is not None:
        name, start = found[2], found.end() - 1
        if found[1].endswith("nn."):  # as in Paddle, where nn.Conv2D has the arguments of PyTorch's nn.Conv2d
            name = re.sub(r"(?<=\d)D$", "d", name)
        if name in _CONTAINERS or _defines(text, found):
            at = found.end()
            continue
        end = _closing(text, start)
        layers += _layer(text, found.start(2), name, text[start : end + 1])
        at = end + 1
        if len(layers) > _LONGEST:
            raise PastedError(found.start(2), f"There are more than {_LONGEST} layers.")
    if not layers:
        raise PastedError(0, "No layer is found in what was pasted; write layers such as conv3-64, pool2, fc10.")
    return ", ".join(layers)


def _defines(text: str, found: re.Match[str]) -> bool:
    """Return whether a class is defined here, or created from a class of the text itself."""
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start(2)]
    return line.lstrip().startswith(("class ", "def ", "import ", "from ", "#")) or "super" in line


def _closing(text: str, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return place
    raise PastedError(start, "“(” is never closed; “)” is missing.")


def _layer(text: str, at: int, name: str, arguments: str) -> list[str]:
    plain = re.sub(r"[123]d$", "", name, flags=re.IGNORECASE).lower()
    flat = name.lower().endswith("1d")
    try:
        call = ast.parse(f"f{arguments}", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise PastedError(at, f"The numbers of {name} are not understood.") from None
    if not isinstance(call, ast.Call):
        raise PastedError(at, f"The numbers of {name} are not understood.")
    given = [_literal(value) for value in call.args], {each.arg or "": _literal(each.value) for each in call.keywords}
    if plain.startswith("lazy"):  # without the size of its input, which comes first elsewhere
        name, plain, given = name[4:], plain[4:], ([None, *given[0]], given[1])
    rule = RULES.get(plain)
    if rule is None:
        raise PastedError(at, f"“{name[:30]}” is not known here; write the layer in the notation below.")
    try:
        written = rule(name, given, flat)
        if "input_shape" in given[1] and rule is not RULES["input"]:  # of the first layer in Keras
            written = [*RULES["input"](name, ([], given[1]), flat), *written]
    except RefusedError as error:
        raise PastedError(at, f"{name} {error}.") from None
    except (IndexError, KeyError, TypeError, ValueError):
        raise PastedError(at, f"The numbers of {name} are not understood; they must be written out.") from None
    return [*written, *_behind(given)]


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.BinOp) and isinstance(node.op, tuple(_ARITHMETIC)):
        left, right = _literal(node.left), _literal(node.right)
        if isinstance(left, int) and isinstance(right, int) and right and max(abs(left), abs(right)) < 10**9:
            return _ARITHMETIC[type(node.op)](left, right)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ast.unparse(node)[:80]


def _behind(given: Given) -> list[str]:
    """Return the activation that is part of a Keras layer."""
    said = given[1].get("activation")
    return [] if said in (None, "linear") else [str(said).rpartition(".")[2].replace("_", "")]
