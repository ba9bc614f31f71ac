"""Downloads from OpenML; runs in the helper process and leaves nothing on the disk."""

from __future__ import annotations

import io
import json
import urllib.request
import warnings
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.response import addinfourl

import numpy as np
from numpy.typing import NDArray

from core.kit.arrays import Array
from core.labs.ranking_curves.compute.classes import ordered
from core.labs.ranking_curves.compute.datasets import Table, encode

API = "https://www.openml.org/api/v1/json/data"
TIMEOUT_S = 20.0
# One answer, as sent; cells of the data set at OpenML.
ANSWER_BYTES = 30 * 2**20
DOWNLOAD_CELLS = 10_000_000
# What is kept: rows, and rows times columns, a category counting as a column.
ROWS = 10_000
COLUMNS = 500
CELLS = 400_000
CATEGORIES = 50


class _Opener(urllib.request.OpenerDirector):
    """Opens every address once, with a time limit and a size limit, and keeps the answers in memory.

    `fetch_openml` requests the same file twice, has no limits, and would otherwise write to a folder.
    """

    def __init__(self, opener: urllib.request.OpenerDirector) -> None:
        super().__init__()
        self._opener = opener
        self._answers: dict[str, tuple[bytes, Message]] = {}

    def open(self, fullurl: Any, data: Any = None, timeout: float | None = None) -> addinfourl:
        url = fullurl if isinstance(fullurl, str) else fullurl.full_url
        if url not in self._answers:
            with self._opener.open(fullurl, data, TIMEOUT_S) as answer:
                body = answer.read(ANSWER_BYTES + 1)
                if len(body) > ANSWER_BYTES:
                    raise ValueError(f"The file is larger than {ANSWER_BYTES // 2**20} MB, the limit.")
                self._answers[url] = body, answer.headers
        body, headers = self._answers[url]
        return addinfourl(io.BytesIO(body), headers, url, 200)


def download(text: str, opener: urllib.request.OpenerDirector | None = None) -> dict[str, Any]:
    """Download a data set by name or number and make a table of it.

    Parameters
    ----------
    text
        Name (the oldest active version is taken) or number.
    opener
        Opens addresses; a different one only in tests.

    Returns
    -------
    dict
        For `Table.from_message`.

    Raises
    ------
    ValueError
        If OpenML cannot be reached or lacks the data set, or it is too large, sparse, or does not have two classes.
    """
    urllib.request.install_opener(_Opener(opener or urllib.request.build_opener()))
    try:
        return _table(text).message()
    except HTTPError as error:
        error.close()
        if error.code == 412:  # the way in which OpenML says that there is none
            raise ValueError(f"OpenML has no data set “{text}”, or no active version of it.") from error
        raise ValueError(f"OpenML answers with error {error.code}; try again later.") from error
    except (OSError, HTTPException) as error:
        raise ValueError("Cannot reach OpenML; check the internet connection.") from error
    finally:
        urllib.request.install_opener(urllib.request.build_opener())


