"""Files of visitors: a corpus of good, odd and bad ones, any bytes at all, and random tables in random dialects."""

import codecs
import csv
import gc
import gzip
import hashlib
import io
import json
import math
import pickle
import re
import weakref
import zipfile
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.kit.memo import Memo
from core.labs.ranking_curves.compute import csv_columns, csv_rows
from core.labs.ranking_curves.compute.classes import as_number, ordered
from core.labs.ranking_curves.compute.csv_numbers import is_missing
from core.labs.ranking_curves.compute.uploads import Upload
from core.labs.ranking_curves.compute.uploads import read_scores as read_file

pytestmark = pytest.mark.usefixtures("readers_here")


def read_scores(name: str, content: bytes) -> Upload:
    return read_file(name, content).cases()


PLAIN = "label,score\n0,0.25\n1,0.75\n1,-3\n0,1e-3\n"
LABELS, SCORES = [0, 1, 1, 0], [0.25, 0.75, -3.0, 0.001]


def in_order(first, second):
    """(negative, positive) where both classes are equally common."""
    return ordered(first, second, 1, 1)[:2]


def rows(*lines, end="\n"):
    return end.join(lines) + end


def workbook():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


def npy():
    content = io.BytesIO()
    np.save(content, np.arange(4.0))
    return content.getvalue()


PANDAS_INDEX = ",label,score\n0,0,0.25\n1,1,0.75\n2,1,-3\n3,0,0.001\n"
LONG = "x" * 61

