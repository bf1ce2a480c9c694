"""Fetching files from a mirror or over HTTP; downloads are resumed and checked."""

import hashlib
import itertools
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from tqdm import tqdm

from misread.errors import MisreadError

MIRROR_VARIABLE = "MISREAD_MIRROR"  # folder or URL that is tried first for every file
CHUNK = 1 << 16  # bytes; when a connection breaks, those of an incomplete chunk are lost
ATTEMPTS = 6  # for one file; each attempt resumes where the previous one stopped
LONGEST_PAUSE = 16  # seconds between attempts
TIMEOUT = (10, 60)  # seconds, for connecting and between bytes
BUSY = (429, 500, 502, 503, 504)  # answers of a server that may be able to deliver a little later
HOPELESS = (requests.TooManyRedirects, ValueError)  # ValueError: a URL, or one redirected to, is malformed or not HTTP


def mirror() -> str | None:
    """Folder or URL of the mirror that `MIRROR_VARIABLE` names; None if it is not set.

    Raises:
        MisreadError: the value is neither a folder nor a URL.
    """
    name = os.environ.get(MIRROR_VARIABLE)
    if name and not is_url(name) and not Path(name).is_dir():
        raise MisreadError(f"{MIRROR_VARIABLE}: {name!r} is neither a folder nor a URL")
    return name or None


def is_url(mirror: str) -> bool:
    """Whether a mirror is a URL and not a folder."""
    return mirror.startswith(("http://", "https://"))


def from_mirror(mirror: str, name: str, folder: Path, downloads: Path) -> Path | None:
    """Copy a file from the mirror.

    Args:
        mirror: folder or URL.
        name: name of the file.
        folder: folder for the copy.
        downloads: folder in which a partial download is kept for the next run.

    Returns:
        The copy; None if the mirror does not have the file.

    Raises:
        MisreadError: the mirror has the file but cannot deliver it.

    """
    target = folder / name
    if is_url(mirror):
        url = f"{mirror.rstrip('/')}/{name}"
        return target if fetch(url, target, downloads, md5=None, optional=True) else None
    source = Path(mirror) / name
    if not source.is_file():
        return None
    with (
        open(source, "rb") as reader,
        tqdm.wrapattr(reader, "read", total=source.stat().st_size, desc=name) as bar,
        open(target, "wb") as writer,
    ):
        shutil.copyfileobj(bar, writer, CHUNK)
    return target


@contextmanager
def naming_mirror(mirror: str, path: Path) -> Iterator[None]:
    """Let errors about a copy name the file of the mirror, as the copy is temporary."""
    try:
        yield
    except MisreadError as error:
        raise MisreadError(str(error).replace(str(path), f"{mirror.rstrip('/')}/{path.name}")) from None


def md5_of(path: Path) -> str:
    """MD5 of a file in the form in which the official site publishes it."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def fetch(url: str, target: Path, downloads: Path, md5: str | None, optional: bool = False) -> bool:
    """Download a file: resume, retry with increasing pauses, check it, and only then move it to its place.

    Args:
        url: URL of the file.
        target: path of the complete file.
        downloads: folder of the partial file, ``NAME.part``, which a failed download leaves there for the next run. A
            complete file with a known checksum is kept there too, as a hard link, and is not downloaded again.
        md5: expected checksum; None: unknown.
        optional: whether a file that the server does not have or refuses (404, 403) is not an error.

    Returns:
        False if the file is optional and missing.

    Raises:
        MisreadError: the server refuses, cannot be reached, or sent another file.

    """
    downloads.mkdir(parents=True, exist_ok=True)
    kept, part = downloads / target.name, downloads / f"{target.name}.part"
    if md5 and kept.exists() and md5_of(kept) == md5:
        _link(kept, target)
        return True
    if not _download(url, part, optional):
        return False
    if md5 and (found := md5_of(part)) != md5:
        part.unlink()
        raise MisreadError(f"{url}: md5 is {found}, expected {md5}; the damaged download was removed, run again")
    if md5:
        os.replace(part, kept)
        _link(kept, target)
    else:
        shutil.move(part, target)
    return True


def _download(url: str, part: Path, optional: bool) -> bool:
    """Download a file in several attempts; False if it is optional and missing."""
    with requests.Session() as session:
        for attempt in itertools.count(1):
            last = attempt == ATTEMPTS
            try:
                _continue(session, url, part)
                return True
            except requests.HTTPError as error:
                answer = error.response
                if optional and answer.status_code in (403, 404):  # object stores answer 403 for an unknown name
                    return False
                if last or answer.status_code not in BUSY:
                    raise MisreadError(f"{url}: the server answered {answer.status_code} {answer.reason}") from None
            except HOPELESS as error:
                raise MisreadError(f"{url}: {_reason(error)}") from None
            except requests.RequestException as error:
                if last:
                    raise MisreadError(
                        f"{url}: {_reason(error)}; run again to resume, or set {MIRROR_VARIABLE}"
                    ) from None
            time.sleep(min(2 ** (attempt - 1), LONGEST_PAUSE))


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # target on another file system, or no hard links
        shutil.copyfile(source, target)


def _continue(session: requests.Session, url: str, part: Path) -> None:
    """Download the rest of a partial file."""
    have = part.stat().st_size if part.exists() else 0
    # Compressed transfer would make byte counts meaningless.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with session.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
        if have and response.status_code == 416:  # no bytes left: the partial file is complete, or of another file
            if response.headers.get("Content-Range", "").removeprefix("bytes */") == str(have):
                return
            part.unlink()
            raise requests.ConnectionError("the unfinished download does not fit the file; starting anew")
        if not 200 <= response.status_code < 300:  # also a redirection that does not say where to
            raise requests.HTTPError(response=response)
        resumed = response.status_code == 206
        length = response.headers.get("Content-Length")
        done = have if resumed else 0
        total = done + int(length) if length and length.isdecimal() else None
        with (
            open(part, "ab" if resumed else "wb") as file,
            tqdm(total=total, initial=done, desc=part.stem, unit="B", unit_scale=True) as bar,
        ):
            for chunk in response.iter_content(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
    if total is not None and part.stat().st_size != total:
        raise requests.ConnectionError("the connection closed early")


def _reason(error: Exception) -> str:
    """The innermost cause of an error in one line."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    return " ".join(str(error).split())[:200] or type(error).__name__
