"""Rooms: one question that a class answers at once, kept in the memory of the process for an hour, without names.

Everything is bounded: rooms, answers of a room, changes of an answer, rooms that one session opens.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Real
from threading import Lock

from core.exercises.questions import Question, State, Verdict

LIFETIME_S = 3600.0
ROOMS = 100  # in the process
OWN = 5  # rooms of one session
ANSWERS = 400  # of a room: a class, and those who have reloaded the page
CHANGES = 10  # of one answer
PER_SECOND = 50  # answers that a room takes
SHOWN = 8  # wrong numbers with a bar of their own
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels: a code is never a word
LENGTH = 4


@dataclass
class Room:
    """A question that a class answers.

    Attributes
    ----------
    code : str
        What the class types.
    text : str
        What belongs to the question, in Markdown; "" if its label says all.
    question : Question
    owner : str
        The session that asks.
    opened : float
        Seconds of the clock.
    revealed : bool
        Whether the answers are closed and shown.
    answers : dict
        Session to its answer as typed.
    """

    code: str
    text: str
    question: Question
    owner: str
    opened: float
    revealed: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    _changes: Counter[str] = field(default_factory=Counter)
    _second: tuple[int, int] = (0, 0)  # a second of the clock, and the answers in it
    _lock: Lock = field(default_factory=Lock)

    def answer(self, session: str, text: str, now: float) -> Verdict:
        """Take an answer, or another one in its place; one that does not settle the question is not taken.

        Raises
        ------
        ValueError
            With a sentence: the answers are closed, too many, or too fast.
        """
        verdict = self.question.judge(text)
        if not verdict.settled:
            return verdict
        with self._lock:
            if self.revealed:
                raise ValueError("The answers are closed: the result is on the screen.")
            if self._changes[session] > CHANGES:
                raise ValueError(f"An answer can be changed {CHANGES} times.")
            if session not in self.answers and len(self.answers) >= ANSWERS:
                raise ValueError(f"This question takes {ANSWERS} answers and has them.")
            second, count = self._second
            count = count + 1 if second == int(now) else 1
            if count > PER_SECOND:
                raise ValueError("Many are answering right now. Send it again in a second.")
            self._second = (int(now), count)
            self._changes[session] += 1
            self.answers[session] = text
        return verdict

    def reveal(self) -> None:
        """Close the answers and show them."""
        with self._lock:
            self.revealed = True

    def bars(self) -> list[Bar]:
        """Return the histogram: options in their order, or numbers by size, and what is left at the end."""
        with self._lock:
            texts = list(self.answers.values())
        return bars(self.question, texts)


@dataclass(frozen=True)
class Bar:
    """Equal answers: what they are, how many, and what they are worth."""

    label: str
    count: int
    state: State
    words: str = ""


def bars(question: Question, texts: Sequence[str]) -> list[Bar]:
    """Group answers: the right one, each known mistake, and each other one; those that are rare are put together.

    Options keep their order, numbers stand by size.
    """
    kind, options = question.kind, getattr(question.kind, "options", ())
    groups = {label: _group(question, label) for label in (*options, kind.write(question.truth))}
    found: Counter[str] = Counter()
    for text in texts:
        group = _group(question, text)
        groups.setdefault(group.label, group)
        found[group.label] += 1
    if options:
        return [groups[option].bar(found[option]) for option in options]
    right = kind.write(question.truth)
    frequent = [label for label, _ in found.most_common() if label != right]
    shown = sorted((groups[label] for label in (right, *frequent[:SHOWN])), key=lambda group: group.size)
    rest = sum(found[label] for label in frequent[SHOWN:])
    return [group.bar(found[group.label]) for group in shown] + [Bar("other", rest, "wrong")] * bool(rest)


@dataclass(frozen=True)
class _Group:
    """Answers that are worth the same: how they are written, what they are worth, and where they stand."""

    label: str
    state: State
    words: str
    size: float

    def bar(self, count: int) -> Bar:
        return Bar(self.label, count, self.state, self.words)


def _group(question: Question, text: str) -> _Group:
    verdict, kind = question.judge(text), question.kind
    if verdict.right:
        value, words = question.truth, ""
    elif verdict.state == "mistake":
        slip = next(slip for slip in question.slips if slip.name == verdict.slips[0])
        value, words = slip.value, slip.words
    else:
        value, words = getattr(kind.read(text)[0], "value", None), ""  # of a number; anything else stays as typed
    if isinstance(value, Fraction) and value.denominator == 1:
        value = int(value)
    label = text.strip() if value is None else kind.write(value)
    return _Group(label, verdict.state, words, float(value) if isinstance(value, Real) else 0.0)


class Rooms:
    """All rooms of the process.

    Parameters
    ----------
    clock : callable
        Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin without a room."""
        self.clock = clock
        self._rooms: dict[str, Room] = {}
        self._lock = Lock()

    def open(self, owner: str, question: Question, text: str = "") -> Room:
        """Return the room in which a session asks a question; of its rooms, the oldest makes way for a new one.

        Raises
        ------
        ValueError
            With a sentence, if the process has too many.
        """
        with self._lock:
            self._forget()
            own = [room for room in self._rooms.values() if room.owner == owner]
            for room in own:
                if (room.question, room.text) == (question, text):
                    return room
            if len(own) >= OWN:
                del self._rooms[own[0].code]
            if len(self._rooms) >= ROOMS:
                unused = [room.code for room in self._rooms.values() if not room.answers]
                if not unused:
                    raise ValueError("Too many classes are answering on this server. Try again in a few minutes.")
                del self._rooms[unused[0]]
            code = self._code()
            self._rooms[code] = Room(code, text, question, owner, self.clock())
            return self._rooms[code]

    def find(self, code: str) -> Room | None:
        """Return the room with a code, however it is typed; None if there is none."""
        with self._lock:
            self._forget()
            return self._rooms.get("".join(code.split()).upper())

    def close(self, code: str) -> None:
        """Forget a room and its answers."""
        with self._lock:
            self._rooms.pop(code, None)

    def _forget(self) -> None:
        """Forget the rooms whose hour is over."""
        now = self.clock()
        self._rooms = {code: room for code, room in self._rooms.items() if now - room.opened < LIFETIME_S}

    def _code(self) -> str:
        while True:
            code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
            if code not in self._rooms:
                return code