# name: (content, labels, scores, positive class)
GOOD = {
    "plain": (PLAIN, LABELS, [SCORES], "1"),
    "no last line end": (PLAIN.rstrip(), LABELS, [SCORES], "1"),
    "CRLF": (PLAIN.replace("\n", "\r\n"), LABELS, [SCORES], "1"),
    "CR": (PLAIN.replace("\n", "\r"), LABELS, [SCORES], "1"),
    "mixed line ends": ("label,score\r\n0,0.25\n1,0.75\r1,-3\r\n0,1e-3", LABELS, [SCORES], "1"),
    "no header": (PLAIN.split("\n", 1)[1], LABELS, [SCORES], "1"),
    "blank lines": ("\n\n" + PLAIN.replace("\n", "\n\n") + "\n \n", LABELS, [SCORES], "1"),
    "empty rows of a spreadsheet": (PLAIN + ",\n,\n", LABELS, [SCORES], "1"),
    "empty column of a spreadsheet": (PLAIN.replace("\n", ",\n"), LABELS, [SCORES], "1"),
    "blanks around": ("label , score\n 0 , 0.25\n1,  0.75\n 1 ,-3 \n0\t,1e-3\n", LABELS, [SCORES], "1"),
    "semicolons": (PLAIN.replace(",", ";"), LABELS, [SCORES], "1"),
    "tabs": (PLAIN.replace(",", "\t"), LABELS, [SCORES], "1"),
    "decimal commas": (PLAIN.replace(",", ";").replace(".", ","), LABELS, [SCORES], "1"),
    "decimal commas with tabs": (PLAIN.replace(",", "\t").replace(".", ","), LABELS, [SCORES], "1"),
    "decimal commas, no header": (rows("a;0,5", "b;1,5"), [0, 1], [[0.5, 1.5]], "b"),
    "Excel's line about the separator": ("sep=;\r\n" + PLAIN.replace(",", ";"), LABELS, [SCORES], "1"),
    "that line in quotes": ('"sep=,"\n' + PLAIN, LABELS, [SCORES], "1"),
    "quotes": (rows('"label","score"', '"0","0.25"', '"1","0.75"'), [0, 1], [[0.25, 0.75]], "1"),
    "quotes in quotes": (rows("label,score", '"a ""b""",1', "c,2"), [0, 1], [[1, 2]], "c"),
    "separators in quotes": (rows("label,score", '"a,b",1', '"c;d",2'), [0, 1], [[1, 2]], "c;d"),
    "blanks before quotes": (rows('label, "score"', 'a, "0.5"', 'c, "1"'), [0, 1], [[0.5, 1]], "c"),
    "thousands of blank lines in front": ("\n" * 2000 + PLAIN, LABELS, [SCORES], "1"),
    "separators in quotes on the first line": (rows('"a;b",1', '"d",2'), [0, 1], [[1, 2]], "d"),
    "score first": (rows("score,label", "0.5,no", "0.7,yes"), [0, 1], [[0.5, 0.7]], "yes"),
    "score first, no header": (rows("0.5,no", "0.7,yes", "0.9,yes"), [0, 1, 1], [[0.5, 0.7, 0.9]], "yes"),
    "two scores": (rows("y,a,b", "0,1,5", "1,2,4", "1,3,3"), [0, 1, 1], [[1, 2, 3], [5, 4, 3]], "1"),
    "two scores, no header": (rows("1,0,5", "2,1,4", "3,1,3"), [0, 1, 1], [[1, 2, 3], [5, 4, 3]], "1"),
    "label among them": (rows("p1,truth,p2", "1,0,5", "2,1,4"), [0, 1], [[1, 2], [5, 4]], "1"),
    "names in capitals": (rows("LABEL,SCORE", "0,1", "1,0"), [0, 1], [[1, 0]], "1"),
    "y and p": (rows("y,p", "0,1", "1,0"), [0, 1], [[1, 0]], "1"),
    "y_true and y_score": (rows("y_true,y_score", "0,1", "1,0"), [0, 1], [[1, 0]], "1"),
    "target and probability": (rows("Target,Probability (model 7)", "0,1", "1,0"), [0, 1], [[1, 0]], "1"),
    "class and prediction": (rows("class,prediction", "a,1", "b,0"), [0, 1], [[1, 0]], "b"),
    "label named, score not": (rows("class,height", "1,1", "2,1"), [0, 1], [[1, 1]], "2"),
    "score named, label not": (rows("score,ill", "1,1", "2,0"), [1, 0], [[1, 2]], "1"),
    "index column of pandas": (PANDAS_INDEX, LABELS, [SCORES], "1"),
    "id column": (rows("id,label,score", "7,0,.5", "8,1,.25"), [0, 1], [[0.5, 0.25]], "1"),
    "other columns beside named ones": (
        rows("name,label,age,score", "Ann,0,30,.5", "Bob,1,40,.25"),
        [0, 1],
        [[0.5, 0.25]],
        "1",
    ),
    "UTF-8 with BOM": (codecs.BOM_UTF8 + PLAIN.encode(), LABELS, [SCORES], "1"),
    "UTF-16 LE with BOM": (codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"), LABELS, [SCORES], "1"),
    "UTF-16 BE with BOM": (codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), LABELS, [SCORES], "1"),
    "UTF-16 LE": (PLAIN.encode("utf-16-le"), LABELS, [SCORES], "1"),
    "UTF-16 BE": (PLAIN.encode("utf-16-be"), LABELS, [SCORES], "1"),
    "UTF-32": (codecs.BOM_UTF32_LE + PLAIN.encode("utf-32-le"), LABELS, [SCORES], "1"),
    "BOM and CRLF and semicolons": (
        codecs.BOM_UTF8 + PLAIN.replace(",", ";").replace("\n", "\r\n").encode(),
        LABELS,
        [SCORES],
        "1",
    ),
    "UTF-8 labels": (rows("label,score", "gesund,1", "krank – süß,2"), [0, 1], [[1, 2]], "krank – süß"),
    "Latin-1 labels": (rows("label,score", "bös,1", "süß,2").encode("latin-1"), [0, 1], [[1, 2]], "süß"),
    "UTF-16 labels": (rows("label;score", "好;1", "坏;2").encode("utf-16"), [1, 0], [[1, 2]], "好"),
    "true and false": (rows("y,p", "true,1", "false,0"), [1, 0], [[1, 0]], "true"),
    "True and False": (rows("y,p", "False,1", "True,0"), [0, 1], [[1, 0]], "True"),
    "yes and no": (rows("y,p", "yes,1", "no,0"), [1, 0], [[1, 0]], "yes"),
    "Y and N": (rows("y,p", "Y,1", "N,0"), [1, 0], [[1, 0]], "Y"),
    "pos and neg": (rows("y,p", "pos,1", "neg,0"), [1, 0], [[1, 0]], "pos"),
    "plus and minus": (rows("y,p", "+,1", "-,0"), [1, 0], [[1, 0]], "+"),
    "positive against a name": (rows("y,p", "positive,1", "z,0"), [1, 0], [[1, 0]], "positive"),
    "a name against negative": (rows("y,p", "negative,1", "a,0"), [0, 1], [[1, 0]], "a"),
    "good and bad": (rows("y,p", "good,1", "bad,0"), [1, 0], [[1, 0]], "good"),
    "words": (rows("y,p", "spam,1", "ham,0"), [1, 0], [[1, 0]], "spam"),
    "capitals do not count for the order": (rows("y,p", "Spam,1", "ham,0"), [1, 0], [[1, 0]], "Spam"),
    "-1 and 1": (rows("y,p", "-1,1", "1,0"), [0, 1], [[1, 0]], "1"),
    "-1 and +1": (rows("y,p", "-1,1", "+1,0"), [0, 1], [[1, 0]], "+1"),
    "1 and 2": (rows("y,p", "1,.5", "2,0"), [0, 1], [[0.5, 0]], "2"),
    "9 and 10": (rows("y,p", "9,.5", "10,0"), [0, 1], [[0.5, 0]], "10"),
    "0.0 and 1.0": (rows("y,p", "0.0,1", "1.0,0"), [0, 1], [[1, 0]], "1.0"),
    "one number written in two ways": (
        rows("y,p", "0,1", "1.0,2", "1,3", "0.0,4"),
        [0, 1, 1, 0],
        [[1, 2, 3, 4]],
        "1.0",
    ),
    "a word among the labels that means missing": (rows("y,p", "NA,1", "0,2", "1,3"), [0, 1], [[2, 3]], "1"),
    "labels that say none": (rows("y,p", "none,1", "some,2"), [0, 1], [[1, 2]], "some"),
    "missing scores": (rows("y,p", "0,1", "1,", "0,NaN", "1,4", "1,?", "0,6"), [0, 1, 0], [[1, 4, 6]], "1"),
    "missing in one of two scores": (rows("y,a,b", "0,1,2", "1,,3", "1,4,5"), [0, 1], [[1, 4], [2, 5]], "1"),
    "missing score first, no header": (rows("0,NA", "1,2", "0,3", "1,4"), [1, 0, 1], [[2, 3, 4]], "1"),
    "third label on a row that is left out": (rows("y,p", "0,1", "1,2", "2,", "1,0"), [0, 1, 1], [[1, 2, 0]], "1"),
    "constant scores": (rows("y,p", "0,.5", "1,.5"), [0, 1], [[0.5, 0.5]], "1"),
    "constant scores, no header": (rows("0,.5", "1,.5"), [0, 1], [[0.5, 0.5]], "1"),
    "scores of two values": (rows("label,score", "0,0", "1,1", "1,0"), [0, 1, 1], [[0, 1, 0]], "1"),
    "numbers in all forms": (
        rows("y,p", "0,+.5", "1,5.", "0,-1E-3", "1,1e+2"),
        [0, 1, 0, 1],
        [[0.5, 5, -0.001, 100]],
        "1",
    ),
    "minus zero": (rows("y,p", "0,-0.0", "1,0"), [0, 1], [[-0.0, 0]], "1"),
    "17 digits": (rows("y,p", "0,0.30000000000000004", "1,0.1"), [0, 1], [[0.1 + 0.2, 0.1]], "1"),
    "tiny and huge": (
        rows("y,p", "0,5e-324", "1,1.7976931348623157e308"),
        [0, 1],
        [[5e-324, 1.7976931348623157e308]],
        "1",
    ),
    "huge in both": (rows("y,a,b", "0,1e308,1e308", "1,0,0"), [0, 1], [[1e308, 0]] * 2, "1"),
    "underflow": (rows("y,p", "0,1e-999", "1,1"), [0, 1], [[0, 1]], "1"),
    "two rows": (rows("y,p", "0,1", "1,3"), [0, 1], [[1, 3]], "1"),
    "two rows of words and numbers": (rows("0.5,b", "0.5,a"), [1, 0], [[0.5, 0.5]], "b"),
    "labels like <=50K": (rows("<=50K,0.5", ">50K,0.25"), [0, 1], [[0.5, 0.25]], ">50K"),
    "a label with the name of an archive": (rows("PKD,0.5", "PKE,0.25"), [0, 1], [[0.5, 0.25]], "PKE"),
    "apostrophes": (rows("y,p", "it's,1", "isn't,2"), [1, 0], [[1, 2]], "it's"),
    "a label in brackets": (rows("y,p", "[a],1", "{b},2"), [0, 1], [[1, 2]], "{b}"),
    "a name of 60 characters": (rows("y,p", f"{LONG[1:]},1", "a,2"), [1, 0], [[1, 2]], LONG[1:]),
}

