"""The parser of typed networks: a hand-written recursive descent with errors that point at their position."""

from __future__ import annotations

import difflib
import re
from typing import NoReturn

from core.networks.grammar import HOWS, MAX_TEXT, Item, Items, Join, Layer, Repeat, TextError, layers
from core.networks.layers import (
    ADVICE,
    KINDS,
    MAX_KERNEL,
    MAX_LENGTH,
    MAX_WIDTH,
    OPTIONS,
    PAIRS,
    SAME,
    SYNONYMS,
    VALID,
    Kind,
)
from core.networks.pasted import PastedError, own_notation
from core.networks.reported import without_report

MAX_LAYERS = 2_000
MAX_DEPTH = 8
MAX_REPEAT = 200
MAX_DIGITS = 9
_TIMES = "x×*"
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))  # as found in books and PDF files
_LONGEST = MAX_KERNEL**2
_PARTS = ("average", "avg", "max")  # parts of names with several words
_OPTION_NAMES = {"stride": "s", "strides": "s", "padding": "p", "dilation": "d", "groups": "g"}
_CLOSING = {"(": ")", "{": "}"}


def plain(text: str) -> str:
    """Return a text in our own notation, which all places of its layers refer to, without an error of PyTorch.

    Raises
    ------
    TextError
        If it is longer than 20,000 characters, or holds lines of PyTorch or Keras that are not understood.
    """
    if len(text) > MAX_TEXT:
        raise TextError("", 0, f"The text has {len(text):,} characters; the limit is {MAX_TEXT:,}.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_DASHES)
    text, report = without_report(text)
    if report is not None and not text.strip():
        raise TextError(text, 0, f"{report.advice} Paste the layers, too, to see which one it is.")
    try:
        return own_notation(text)
    except PastedError as error:
        raise TextError(text, error.at, str(error)) from None


def parse(*, text: str) -> Items:
    """Parse a text.

    Raises
    ------
    TextError
        If it is invalid or too large: 20,000 characters, 2,000 layers after repeats are multiplied out, depth 8.
    """
    text = plain(text)
    reader = _Reader(text)
    items = reader.items("")
    if not items:
        raise TextError(text, 0, "Empty architecture: write layers such as conv3-64, pool2, fc10.")
    return items


class _Reader:
    """A hand-written recursive descent over the characters of a text."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.open = text, 0, [(-1, "")]

    def fail(self, problem: str, at: int | None = None, suggestion: str = "") -> NoReturn:
        raise TextError(self.text, self.at if at is None else at, problem, suggestion)

    def peek(self, ahead: int = 0) -> str:
        return self.text[self.at + ahead : self.at + ahead + 1]

    def blanks(self, lines: bool = False) -> None:
        """Skip blanks and comments, and line ends where they do not separate."""
        while (here := self.peek()) and (here in " \t" or here == "#" or lines and here == "\n"):
            if here == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                self.at += 1

    def items(self, closing: str) -> Items:
        """Parse items up to the end, a `|`, or the closing bracket; the reader stops before it."""
        found: list[Item] = []
        count = 0
        self.blanks(lines=True)
        while (here := self.peek()) and here not in "|)}":
            more = self.item()
            found += more
            count += layers(more)
            if count > MAX_LAYERS:
                self.fail(f"With its repeats the network has more than {MAX_LAYERS:,} layers; that is too many.", 0)
            if not self.separator():
                break
        here = self.peek()
        if here and (not closing or here not in closing):
            self.fail(f"Unmatched “{here}”." if here in ")}" else "“|” is allowed only inside braces.")
        if not here and closing:
            at, opening = self.open[-1]
            self.fail(f"“{opening}” is never closed; “{_CLOSING[opening]}” is missing.", at)
        return tuple(found)

    def separator(self) -> bool:
        """Skip a separator, if there is one; otherwise the next thing must be a closing one."""
        self.blanks()
        start = self.at
        self.blanks(lines=True)
        explicit = 1 if self.peek() and self.peek() in ",;" else 2 if self.text.startswith("->", self.at) else 0
        self.at += explicit
        self.blanks(lines=True)
        here = self.peek()
        if explicit and (here and here in ",;" or self.text.startswith("->", self.at)):
            self.fail("A layer is missing between two separators.")
        if not explicit and "\n" not in self.text[start : self.at] and here and here not in "|)}":
            self.strange()
        return bool(here)

    def strange(self) -> NoReturn:
        """Say what is wrong with the text after a complete item."""
        start = self.at
        word = self.word()
        if word in KINDS or not word and (self.peek().isdigit() or self.peek() in "({"):
            self.fail(f"“,” missing before {word or self.peek()}.", start)
        if word:
            self.fail(f"Unexpected “{word[:20]}”; a comma may be missing.", start)
        self.fail(f"Unexpected “{self.peek()}”.", start)

    def item(self) -> Items:
        start, count = self.at, 1
        if self.peek().isdigit():
            count = self.integer("repeat count", 1, MAX_REPEAT)
            self.blanks()
            if not self.peek() or self.peek() not in _TIMES:
                self.fail("“x” expected after a repeat count, as in 2x conv3-64.")
            self.at += 1
            self.blanks(lines=True)
        found = self.layer_or_group()
        if count == 1 or not found:
            return found
        if count * layers(found) > MAX_LAYERS:
            self.fail(f"{count} × {layers(found):,} layers exceed the limit of {MAX_LAYERS:,}.", start)
        return (Repeat(count, found, start),)

    def layer_or_group(self) -> Items:
        start, opening = self.at, self.peek()
        if opening not in _CLOSING:
            return (self.layer(),)
        if len(self.open) > MAX_DEPTH:
            self.fail(f"Brackets are nested deeper than {MAX_DEPTH}.")
        self.open.append((start, opening))
        self.at += 1
        found = self.join(start) if opening == "{" else self.items(")")
        if not found:
            self.fail("Empty brackets.", start)
        self.at += 1
        self.open.pop()
        return found

    def join(self, start: int) -> Items:
        self.blanks(lines=True)
        how = next((name for name, sign in HOWS.items() if sign and sign == self.peek()), "concat")
        self.at += how != "concat"
        branches, starts = [], []
        while True:
            self.blanks(lines=True)
            starts.append(self.at)
            branches.append(self.items("|}"))
            if not branches[-1]:
                self.fail("Empty branch; write id for identity.", starts[-1])
            if self.peek() == "}":
                if len(branches) == 1:
                    self.fail("Braces hold at least two branches, separated by |; parentheses group layers.", start)
                return (Join(how, tuple(branches), start, tuple(starts)),)
            self.at += 1

    def word(self) -> str:
        start = self.at
        while self.peek().isalpha() or self.peek() == "_":
            self.at += 1
        return self.text[start : self.at].lower()

    def integer(self, what: str, low: int, high: int) -> int:
        start = self.at
        while self.peek().isascii() and self.peek().isdigit():
            self.at += 1
        digits = self.text[start : self.at]
        if not digits:
            self.fail(f"A number is missing here ({what}).")
        if len(digits) > MAX_DIGITS or not low <= int(digits) <= high:
            self.fail(f"The {what} must be in [{low:,}, {high:,}]; got {digits[:20]}.", start)
        return int(digits)

    def layer(self) -> Layer:
        start = self.at
        kind = self.named(start)
        self.between(kind)
        if kind.name == "dropout":
            return Layer(kind.name, options=self.rate(), at=start)
        size, width = self.numbers(kind, start)
        return Layer(kind.name, size, width, self.options(kind), start)

    def named(self, start: int) -> Kind:
        """Return the kind of layer whose name comes next."""
        name = self.word()
        if name == "relu" and self.text.startswith("6", self.at) and not self.peek(1).isdigit():
            self.at, name = self.at + 1, "relu6"
        if name in ("max", "average", "avg", "global", "adaptive", "batch", "layer", "group", "leaky", "depthwise"):
            name = self.longer(name)
        if not name:
            self.fail(f"A layer is expected here, not “{self.peek()}”." if self.peek() else "A layer is missing here.")
        kind = KINDS.get(SYNONYMS.get(name, name))
        if kind is not None and re.match(r"[12][dD](?![\d=])", self.text[self.at : self.at + 3]):  # as in Conv2d
            self.at += 2
        if kind is None:
            if name in ADVICE:
                self.fail(f"“{name}” is not the name of a layer here; {ADVICE[name]}", start)
            near = difflib.get_close_matches(name, [*KINDS, *SYNONYMS], 1)
            found = SYNONYMS.get(near[0], near[0]) if near else ""
            hint = f"did you mean {found}?" if near else f"known are {', '.join(KINDS)}."
            self.fail(f"Unknown layer “{name[:20]}”; {hint}", start, found)
        return kind

    def longer(self, name: str) -> str:
        """Read a name of several words, such as max pool."""
        while True:
            before = self.at
            self.blanks()
            more = self.word()
            if not more or (name + more not in SYNONYMS and name + more not in KINDS and more not in _PARTS):
                self.at = before
                return name
            name += more

    def between(self, kind: Kind) -> None:
        """Skip a blank or a dash between a name and its number, as in “fc 10” and “CONV-3x3-64”."""
        ahead = 0
        while self.peek(ahead) == " ":
            ahead += 1
        if (kind.size or kind.width) and ahead and self.peek(ahead).isdigit() and not self.repeats(ahead):
            self.at += ahead
        elif kind.needs_size and self.peek() == "-" and self.dashed():
            self.at += 1

    def repeats(self, ahead: int) -> bool:
        """Return whether the next number is a count of repeats, as in “relu 2x conv3-8”, where a comma is missing."""
        rest = self.text[self.at + ahead : self.at + ahead + 20]
        return re.match(r"\d+ *[x×*] *[^\d ]", rest) is not None

    def dashed(self) -> bool:
        """Return whether a size and a width follow the dash here."""
        return re.match(r"-\d+(x\d+)?-\d", self.text[self.at : self.at + 30]) is not None

    def rate(self) -> tuple[tuple[str, int], ...]:
        """Read the rate of a dropout, in thousandths."""
        self.blanks()
        start = self.at
        found = re.compile(r"p?=?(0?\.\d+|\d+\.?\d*)(%?)").match(self.text, self.at)
        if found is None:
            return ()
        self.at = found.end()
        rate = float(found[1]) / (100 if found[2] else 1)
        if not 0 < rate < 1 or not 1 <= round(1000 * rate) <= 999:
            self.fail(f"The rate of a dropout must be between 0 and 1; got {found[0]}.", start)
        return (("rate", round(1000 * rate)),)

    def numbers(self, kind: Kind, named: int) -> tuple[tuple[int, int] | None, int | None]:
        """Read size and width after a name."""
        size = self.size(kind) if kind.size and self.peek().isdigit() else None
        width = None
        dash = self.peek() == "-" and self.peek(1).isdigit()
        apart = re.compile(r" *, *(?=\d+ *(?:$|[,;\n#/]))").match(self.text, self.at)  # as in “conv 3x3, 64”
        if kind.width and (dash or not kind.size and self.peek().isdigit()):
            self.at += dash
            width = self.integer(kind.width, 1, MAX_WIDTH)
        elif kind.needs_width and size is not None and apart:
            self.at = apart.end()
            width = self.integer(kind.width, 1, MAX_WIDTH)
        elif dash or self.peek().isdigit():
            self.fail(f"{kind.name} takes no such number; write it like {kind.example}.")
        if (kind.needs_size and size is None) or (kind.needs_width and width is None):
            missing = " and ".join(
                [kind.size] * (kind.needs_size and size is None) + [kind.width] * (kind.needs_width and width is None)
            )
            self.fail(f"{kind.name} needs a {missing}; write it like {kind.example}.", named)
        return size, width

    def size(self, kind: Kind) -> tuple[int, int]:
        """Read one number, or two along height and width, of which one may be long if the other one is short."""
        start, low = self.at, 0 if kind.name == "pad" else 1
        pair = re.compile(r"\d{1,9}[x×*](\d{1,9})").match(self.text, start)
        if pair is None:
            side = self.integer(kind.size, low, kind.max_size)
            return side, side
        second = pair.start(1)
        high = MAX_LENGTH if kind.name == "input" else _LONGEST
        first = self.integer(kind.size, low, high)
        self.at = second
        last = self.integer(kind.size, low, high)
        long = max(first, last) > kind.max_size
        if long and (min(first, last) > 1 if kind.name == "input" else first * last > _LONGEST):
            wrong, at = (first, start) if first > kind.max_size else (last, second)
            self.fail(f"The {kind.size} must be in [1, {kind.max_size:,}]; got {wrong}.", at)
        return first, last

    def options(self, kind: Kind) -> tuple[tuple[str, int | tuple[int, int]], ...]:
        found: dict[str, int | tuple[int, int]] = {}
        while True:
            self.blanks()
            start, marked = self.at, self.peek() == "@"
            if self.peek() == "/":
                self.at += 1
                name = "s"
            elif marked or self.peek().isalpha():
                self.at += marked
                name = self.option_name(kind, marked, start)
            else:
                break
            if name == VALID and SAME in kind.options and SAME not in found:
                continue  # the default is no padding
            if name not in kind.options:
                allowed = ", ".join(kind.options) or "no options"
                self.fail(f"{name} does not apply to {kind.name}, which takes {allowed}.", start)
            if name in found:
                self.fail(f"{name} is given twice.", start)
            if name == SAME and "p" in found or name == "p" and SAME in found:
                self.fail("same and p contradict each other; give one of them.", start)
            if name == "p" and (word := self.spelled()):
                if word == SAME:
                    found[SAME] = 1
                continue
            found[name] = 1 if name == SAME else self.value(name)
        return tuple(sorted(found.items(), key=lambda pair: pair[0]))

    def spelled(self) -> str:
        """Read a padding in words, as in padding="same"."""
        found = re.compile(r"""=? *['"]?(same|valid)\b['"]?""", re.IGNORECASE).match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[1].lower()

    def option_name(self, kind: Kind, marked: bool, start: int) -> str:
        word = self.word()
        name = _OPTION_NAMES.get(word, word)
        if not name:
            self.fail(f"An option is missing here; {kind.name} takes {', '.join(kind.options) or 'none'}.", start)
        if name == VALID:
            return name
        if name in KINDS and not marked:
            self.fail(f"“,” missing before {name}.", start)
        if name not in OPTIONS:
            near = difflib.get_close_matches(name, [*kind.options, *KINDS], 1)
            allowed = f"{kind.name} takes {', '.join(kind.options) or 'no options'}."
            hint = f"did you mean {near[0]}?" if near else allowed
            self.fail(f"Unknown option “{name[:20]}”; {hint}", start, near[0] if near else "")
        return name

    def value(self, name: str) -> int | tuple[int, int]:
        """Read a number, or two along height and width."""
        spaced = re.compile(r" *[=:]? *(?=\d)").match(self.text, self.at)
        if spaced is not None and (name != "s" or self.text[self.at - 1] != "/"):
            self.at = spaced.end()
        first = self.integer(*OPTIONS[name])
        if name not in PAIRS or not re.match(r"[x×]\d", self.text[self.at : self.at + 2]):
            return first
        self.at += 1
        last = self.integer(*OPTIONS[name])
        return first if first == last else (first, last)
