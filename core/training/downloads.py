"""Images and weights that can be downloaded: only ever because a visitor has asked, in a process of its own."""

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
TIMEOUT_S = 15.0  # less than a process that is to stop is given
LEFT_S = 86_400.0  # after so long, a half of a file belongs to no process any more


@dataclass(frozen=True)
class Download:
    """Where a set of images, or the weights of a base, can be had.

    Attributes
    ----------
    title : str
    files : tuple of (str, int, str)
        Address, bytes and MD5 sum of each file; of weights the first digits of the SHA-256 sum.
    """

    title: str
    files: tuple[tuple[str, int, str], ...]

    @property
    def nbytes(self) -> int:
        """Bytes of all files."""
        return sum(nbytes for _, nbytes, _ in self.files)

    @property
    def host(self) -> str:
        """Name of the server."""
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


# ---- what a page asks


def needed(spec: Setup) -> str:
    """What a run needs that may have to be downloaded: the weights of its base, or its images."""
    return spec.base if isinstance(spec, TransferTraining) and spec.base else spec.data


def offered(data: str) -> bool:
    """Whether this host lets its visitors download a set or weights: it trains, and they are not there."""
    trains = jobs.settings().training != "off" and find_spec("torch") is not None
    return trains and data in DOWNLOADS and not (pretrained.available if data in FILES else available)(data)


def look(data: str) -> jobs.Status | None:
    """What is known of the download of a set now; None if it was never asked for."""
    try:
        return jobs.status(_job(data))
    except ValueError:
        return None


def begin(data: str, *, owner: str = "") -> str:
    """Ask for a download and get its name; one that goes on already is shared, one that has ended is begun again.

    Raises
    ------
    ValueError
        If nothing is trained here, or there is no room.
    """
    job = jobs.submit(KIND, _order(data), owner=owner)
    jobs.restart(job, owner=owner)
    return job


def cancel(data: str) -> None:
    """Stop the download of a set, for all who wait for it; files that are whole are kept."""
    jobs.cancel(_job(data))


def _job(data: str) -> str:
    return identity(KIND, KINDS[KIND].version, _order(data))


def _order(data: str) -> dict[str, str]:
    return {"data": data}


# ---- what the process does


def run_download(specification: dict[str, Any], resume: Path | None, context: Context) -> dict[str, Any] | None:
    """Run `download` for the `data` of the specification as a job; reports files and bytes."""
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
        if context.should_stop():  # who waits no more need not hear that the server is silent
            return None
        raise
    return _order(data)


def download(data: str, opener: urllib.request.OpenerDirector | None = None) -> Generator[tuple[str, int]]:
    """Download a set into the cache; files that are there from an earlier attempt are kept.

    A file is there under its name when it is whole and its MD5 sum is right.

    Parameters
    ----------
    data : str
        Key of `DOWNLOADS`.
    opener
        Opens addresses; another one only in tests.

    Yields
    ------
    (str, int)
        Name of a file, and how many bytes of all files are there.

    Raises
    ------
    ValueError
        If the address cannot be reached, or gives something else.
    """
    folder = cache() / data
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.part"):
        with suppress(FileNotFoundError):  # its process may be done with it just now
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
    """Where this process keeps a file that is not whole."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")


def _fetch(opener: urllib.request.OpenerDirector, url: str, path: Path, nbytes: int, digest: str) -> Iterator[int]:
    """Write what an address gives; yields the bytes so far."""
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
    """What an address gives, one piece beyond `nbytes` at most."""
    name = url.rsplit("/", 1)[1]
    try:
        with opener.open(url, timeout=TIMEOUT_S) as answer:
            while nbytes >= 0 and (piece := answer.read(PIECE)):
                nbytes -= len(piece)
                yield piece
    except urllib.error.HTTPError as error:
        error.close()
        raise ValueError(f"The server of {name} answers with error {error.code}; try again later.") from error
    except (OSError, HTTPException, ValueError) as error:  # the last one of an address that it is sent on to
        raise ValueError(f"Cannot download {name}; check the internet connection.") from error


def _take_over(base: str, path: Path) -> None:
    """Keep weights without what else is in their file; whether they can be read or not, it goes."""
    from core.nets.pretrained import keep  # it imports torch

    try:
        keep(base, path)
    finally:
        path.unlink(missing_ok=True)


def _unpack(path: Path, folder: Path) -> None:
    """Take the files of CIFAR-10 from their archive, and nothing else, whatever their folder is called."""
    wanted = {*CIFAR_TRAIN, CIFAR_TEST}
    with tarfile.open(path) as archive:
        for member in archive:
            name = member.name.rsplit("/", 1)[-1]
            content = archive.extractfile(member) if member.isfile() and name in wanted else None
            if content is not None:
                part = _part(folder / name)
                part.write_bytes(content.read())
                part.replace(folder / name)