# name: (content, part of the sentence)
BAD = {
    "empty": (b"", "The file is empty."),
    "blanks alone": (b" \n\t\r\n ", "The file is empty."),
    "BOM alone": (codecs.BOM_UTF8, "Line 1 has 0 values"),
    "one byte": (b"x", "Line 1 has 1 value; it needs a label and one or two scores"),
    "header alone": (b"label,score\n", "a header but no data"),
    "header and blanks": (b"label,score\n\n , \n", "a header but no data"),
    "one column": (rows("score", "0.1", "0.2"), "Line 1 has 1 value; it needs"),
    "prose": ("Dear Sir or Madam\n", "Line 1 has 1 value; it needs"),
    "21 columns": (rows(",".join("a" * 21)), "Line 1 has 21 values; it needs"),
    "short row": (rows("label,score", "0,1", "1", "0,2"), "Line 3 has 1 value instead of 2."),
    "long row": (rows("label,score", "0,1", "", "1,2,3"), "Line 4 has 3 values instead of 2."),
    "header shorter than the rows": (rows("label,score", "1,0,0.5"), "Line 2 has 3 values instead of 2."),
    "decimal commas between commas": (rows("label,score", "0,0,5", "1,1,5"), "Line 2 has 3 values instead of 2."),
    "line of a quoted value": (rows('"a\nb",1', "c,2,3"), "Line 3 has 3 values instead of 2."),
    "open quote": (rows("label,score", '"0,1', "1,2"), "cannot be read: its quotes do not match"),
    "text after a quote": (rows("label,score", '"0"x,1'), "Line 2 cannot be read: its quotes do not match"),
    "value without end": (
        "label,score\n0," + "9" * 200_000,
        "Line 2 cannot be read: its quotes do not match, or a value is",
    ),
    "decimal commas and points": (
        rows("y;p", "0;0,5", "1;0.5"),
        "“p” cannot be read: it has decimal commas and decimal",
    ),
    "word for a score": (
        rows("y,p", "0,1", "1,high"),
        "The scores in “p” cannot be read: “high” in line 3 is not a finite",
    ),
    "words for scores": (rows("y,p", "0,low", "1,high"), "“low” in line 2 is not a finite number"),
    "None for a score": (rows("y,p", "0,1", "1,None"), "“None” in line 3 is not a finite number"),
    "infinity": (rows("y,p", "0,1", "1,inf"), "“inf” in line 3 is not a finite number"),
    "minus infinity": (rows("y,p", "0,-Infinity", "1,2"), "“-Infinity” in line 2 is not a finite number"),
    "overflow": (rows("y,p", "0,1e999", "1,2"), "“1e999” in line 2 is not a finite number"),
    "percent beside plain numbers": (
        rows("y,p", "0,50%", "1,2"),
        "“50%” in line 2 is a percentage, and “2” in line 3 is not",
    ),
    "a decimal comma beside thousands": (rows("y,p", '0,"0,5"', '1,"1,234.5"'), "decimal commas and decimal points"),
    "commas in wrong places": (rows("y,p", '0,"12,34.5"', "1,2"), "“12,34.5” in line 2 is not a finite number"),
    "a second word below numbers": (
        rows("y;p", "0;1.234,5", "1;2", "1;high"),
        "“high” in line 4 is not a finite number",
    ),
    "sparse ARFF": (
        "@relation r\n@attribute y {0,1}\n@attribute p numeric\n@data\n{1 0.5}\n",
        "The ARFF file is sparse",
    ),
    "ARFF without data": ("@relation r\n@attribute y {0,1}\n", "The ARFF file has no @data."),
    "Weka's three classes": (
        "inst# actual predicted error prediction\n1 1:a 1:a 0.9\n2 3:c 1:a + 0.8\n",
        "Line 3 is not Weka's prediction of one of two classes.",
    ),
    "Weka's regression": (
        "inst#,actual,predicted,error\n1,0.5,0.6,0.1\n",
        "Line 2 is not Weka's prediction of one of two classes.",
    ),
    "currency": (rows("y,p", "0,$5", "1,2"), "“$5” in line 2 is not a finite number"),
    "underscores": (rows("y,p", "0,1_000", "1,2"), "“1_000” in line 2 is not a finite number"),
    "other digits": (rows("y,p", "0,1", "1,٣"), "“٣” in line 3 is not a finite number"),
    "hexadecimal": (rows("y,p", "0,0x1F", "1,2"), "“0x1F” in line 2 is not a finite number"),
    "date": (rows("y,p", "0,2024-01-01", "1,2"), "“2024-01-01” in line 2 is not a finite number"),
    "formula as a score": (rows("y,p", "0,=1+1", "1,2"), "“=1+1” in line 2 is not a finite number"),
    "two numbers in a cell": (rows("y,p", "0,1 2", "1,2"), "“1 2” in line 2 is not a finite number"),
    "very long word": (rows("y,p", f"0,{'w' * 99}", "1,2"), f"“{'w' * 39}…” in line 2 is not a finite number"),
    "bad score after thousands of good ones": (
        rows("y,p", *("0,1", "1,2") * 1000, "1,x"),
        "“x” in line 2002 is not a finite number",
    ),
    "bad score in the other column": (rows("y,a1,score", "0,1,x", "1,2,3"), "The scores in “score” cannot be read"),
    "bad score without header": (rows("0,1", "1,x", "0,3"), "The scores in column 2 cannot be read: “x” in line 2"),
    "one class": (rows("y,p", "1,1", "1,2"), "The labels in “y” have 1 different value (“1”); they must have two."),
    "one class without a name": (rows("1,1", "1,2", "1,3"), "No column has exactly two different values"),
    "one number in two ways alone": (rows("y,p", "1,1", "1.0,2"), "The labels in “y” have 1 different value (“1”)"),
    "three classes": (
        rows("y,p", "a,1", "b,2", "c,3"),
        "“y” have 3 different values (“a”, “b”, “c”); choose the positive class.",
    ),
    "three classes without a name": (rows("a,1", "b,2", "c,3"), "No column has exactly two different values"),
    "Yes, no, yes": (rows("y,p", "Yes,1", "no,2", "yes,3"), "“y” have 3 different values (“Yes”, “no”, “yes”)"),
    "21 classes": (
        rows("y,p", *(f"c{i},1" for i in range(21))),
        "“y” have more than 20 different values; they must have",
    ),
    "no label": (rows("p1,p2", "0.1,1", "0.2,2", "0.3,3"), "No column has exactly two different values"),
    "two columns of two values": (
        rows("0,1", "1,0"),
        "Exactly two different values are in column 1, column 2. Choose the",
    ),
    "three columns of two values": (
        rows("a,b,c", "0,1,0", "1,0,1"),
        "two different values are in “a”, “b”, “c”. Choose the label and the scores.",
    ),
    "two labels by name": (rows("class,target,score", "0,1,2"), "Columns “class”, “target” all look like labels"),
    "three scores": (
        rows("y,a,b,c", "0,1,2,3", "1,2,3,4"),
        "there are 3 columns of scores: “a”, “b”, “c”. Choose the label",
    ),
    "six scores by name": (
        rows("y,p1,p2,p3,p4,p5,p6", "0,1,2,3,4,5,6", "1,2,3,4,5,6,8"),
        "there are 6 columns of scores: “p1”, “p2”, “p3”, “p4”, “p5”, “p6”",
    ),
    "no scores": (rows("id,label", "1,0", "2,1"), "there are 0 columns of scores. Choose the label and the scores."),
    "an empty score": (rows("label,score", "0,", "1,"), "there are 0 columns of scores"),
    "two scores of one name": (rows("y,score,score", "0,1,2", "1,3,4"), "Two columns of scores are called “score”"),
    "more than half missing": (
        rows("y,p", "0,1", "1,", "0,", "1,", "1,2"),
        "In 3 of 5 rows a label or score is missing",
    ),
    "all labels missing": (rows("label,score", "NA,1", "NA,2"), "No column has exactly two different values"),
    "class only where the score is missing": (rows("y,p", "0,1", "0,2", "1,"), "“y” have 1 different value (“0”)"),
    "NUL bytes": (rows("y,p", "0,1", "1,\0"), "The file is not a text file: it has control characters."),
    "control characters": (
        rows("y,p", "\x1b[31m0,1", "1,2"),
        "The file is not a text file: it has control characters.",
    ),
    "delete character": (rows("y,p", "\x7f,1", "1,2"), "The file is not a text file: it has control characters."),
    "control characters in UTF-16": (rows("y,p", "\x01,1", "1,2").encode("utf-16"), "it has control characters"),
    "C1 control characters": (b"y,p\n\x9b,1\na,2\n", "has characters that cannot be shown"),
    "text direction turned round": (rows("y,p", "a\u202eb,1", "a,2"), "has characters that cannot be shown; give"),
    "tab in a label": (rows("y,p", '"a\tb",1', "a,2"), "“a b” has characters that cannot be shown; give"),
    "line break in a label": (rows("y,p", '"a\nb",1', "a,2"), "“a b” has characters that cannot be shown; give"),
    "broken UTF-16": (codecs.BOM_UTF16_LE + b"\x00\xd8\x00", "The file begins like UTF-16-LE text, but is not."),
    "broken UTF-8 after a BOM": (codecs.BOM_UTF8 + b"\x80" + PLAIN.encode(), "The file begins like UTF-8 text, but is"),
    "broken UTF-32": (codecs.BOM_UTF32_LE + b"abc", "The file begins like UTF-32-LE text, but is not."),
    "formula as a label": (
        rows("y,p", "=cmd|' /C calc'!A0,1", "a,2"),
        "looks like a formula; give the label or the column",
    ),
    "formula with @": (rows("y,p", "@SUM(A1),1", "a,2"), "“@SUM(A1)” looks like a formula"),
    "formula with +": (rows("y,p", "+A1,1", "a,2"), "“+A1” looks like a formula"),
    "formula with -": (rows("y,p", "-A1,1", "a,2"), "“-A1” looks like a formula"),
    "formula as a name": (rows('y,"=HYPERLINK(""http://x"")"', "0,1", "1,2"), "looks like a formula"),
    "long label": (rows("y,p", f"{LONG},1", "a,2"), f"“{'x' * 39}…” is longer than 60 characters; give the label"),
    "long name": (rows(f"y,score{LONG}", "0,1", "1,2"), "is longer than 60 characters; give the label or the column"),
    "workbook": (workbook(), "The file is a ZIP archive or an Excel workbook, not a CSV file."),
    "empty archive": (b"PK\x05\x06" + bytes(18), "The file is a ZIP archive or an Excel workbook"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "The file is an old Excel workbook"),
    "pickle": (pickle.dumps([1, 2]), "The file is a Python pickle, not a CSV file."),
    "pickle of protocol 2": (pickle.dumps([1, 2], protocol=2), "The file is a Python pickle"),
    "pickle of protocol 0": (pickle.dumps(["a", 1], protocol=0), "Line 1 has 1 value"),
    "NumPy array": (npy(), "The file is a NumPy array"),
    "Parquet": (b"PAR1\x15\x04\x15", "The file is a database or a binary table"),
    "Arrow": (b"ARROW1\0\0", "The file is a database or a binary table"),
    "SQLite": (b"SQLite format 3\0", "The file is a database or a binary table"),
    "HDF5": (b"\x89HDF\r\n\x1a\n", "The file is a database or a binary table"),
    "gzip": (gzip.compress(PLAIN.encode()), "The file is a compressed file"),
    "bzip2": (b"BZh91AY&SY", "The file is a compressed file"),
    "PDF": (b"%PDF-1.7\n", "The file is a document or a picture"),
    "PNG": (b"\x89PNG\r\n\x1a\n", "The file is a document or a picture"),
    "JPEG": (b"\xff\xd8\xff\xe0", "The file is a document or a picture"),
    "HTML": ("\n<!DOCTYPE html><html>", "The file is an HTML or XML file"),
    "HTML in small letters": ("<html><body>", "The file is an HTML or XML file"),
    "XML": ('<?xml version="1.0"?>', "The file is an HTML or XML file"),
    "JSON object": ('{"label": [0, 1], "score": [1, 2]}', "The file is a JSON file"),
    "JSON of pandas": ('[{"label": 0, "score": 1}]', "The file is a JSON file"),
    "JSON list": ("[[0, 1], [1, 2]]", "The file is a JSON file"),
    "random bytes": (bytes(np.random.default_rng(0).integers(0, 256, 999, dtype=np.uint8)), "control characters"),
}


