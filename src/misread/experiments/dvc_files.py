"""Files of DVC's own: their repair after a kill, and the order of the stages in ``dvc.lock``.

DVC 3.67 does not write all files of its own at once. If it is killed in the middle, every later `dvc repro` fails:

- "join() argument must be str, bytes, or os.PathLike object, not 'NoneType'": an empty folder in its run cache;
- "YAML file structure is corrupted": a part of ``dvc.lock``;
- "JSON structure is corrupted", or "is busy": a part of ``.dvc/tmp/rwlock``, or entries of processes that have ended.
"""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import psutil
from dvc.repo import Repo
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from ruamel.yaml import YAML, YAMLError
from voluptuous import Invalid

from misread.errors import MisreadError

BEING_WRITTEN = 10  # seconds; another process may still be writing to a younger folder
ENTRY = re.compile(r"^  (\S.*):$", re.MULTILINE)  # the first line of a stage in dvc.lock
CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)
START = "schema: '2.0'\nstages:\n"


def opened(folder: Path = Path(), wait: bool = True) -> Repo:
    """Open a project.

    Args:
        folder: of the project.
        wait: whether its lock waits while another DVC has it.

    Raises:
        MisreadError: DVC finds no home folder or user name.

    """
    try:
        return Repo(str(folder), _wait_for_lock=wait)
    except (KeyError, RuntimeError) as error:  # a user whom the system does not know, as in some containers
        raise MisreadError(f"DVC needs a home folder and a user name, set HOME and USER ({error})") from None


def remove_empty_runs(cache: Path) -> None:
    """Remove the empty folders of a run cache."""
    for folder in cache.glob("runs/*/*"):
        with suppress(OSError):  # not a folder, not ours, or removed by another process meanwhile
            if time.time() - folder.stat().st_mtime > BEING_WRITTEN and not any(folder.iterdir()):
                folder.rmdir()


def repair_lock(path: Path) -> None:
    """Replace a part of a ``dvc.lock`` by its complete entries; those that it lacks come from the last commit.

    Raises:
        MisreadError: it has conflicts of a merge.

    """
    if not path.exists() or is_whole(text := path.read_text(encoding="utf-8", errors="replace")):
        return
    if CONFLICT.search(text):
        raise MisreadError(f"{path.name}: has conflicts of a merge; README shows under Share how to solve them")
    entries = _entries(_committed(path))
    entries |= dict(list(_entries(text).items())[:-1])  # the last one is cut
    repaired = START + "".join(entries.values())
    if entries and is_whole(repaired):
        _replace(path, repaired)
    else:
        path.unlink()
    print(f"{path.name} was only a part, as DVC was killed while it wrote the file; it has been repaired", flush=True)


def repair_rwlock(path: Path) -> None:
    """Remove what processes that have ended left in the file of what each DVC reads and writes, or a part of this file.

    DVC itself takes an entry for valid if the number of its process is that of a dead process that nobody has waited
    for, as in containers without an init process, or of another program, as after a restart.
    """
    try:
        locks = json.loads(path.read_bytes() or b"nothing")
    except FileNotFoundError:
        return
    except ValueError:
        path.unlink()
        return
    writers = {name: one for name, one in locks.get("write", {}).items() if _is_dvc(one["pid"])}
    readers = {name: [one for one in all_ if _is_dvc(one["pid"])] for name, all_ in locks.get("read", {}).items()}
    readers = {name: those for name, those in readers.items() if those}
    path.write_text(json.dumps({"write": writers, "read": readers}), encoding="utf-8")


def _is_dvc(pid: int) -> bool:
    """Whether a process runs, and is DVC."""
    try:
        return "dvc" in " ".join(psutil.Process(pid).cmdline())  # a dead process has no command line
    except psutil.AccessDenied:  # of another user
        return True
    except psutil.Error:
        return False


def is_whole(text: str) -> bool:
    try:
        COMPILED_LOCKFILE_SCHEMA(YAML(typ="safe").load(text))
    except (YAMLError, Invalid):
        return False
    return True


def _entries(text: str) -> dict[str, str]:
    """Stage -> its lines in ``dvc.lock``."""
    starts = [*ENTRY.finditer(text)]
    bounds = [found.start() for found in starts] + [len(text)]
    return {found[1]: text[start:end] for found, (start, end) in zip(starts, pairwise(bounds), strict=True)}


def order_stages(path: Path, planned: Iterable[str]) -> None:
    """Sort the stages in a ``dvc.lock`` as one run of `dvc repro` after the last commit leaves them.

    Those of the last commit come first, in its order.

    Args:
        path: the file.
        planned: all stages, in the order in which `dvc repro` runs them.

    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if not text.startswith(START):
        return
    entries = _entries(text)
    order = [*_entries(_committed(path)), *planned, *entries]
    names = [*dict.fromkeys(name for name in order if name in entries)]
    if names != [*entries]:
        _replace(path, START + "".join(entries[name] for name in names))


def _committed(path: Path) -> str:
    """Content of a file in the last commit; empty if there is none."""
    shown = subprocess.run(
        ["git", "show", f"HEAD:./{path.name}"], cwd=path.parent, capture_output=True, encoding="utf-8", check=False
    )
    return shown.stdout if shown.returncode == 0 else ""


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
