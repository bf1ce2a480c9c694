"""Kaggle's edition of GTSRB (``Train.csv``, ``Test.csv`` and PNG images), converted to the official archives."""

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from misread.errors import MisreadError
from misread.gtsrb import archives, dataset, zips

COLUMNS = ["Width", "Height", "Roi.X1", "Roi.Y1", "Roi.X2", "Roi.Y2", "ClassId", "Path"]
TABLES = ("Train.csv", "Test.csv")
DEPTH = 2  # maximum number of folders between the mirror, or the top of a zip in it, and the tables

Reader = Callable[[str], bytes]


class Edition(NamedTuple):
    """Location of Kaggle's edition: a folder or a zip, and the folder in it that holds the tables."""

    path: Path
    root: str

    def __str__(self) -> str:
        return str(self.path / self.root)

    def name_of(self, member: str) -> str:
        """Path of a member, as messages name it."""
        return f"{self.path}: {PurePosixPath(self.root, member)}" if self.path.is_file() else str(self.path / member)


def find(mirror: Path) -> Edition | None:
    """Find Kaggle's edition in a mirror, unpacked or zipped, at the top or in a folder; None if there is none.

    Upper and lower case make no difference.

    Raises:
        MisreadError: there is none in what can be read, and a zip is broken.

    """
    for depth in range(DEPTH + 1):
        for table in sorted(path for path in mirror.glob("*/" * depth + "*.csv") if path.name.lower() == "train.csv"):
            if _are_tables(path.name for path in table.parent.iterdir()):
                return Edition(table.parent, "")
    broken = []
    for path in dataset.other_zips(mirror):
        try:
            names = [PurePosixPath(name) for name in zips.member_names(path)]
        except MisreadError as error:
            broken.append(f"{error}; if it is not GTSRB, remove it")
            continue
        for name in sorted(
            (name for name in names if name.name.lower() == "train.csv"), key=lambda one: len(one.parts)
        ):
            beside = (one.name for one in names if one.parent == name.parent)
            if len(name.parts) <= DEPTH + 1 and _are_tables(beside):
                return Edition(path, "" if name.parent.name == "" else str(name.parent))
    if broken:
        raise MisreadError(broken[0])
    return None


def _are_tables(names: Iterable[str]) -> bool:
    return {table.lower() for table in TABLES} <= {name.lower() for name in names}


@contextmanager
def _open(edition: Edition):
    """Yield a function that reads a member by its path; the case of letters in the path may differ."""
    if edition.path.is_file():
        with zips.open_archive(edition.path) as archive:
            exact = dict.fromkeys(archive.namelist())
            other_case = {name.lower(): name for name in exact}
            root = f"{edition.root}/" if edition.root else ""

            def read(member: str) -> bytes:
                name = root + member
                return zips.read_member(archive, name if name in exact else other_case.get(name.lower(), name))

            yield read
        return

    @cache
    def files() -> dict[str, Path]:
        return {path.relative_to(edition.path).as_posix().lower(): path for path in edition.path.rglob("*")}

    def read(member: str) -> bytes:
        path = edition.path / member
        try:
            return (path if path.is_file() else files().get(member.lower(), path)).read_bytes()
        except FileNotFoundError:
            raise MisreadError(f"{path}: listed in Train.csv or Test.csv, but there is no such file") from None

    yield read


def _table(read: Reader, member: str, name: str) -> pd.DataFrame:
    """Read a table and check it; its column ``Filename`` has the name of the image in the official archive."""
    table = dataset.parse_annotations(read(member), name, COLUMNS, ",", text_column="Path")
    dataset.check_rows(table.rename(columns=dataset.COLUMNS | {"Path": "file"}), name)
    for path in table.Path:
        parts = PurePosixPath(path.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or not parts.name:
            raise MisreadError(f"{name}: {path!r} is an absolute path, or one with '..', or names no file")
    table["Filename"] = table.Path.map(lambda path: PurePosixPath(path).with_suffix(".ppm").name)
    return table


def convert(edition: Edition, folder: Path, with_training: bool = True) -> None:
    """Write the official archives from Kaggle's edition, converting PNG to PPM without loss.

    Args:
        edition: result of `find`; contains Train.csv, Test.csv and the images that they list.
        folder: folder for the archives.
        with_training: whether all three archives are wanted, and not only those of the test set.

    Raises:
        MisreadError: a table or an image is missing or broken; the message names it.

    """
    with _open(edition) as read, archives.Writer(folder) as writer:
        train, test = (_table(read, table, edition.name_of(table)) for table in TABLES)
        train = train if with_training else train.iloc[:0]
        # The names of Kaggle's files begin with the class: 00020_00001_00002.png.
        train["Filename"] = train.Filename.str.extract(r"(\d{5}_\d{5}\.ppm)$")[0]
        if train.Filename.isna().any():
            raise MisreadError(
                f"{edition.name_of(TABLES[0])}: file name {train.Path[train.Filename.isna()].iloc[0]!r} names no "
                "track and frame"
            )

        def image(path: str, width: int, height: int) -> np.ndarray:
            return dataset.decode_image(read(path), edition.name_of(path), width, height)

        for row in tqdm(train.itertuples(), total=len(train), desc="training images", unit="img"):
            writer.add_train(row.ClassId, row.Filename, image(row.Path, row.Width, row.Height))
        for row in tqdm(test.itertuples(), total=len(test), desc="test images", unit="img"):
            writer.add_test(row.Filename, image(row.Path, row.Width, row.Height))
        official = list(dataset.COLUMNS)
        writer.add_annotations(train[official].sort_values("Filename"), test[official].sort_values("Filename"))
    if not with_training:
        (folder / dataset.TRAIN.name).unlink()