def as_bytes(content):
    return content if isinstance(content, bytes) else content.encode()


def test_the_corpus_is_large() -> None:
    assert len(GOOD) + len(BAD) >= 180
    assert len({as_bytes(content) for content, *_ in (*GOOD.values(), *BAD.values())}) == len(GOOD) + len(BAD)


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_can_be_read_is_read_right(name) -> None:
    content, labels, scores, positive = GOOD[name]
    got = read_scores("own.csv", as_bytes(content))
    assert got.labels.tolist() == labels and got.labels.dtype == np.uint8
    assert [score.tolist() for score in got.scores] == scores
    assert all(score.dtype == np.float64 for score in got.scores)
    assert got.classes[1] == positive and got.classes[0] != positive
    assert len(got.columns) == len(scores)
    assert all(note.endswith(".") for note in got.notes)


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_answered_by_a_sentence(name) -> None:
    content, sentence = BAD[name]
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        read_scores("own.csv", as_bytes(content))
    check_sentence(caught.value)


def check_sentence(error):
    assert type(error) is ValueError, "a Unicode error is not a sentence"
    said = str(error)
    assert said[0] in "TLCIEBNA“3" and said.endswith(".") and len(said) < 500 and said.isprintable()


# ---- what is said beside the numbers


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("plain", ()),
        ("missing scores", ("Left out: 3 of 6 rows, without a label or a score.",)),
        ("missing in one of two scores", ("Left out: 1 of 3 rows, without a label or a score.",)),
        ("a word among the labels that means missing", ("Left out: 1 of 3 rows, without a label or a score.",)),
        ("other columns beside named ones", ("Columns left out: “name”, “age”.",)),
        ("id column", ("Columns left out: “id”.",)),
        ("constant scores", ("All scores of “p” are equal.",)),
        ("constant scores, no header", ("All scores of “First scorer” are equal.",)),
    ],
)
def test_notes_say_what_was_left_out(name, notes) -> None:
    assert read_scores("own.csv", as_bytes(GOOD[name][0])).notes == notes


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("plain", ("score",)),
        ("two scores", ("a", "b")),
        ("label among them", ("p1", "p2")),
        ("target and probability", ("Probability (model 7)",)),
        ("no header", ("First scorer",)),
        ("two scores, no header", ("First scorer", "Second scorer")),
        ("index column of pandas", ("score",)),
        ("blanks around", ("score",)),
    ],
)
def test_scores_have_the_names_of_their_columns(name, columns) -> None:
    assert read_scores("own.csv", as_bytes(GOOD[name][0])).columns == columns


