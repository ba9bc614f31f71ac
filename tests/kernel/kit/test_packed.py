"""Texts in links: packed where they are long, and refused where they cannot be unpacked."""

import base64
import tracemalloc
import zlib

import pytest

from core.kit.packed import from_link, to_link


def test_links_of_long_texts_are_packed() -> None:
    short, long = "conv3-64, pool2", "conv3-64, pool2, " * 500
    assert to_link(f" {short}\n") == short
    packed = to_link(long)
    assert packed.startswith("z.") and len(packed) < 200
    assert set(packed) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert from_link(packed) == long.strip()
    assert from_link(to_link("z.conv")) == "z.conv"


def test_hostile_links() -> None:
    def link(content):
        return "z." + base64.urlsafe_b64encode(content).decode()

    bomb = link(zlib.compress(b"a" * 50_000_000, 9))
    for text in (
        "z.",
        "z.?",
        "z.AAAA",
        link(b"nothing"),
        link(zlib.compress(b"\xff\xfe")),
        link(zlib.compress(b"x")[:-2]),
    ):
        with pytest.raises(ValueError, match=r"^The link holds a text that cannot be unpacked\.$"):
            from_link(text)
    tracemalloc.start()
    with pytest.raises(ValueError, match="cannot be unpacked"):
        from_link(bomb)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()
