"""Tables: the bundled one against its file, OpenML's from answers that were recorded and answers made here."""

import gzip
import hashlib
import io
import json
import re
import sys
from collections import Counter
from dataclasses import FrozenInstanceError, replace
from email.message import Message
from http.client import IncompleteRead
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlparse
from urllib.request import OpenerDirector
from urllib.response import addinfourl

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn import datasets as bundled

from core import worker
from core.labs.ranking_curves.compute import openml
from core.labs.ranking_curves.compute.datasets import CREDIT, Table, credit, encode, fetch, load
from core.labs.ranking_curves.compute.openml import download
from core.worker import Worker, wire

# ---- tables


def table(**changes):
    plain = {
        "name": "Small",
        "target": "class",
        "classes": ("no", "yes"),
        "labels": np.array([0, 1, 1], dtype=np.uint8),
        "columns": ("age", "color"),
        "categories": ((), ("blue", "red")),
        "cells": np.array([[1.5, 0], [np.nan, 1], [3, np.nan]]),
        "notes": ("A note.",),
    }
    return Table(**plain | changes)


def test_a_table_is_frozen_and_knows_its_size() -> None:
    own = table()
    with pytest.raises(FrozenInstanceError):
        own.name = "x"
    with pytest.raises(ValueError, match="read-only"):
        own.cells[0, 0] = 0
    with pytest.raises(ValueError, match="read-only"):
        own.labels[0] = 0
    assert own.nbytes == 3 + 6 * 8


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Other"},
        {"target": "other"},
        {"classes": ("a", "b")},
        {"labels": np.array([1, 1, 1], dtype=np.uint8)},
        {"columns": ("age", "size")},
        {"categories": ((), ("blue", "green"))},
        {"cells": np.array([[1.5, 0], [np.nan, 1], [3, 1]])},
    ],
)
def test_tables_are_equal_if_their_content_is(change) -> None:
    assert table() == table() and hash(table()) == hash(table())
    assert table(notes=()) == table()
    assert table(**change) != table()
    assert replace(table(), notes=()) == table()


def test_a_table_travels_through_a_message() -> None:
    got = Table.from_message(wire.load(wire.dump(table().message())))
    assert got == table()
    assert (got.classes, got.columns, got.categories, got.notes) == (
        ("no", "yes"),
        ("age", "color"),
        ((), ("blue", "red")),
        ("A note.",),
    )
    np.testing.assert_array_equal(got.cells, [[1.5, 0], [np.nan, 1], [3, np.nan]])
    assert got.labels.tolist() == [0, 1, 1]
    hash(got)


def test_texts_become_places_in_alphabetical_order() -> None:
    places, names = encode(["b", "", "a", "c", "b"])
    np.testing.assert_array_equal(places, [1, np.nan, 0, 2, 1])
    assert names == ("a", "b", "c")


# ---- bundled data


def test_credit_is_the_file_cell_by_cell() -> None:
    frame = pd.read_csv(CREDIT, keep_default_na=False)
    got = credit()
    assert got.cells.shape == (1000, 20) and got.columns == tuple(frame.columns[:-1])
    numeric = []
    for column, names, cells in zip(got.columns, got.categories, got.cells.T, strict=True):
        if pd.api.types.is_numeric_dtype(frame[column]):
            numeric.append(column)
            assert names == () and cells.tolist() == frame[column].tolist()
        else:
            assert [names[int(place)] for place in cells] == frame[column].tolist()
            assert list(names) == sorted(set(frame[column]))
    assert len(numeric) == 7
    assert got.classes == ("bad", "good") and got.target == "class"
    assert got.labels.tolist() == (frame["class"] == "good").astype(int).tolist()


def test_credit_has_the_published_counts() -> None:
    """UCI's description: 700 good, 300 bad, 7 numerical and 13 categorical attributes, no missing value."""
    got = credit()
    assert (got.labels.sum(), len(got.labels)) == (700, 1000)
    assert sum(not names for names in got.categories) == 7
    assert not np.isnan(got.cells).any()
    assert "none" in got.categories[got.columns.index("other_parties")]
    # The marginal of the column that some copies have shuffled, from UCI's documentation of attribute 9.
    status = got.columns.index("personal_status")
    counted = Counter(got.categories[status][int(place)] for place in got.cells[:, status])
    assert sorted(counted.values()) == [50, 92, 310, 548]