@pytest.mark.parametrize(
    "name",
    [
        "label",
        "labels",
        "class",
        "target",
        "y",
        "true",
        "truth",
        "y_true",
        "actual",
        "outcome",
        "ground_truth",
        "Ground-Truth",
        "LABEL",
    ],
)
def test_labels_are_known_by_their_name(name) -> None:
    """Beside a column that could be labels just as well."""
    got = read_scores("a.csv", rows(f"sex,{name},score", "0,b,1", "1,b,2", "1,a,3").encode())
    assert got.classes == ("b", "a") and got.labels.tolist() == [0, 0, 1]
    assert got.notes == ("Columns left out: “sex”.",)


@pytest.mark.parametrize(
    "name",
    [
        "score",
        "Score B",
        "y_score",
        "scores",
        "prob",
        "probability",
        "y_prob_1",
        "proba",
        "pred",
        "y_pred",
        "prediction",
    ]
    + [
        "predicted",
        "yhat",
        "y_hat",
        "yhat2",
        "logit",
        "logits",
        "confidence",
        "decision_function",
        "p",
        "p2",
        "s",
        "S_1",
    ],
)
def test_scores_are_known_by_their_name(name) -> None:
    """Beside a column of numbers that could be scores just as well."""
    got = read_scores("a.csv", rows(f"height,{name},label", "5,1,0", "6,2,1", "7,3,1").encode())
    assert got.columns == (name,) and got.scores[0].tolist() == [1, 2, 3]


