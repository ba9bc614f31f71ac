"""Where sets of images are looked for, and how they get there."""

from __future__ import annotations

import hashlib
import os
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

from core.images import CIFAR_TEST, CIFAR_TRAIN, PARTS, Images, fashion_mnist, read_cifar, read_folder

SYSTEM = Path("/usr/share/datasets/fashion-mnist")  # Debian's package dataset-fashion-mnist
# Address and MD5 sum of each file. Those of Fashion-MNIST are torchvision's; that of CIFAR-10 is its authors'.
_FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
DOWNLOADS = {
    "fashion-mnist": (
        (f"{_FASHION}train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        (f"{_FASHION}train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        (f"{_FASHION}t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        (f"{_FASHION}t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ),
    "cifar-10": (("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530"),),
}
MAX_BYTES = 200_000_000
PIECE = 1 << 18
TIMEOUT_S = 30.0


def cache() -> Path:
    """Where downloads are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lectern"


def places(data: str) -> list[tuple[Path, str]]:
    """Folders in which a set is looked for, in this order, each with the words for it.

    The first ones are in the folder that the environment variable LECTERN_DATA names, which may be the one that
    torchvision was told to download into.

    Parameters
    ----------
    data : str
        "fashion-mnist", "own" (any set in the format of MNIST) or "cifar-10".
    """
    inner = {"fashion-mnist": "FashionMNIST/raw", "own": "MNIST/raw", "cifar-10": "cifar-10-batches-bin"}[data]
    named = os.environ.get("LECTERN_DATA")
    found = []
    if named:
        found += [(Path(named), "the folder of this host"), (Path(named) / inner, "the folder of this host")]
    if data == "fashion-mnist":
        found.append((SYSTEM, "the data sets of this system"))
    if data != "own":
        found.append((cache() / data, "an earlier download"))
    return found


def available(data: str) -> bool:
    """Whether the files of a set are there; they are not read."""
    return data == "bundled" or any(_complete(folder, data) for folder, _ in places(data))


def _complete(folder: Path, data: str) -> bool:
    if data == "cifar-10":
        return all((folder / name).is_file() for name in (*CIFAR_TRAIN, CIFAR_TEST))
    return all(any((folder / f"{part}-ubyte{end}").is_file() for end in (".gz", "")) for part in PARTS)


def find(data: str) -> Images:
    """Read a set from the first place that has it.

    Parameters
    ----------
    data : str
        "bundled" (a tenth of Fashion-MNIST, always there), or as in `places`.

    Raises
    ------
    ValueError
        If it is nowhere, or damaged; or if what is called Fashion-MNIST there is not the published one.
    """
    if data == "bundled":
        return fashion_mnist()
    folder, source = next(((folder, source) for folder, source in places(data) if _complete(folder, data)), (None, ""))
    if folder is None:
        raise ValueError(_MISSING[data])
    if data == "cifar-10":
        return read_cifar(folder, source)
    found = read_folder(folder, source)
    if data == "fashion-mnist" and found.name != "Fashion-MNIST":
        raise ValueError(f"The training images from {source} are not those of Fashion-MNIST: their MD5 sum differs.")
    return found


_MISSING = {
    "fashion-mnist": "The whole of Fashion-MNIST is not on this machine. Download it first, install Debian's package "
    "dataset-fashion-mnist, or use the tenth of it that is part of the app.",
    "own": "LECTERN_DATA names no folder with four files in the format of MNIST.",
    "cifar-10": "CIFAR-10 is not on this machine. Download it first, or use the tenth of Fashion-MNIST that is part of "
    "the app.",
}


def download(data: str, opener: urllib.request.OpenerDirector | None = None) -> Iterator[tuple[str, int, int]]:
    """Download a set into the cache; only ever because a visitor has asked for it.

    A file is there under its name when it is whole and its MD5 sum is right.

    Parameters
    ----------
    data : str
        Key of `DOWNLOADS`.
    opener
        Opens addresses; another one only in tests.

    Yields
    ------
    (str, int, int)
        Name of a file, how many of its bytes are there, and how many it has (0 if not known).

    Raises
    ------
    ValueError
        If the address cannot be reached, or gives something else.
    """
    folder = cache() / data
    folder.mkdir(parents=True, exist_ok=True)
    for url, digest in DOWNLOADS[data]:
        path = folder / url.rsplit("/", 1)[1]
        if not path.is_file():
            new = path.with_suffix(f".{os.getpid()}")
            try:
                yield from _fetch(opener or urllib.request.build_opener(), url, new, digest)
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)
        if path.name.endswith(".tar.gz"):
            _unpack(path, folder)
            path.unlink()


def _fetch(opener: urllib.request.OpenerDirector, url: str, path: Path, digest: str) -> Iterator[tuple[str, int, int]]:
    name, done = url.rsplit("/", 1)[1], 0
    found = hashlib.md5(usedforsecurity=False)
    try:
        with opener.open(url, timeout=TIMEOUT_S) as answer, path.open("wb") as file:
            total = int(answer.headers.get("Content-Length") or 0)
            while (piece := answer.read(PIECE)) and done <= MAX_BYTES:
                file.write(piece)
                found.update(piece)
                done += len(piece)
                yield name, done, total
    except urllib.error.HTTPError as error:
        error.close()
        raise ValueError(f"The server of {name} answers with error {error.code}; try again later.") from error
    except (OSError, HTTPException) as error:
        raise ValueError(f"{name} cannot be downloaded; is there a connection to the internet?") from error
    if found.hexdigest() != digest:
        raise ValueError(f"What was downloaded as {name} is another file or was cut short: its MD5 sum differs.")


def _unpack(path: Path, folder: Path) -> None:
    """Take the files of CIFAR-10 from their archive, and nothing else, whatever their folder is called."""
    wanted = {*CIFAR_TRAIN, CIFAR_TEST}
    with tarfile.open(path) as archive:
        for member in archive:
            name = member.name.rsplit("/", 1)[-1]
            content = archive.extractfile(member) if member.isfile() and name in wanted else None
            if content is not None:
                (folder / name).write_bytes(content.read())
