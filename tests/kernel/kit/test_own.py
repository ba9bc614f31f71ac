"""Lectures in links: what is packed comes back, and what comes from elsewhere is refused with a sentence."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit.own import LONGEST_PACKED, MOST, OwnStep, pack, unpack
from core.kit.story import LONGEST

printable = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=60)
panels = st.lists(st.integers(0, 19), max_size=3, unique=True).map(tuple)
controls = st.lists(st.sampled_from(["kappa", "n_train", "log_y"]), max_size=3, unique=True).map(tuple)
labs = st.sampled_from(["momentum", "bias_variance"])
steps = st.lists(st.builds(OwnStep, labs, printable, printable, panels, controls), min_size=1, max_size=4)


def packed(value: object) -> str:
    """Pack anything as the module does, by zlib and base64 alone."""
    squeeze = zlib.compressobj(9, wbits=-15)
    raw = squeeze.compress(value if isinstance(value, bytes) else json.dumps(value).encode()) + squeeze.flush()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@given(steps)
def test_what_is_packed_comes_back(collected: list[OwnStep]) -> None:
    text = pack(collected)
    assert len(text) <= LONGEST_PACKED
    assert unpack(text) == tuple(collected)


def test_links_of_before_panels_and_controls_keep_their_meaning() -> None:
    assert unpack(packed([["momentum", "lr=2", "w"]])) == (OwnStep("momentum", "lr=2", "w"),)


def test_a_usual_lecture_of_twelve_steps_fits() -> None:
    words = "Look at the star: expected error {}, of which 0.300 is noise. Drag away from it both ways, slowly, to {}."
    lecture = [
        OwnStep("bias_variance", f"n_train={20 + k}&degree={k}&seed={k * 7919}", words.format(k, k))
        for k in range(MOST)
    ]
    assert len(pack(lecture)) < LONGEST_PACKED / 2


def test_what_does_not_fit_is_not_packed() -> None:
    step = OwnStep("momentum", "", "words")
    for wrong in ([], [step] * (MOST + 1), [OwnStep("momentum", "", "x" * (LONGEST + 1))]):
        with pytest.raises(ValueError, match=r"\d"):
            pack(wrong)
    noise = [OwnStep("momentum", base64.b85encode(bytes(range(k, 250))).decode(), "") for k in range(MOST)]
    with pytest.raises(ValueError, match="Shorten the words"):
        pack([*noise[:-1], OwnStep("momentum", "".join(chr(33 + (k * k * 7919) % 8000) for k in range(2000)), "")])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "....",
        "<script>",
        "x" * 5000,
        packed(b"[" * 15_000),  # nested without end
        packed(b" " * 10_000_000),  # a bomb
        packed([["momentum", "", "w"]]) + "AAAA",
        packed([["momentum", "", "w"]])[:-3],
        packed([]),
        packed([["momentum", "", "w"]] * (MOST + 1)),
        packed({"momentum": 1}),
        packed([["momentum", ""]]),
        packed([["momentum", 3, "w"]]),
        packed([["../etc", "", "w"]]),
        packed([["momentum", "", "x" * (LONGEST + 1)]]),
        packed([["momentum", "", "a\u202eb"]]),
        packed([["momentum", "a\nb", "w"]]),
        packed([["momentum", "", "\ud800"]]),
        packed(b"\xff\xfe"),
        packed(b"NaN"),
        packed([["momentum", "", "w", 3]]),
        packed([["momentum", "", "w", ["0"]]]),
        packed([["momentum", "", "w", [True]]]),
        packed([["momentum", "", "w", [-1]]]),
        packed([["momentum", "", "w", [10**9]]]),
        packed([["momentum", "", "w", [0], "kappa"]]),
        packed([["momentum", "", "w", [0], ["<b>"]]]),
        packed([["momentum", "", "w", [0], ["kappa"], []]]),
    ],
    ids=range(29),
)
def test_what_is_no_lecture_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^This lecture's link is .*\.$"):
        unpack(text)


def test_a_lecture_has_at_most_twelve_steps_and_two_kilobytes() -> None:
    step = OwnStep("momentum", "", "w")
    assert len(unpack(pack([step] * 12))) == 12
    with pytest.raises(ValueError, match="1 to 12 steps; got 13"):
        pack([step] * 13)
    with pytest.raises(ValueError, match="more than 2,048 characters"):
        unpack("A" * 2049)