@pytest.mark.parametrize("name", ["price", "sum", "yield", "px", "s1a", "description"])
def test_other_names_are_no_scores(name) -> None:
    assert len(read_scores("a.csv", rows(f"height,{name},label", "5,1,0", "6,2,1", "7,3,1").encode()).columns) == 2


@pytest.mark.parametrize("name", ["", "id", "ID", "index", "row", "case", "Unnamed: 0"])
def test_numbers_of_rows_are_no_scores(name) -> None:
    assert read_scores("a.csv", rows(f"{name},y,x", "5,0,1", "6,1,2", "7,1,3").encode()).columns == ("x",)


@pytest.mark.parametrize("mark", ["\x9b", "\u202e", "\ue000", "\u2028", "\u2029", "\u200b"])
def test_characters_that_cannot_be_shown_are_refused(mark) -> None:
    for content in (rows("y,p", f"a{mark}b,1", "c,2"), rows(f"y,p{mark}q", "a,1", "c,2")):
        with pytest.raises(
            ValueError, match="has characters that cannot be shown; give the label or the column another"
        ):
            read_scores("a.csv", content.encode())


def test_at_most_half_of_the_rows_may_be_left_out() -> None:
    half = rows("y,p", "0,1", "1,", "0,", "1,2")
    assert len(read_scores("a.csv", half.encode()).labels) == 2
    with pytest.raises(ValueError, match="In 3 of 5 rows"):
        read_scores("a.csv", (half + "1,\n").encode())


@pytest.mark.parametrize("word", ["", " ", "NA", "na", "N/A", "#N/A", "nan", "NaN", "null", "NULL", "?"])
def test_words_for_missing_values(word) -> None:
    for content in (rows("y,p", "0,1", f"1,{word}", "1,3"), rows("y,p", "0,1", f"{word},2", "1,3")):
        assert read_scores("a.csv", content.encode()).scores[0].tolist() == [1, 3]
    first = rows(f"1,{word}", "0,1", "1,2", "0,3", "1,5")
    if word.strip():
        assert len(read_scores("a.csv", first.encode()).labels) == 4


def test_long_texts_are_cut_in_sentences() -> None:
    for n, text in ((40, "w" * 40), (41, "w" * 39 + "…")):
        with pytest.raises(ValueError, match=f"“{text}” in line 2"):
            read_scores("a.csv", rows("y,p", f"0,{'w' * n}", "1,2").encode())


def test_limits_hold_on_both_sides(monkeypatch) -> None:
    content = PLAIN.encode()
    monkeypatch.setattr(csv_columns, "MAX_ROWS", 4)
    monkeypatch.setattr(csv_rows, "MAX_BYTES", len(content))
    assert len(read_scores("a.csv", content).labels) == 4
    with pytest.raises(ValueError, match=r"^The file has 0\.0 MB; at most 0 MB are read\.$"):
        read_scores("a.csv", content + b"\n")
    monkeypatch.setattr(csv_rows, "MAX_BYTES", 2 * 2**20)
    with pytest.raises(ValueError, match=r"^The file has 2\.5 MB; at most 2 MB are read\.$"):
        read_scores("a.csv", bytes(5 * 2**19))
    monkeypatch.setattr(csv_columns, "MAX_ROWS", 3)
    with pytest.raises(ValueError, match=r"^The file has more than 3 rows, the limit\.$"):
        read_scores("a.csv", content)


