"""Tell a refusal, which is a sentence for the reader, from the message of a library or of Python itself.

Core functions refuse with `raise ValueError("... .")`. Libraries raise `ValueError` too, and what they say ("zero-size
array to reduction operation minimum which has no identity") does not help anyone who looks at a page.
"""

from __future__ import annotations

import dis
import re
import sysconfig
from pathlib import Path

_LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_RAISE = dis.opmap["RAISE_VARARGS"]
_SENTENCE = re.compile(r".*\w.*[.!?]", re.DOTALL)


def reason(error: BaseException) -> str:
    """Return the sentence of a refusal; an empty text for any other error."""
    return str(error) if is_refusal(error) and _SENTENCE.fullmatch(str(error)) else ""


def is_refusal(error: BaseException) -> bool:
    """Return whether an error is a `ValueError` from a `raise` statement outside the libraries."""
    last = error.__traceback__
    if last is None or not isinstance(error, ValueError):
        return False
    while last.tb_next is not None:
        last = last.tb_next
    code = last.tb_frame.f_code
    installed = code.co_filename.startswith("<frozen") or any(map(Path(code.co_filename).is_relative_to, _LIBRARIES))
    return not installed and code.co_code[last.tb_lasti] == _RAISE
