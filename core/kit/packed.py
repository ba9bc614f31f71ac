"""Texts that visitors type, as part of a link: packed where they are long."""

from __future__ import annotations

import base64
import binascii
import zlib

# Longer texts are packed in a link; the limit of browsers and servers is somewhere above 2,000 characters.
_PLAIN_LINK = 1_500
_PACKED = "z."
_MOST = 80_000  # bytes of an unpacked text: the 20,000 characters that the largest text control takes


def to_link(text: str) -> str:
    """Write a text for a link: unchanged but without blanks at the ends, or packed if it is long."""
    text = text.strip()
    if len(text) <= _PLAIN_LINK and not text.startswith(_PACKED):
        return text
    return _PACKED + base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def from_link(link: str) -> str:
    """Read the text of a link, unpacking at most the length that a text may have.

    Raises
    ------
    ValueError
        If it is packed, but not by `to_link`.
    """
    if not link.startswith(_PACKED):
        return link
    packed = link[len(_PACKED) :]
    try:
        content = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        raw = unpacking.decompress(content, _MOST)
        if not unpacking.eof:
            raise ValueError("too long or cut off")
        return raw.decode()
    except (ValueError, binascii.Error, zlib.error) as error:
        raise ValueError("The link holds a text that cannot be unpacked.") from error