def test_the_limits_are_the_agreed_ones() -> None:
    assert csv_rows.MAX_BYTES == 32 * 2**20 and csv_columns.MAX_ROWS == 1_000_000
    wide = ",".join(["label", "score", *(f"x{i}" for i in range(18))])
    assert len(read_scores("a.csv", rows(wide, "0,1" + ",5" * 18, "1,2" + ",6" * 18).encode()).labels) == 2
    twenty = [f"c{i},{i}" for i in range(19)]  # 19 classes and a missing one are still counted
    with pytest.raises(ValueError, match="19 different values"):
        read_scores("a.csv", rows("y,p", *twenty, "NA,1").encode())


def test_a_long_file_is_read_row_by_row() -> None:
    rng = np.random.default_rng(3)
    n = 20_000
    labels, scores = rng.integers(0, 2, n), rng.normal(size=(2, n))
    lines = [f"{label};{a!r};{b!r}" for label, a, b in zip(labels, *scores.tolist(), strict=True)]
    got = read_scores("a.csv", rows("y;a;b", *lines).replace(".", ",").encode())
    assert np.array_equal(got.labels, labels)
    assert np.array_equal(got.scores[0], scores[0]) and np.array_equal(got.scores[1], scores[1])
    # Labels that come late, and a class that is there only once.
    late = rows("y,p", *(f"a,{i}" for i in range(3000)), "b,3000")
    assert read_scores("a.csv", late.encode()).labels.tolist() == [0] * 3000 + [1]


# ---- the object


def test_uploads_are_equal_if_name_and_content_are() -> None:
    one, same = read_file("a.csv", PLAIN.encode()), read_file("a.csv", PLAIN.encode())
    assert one == same and hash(one) == hash(same) and one is not same
    assert one != read_file("b.csv", PLAIN.encode())
    assert one != read_file("a.csv", PLAIN.encode() + b"1,1\n")
    assert one.digest == hashlib.sha256(PLAIN.encode()).hexdigest()


def test_an_upload_is_frozen_and_says_what_it_is() -> None:
    own = read_scores("a.csv", PLAIN.encode())
    with pytest.raises(FrozenInstanceError):
        own.name = "b"
    for array in (own.labels, *own.scores):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert str(own) == "a.csv: 4 cases, 2 positive (“1”, by its meaning)"
    assert repr(own) == "Upload(name='a.csv', classes=('0', '1'), columns=('score',))"


@pytest.mark.parametrize(
    ("given_name", "name"), [("a.csv", "a.csv"), ("a\nb\u202e.csv", "ab.csv"), ("é" * 80, "é" * 60), ("", "")]
)
def test_the_name_of_the_file_can_be_shown(given_name, name) -> None:
    assert read_scores(given_name, PLAIN.encode()).name == name


def test_the_last_result_is_kept_by_what_it_came_from() -> None:
    calls = []

    def count(upload, factor):
        calls.append(factor)
        return upload.sketch.rows * factor

    def other(upload, factor):
        return -factor

    own, twin = (read_file("a.csv", PLAIN.encode()) for _ in range(2))
    assert [own.recall(count, (("upload", own), ("factor", f))) for f in (2, 2, 3, 3, 2)] == [8, 8, 12, 12, 8]
    assert calls == [2, 3, 2]
    assert own.recall(other, (("upload", own), ("factor", 2))) == -2
    assert own.recall(count, (("factor", 2), ("upload", own))) == 8
    assert len(calls) == 4
    assert twin.recall(count, (("upload", twin), ("factor", 2))) == 8
    assert len(calls) == 5
    # Another upload among the settings is not the object itself.
    assert own.recall(count, (("factor", 2), ("upload", twin))) == 8
    assert len(calls) == 6
    assert own == twin and hash(own) == hash(twin) and repr(own) == repr(twin)


def test_a_failure_is_not_kept() -> None:
    def fail(upload):
        raise ValueError("No.")

    own = read_file("a.csv", PLAIN.encode())
    for _ in range(2):
        with pytest.raises(ValueError, match="No"):
            own.recall(fail, (("upload", own),))
    assert own.recall(lambda upload: None, (("upload", own),)) is None


def test_results_go_with_the_object_at_once() -> None:
    class Result:
        pass

    def make(upload, x):
        return Result()

    own = read_file("a.csv", PLAIN.encode())
    seen = weakref.ref(own), weakref.ref(own.recall(make, (("upload", own), ("x", 1))))
    gc.disable()  # no cycle that only the collector would find
    try:
        del own
        assert [ref() for ref in seen] == [None, None]
    finally:
        gc.enable()


def test_a_result_may_be_none_and_is_still_kept() -> None:
    calls: list[int] = []
    own = Memo()

    def note():
        calls.append(1)

    assert [own.recall(note, ()) for _ in range(3)] == [None] * 3
    assert calls == [1]


# ---- classes


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1.0), (" -2.5e3 ", -2500.0), ("+.5", 0.5), ("5.", 5.0), ("1e-999", 0.0), ("007", 7.0)]
)
def test_numbers_are_read(text, value) -> None:
    assert as_number(text) == value


@pytest.mark.parametrize("text", ["", " ", "nan", "inf", "-inf", "1e999", "1_0", "٣", "0x1", "1,5", "one", "1 2", "−1"])
def test_what_is_no_number(text) -> None:
    assert math.isnan(as_number(text))


@pytest.mark.parametrize("word", ["+", "true", "t", "yes", "y", "pos", "positive", "TRUE", "Yes"])
def test_words_that_say_positive(word) -> None:
    assert in_order(word, "~last") == in_order("~last", word) == ("~last", word)


@pytest.mark.parametrize("word", ["-", "false", "f", "no", "n", "neg", "negative", "FALSE", "No"])
def test_words_that_say_negative(word) -> None:
    assert in_order(word, "!first") == in_order("!first", word) == (word, "!first")


