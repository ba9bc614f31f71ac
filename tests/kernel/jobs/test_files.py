"""Whole files, and locks that end with their holder."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from core.jobs import files

ROOT = Path(__file__).parents[3]


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.json"
    files.write(path, {"x": 1})

    def full(_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="full") as caught:
        files.write(path, {"x": 2})
    assert files.is_full(caught.value) and not files.is_full(OSError(errno.EACCES, "no"))
    assert files.read(path) == {"x": 1}
    with pytest.raises(ValueError, match="JSON compliant"):
        files.write(path, {"x": float("nan")})
    assert files.read(path) == {"x": 1}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000])
def test_what_is_no_object_reads_as_an_empty_one(tmp_path, content) -> None:
    (tmp_path / "a.json").write_bytes(content)
    assert files.read(tmp_path / "a.json") == {} == files.read(tmp_path / "none.json")


def test_a_lock_keeps_others_out_until_it_is_released(tmp_path) -> None:
    one, two = files.Lock(tmp_path / "lock"), files.Lock(tmp_path / "lock")
    assert not files.held(tmp_path / "lock")
    assert not (tmp_path / "lock").exists()
    assert one.acquire() and not two.acquire(0.02) and files.held(tmp_path / "lock")
    one.release()
    one.release()
    assert not files.held(tmp_path / "lock") and two.acquire()
    two.release()


def test_a_lock_ends_with_the_process_that_is_killed(tmp_path) -> None:
    code = (
        "import sys; from pathlib import Path; from core.jobs.files import Lock\n"
        "LOCK = Lock(Path(sys.argv[1]))\nassert LOCK.acquire()\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    path = tmp_path / "lock"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        assert files.held(path)
        other.kill()
    assert not files.held(path)


def test_size_counts_all_files(tmp_path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(bytes(100))
    (tmp_path / "a" / "d").write_bytes(bytes(11))
    folders = sum(path.lstat().st_size for path in (tmp_path / "a", tmp_path / "a" / "b"))
    assert files.size(tmp_path) == 111 + folders
