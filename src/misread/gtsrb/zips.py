"""Reading zip archives that may be damaged or made to do harm."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np
import pandas as pd

from misread.errors import MisreadError

MAX_MEMBER_BYTES = 3 * 1024**2 + 4096  # an uncompressed image of 1024 x 1024 pixels; those of GTSRB are smaller
MAX_ARCHIVE_BYTES = 4 * 1024**3
ENCRYPTED = 1  # bit of a member's flags
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # `zipfile` unpacks no more bytes at a time than it is asked for
# What `zipfile` raises for a damaged archive; NotImplementedError is a RuntimeError, UnicodeDecodeError a ValueError.
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)

# Columns that say where a member is in a zip: 29 bytes, for which `zipfile` takes about a kilobyte.
PLACE = np.dtype([("header", "<i8"), ("packed", "<i8"), ("unpacked", "<i8"), ("crc", "<u4"), ("deflated", "?")])
# The header before a member: signature, 22 bytes that the directory repeats, lengths of the name and of other fields.
HEADER = struct.Struct("<4s22xHH")


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
            is a symbolic link, is encrypted or is compressed by a rare method, or the unpacked content would be far
            larger than images of signs are (a decompression bomb).

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
        elif member.flag_bits & ENCRYPTED:
            problem = "is encrypted"
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


def read_member(archive: zipfile.ZipFile, member: str) -> bytes:
    """Read the bytes of one member and check its CRC.

    Raises:
        MisreadError: the member is missing or damaged.

    """
    size = _entry(archive, member).file_size
    try:
        with archive.open(member) as file:
            # `read()` would unpack all of a member that is larger than it says before it compares the CRC.
            return file.read(size + 1)
    except DAMAGED as error:
        raise MisreadError(f"{archive.filename}: {member!r} is damaged ({error})") from None


def places(archive: zipfile.ZipFile, members: Iterable[str]) -> pd.DataFrame:
    """Find where members are in a zip, for `read_places`.

    Args:
        archive: result of `open_archive`.
        members: names of some members.

    Returns:
        A row for each member, with the columns of `PLACE`.

    Raises:
        MisreadError: a member is missing.

    """
    found = (_entry(archive, member) for member in members)
    rows = ((one.header_offset, one.compress_size, one.file_size, one.CRC, one.compress_type) for one in found)
    return pd.DataFrame(np.fromiter(rows, PLACE))


def _entry(archive: zipfile.ZipFile, member: str) -> zipfile.ZipInfo:
    try:
        return archive.getinfo(member)
    except KeyError:
        raise MisreadError(f"{archive.filename}: file {member!r} is missing") from None


def read_places(path: Path, members: Iterable[str], places: Iterable) -> Iterator[bytes]:
    """Read the bytes of members, and check their CRCs, without the directory of the zip.

    Args:
        path: of the zip.
        members: their names, for messages.
        places: where they are: rows of the table of `places`, as objects with the names of `PLACE` as attributes.

    Raises:
        MisreadError: the file is missing or a member is damaged.

    """
    try:
        with open(path, "rb") as file:
            for member, place in zip(members, places, strict=True):
                try:
                    yield _read_place(file, place)
                except DAMAGED as error:
                    raise MisreadError(f"{path}: {member!r} is damaged ({error})") from None
    except FileNotFoundError:
        raise MisreadError(f"{path}: no such file; `dvc repro download` brings it") from None


def _read_place(file: BinaryIO, place) -> bytes:
    file.seek(place.header)
    signature, *lengths = HEADER.unpack(file.read(HEADER.size))
    if signature != zipfile.stringFileHeader:
        raise zipfile.BadZipFile("Bad magic number for file header")
    file.seek(sum(lengths), 1)
    content = file.read(place.packed)
    if place.deflated:  # no more than the directory says is unpacked, whatever the content is
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, place.unpacked + 1)
    if len(content) != place.unpacked or zlib.crc32(content) != place.crc:
        raise zipfile.BadZipFile("Bad CRC-32")
    return content
