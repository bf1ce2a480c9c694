"""Add a DVC remote that can be written and read: remote.py URL [OPTION=VALUE ...].

The packages that the URL needs are installed, and a small file is written, read back and removed. The remote is added
after that, as the default of this clone, in ``.dvc/config.local``. There it does not affect other clones: with a
default remote of a kind that is not installed, every `dvc exp run` fails. The options are those of `dvc remote modify`.
"""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import dvc.fs
from dvc.exceptions import DvcException
from dvc.repo import Repo

NAME = "storage"
GROUPS = {
    "": None,
    "s3": "s3",
    "ssh": "ssh",
    "webdav": "webdav",
    "webdavs": "webdav",
}  # scheme of a URL -> its packages
OTHERS = ("azure", "gdrive", "gs", "hdfs", "oss")  # kinds for which DVC has a package of this name
USAGE = 'make remote URL=FOLDER, s3://BUCKET/PATH, ssh://HOST/PATH or webdavs://HOST/PATH [OPTIONS="user=NAME ..."]'


class Unusable(Exception):
    """The remote cannot be used; the message says why in one line."""


def in_ascii(folder: Path) -> str:
    """A path that DVC can write to its settings: absolute, or relative to the project if only that is ASCII.

    Raises:
        Unusable: neither is.

    """
    paths = str(folder), os.path.relpath(folder)
    if not (written := [path for path in paths if path.isascii()]):
        raise Unusable("DVC cannot write the path of a remote with letters beyond ASCII; use another folder")
    return written[0]


def install(url: str) -> None:
    """Install what a URL needs.

    Raises:
        Unusable: it is no URL of a kind that is known here, or the packages cannot be installed.

    """
    scheme = url.partition("://")[0] if "://" in url else ""
    if scheme not in GROUPS:
        other = "; DVC's documentation tells what other kinds need"
        if scheme in OTHERS:
            other = f"; for {scheme}, `pip install dvc-{scheme}` and `dvc remote add --local --default {NAME} {url}`"
        raise Unusable(f"a folder, s3://, ssh://, webdav:// or webdavs:// is expected{other}")
    if group := GROUPS[scheme]:
        script = Path(__file__).with_name("environment.py")
        if subprocess.run([sys.executable, str(script), group], check=False).returncode:
            raise Unusable(f"the packages of requirements/{group}.lock could not be installed")


def check(repo: Repo, settings: dict[str, str]) -> None:
    """Write a small file to a remote, read it back and remove it.

    Args:
        repo: the project.
        settings: of the remote, ``url`` and options of `dvc remote modify`.

    Raises:
        Unusable: that fails.

    """
    content = os.urandom(64)
    doing = "opened"
    try:
        kind, options, folder = dvc.fs.get_cloud_fs(repo.config, **settings)
        remote = kind(**options)
        path = remote.join(folder, f"misread-check-{uuid4().hex}")
        doing = "written"
        if folder:
            remote.makedirs(folder, exist_ok=True)
        remote.pipe_file(path, content)
        doing = "read"
        found = remote.cat_file(path)
        doing = "cleaned: a file can be written and read, but not removed"
        remote.rm_file(path)
    except Exception as error:  # every library has its own
        raise Unusable(f"cannot be {doing} ({_reason(error)})") from None
    if found != content:
        raise Unusable("returns another content than was written")


def add(repo: Repo, settings: dict[str, str]) -> None:
    """Write a remote to ``.dvc/config.local`` as the default of this clone; an earlier one of this name is replaced."""
    with repo.config.edit("local") as config:
        config.setdefault("remote", {})[NAME] = settings
        config.setdefault("core", {})["remote"] = NAME


def _reason(error: Exception) -> str:
    """The innermost cause of an error in one line."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    text = re.sub(r"\s+", " ", str(error)).strip()
    return text[:300] or type(error).__name__


def main() -> None:
    url, *options = sys.argv[1:] or [""]
    if not url or not all("=" in option for option in options):
        sys.exit(f"error: {USAGE}")
    settings = {"url": url} | dict(option.split("=", 1) for option in options)
    logging.disable(logging.CRITICAL)  # the libraries report every attempt
    try:
        if "://" not in url:
            settings["url"] = in_ascii(Path(url).expanduser().absolute())
        install(url)
        repo = Repo()
        check(repo, settings)
        add(repo, settings)
    except Unusable as problem:
        sys.exit(f"error: {url}: {problem}")
    except DvcException as error:
        sys.exit(f"error: {url}: {_reason(error)}")
    print(f"{url} can be written and read. It is now the remote {NAME!r} of this clone, where `dvc push` uploads to.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; no remote was added")