def _table(text: str) -> Table:
    from sklearn.datasets import fetch_openml

    number = int(text) if text.isdecimal() else _number(text)
    about = _json(f"{API}/{number}")["data_set_description"]
    name = f"{about['name']} (OpenML {number}, version {about['version']})"
    if about["format"].casefold() == "sparse_arff":
        raise ValueError(f"{name} is sparse; only dense tables can be used here.")
    _check_size(name, number)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about versions and corrupted caches
            bunch = fetch_openml(data_id=number, cache=False, as_frame=True, parser="liac-arff", n_retries=1, delay=0.1)
    except (ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise ValueError(f"{name} cannot be read: {reason}.") from error
    return _from_frame(name, bunch.data, bunch.target)


def _number(name: str) -> int:
    """Return the number of the oldest active version, as `fetch_openml` finds it."""
    found = _json(f"{API}/list/data_name/{name.lower()}/limit/2/status/active/")
    return int(found["data"]["dataset"][0]["did"])


def _json(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        try:
            return json.load(answer)
        except ValueError as error:
            raise ValueError("Unexpected reply from OpenML; a proxy may be in the way.") from error


def _check_size(name: str, number: int) -> None:
    """Refuse a table that would take long to read, before it is downloaded."""
    described = _json(f"{API}/qualities/{number}")["data_qualities"]["quality"]
    qualities = {item["name"]: item["value"] for item in described}
    rows, columns = (int(float(qualities.get(key) or 0)) for key in ("NumberOfInstances", "NumberOfFeatures"))
    if rows * columns > DOWNLOAD_CELLS:
        raise ValueError(
            f"{name} has {rows:,} rows and {columns:,} columns; at most {DOWNLOAD_CELLS:,} cells can be read here."
        )


def _from_frame(name: str, frame: Any, target: Any) -> Table:
    """Make a table of a pandas frame, as far as the limits allow."""
    texts = [_text(value) for value in target] if getattr(target, "ndim", 0) == 1 else []
    classes = sorted(set(texts))
    if len(classes) != 2:
        raise ValueError(f"{name} has {_described(classes)}; exactly two classes are needed.")
    negative, positive, _ = ordered(classes[0], classes[1], texts.count(classes[0]), texts.count(classes[1]))
    labels = np.array([text == positive for text in texts], dtype=np.uint8)
    rows = _sample(len(labels), ROWS)
    cells, categories, columns, notes = _features(frame.iloc[rows])
    width = sum(len(names) or 1 for names in categories)
    if not 0 < width <= COLUMNS:
        raise ValueError(f"{name} has {width:,} usable columns and categories; it must have 1 to {COLUMNS}.")
    kept = _sample(len(rows), CELLS // width)
    if len(kept) < len(labels):
        notes.append(f"Of its {len(labels):,} rows, {len(kept):,} were drawn at random (seed 0).")
    return Table(
        name, str(target.name), (negative, positive), labels[rows[kept]], columns, categories, cells[kept], tuple(notes)
    )


def _features(frame: Any) -> tuple[Array, tuple[tuple[str, ...], ...], tuple[str, ...], list[str]]:
    """Return cells, categories, and names of the usable columns, and notes about other columns and missing values."""
    columns: dict[str, tuple[Array, tuple[str, ...]]] = {}
    left_out = []
    for name, series in frame.items():
        if getattr(series.dtype, "kind", "O") in "iuf":
            numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
            columns[str(name)] = np.where(np.isfinite(numbers), numbers, np.nan), ()
            continue
        cells, names = encode(
            [_text(value) if known else "" for value, known in zip(series, series.notna(), strict=True)]
        )
        if len(names) > CATEGORIES:
            left_out.append(str(name))
        else:
            columns[str(name)] = cells, names
    notes = []
    if left_out:
        notes.append(f"Left out, as texts with more than {CATEGORIES} different values: {', '.join(left_out)}.")
    matrix = np.array([cells for cells, _ in columns.values()]).T
    missing = int(np.isnan(matrix).sum())
    if missing:
        notes.append(
            f"{missing:,} values are missing: a number is replaced by the median of the training "
            "examples, a category by one of its own."
        )
    return matrix, tuple(names for _, names in columns.values()), tuple(columns), notes


def _sample(n: int, size: int) -> NDArray[np.int64]:
    """Return the rows to keep, in order."""
    return np.sort(np.random.default_rng(0).choice(n, min(n, size), replace=False))


def _text(value: Any) -> str:
    """Return the name of a class or category; whole numbers without a decimal point."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _described(classes: list[str]) -> str:
    if not classes:
        return "no single column that says what to predict"
    if len(classes) > 20:
        return f"a target with {len(classes):,} different values"
    return f"{len(classes)} class{'es' if len(classes) > 1 else ''} ({', '.join(classes)})"