def test_credit_says_whose_it_is_and_what_is_wrong_with_it() -> None:
    notes = " ".join(credit().notes)
    for part in ("Hofmann", "1994", "10.24432/C5NC77", "CC BY 4.0", "Groemping", "Sex", "foreign_worker"):
        assert part in notes
    assert all(note.endswith(".") for note in credit().notes)
    readme = CREDIT.with_name("README.md").read_text(encoding="utf-8")
    for part in ("Hofmann", "1994", "10.24432/C5NC77", "CC BY 4.0", "Groemping", "foreign_worker", "Changes"):
        assert part in readme


def test_cancer_and_digits_are_those_of_scikit_learn() -> None:
    bunch = bundled.load_breast_cancer()
    got = load("cancer", 0)
    assert (got.name, got.target, got.classes) == ("Breast cancer", "diagnosis", ("benign", "malignant"))
    assert [got.classes[label] for label in got.labels] == bunch.target_names[bunch.target].tolist()
    assert np.array_equal(got.cells, bunch.data) and got.columns == tuple(bunch.feature_names)
    assert got.categories == ((),) * 30
    for digit in (0, 8):
        bunch = bundled.load_digits()
        got = load("digits", digit)
        assert (got.name, got.target, got.classes) == ("Digits", "digit", ("other digits", f"digit {digit}"))
        assert got.labels.tolist() == [int(target == digit) for target in bunch.target]
        assert np.array_equal(got.cells, bunch.data) and len(got.columns) == len(got.categories) == 64
    assert load("credit", 0) == credit()


# ---- OpenML, with the answers that scikit-learn has recorded for its own tests

RECORDED = Path(sklearn.__file__).parent / "datasets" / "tests" / "data" / "openml"
SHORTER = {
    "-json-data-list": "-jdl",
    "-json-data-features": "-jdf",
    "-json-data-qualities": "-jdq",
    "-json-data": "-jd",
    "-data_name": "-dn",
    "-download": "-dl",
    "-limit": "-l",
    "-status": "-s",
    "-active": "-act",
}


def answer(url, body, **headers):
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return addinfourl(io.BytesIO(body), message, url, 200)


class Recorded(OpenerDirector):
    """Answers as OpenML did; notes what it was asked."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def open(self, fullurl, data=None, timeout=None):
        url = fullurl if isinstance(fullurl, str) else fullurl.full_url
        self.asked.append((url, timeout))
        path = urlparse(url).path[1:]
        suffix = ".json.gz"
        if path.startswith("data/"):
            path, suffix = path.rsplit("/", 1)[0], ".arff.gz"
        name = re.sub(r"\W", "-", path)
        for long, short in SHORTER.items():
            name = name.replace(long, short)
        found = [file.read_bytes() for file in RECORDED.glob(f"*/{name}{suffix}")]
        if not found or gzip.decompress(found[0]).startswith(b'{"error"'):
            raise HTTPError(url, 412, "Precondition Failed", Message(), io.BytesIO())
        zipped = not isinstance(fullurl, str) and fullurl.get_header("Accept-encoding") == "gzip"
        return answer(url, found[0], Content_Encoding="gzip") if zipped else answer(url, gzip.decompress(found[0]))


def test_titanic_from_recorded_answers() -> None:
    """1309 passengers of whom 500 survived; 263 ages and 1 fare are unknown (the data set's own description)."""
    opener = Recorded()
    got = Table.from_message(wire.load(wire.dump(download("40945", opener))))
    assert got.name == "Titanic (OpenML 40945, version 1)" and got.target == "survived"
    assert got.classes == ("0", "1") and (got.labels.sum(), len(got.labels)) == (500, 1309)
    by_name = dict(zip(got.columns, zip(got.categories, got.cells.T, strict=True), strict=True))
    assert by_name["sex"][0] == ("female", "male")
    assert Counter(by_name["sex"][1].tolist()) == {0.0: 466, 1.0: 843}
    assert np.isnan(by_name["age"][1]).sum() == 263 and np.isnan(by_name["fare"][1]).sum() == 1
    assert by_name["age"][0] == () and by_name["age"][1][0] == 29 and by_name["fare"][1][0] == 211.3375
    assert "name" not in got.columns and "survived" not in got.columns
    assert got.notes[0] == "Left out, as texts with more than 50 different values: name, ticket, cabin, home.dest."
    missing = int(np.isnan(got.cells).sum())
    assert got.notes[1] == (
        f"{missing:,} values are missing: a number is replaced by the median of the training examples, a category by "
        "one of its own."
    )
    assert len({url for url, _ in opener.asked}) == len(opener.asked), "an address was asked twice"
    assert all(0 < timeout <= 30 for _, timeout in opener.asked)


def test_chess_by_its_number_is_what_the_file_says() -> None:
    """King-rook against king-pawn: 3196 positions, 1669 won and 1527 not (UCI)."""
    got = Table.from_message(download("3", Recorded()))
    assert got.classes == ("nowin", "won") and (got.labels.sum(), len(got.labels)) == (1669, 3196)
    with gzip.open(next(RECORDED.glob("id_3/data-*.gz")), "rt") as file:
        rows = [line.strip().split(",") for line in file if re.match(r"'?[a-z]+'?,", line)]
    assert len(rows) == 3196
    texts = [[names[int(cell)] for names, cell in zip(got.categories, row, strict=True)] for row in got.cells]
    assert texts == [[cell.strip("'") for cell in row[:-1]] for row in rows]
    assert got.notes == ()


def test_a_name_leads_to_the_same_table_as_the_number() -> None:
    by_name, by_number = (Table.from_message(download(text, Recorded())) for text in ("Adult-Census", "1119"))
    assert by_name == by_number and by_name.classes == ("<=50K", ">50K")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("61", "iris (OpenML 61, version 1) has 3 classes (Iris-setosa, Iris-versicolor, Iris-virginica); exactly two"),
        (
            "iris",
            "iris (OpenML 61, version 1) has 3 classes (Iris-setosa, Iris-versicolor, Iris-virginica); exactly two",
        ),
        ("40966", "MiceProtein (OpenML 40966, version 4) has 1 class (c-CS-m); exactly two classes are needed."),
        ("561", "cpu (OpenML 561, version 1) has a target with 104 different values; exactly two classes are needed."),
        ("40589", "emotions (OpenML 40589, version 3) has no single column that says what to predict; exactly two"),
        ("42074", "wine_reviews (OpenML 42074, version 1) has no single column that says what to predict; exactly two"),
        ("292", "Australian (OpenML 292, version 1) is sparse; only dense tables can be used here."),
        ("no-such-name", "OpenML has no data set “no-such-name”, or no active version of it."),
        ("99999999", "OpenML has no data set “99999999”, or no active version of it."),
    ],
)
def test_what_cannot_be_used_is_said(text, sentence) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        download(text, Recorded())


