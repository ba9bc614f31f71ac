"""Downloads of images: from a server of the test's own; nothing here asks anybody else."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import socket
import tarfile
import threading
from collections.abc import Callable, Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import OpenerDirector
from urllib.response import addinfourl

import pytest

from core import jobs
from core.data import image_sources
from core.data.image_sources import SYSTEM, available, cache, find
from core.data.images import CIFAR_TEST, CIFAR_TRAIN
from core.jobs.folder import JobFolder
from core.jobs.kinds import KINDS
from core.training import downloads, history
from core.training.downloads import DOWNLOADS, Download, begin, cancel, download, look, offered, run_download

SOON_S = 60.0  # a process on a busy machine
SLOW = 70_000
FILES = {"a.bin": b"one" * 500, "b.bin": b"two" * 300}

Offer = Callable[[dict[str, bytes]], dict[str, bytes]]


class Server(ThreadingHTTPServer):
    """Gives contents by file name, a piece at a time while the gate is closed; what it is asked for it notes down."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.away = ""  # where it sends everybody on to
        self.gate = threading.Event()
        self.gate.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[1]
        self.server.asked.append(name)
        if self.server.away:
            self.send_response(302)
            self.send_header("Location", self.server.away)
            self.end_headers()
            return
        content = self.server.files.get(name)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # of a process that has been stopped
            while content and not self.server.gate.wait(0.05):
                self.wfile.write(content[:SLOW])
                content = content[SLOW:]
            self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as own:
        thread = threading.Thread(target=own.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield own
        own.gate.set()
        own.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A host that trains, without images and without a way out."""
    for name in ("LECTERN_DATA", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LECTERN_JOBS_FOLDER", str(tmp_path / "jobs"))
    monkeypatch.setenv("LECTERN_TRAINING", "on")
    monkeypatch.setattr(image_sources, "SYSTEM", tmp_path / "system")
    yield
    for run in jobs.runs():
        jobs.cancel(run.id)
    for run in jobs.runs():
        jobs.wait(run.id, timeout_s=SOON_S)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way to the network ends at a port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")


@pytest.fixture
def offer(server: Server, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Let CIFAR-10 have these files at the server."""

    def put(files: dict[str, bytes]) -> dict[str, bytes]:
        server.files = dict(files)
        listed = tuple((f"{server.url}/{name}", len(content), md5(content)) for name, content in files.items())
        monkeypatch.setitem(DOWNLOADS, "cifar-10", Download("CIFAR-10", listed))
        return server.files

    return put


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def there() -> list[str]:
    return sorted(path.name for path in (cache() / "cifar-10").iterdir())


# ---- what is fetched


def test_files_are_fetched_one_after_the_other(server: Server, offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(FILES)
    monkeypatch.setattr(downloads, "PIECE", 1000)
    steps = list(download("cifar-10"))
    assert steps == [("a.bin", 1000), ("a.bin", 1500), ("b.bin", 2400)]
    assert server.asked == list(FILES)
    assert {name: (cache() / "cifar-10" / name).read_bytes() for name in there()} == FILES


def packed(*names: str) -> bytes:
    rows, file = bytes(3073 * 2), io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(f"../somewhere/{name}")
            member.size = len(rows)
            archive.addfile(member, io.BytesIO(rows))
    return file.getvalue()


def test_cifar_is_taken_out_of_its_archive_and_nothing_else(offer: Offer) -> None:
    offer({"cifar.tar.gz": packed(*CIFAR_TRAIN, CIFAR_TEST, "readme.html")})
    assert not available("cifar-10")
    list(download("cifar-10"))
    assert there() == sorted([*CIFAR_TRAIN, CIFAR_TEST])
    assert available("cifar-10")
    assert find("cifar-10").source == "an earlier download"


def test_a_second_attempt_keeps_the_files_that_are_whole(server: Server, offer: Offer) -> None:
    files = offer(FILES)
    del files["b.bin"]
    with pytest.raises(ValueError, match=r"^The server of b\.bin answers with error 404; try again later\.$"):
        list(download("cifar-10"))
    assert there() == ["a.bin"]
    server.asked.clear()
    files |= FILES
    assert list(download("cifar-10"))[-1] == ("b.bin", 2400)
    assert server.asked == ["b.bin"]


@pytest.mark.parametrize(
    "spoil",
    [lambda c: c[:-1] + b"x", lambda c: c[:-1], lambda c: c + b"x"],
    ids=("another", "shorter", "longer"),
)
def test_another_content_is_refused_and_leaves_nothing(offer: Offer, spoil: Callable[[bytes], bytes]) -> None:
    files = offer(FILES)
    files["a.bin"] = spoil(FILES["a.bin"])
    with pytest.raises(ValueError, match=r"of a\.bin is damaged or not the expected file \(MD5 mismatch\)\.$"):
        list(download("cifar-10"))
    assert there() == []


def test_an_endless_answer_is_cut_off(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    files = offer({"a.bin": b"short"})
    files["a.bin"] = bytes(10_000)
    monkeypatch.setattr(downloads, "PIECE", 100)
    steps = download("cifar-10")
    assert next(steps) == ("a.bin", 100)
    with pytest.raises(ValueError, match="MD5 mismatch"):
        next(steps)


@pytest.mark.parametrize("away", ["file://{}", "ftp://[", "http://[", f"http://{'a' * 70}.org/", "gopher://a/"])
def test_a_server_that_sends_on_to_elsewhere_is_refused(
    server: Server, offer: Offer, tmp_path: Path, away: str
) -> None:
    (tmp_path / "own.bin").write_bytes(FILES["a.bin"])  # with the right content
    offer(FILES)
    server.away = away.format(tmp_path / "own.bin")
    with pytest.raises(ValueError, match=r"^(The server of a\.bin answers with|Cannot download a\.bin).*[.?]$"):
        list(download("cifar-10"))
    assert there() == []


def test_two_processes_that_unpack_the_same_archive_do_not_disturb_each_other(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer({"cifar.tar.gz": packed(*CIFAR_TRAIN, CIFAR_TEST)})
    unpack = downloads._unpack

    def slowly(path: Path, folder: Path) -> None:
        unpack(path, folder)
        path.unlink()  # as the other one does, which was here first

    monkeypatch.setattr(downloads, "_unpack", slowly)
    list(download("cifar-10"))
    assert there() == sorted((*CIFAR_TRAIN, CIFAR_TEST))


class Broken(OpenerDirector):
    """Fails."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def open(self, fullurl: Any, data: Any = None, timeout: Any = 0) -> Any:
        raise self.error


@pytest.mark.parametrize("error", [URLError("no network"), TimeoutError(), ConnectionResetError()])
def test_without_a_network_there_is_a_sentence(error: Exception) -> None:
    with pytest.raises(
        ValueError, match=r"^Cannot download train-images-idx3-ubyte\.gz; check the internet connection"
    ):
        list(download("fashion-mnist", Broken(error)))


def test_a_busy_server_is_told_from_a_missing_network() -> None:
    busy = HTTPError("http://nowhere", 503, "busy", Message(), io.BytesIO())
    with pytest.raises(ValueError, match="answers with error 503"):
        list(download("cifar-10", Broken(busy)))


def test_a_full_disk_is_not_taken_for_a_missing_network(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(OpenerDirector):
        def open(self, fullurl: Any, data: Any = None, timeout: Any = 0) -> Any:
            return addinfourl(io.BytesIO(b"x" * 100), Message(), fullurl)

    def no_room(self: Any, *args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", no_room)
    with pytest.raises(OSError, match="No space left"):
        list(download("cifar-10", Full()))


def test_what_a_killed_process_has_left_goes_after_a_day(offer: Offer) -> None:
    offer(FILES)
    folder = cache() / "cifar-10"
    folder.mkdir(parents=True)
    for name, age in (("a.bin.1.part", 2 * 86_400), ("a.bin.2.part", 60)):
        (folder / name).write_bytes(b"half")
        past = (folder / name).stat().st_mtime - age
        os.utime(folder / name, (past, past))
    (folder / "b.bin.3.part").symlink_to("nowhere")  # listed, and then not there
    list(download("cifar-10"))
    assert there() == ["a.bin", "a.bin.2.part", "b.bin", "b.bin.3.part"]


# ---- as a job


class Context:
    """A stand-in for the runner's context that stops after a number of questions."""

    def __init__(self, stop: int = 100) -> None:
        self.left, self.told = stop, []

    def report(self, record: Any, progress: float | None = None) -> None:
        self.told.append((record["file"], record["bytes"], progress))

    def should_stop(self) -> bool:
        self.left -= 1
        return self.left < 0

    def checkpoint(self, save: Any) -> None: ...

    def publish(self, name: str, save: Any) -> None: ...


def test_a_job_tells_how_far_all_files_are(offer: Offer) -> None:
    offer(FILES)
    context = Context()
    assert run_download({"data": "cifar-10"}, None, context) == {"data": "cifar-10"}
    assert context.told == [("a.bin", 1500, 1500 / 2400), ("b.bin", 2400, 1.0)]
    with pytest.raises(ValueError, match=r"`data` must be one of fashion-mnist, cifar-10, .*; got /etc/passwd\."):
        run_download({"data": "/etc/passwd"}, None, Context())


def test_a_job_that_is_to_stop_leaves_nothing_half_done(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(FILES)
    monkeypatch.setattr(downloads, "PIECE", 1000)
    assert run_download({"data": "cifar-10"}, None, Context(stop=1)) is None
    assert there() == []


def test_the_process_of_a_download_needs_no_torch() -> None:
    assert KINDS["download"].function == "core.training.downloads.run_download"


def test_offline_the_download_fails_with_a_sentence_and_can_be_tried_again(closed: None) -> None:
    assert look("cifar-10") is None
    job = begin("cifar-10")
    failed = jobs.wait(job, timeout_s=SOON_S)
    assert (failed.state, failed.message) == (
        "failed",
        "Cannot download cifar-10-binary.tar.gz; check the internet connection.",
    )
    starts = JobFolder(jobs.settings().folder / job).status()["starts"]
    assert begin("cifar-10") == job
    jobs.wait(job, timeout_s=SOON_S)
    assert JobFolder(jobs.settings().folder / job).status()["starts"] == starts + 1
    assert all(run.state == "recorded" for run in history.past_runs())


def test_a_download_is_shared_checked_and_cancelled(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The addresses are the real ones; the server stands in their way as a proxy."""
    monkeypatch.setenv("http_proxy", server.url)
    server.files = {"train-images-idx3-ubyte.gz": bytes(20_000_000)}
    server.gate.clear()
    job = begin("fashion-mnist")
    jobs.wait(job, ("running",), timeout_s=SOON_S)
    assert begin("fashion-mnist") == job
    assert len(jobs.runs()) == 1
    server.gate.set()
    failed = jobs.wait(job, timeout_s=SOON_S)
    assert failed.state == "failed"
    assert failed.message.endswith("is damaged or not the expected file (MD5 mismatch).")
    assert server.asked == ["train-images-idx3-ubyte.gz"]
    assert list((cache() / "fashion-mnist").iterdir()) == []

    server.gate.clear()
    begin("fashion-mnist")
    jobs.wait(job, ("running",), timeout_s=SOON_S)
    cancel("fashion-mnist")
    assert jobs.wait(job, timeout_s=SOON_S).state == "cancelled"


# ---- what is offered


def test_what_is_missing_is_offered_where_trainings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("fashion-mnist")
    assert offered("cifar-10")
    assert not offered("bundled")
    assert not offered("own")
    monkeypatch.setenv("LECTERN_TRAINING", "small")
    assert offered("cifar-10")
    monkeypatch.setenv("LECTERN_TRAINING", "off")
    assert not offered("cifar-10")
    with pytest.raises(ValueError, match="disabled"):
        begin("cifar-10")
    monkeypatch.setenv("LECTERN_TRAINING", "on")
    monkeypatch.setattr(downloads, "find_spec", lambda name: None)
    assert not offered("cifar-10")


def test_images_that_were_deleted_are_offered_again(tmp_path: Path) -> None:
    folder = cache() / "cifar-10"
    folder.mkdir(parents=True)
    for name in (*CIFAR_TRAIN, CIFAR_TEST):
        (folder / name).write_bytes(bytes(3073))
    assert not offered("cifar-10")
    (folder / CIFAR_TEST).unlink()
    assert offered("cifar-10")


def test_sizes_and_servers_are_those_that_are_published() -> None:
    """Bytes as the servers of both give them."""
    assert DOWNLOADS["fashion-mnist"].nbytes == 26421880 + 29515 + 4422102 + 5148
    assert DOWNLOADS["fashion-mnist"].host == "fashion-mnist.s3-website.eu-central-1.amazonaws.com"
    assert (DOWNLOADS["cifar-10"].nbytes, DOWNLOADS["cifar-10"].host) == (170_052_171, "www.cs.toronto.edu")


@pytest.mark.skipif(not SYSTEM.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_debians_archives_are_the_published_ones_without_the_names_in_their_heads() -> None:
    """`gzip -n` leaves out the name and the zero behind it (RFC 1952, section 2.3.1)."""
    for url, nbytes, _ in DOWNLOADS["fashion-mnist"].files:
        name = url.rsplit("/", 1)[1]
        path = SYSTEM / name
        assert path.stat().st_size + len(name.removesuffix(".gz")) + 1 == nbytes