@pytest.mark.parametrize(
    ("negative", "positive"),
    [
        ("nein", "ja"),
        ("non", "oui"),
        ("no", "sí"),
        ("não", "sim"),
        ("нет", "да"),
        ("normal", "abnormal"),
        ("control", "case"),
        ("Control", "Case"),
        ("legit", "fraud"),
        ("normal", "anomaly"),
        ("well", "sick"),
        ("living", "dead"),
        ("normal", "attack"),
        ("paid", "default"),
        ("ham", "spam"),
        ("benign", "malignant"),
        ("no_disease", "disease"),
        ("not fraud", "fraud"),
        ("non-responder", "responder"),
        ("no event", "zebra"),
        ("healthy", "pneumonia"),
        ("阴性", "阳性"),
    ],
)
def test_the_class_that_is_looked_for_is_positive(negative, positive) -> None:
    assert in_order(positive, negative) == in_order(negative, positive) == (negative, positive)


@pytest.mark.parametrize(
    ("negative", "positive"),
    [
        ("0", "1"),
        ("-1", "1"),
        ("1", "2"),
        ("9", "10"),
        ("-10", "-9"),
        ("2", "1e1"),
        ("bad", "good"),
        ("A", "b"),
        ("a", "B"),
    ],
)
def test_numbers_by_size_and_words_by_the_alphabet(negative, positive) -> None:
    assert in_order(positive, negative) == in_order(negative, positive) == (negative, positive)


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_order_of_classes_does_not_depend_on_who_comes_first(one, other) -> None:
    assume(one != other and (math.isnan(as_number(one)) or as_number(one) != as_number(other)))
    assert in_order(one, other) == in_order(other, one)
    assert set(in_order(one, other)) == {one, other}


# ---- any bytes, and random tables


def read_or_refused(content):
    try:
        got = read_scores("any.csv", content)
    except ValueError as error:
        check_sentence(error)
        return None
    assert isinstance(got, Upload) and set(got.labels.tolist()) == {0, 1}
    assert all(np.isfinite(score).all() and score.shape == got.labels.shape for score in got.scores)
    return got


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_sentence(content) -> None:
    read_or_refused(content)


@given(st.text(alphabet='01.,;\t\n\r"ab- =eE+N\0é\u2028', max_size=80), st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_any_text_is_read_or_refused_with_a_sentence(text, encoding) -> None:
    read_or_refused(text.encode(encoding, "replace"))


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 200), st.integers(0, 5), st.binary(max_size=4))
def test_a_damaged_file_is_read_or_refused_with_a_sentence(name, at, cut, put) -> None:
    content = as_bytes(GOOD[name][0])
    read_or_refused(content[:at] + put + content[at + cut :])


words = (
    st.text(alphabet="abcxyzäß 019'", min_size=1, max_size=8)
    .map(str.strip)
    .filter(lambda word: word and math.isnan(as_number(word)) and not is_missing(word))
)


@given(
    data=st.data(),
    classes=st.tuples(words, words) | st.sampled_from([("0", "1"), ("-1", "1"), ("no", "yes"), ("1", "2")]),
    n_scores=st.integers(1, 2),
    header=st.booleans(),
    separator=st.sampled_from(",;\t"),
    decimal_comma=st.booleans(),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"]),
)
def test_a_random_table_in_a_random_dialect_comes_back(
    data, classes, n_scores, header, separator, decimal_comma, quoting, end, encoding
) -> None:
    assume(classes[0] != classes[1])
    # Without BOM, UTF-16 is known by the zeros of its first letters.
    assume(not encoding.endswith("e") or all(map(str.isascii, classes)))
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    n = data.draw(st.integers(2, 12))
    labels = data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n).filter(lambda drawn: len(set(drawn)) == 2))
    scores = [data.draw(st.lists(numbers, min_size=n, max_size=n)) for _ in range(n_scores)]
    # two columns that add up to 0, 1, or 100 are one scorer
    assume(n_scores == 1 or any(map(math.fsum, zip(*scores, strict=True))))
    assume(n_scores == 1 or any(not 0.98 <= total <= 101.2 for total in map(math.fsum, zip(*scores, strict=True))))
    # else nothing says which is the label
    assume(header or classes[0].isalpha() or all(len(set(map(repr, score))) != 2 for score in scores))
    place = data.draw(st.integers(0, n_scores))
    names = ["score_1", "score_2"][:n_scores]
    columns = [[repr(value) for value in score] for score in scores]
    if decimal_comma and separator != ",":
        columns = [[text.replace(".", ",") for text in column] for column in columns]
    columns.insert(place, [classes[label] for label in labels])
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, quoting=quoting, lineterminator=end)
    if header:
        writer.writerow([*names[:place], "label", *names[place:]])
    writer.writerows(zip(*columns, strict=True))
    got = read_scores("a.csv", file.getvalue().encode(encoding))
    assert set(got.classes) == set(classes)
    assert [got.classes[label] for label in got.labels] == [classes[label] for label in labels]
    assert [list(map(repr, score.tolist())) for score in got.scores] == [list(map(repr, score)) for score in scores]
    assert got.columns == (tuple(names) if header else ("First scorer", "Second scorer")[:n_scores])


def test_json_is_refused_however_it_is_laid_out() -> None:
    for indent in (None, 0, 4):
        for value in ({"label": [0, 1]}, [{"label": 0}], [[0, 1]], ["a", "b"], [1.5, 2], {}):
            with pytest.raises(ValueError, match="The file is a JSON file"):
                read_scores("a.csv", json.dumps(value, indent=indent).encode())