# ---- OpenML, with answers made here

ARFF = "@relation small\n@attribute age numeric\n@attribute color {red,blue}\n@attribute class {no,yes}\n@data\n"


class Made(OpenerDirector):
    """Answers like OpenML for one data set."""

    def __init__(self, rows, *, columns=None, failure=None, sizes=None, **described):
        super().__init__()
        columns = columns or {"age": "numeric", "color": "nominal", "class": "nominal"}
        kinds = "\n".join(f"@attribute {name} {k if k != 'nominal' else 'string'}" for name, k in columns.items())
        body = (f"@relation small\n{kinds}\n@data\n" if len(columns) != 3 else ARFF) + "\n".join(rows) + "\n"
        features = [
            {
                "index": str(place),
                "name": name,
                "data_type": kind,
                "is_target": str(name == "class").lower(),
                "is_ignore": "false",
                "is_row_identifier": str(name == "id").lower(),
                "number_of_missing_values": str(described.get("unknown", 0)) if name == "class" else "0",
            }
            for place, (name, kind) in enumerate(columns.items())
        ]
        counts = sizes or (len(rows), len(columns))
        qualities = zip(("NumberOfInstances", "NumberOfFeatures"), map(str, counts), strict=True)
        url = "https://www.openml.org/data/v1/download/7/small.arff"
        about = {
            "id": "7",
            "name": "small",
            "version": "2",
            "format": described.get("format", "ARFF"),
            "status": described.get("status", "active"),
            "url": url,
            "description": "",
            "md5_checksum": described.get("md5") or hashlib.md5(body.encode()).hexdigest(),
        }
        api = "https://www.openml.org/api/v1/json/data"
        self.answers = {
            f"{api}/7": json.dumps({"data_set_description": about}).encode(),
            f"{api}/features/7": json.dumps({"data_features": {"feature": features}}).encode(),
            f"{api}/qualities/7": json.dumps(
                {"data_qualities": {"quality": [{"name": name, "value": value} for name, value in qualities]}}
            ).encode(),
            url: body.encode(),
        }
        self.failure, self.asked = failure or {}, []

    def open(self, fullurl, data=None, timeout=None):
        url = fullurl if isinstance(fullurl, str) else fullurl.full_url
        self.asked.append(url)
        for part, failure in self.failure.items():
            if part in url:
                if isinstance(failure, bytes):
                    return answer(url, failure)
                raise failure
        return answer(url, self.answers[url])


