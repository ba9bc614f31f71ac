"""Weka's ARFF files and lists of predictions, as plain CSV."""

from __future__ import annotations

import csv
import io
import re

_ARFF = re.compile(rb"(?:\s*%[^\r\n]*[\r\n])*\s*@relation\b", re.IGNORECASE)
_DATA = re.compile(rb"(?:^|[\r\n])[ \t]*@data[^\r\n]*", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\s*@attribute\s+('[^']*'|"[^"]*"|\S+)\s+\S""", re.IGNORECASE)
_PREDICTIONS = re.compile(rb"(?:^|[\r\n])[ \t]*inst#[ \t,]+actual[ \t,]+predicted", re.IGNORECASE)
_DISTRIBUTION = r"(\*?[\d.]+(?:,\*?[\d.]+)*)"
# Number, actual and predicted class, a plus where they differ, and the probability of the predicted class or of each.
_ROWS = (
    re.compile(rf"\s*\d+\s+(\d+):(\S+)\s+(\d+):\S+\s+(?:\+\s+)?{_DISTRIBUTION}(?:\s+\(.*\))?\s*"),
    re.compile(rf"\s*\d+,(\d+):([^,]*),(\d+):[^,]*,\s*\+?\s*,{_DISTRIBUTION},*"),
)


def as_csv(text: bytes) -> tuple[list[str], bytes]:
    """Write an ARFF file, or Weka's list of predictions, as CSV without a header.

    Returns
    -------
    names : list of str
        Of the columns; empty if the file is neither, in which case its text is returned unchanged.
    text : bytes
        With every row on its original line.

    Raises
    ------
    ValueError
        If it cannot be read; the sentence names the line.
    """
    if _ARFF.match(text):
        return _arff(text)
    if _PREDICTIONS.search(text[:100_000]):
        return _predictions(text.decode())
    return [], text


def _arff(text: bytes) -> tuple[list[str], bytes]:
    start = _DATA.search(text)
    if not start:
        raise ValueError("The ARFF file has no @data.")
    head, rows = text[: start.end()].decode(), text[start.end() :].decode()
    names = [found[1].strip("'\"") for line in head.splitlines() if (found := _ATTRIBUTE.match(line))]
    if rows.lstrip().startswith("{"):
        raise ValueError("The ARFF file is sparse; save its rows in full.")
    out = io.StringIO()
    out.write("\n" * (len(head.splitlines()) - 1))
    quote = "'" if "'" in rows else '"'
    lines = ("\n" if line.lstrip().startswith("%") else line for line in rows.splitlines(keepends=True))
    write = csv.writer(out, lineterminator="\n")
    for row in csv.reader(lines, quotechar=quote, skipinitialspace=True, escapechar="\\"):
        write.writerow(row)
    return names, out.getvalue().encode()


def _predictions(text: str) -> tuple[list[str], bytes]:
    classes: dict[int, str] = {}
    rows: list[tuple[str, float, float] | None] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        rows.append(None)
        if line.strip().casefold().startswith("inst#"):
            inside = True
        elif not line.strip() or line.lstrip().startswith("==="):
            inside = False
        elif inside:
            found = next((match for pattern in _ROWS if (match := pattern.fullmatch(line))), None)
            place = int(found[1]) if found else 0
            if found is None or not 1 <= place <= 2 or not 1 <= int(found[3]) <= 2 or found[4].count(",") > 1:
                raise ValueError(f"Line {number} is not Weka's prediction of one of two classes.")
            if found[2] != "?":
                classes[place] = found[2].strip("'\"")
            rows[-1] = (found[2].strip("'\""), *_probabilities(found[4], int(found[3])))
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    for row in rows:
        if row:
            write.writerow([row[0], *(f"{value:.12g}" for value in row[1:])])
        else:
            out.write("\n")
    return ["actual", *(f"probability of {classes.get(k, k)}" for k in (1, 2))], out.getvalue().encode()


def _probabilities(text: str, predicted: int) -> tuple[float, float]:
    """Return the probabilities of both classes."""
    values = [float(part.strip("*")) for part in text.split(",")]
    if len(values) == 2:
        return values[0], values[1]
    other = 1 - values[0]
    return (values[0], other) if predicted == 1 else (other, values[0])
