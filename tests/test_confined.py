"""Visitors' files are read where they can do no harm: whatever a reader does, a sentence comes back, and soon."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest

from core.labs.cnn_cost.compute.uploads import read_network
from core.labs.ranking_curves.compute.uploads import read_scores
from core.worker import confined

ROOT = Path(__file__).parents[1]
READERS = "tests.readers"


def test_what_a_reader_returns_comes_back() -> None:
    content = bytes(range(256)) * 10_000 + b"\n"
    got = confined.call(f"{READERS}.give", content, name="é“\n", numbers=[1, 2.5])
    np.testing.assert_array_equal(got["array"], np.frombuffer(content, np.uint8))
    assert not got["array"].flags.writeable
    assert (got["name"], got["numbers"], got["pair"]) == ("é“\n", [1, 2.5], [1, 2])
    assert got["sum"] == 10_000 * 255 * 128 + 10
    assert got["pid"] != os.getpid()
    assert confined.call(f"{READERS}.give", b"")["sum"] == 0


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("value", "A calm sentence."),
        ("key", confined.UNREADABLE),
        ("deep", confined.UNREADABLE),
        ("memory", confined.TOO_LARGE),
        ("numbers", confined.TOO_LARGE),
        ("killed", confined.TOO_LARGE),
        ("exit", confined.UNREADABLE),
    ],
)
def test_a_reader_that_fails_is_answered_by_a_sentence(kind, sentence) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        confined.call(f"{READERS}.fail", b"x", kind=kind)
    assert str(caught.value) == sentence
    assert confined.call("core.worker.confined.size", b"abc") == 3  # and the next file is read


def test_a_reader_that_never_ends_is_stopped(monkeypatch) -> None:
    monkeypatch.setattr(confined, "CPU_S", 0)
    with pytest.raises(ValueError, match="^" + confined.TOO_SLOW):  # by its processor time
        confined.call(f"{READERS}.fail", b"x", kind="time")
    monkeypatch.setattr(confined, "WALL_S", 0.5)
    with pytest.raises(ValueError, match="^" + confined.TOO_SLOW):  # by the clock
        confined.call(f"{READERS}.fail", b"x" * 200_000, kind="wait")


def test_an_answer_has_an_end(monkeypatch) -> None:
    monkeypatch.setattr(confined, "MAX_ANSWER", 1000)
    assert len(confined.call(f"{READERS}.long", b"12345")) == 500
    with pytest.raises(ValueError, match="^" + confined.TOO_LARGE):
        confined.call(f"{READERS}.long", b"1234567890" * 2000)


def test_one_file_is_read_at_a_time_and_the_line_is_short(monkeypatch) -> None:
    going, most = [], 0
    entered, leave = threading.Semaphore(0), threading.Event()

    def run(request, content):
        nonlocal most
        going.append(content)
        most = max(most, len(going))
        entered.release()
        leave.wait(60)
        going.remove(content)
        return b'{"value": 1}\n', ""

    monkeypatch.setattr(confined, "_run", run)
    monkeypatch.setattr(confined, "_line", threading.BoundedSemaphore(3))
    taken = threading.Semaphore(0)
    monkeypatch.setattr(confined, "_turn", Turn(taken))
    threads = [threading.Thread(target=confined.call, args=("f", b"%d" % n)) for n in range(3)]
    for thread in threads:
        thread.start()
    assert entered.acquire(timeout=60)
    for _ in threads:
        assert taken.acquire(timeout=60)  # one is read, two wait
    with pytest.raises(ValueError, match="^Too many files are being read right now; try again in a minute"):
        confined.call("f", b"3")
    leave.set()
    for thread in threads:
        thread.join(60)
    assert most == 1 and not going
    assert confined.call("f", b"4") == 1


class Turn:
    """A lock that notices when somebody requests it."""

    def __init__(self, asked) -> None:
        self._asked, self._lock = asked, threading.Lock()

    def __enter__(self) -> None:
        self._asked.release()
        self._lock.acquire()

    def __exit__(self, *_) -> None:
        self._lock.release()


def test_pages_read_networks_and_tables_in_another_process(monkeypatch) -> None:
    asked = []
    real = confined.call

    def call(function, content, **arguments):
        asked.append(function)
        return real(function, content, **arguments)

    monkeypatch.setattr(confined, "call", call)
    header = b'{"fc.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}'
    table = read_network("a.safetensors", len(header).to_bytes(8, "little") + header + bytes(24)).table
    assert (table.source, [(each.name, each.kind, each.weights) for each in table.calls]) == (
        "safetensors",
        [("fc", "Linear", 6)],
    )
    upload = read_scores("a.csv", b"label,score\nham,0.25\nspam,0.75\nspam,-3\n").cases()
    assert (upload.classes, upload.labels.tolist(), upload.scores[0].tolist()) == (
        ("ham", "spam"),
        [0, 1, 1],
        [0.25, 0.75, -3],
    )
    assert asked == [
        "core.labs.cnn_cost.compute.uploads.network_values",
        "core.labs.ranking_curves.compute.cases.score_values",
    ]


def model_json(text: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/models/model.json", text)
    return stream.getvalue()


def entries(count: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number:x}", b"")
    return stream.getvalue()


def nested_functions(depth: int) -> bytes:
    """Return an ONNX network whose functions call the next one twice each."""
    helper, float_ = onnx.helper, onnx.TensorProto.FLOAT
    domains = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    functions = []
    for level in range(depth):
        name, domain = (f"f{level + 1}", "own") if level + 1 < depth else ("Relu", "")
        calls = [helper.make_node(name, [a], [b], domain=domain) for a, b in ("xy", "yz")]
        functions.append(helper.make_function("own", f"f{level}", ["x"], ["z"], calls, domains))
    ends = [helper.make_tensor_value_info(name, float_, [1, 3, 8, 8]) for name in "xz"]
    graph = helper.make_graph([helper.make_node("f0", ["x"], ["z"], domain="own")], "g", ends[:1], ends[1:])
    return helper.make_model(graph, functions=functions, opset_imports=domains).SerializeToString()


# Small files that once took up to 1.9 GB and half a minute.
HOSTILE = {
    "objects.pt2": lambda: model_json("[" + '{"":0},' * 4_200_000 + "0]"),
    "entries.pt2": lambda: entries(50_000),
    "fields.onnx": lambda: b"\x42\x00" * 15_500_000,
    "functions.onnx": lambda: nested_functions(25),
    "commas.csv": lambda: b"," * 31_000_000,
}
MEASURE = """
import resource, sys
from pathlib import Path
from core.worker import confined
from core.labs.cnn_cost.compute.uploads import read_network
from core.labs.ranking_curves.compute.uploads import read_scores
confined.CPU_S = 2
path = Path(sys.argv[1])
try:
    (read_scores if path.suffix == ".csv" else read_network)(path.name, path.read_bytes())
except ValueError as error:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_maxrss // 1024, used.ru_utime + used.ru_stime, error)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_takes_little(name, tmp_path) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name]())
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    megabytes, seconds, sentence = run.stdout.strip().split(" ", 2)
    assert sentence.endswith(".") and "Error" not in sentence
    assert int(megabytes) < 420
    assert float(seconds) < 4