SMALL = ["1,red,yes", "2.5,?,no", "?,blue,yes", "4,red,no"]


def test_missing_values_and_classes_of_a_made_table() -> None:
    got = Table.from_message(download("7", Made(SMALL)))
    assert got.classes == ("no", "yes") and got.labels.tolist() == [1, 0, 1, 0]
    assert got.columns == ("age", "color") and got.categories == ((), ("blue", "red"))
    np.testing.assert_array_equal(got.cells, [[1, 1], [2.5, np.nan], [np.nan, 0], [4, 1]])
    assert got.notes[0].startswith("2 values are missing")


def test_numbers_that_are_categories_stay_categories_and_rows_have_no_names() -> None:
    columns = {"id": "numeric", "x": "numeric", "kind": "string", "class": "numeric"}
    rows = ["1,0.5,'2',1", "2,1e300,'10',2", "3,nan,'2',1"]
    got = Table.from_message(download("7", Made(rows, columns=columns)))
    assert got.columns == ("x", "kind") and got.categories == ((), ("10", "2"))
    assert got.classes == ("1", "2") and got.labels.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(got.cells, [[0.5, 1], [1e300, 0], [np.nan, 1]])


def test_whole_numbers_with_gaps() -> None:
    columns = {"id": "numeric", "x": "integer", "class": "string", "z": "real"}
    got = Table.from_message(download("7", Made(["1,7,b,0.5", "2,?,a,?", "3,9,b,1.5"], columns=columns)))
    assert got.columns == ("x", "z") and got.categories == ((), ()) and got.labels.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(got.cells, [[7, 0.5], [np.nan, np.nan], [9, 1.5]])


@pytest.mark.parametrize(("count", "kept"), [(50, True), (51, False)])
def test_texts_with_very_many_values_are_left_out(count, kept) -> None:
    columns = {"x": "numeric", "text": "string", "y": "numeric", "class": "string"}
    rows = [f"1,t{place % count},2,{'ab'[place % 2]}" for place in range(60)]
    got = Table.from_message(download("7", Made(rows, columns=columns)))
    assert got.columns == (("x", "text", "y") if kept else ("x", "y"))
    assert got.notes == (() if kept else ("Left out, as texts with more than 50 different values: text.",))


@pytest.mark.parametrize(
    ("count", "said"), [(20, "20 classes (0, 1, 10, 11, "), (21, "a target with 21 different values;")]
)
def test_the_classes_of_a_target_are_named_while_they_are_few(count, said) -> None:
    rows = [f"1,2,3,{place}" for place in range(count)]
    columns = {"x": "numeric", "y": "numeric", "z": "numeric", "class": "numeric"}
    with pytest.raises(ValueError, match=re.escape(said)):
        download("7", Made(rows, columns=columns))


def test_large_tables_are_sampled_and_say_so(monkeypatch) -> None:
    rows = [f"{place},{'red' if place % 3 else 'blue'},{'yes' if place % 4 else 'no'}" for place in range(300)]
    whole = Table.from_message(download("7", Made(rows)))
    assert len(whole.labels) == 300 and whole.notes == () and whole.cells[:, 0].tolist() == list(range(300))
    monkeypatch.setattr(openml, "ROWS", 200)
    sampled = Table.from_message(download("7", Made(rows)))
    assert sampled.notes == ("Of its 300 rows, 200 were drawn at random (seed 0).",)
    ages = sampled.cells[:, 0].astype(int)
    assert len(set(ages)) == 200 and sorted(ages) == ages.tolist()
    assert sampled.labels.tolist() == [int(age % 4 > 0) for age in ages]
    assert [sampled.categories[1][int(cell)] for cell in sampled.cells[:, 1]] == [
        "red" if a % 3 else "blue" for a in ages
    ]
    assert 60 < np.median(ages) < 240
    assert Table.from_message(download("7", Made(rows))) == sampled
    # One number and two categories: three columns as a model sees them.
    monkeypatch.setattr(openml, "CELLS", 90)
    fewer = Table.from_message(download("7", Made(rows)))
    assert fewer.notes == ("Of its 300 rows, 30 were drawn at random (seed 0).",)
    assert set(fewer.cells[:, 0]) < set(sampled.cells[:, 0])
    assert fewer.labels.tolist() == [int(age % 4 > 0) for age in fewer.cells[:, 0]]


