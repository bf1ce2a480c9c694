"""Reading zip archives that may be damaged or made to do harm."""

import os
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from misread.errors import MisreadError
from misread.parallel.remembered import remember

MAX_MEMBER_BYTES = 3 * 1024**2 + 4096  # an uncompressed image of 1024 x 1024 pixels; those of GTSRB are smaller
MAX_ARCHIVE_BYTES = 4 * 1024**3
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # `zipfile` unpacks no more bytes at a time than it is asked for
# What `zipfile` raises for a damaged archive; NotImplementedError is a RuntimeError, UnicodeDecodeError a ValueError.
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)


def member_names(path: Path) -> list[str]:
    """Names of the members of any zip.

    Raises:
        MisreadError: the file is missing or is not a zip.

    """
    with _open(path) as archive:
        return archive.namelist()


def _open(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise MisreadError(f"{path}: no such file; `dvc repro download` brings it") from None
    except DAMAGED as error:
        raise MisreadError(f"{path}: not a readable zip archive, or only a part of one ({error})") from None


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip whose members are safe to read.

    Raises:
        MisreadError: the file is missing or is not a zip, the path of a member is absolute or contains ``..``, a member
            is a symbolic link or is compressed by a rare method, or the unpacked content would be far larger than
            images of signs are (a decompression bomb).

    """
    archive = _open(path)
    total = 0
    for member in archive.infolist():
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        total += member.file_size
        if parts.is_absolute() or ".." in parts.parts or re.match(r"[A-Za-z]:", member.filename):
            problem = "has an absolute path or one with '..'"
        elif stat.S_ISLNK(member.external_attr >> 16):
            problem = "is a symbolic link"
        elif member.compress_type not in METHODS:
            problem = "is neither stored nor compressed by deflate; pack the archive anew, as an ordinary zip"
        elif member.file_size > MAX_MEMBER_BYTES or total > MAX_ARCHIVE_BYTES:
            problem = "would unpack to too many bytes"
        else:
            continue
        archive.close()
        raise MisreadError(f"{path}: member {member.filename!r} {problem}")
    return archive


def check_archive(path: Path) -> None:
    """Read every member of a zip, and check its CRC.

    Raises:
        MisreadError: as for `open_archive`, or a member is damaged.

    """
    with open_archive(path) as archive:
        for member in archive.namelist():
            read_member(archive, member)


@remember(4)
def opened_archive(path: Path) -> zipfile.ZipFile:
    """As `open_archive`, but cached: a worker that reads many blocks parses the zip's directory only once."""
    return open_archive(path)


if hasattr(os, "register_at_fork"):
    # A forked worker would share the position in the file with its parent, and one would read what the other looks for.
    os.register_at_fork(after_in_child=opened_archive.cache_clear)


def read_member(archive: zipfile.ZipFile, member: str) -> bytes:
    """Read the bytes of one member and check its CRC.

    Raises:
        MisreadError: the member is missing or damaged.

    """
    try:
        size = archive.getinfo(member).file_size
        with archive.open(member) as file:
            # `read()` would unpack all of a member that is larger than it says before it compares the CRC.
            return file.read(size + 1)
    except KeyError:
        raise MisreadError(f"{archive.filename}: file {member!r} is missing") from None
    except DAMAGED as error:
        raise MisreadError(f"{archive.filename}: {member!r} is damaged ({error})") from None
