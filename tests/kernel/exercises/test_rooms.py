"""Rooms of a class: limits, an hour, one answer for a session, and the histogram."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.exercises import rooms
from core.exercises.kinds import Vector
from core.exercises.questions import Question, Slip, choice, count, near
from core.exercises.rooms import ANSWERS, CHANGES, LETTERS, LIFETIME_S, OWN, PER_SECOND, ROOMS, SHOWN, Rooms, bars

WHY = choice("Because", ("bias", "noise", "variance"), "noise", {"bias": "No bias here.", "variance": "One fit."})
FILTERS = count("Filters", 64, [Slip("doubled", 128, "Each filter counts once.")], ("8 · 8 = 64",))


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_room_lives_for_an_hour() -> None:
    clock = Clock()
    kept = Rooms(clock)
    room = kept.open("lecturer", WHY)
    assert len(room.code) == 4 and set(room.code) <= set(LETTERS)
    assert kept.find(f" {room.code[:2].lower()} {room.code[2:]}") is room
    assert kept.open("lecturer", WHY) is room
    clock.now += LIFETIME_S - 1
    assert kept.find(room.code) is room
    clock.now += 1
    assert kept.find(room.code) is None
    assert kept.open("lecturer", WHY) is not room


def test_a_session_has_few_rooms_and_the_oldest_makes_way() -> None:
    kept = Rooms(Clock())
    mine = [kept.open("lecturer", WHY, str(n)) for n in range(OWN + 1)]
    assert kept.find(mine[0].code) is None
    assert all(kept.find(room.code) is room for room in mine[1:])


def test_a_full_process_forgets_rooms_without_answers_and_then_refuses() -> None:
    clock = Clock()
    kept = Rooms(clock)
    first = [kept.open(f"lecturer {n}", WHY) for n in range(ROOMS)]
    assert len({room.code for room in first}) == ROOMS
    for n, room in enumerate(first[1:]):
        clock.now += n % 2
        room.answer("student", "noise", clock())
    extra = kept.open("one more", WHY)
    assert kept.find(first[0].code) is None
    assert kept.find(first[1].code) is first[1]
    extra.answer("student", "noise", clock())
    with pytest.raises(ValueError, match="Too many classes"):
        kept.open("yet another", WHY)
    kept.close(first[1].code)
    kept.open("yet another", WHY)


def test_a_session_has_one_answer_that_can_be_changed_until_the_reveal() -> None:
    room = Rooms(Clock()).open("lecturer", FILTERS)
    assert room.answer("a", "64", 0).right
    assert room.answer("a", "128", 0).slips == ("doubled",)
    assert room.answer("a", "6e", 0).state == "unreadable"
    assert room.answers == {"a": "128"}
    for n in range(CHANGES - 1):
        room.answer("a", str(n), n)
    with pytest.raises(ValueError, match="changed"):
        room.answer("a", "64", 100)
    room.reveal()
    with pytest.raises(ValueError, match="closed"):
        room.answer("b", "64", 100)
    assert len(room.answers) == 1


def test_a_flood_is_refused_and_leaves_what_was_answered() -> None:
    room = Rooms(Clock()).open("lecturer", WHY)
    for n in range(PER_SECOND):
        room.answer(f"s{n}", "bias", 5.5)
    with pytest.raises(ValueError, match="in a second"):
        room.answer("late", "bias", 5.9)
    room.answer("late", "bias", 6.0)
    assert len(room.answers) == PER_SECOND + 1
    n = 0
    while len(room.answers) < ANSWERS:
        room.answer(f"t{n}", "bias", 10.0 + n)
        n += 1
    with pytest.raises(ValueError, match=f"{ANSWERS} answers"):
        room.answer("one more", "bias", 10_000.0)
    room.answer("late", "noise", 10_001.0)  # who has answered may still change it


def test_a_class_of_two_hundred_at_once_loses_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "PER_SECOND", 1000)
    room = Rooms(Clock()).open("lecturer", WHY)
    said = [random.Random(n).choice(WHY.kind.options) for n in range(200)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: room.answer(str(n), said[n], 1.0), range(200)))
    assert {bar.label: bar.count for bar in room.bars()} == {option: said.count(option) for option in WHY.kind.options}


def test_bars_are_options_in_order_with_the_right_one_told() -> None:
    found = bars(WHY, ["noise", "variance", "Noise"])
    assert [(bar.label, bar.count, bar.state) for bar in found] == [
        ("bias", 0, "mistake"),
        ("noise", 2, "right"),
        ("variance", 1, "mistake"),
    ]
    assert found[2].words == "One fit."


def test_equal_numbers_are_one_bar_and_stand_by_size() -> None:
    found = bars(FILTERS, ["64", "8·8", "128", "1,000", "1000", "7"])
    assert [(bar.label, bar.count, bar.state) for bar in found] == [
        ("7", 1, "wrong"),
        ("64", 2, "right"),
        ("128", 1, "mistake"),
        ("1,000", 2, "wrong"),
    ]
    many = bars(FILTERS, [*map(str, range(SHOWN + 3)), "3"])
    assert [bar.label for bar in many][-1] == "other"
    assert sum(bar.count for bar in many) == SHOWN + 4
    assert len(many) == SHOWN + 2


def test_estimates_within_the_margin_are_one_bar_and_vectors_stay_as_typed() -> None:
    assert [(bar.label, bar.count) for bar in bars(near("Percent", 40, 5), ["38", "41", "50"])] == [
        ("40", 2),
        ("50", 1),
    ]
    vector = Question("Gradient", Vector(2), (1.0, 2.0))
    assert {bar.label: bar.count for bar in bars(vector, ["1.00; 2.00", "(2; 1)", "(2; 1)"])} == {
        "(1.00; 2.00)": 1,
        "(2; 1)": 2,
    }
