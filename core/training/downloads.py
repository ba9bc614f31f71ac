"""Downloads of images and weights: only at a visitor's request, in a separate process."""

from __future__ import annotations

import hashlib
import os
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core import jobs
from core.data.image_sources import available, cache
from core.data.images import CIFAR_TEST, CIFAR_TRAIN
from core.jobs.identity import identity
from core.jobs.kinds import KINDS, Context
from core.training import pretrained
from core.training.experiments import Setup
from core.training.pretrained import ADDRESS, FILES
from core.training.transfer_experiment import TransferTraining

KIND = "download"
PIECE = 1 << 16
TIMEOUT_S = 15.0  # less than a stopping process is given
LEFT_S = 86_400.0  # after this long, a partial file no longer belongs to any process


@dataclass(frozen=True)
class Download:
    """Source of a set of images, or of the weights of a base.

    Attributes
    ----------
    title : str
    files : tuple of (str, int, str)
        Address, bytes, and MD5 sum of each file; for weights, the first digits of the SHA-256 sum.
    """

    title: str
    files: tuple[tuple[str, int, str], ...]

    @property
    def nbytes(self) -> int:
        """Return the bytes of all files."""
        return sum(nbytes for _, nbytes, _ in self.files)

    @property
    def host(self) -> str:
        """Return the name of the server."""
        return urlsplit(self.files[0][0]).hostname or ""


_FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
# The MD5 sums of Fashion-MNIST are torchvision's; that of CIFAR-10 is its authors'.
DOWNLOADS = {
    "fashion-mnist": Download(
        "Fashion-MNIST",
        (
            (f"{_FASHION}train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            (f"{_FASHION}train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
            (f"{_FASHION}t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
            (f"{_FASHION}t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
        ),
    ),
    "cifar-10": Download(
        "CIFAR-10",
        (
            (
                "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                170_052_171,
                "c32a1d4ab5d03f1284b67883e8d87530",
            ),
        ),
    ),
    **{
        base: Download(f"the weights of {title}", ((f"{ADDRESS}{name}", nbytes, name[-12:-4]),))
        for base, (title, name, nbytes) in FILES.items()
    },
}


# ---- for pages


def needed(spec: Setup) -> str:
    """Return what a run needs that may have to be downloaded: the weights of its base, or its images."""
    return spec.base if isinstance(spec, TransferTraining) and spec.base else spec.data


def offered(data: str) -> bool:
    """Return whether this host lets visitors download a set or weights: it trains, and they are not there."""
    trains = jobs.settings().training != "off" and find_spec("torch") is not None
    return trains and data in DOWNLOADS and not (pretrained.available if data in FILES else available)(data)


def look(data: str) -> jobs.Status | None:
    """Return the status of the download of a set; None if it was never requested."""
    try:
        return jobs.status(_job(data))
    except ValueError:
        return None


def begin(data: str, *, owner: str = "") -> str:
    """Request a download and return its name; one in progress is shared, one that has ended is restarted.

    Raises
    ------
    ValueError
        If nothing is trained here, or there is no room.
    """
    job = jobs.submit(KIND, _order(data), owner=owner)
    jobs.restart(job, owner=owner)
    return job


def cancel(data: str) -> None:
    """Stop the download of a set, for everybody who waits for it; complete files are kept."""
    jobs.cancel(_job(data))


def _job(data: str) -> str:
    return identity(KIND, KINDS[KIND].version, _order(data))


def _order(data: str) -> dict[str, str]:
    return {"data": data}


# ---- for the process


def run_download(specification: dict[str, Any], resume: Path | None, context: Context) -> dict[str, Any] | None:
    """Run `download` for the `data` of the specification as a job; report files and bytes."""
    data = str(specification.get("data"))
    if data not in DOWNLOADS:
        raise ValueError(f"`data` must be one of {', '.join(DOWNLOADS)}; got {data[:40]}.")
    try:
        with closing(download(data)) as steps:
            for name, done in steps:
                if context.should_stop():
                    return None
                context.report({"file": name, "bytes": done}, done / DOWNLOADS[data].nbytes)
    except ValueError:
        if context.should_stop():  # nobody who has stopped waiting needs to hear that the server is silent
            return None
        raise
    return _order(data)


def download(data: str, opener: urllib.request.OpenerDirector | None = None) -> Generator[tuple[str, int]]:
    """Download a set into the cache; files from an earlier attempt are kept.

    A file appears under its name once it is complete and its MD5 sum is correct.

    Parameters
    ----------
    data : str
        Key of `DOWNLOADS`.
    opener
        Opens addresses; a different one only in tests.

    Yields
    ------
    (str, int)
        Name of a file, and how many bytes of all files have arrived.

    Raises
    ------
    ValueError
        If the address cannot be reached, or returns something else.
    """
    folder = cache() / data
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.part"):
        with suppress(FileNotFoundError):  # its process may be finishing it right now
            if time.time() - left.stat().st_mtime > LEFT_S:
                left.unlink()
    before = 0
    for url, nbytes, digest in DOWNLOADS[data].files:
        path = folder / url.rsplit("/", 1)[1]
        if not path.is_file():
            part = _part(path)
            try:
                for done in _fetch(opener or urllib.request.build_opener(), url, part, nbytes, digest):
                    yield path.name, before + done
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        if path.name.endswith(".tar.gz"):
            _unpack(path, folder)
            path.unlink(missing_ok=True)  # another process may have done so
        elif data in FILES:
            _take_over(data, path)
        before += nbytes


def _part(path: Path) -> Path:
    """Return where this process keeps an incomplete file."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")


def _fetch(opener: urllib.request.OpenerDirector, url: str, path: Path, nbytes: int, digest: str) -> Iterator[int]:
    """Write what an address returns; yield the bytes so far."""
    done, found = 0, hashlib.md5(usedforsecurity=False) if len(digest) == 32 else hashlib.sha256()
    with path.open("wb") as file:
        for piece in _pieces(opener, url, nbytes):
            file.write(piece)
            found.update(piece)
            done += len(piece)
            yield done
    if not found.hexdigest().startswith(digest):
        name = url.rsplit("/", 1)[1]
        raise ValueError(f"The download of {name} is damaged or not the expected file ({found.name.upper()} mismatch).")


def _pieces(opener: urllib.request.OpenerDirector, url: str, nbytes: int) -> Iterator[bytes]:
    """Yield what an address returns, at most one piece beyond `nbytes`."""
    name = url.rsplit("/", 1)[1]
    try:
        with opener.open(url, timeout=TIMEOUT_S) as answer:
            while nbytes >= 0 and (piece := answer.read(PIECE)):
                nbytes -= len(piece)
                yield piece
    except urllib.error.HTTPError as error:
        error.close()
        raise ValueError(f"The server of {name} answers with error {error.code}; try again later.") from error
    except (OSError, HTTPException, ValueError) as error:  # including a bad address that it redirects to
        raise ValueError(f"Cannot download {name}; check the internet connection.") from error


def _take_over(base: str, path: Path) -> None:
    """Keep weights without the rest of their file; the file is removed whether or not they can be read."""
    from core.nets.pretrained import keep  # it imports torch

    try:
        keep(base, path)
    finally:
        path.unlink(missing_ok=True)


def _unpack(path: Path, folder: Path) -> None:
    """Extract the files of CIFAR-10 from their archive, and nothing else, whatever the name of their folder."""
    wanted = {*CIFAR_TRAIN, CIFAR_TEST}
    with tarfile.open(path) as archive:
        for member in archive:
            name = member.name.rsplit("/", 1)[-1]
            content = archive.extractfile(member) if member.isfile() and name in wanted else None
            if content is not None:
                part = _part(folder / name)
                part.write_bytes(content.read())
                part.replace(folder / name)