@pytest.mark.parametrize(
    ("limits", "opener", "sentence"),
    [
        (
            {},
            {"sizes": (1_000_000, 11)},
            "small (OpenML 7, version 2) has 1,000,000 rows and 11 columns; at most 10,000,000 cells can be read here.",
        ),
        (
            {"COLUMNS": 2},
            {},
            "small (OpenML 7, version 2) has 3 usable columns and categories; it must have 1 to 2.",
        ),
        ({"ANSWER_BYTES": 130}, {}, "The file is larger than 0 MB"),
        ({}, {"format": "Sparse_ARFF"}, "small (OpenML 7, version 2) is sparse"),
        ({}, {"md5": "0" * 32}, "small (OpenML 7, version 2) cannot be read: The md5 checksum of the file"),
        ({}, {"unknown": 3}, "cannot be read: Target column 'class' has 3 missing values"),
        ({}, {"failure": {"features": b'{"data_features": {}}'}}, "cannot be read: 'feature'."),
        ({}, {"failure": {"data/7": b"<html>Please log in</html>"}}, "Unexpected reply from OpenML"),
        ({}, {"failure": {"arff": b"<html>Please log in</html>"}}, "cannot be read"),
        ({}, {"failure": {"data/7": URLError("no route")}}, "Cannot reach OpenML; check the internet connection"),
        ({}, {"failure": {"arff": URLError("no route")}}, "Cannot reach OpenML; check the internet connection"),
        ({}, {"failure": {"features": TimeoutError()}}, "Cannot reach OpenML; check the internet connection"),
        ({}, {"failure": {"arff": IncompleteRead(b"")}}, "Cannot reach OpenML; check the internet connection"),
        ({}, {"failure": {"arff": ConnectionResetError()}}, "Cannot reach OpenML; check the internet connection"),
    ],
)
def test_trouble_is_a_sentence(monkeypatch, limits, opener, sentence) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)  # scikit-learn's, between its attempts
    for name, value in limits.items():
        monkeypatch.setattr(openml, name, value)
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        download("7", Made(SMALL, **opener))
    assert str(caught.value).endswith((".", "?"))


@pytest.mark.parametrize("code", [404, 500, 503])
def test_an_error_of_the_server_is_a_sentence(code) -> None:
    failure = HTTPError("https://www.openml.org", code, "", Message(), io.BytesIO())
    with pytest.raises(ValueError, match=rf"^OpenML answers with error {code}; try again later\.$"):
        download("7", Made(SMALL, failure={"data/7": failure}))


def test_nothing_is_downloaded_of_what_is_too_large_or_sparse() -> None:
    for options in ({"sizes": (10**6, 11)}, {"format": "sparse_ARFF"}):
        opener = Made(SMALL, **options)
        with pytest.raises(ValueError, match="small"):
            download("7", opener)
        assert not any("arff" in url or "features" in url for url in opener.asked)


def test_nothing_is_left_on_the_disk(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    download("40945", Recorded())
    assert list(tmp_path.iterdir()) == []


# ---- asking for it


@pytest.mark.parametrize(
    "text",
    ["", " ", "a b", "a/../b", "credit-g?x=1", "é", "x" * 129, "a\nb", "https://www.openml.org/d/31", "%41", "#1"],
)
def test_what_can_be_no_name_is_refused_before_anything_is_asked(text, monkeypatch) -> None:
    monkeypatch.setattr(worker, "submit", None)
    with pytest.raises(
        ValueError, match=r"^`openml` must be the name of a data set at OpenML, such as credit-g, or its"
    ):
        fetch(text)


def test_without_a_network_there_is_a_sentence(monkeypatch) -> None:
    """For real, through the helper process: a proxy that is not there stands for the network that is not there."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    own = Worker()
    monkeypatch.setattr(worker, "submit", own.submit)
    task = fetch(" credit-g ")
    assert task.title == "Downloading credit-g"
    with pytest.raises(ValueError, match=r"^Cannot reach OpenML; check the internet connection\.$"):
        task.result()
    own.close()


SERVER = """
import sys
sys.path.insert(0, sys.argv[1])
from core.labs.ranking_curves.compute import openml
from core.worker import __main__ as real
from tests.labs.ranking_curves.test_datasets import Recorded, download
openml.download = lambda text: download(text, Recorded())
real.main()
"""


def test_a_fetched_table_comes_through_the_helper_process(monkeypatch) -> None:
    own = Worker((sys.executable, "-c", SERVER, str(Path(__file__).parents[3])))
    monkeypatch.setattr(worker, "submit", own.submit)
    got = fetch("40945").result()
    assert got == Table.from_message(download("40945", Recorded()))
    assert fetch("40945").result() is got
    with pytest.raises(ValueError, match="has 3 classes"):
        fetch("iris").result()
    own.close()
