"""Kaggle's edition of GTSRB (``Train.csv``, ``Test.csv`` and PNG images), converted to the official archives."""

import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pandas as pd
from tqdm import tqdm

from misread.data import archives, gtsrb
from misread.errors import MisreadError

COLUMNS = ["Width", "Height", "Roi.X1", "Roi.Y1", "Roi.X2", "Roi.Y2", "ClassId", "Path"]
Reader = Callable[[str], bytes]


def find(mirror: Path) -> Path | None:
    """The folder, or the zip in it, that holds ``Train.csv`` and ``Test.csv``; None where there is neither."""
    if _is_edition({path.name for path in mirror.iterdir()}):
        return mirror
    for path in sorted(mirror.glob("*.zip")):
        if path.name not in {archive.name for archive in gtsrb.ARCHIVES} and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if _is_edition(set(archive.namelist())):
                    return path
    return None


def _is_edition(names: set[str]) -> bool:
    return {"Train.csv", "Test.csv"} <= names


@contextmanager
def _open(edition: Path):
    """Yield a function from a member's path to its bytes."""
    if edition.is_file():
        with gtsrb.open_archive(edition) as archive:
            yield lambda member: gtsrb.read_member(archive, member)
    else:
        yield lambda member: _read_file(edition, member)


def _read_file(folder: Path, member: str) -> bytes:
    try:
        return (folder / member).read_bytes()
    except FileNotFoundError:
        raise MisreadError(f"{folder / member}: listed in Train.csv or Test.csv, but there is no such file") from None


def _table(read: Reader, name: str) -> pd.DataFrame:
    table = gtsrb.parse_annotations(read(name), name, COLUMNS, ",", text_column="Path")
    for path in table.Path:
        parts = PurePosixPath(path.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise MisreadError(f"{name}: {path!r} has an absolute path or one with '..'")
    table["Filename"] = table.Path.map(lambda path: PurePosixPath(path).with_suffix(".ppm").name)
    return table


def convert(edition: Path, folder: Path) -> None:
    """Write the three official archives from Kaggle's edition; PNG to PPM, pixel for pixel.

    Args:
        edition: folder or zip with Train.csv, Test.csv and the images that they list.
        folder: where the archives go.

    Raises:
        MisreadError: a table or an image is missing or broken; the message names it.

    """
    with _open(edition) as read, archives.Writer(folder) as writer:
        train, test = _table(read, "Train.csv"), _table(read, "Test.csv")
        # Kaggle's files carry the class in front of the track: 00020_00001_00002.png.
        train["Filename"] = train.Filename.str.extract(r"(\d{5}_\d{5}\.ppm)$")[0]
        if train.Filename.isna().any():
            raise MisreadError(
                f"Train.csv: file name {train.Path[train.Filename.isna()].iloc[0]!r} names no track and frame"
            )
        for row in tqdm(train.itertuples(), total=len(train), desc="training images", unit="img"):
            image = gtsrb.decode_image(read(row.Path), row.Path, row.Width, row.Height)
            writer.add_train(row.ClassId, row.Filename, image)
        for row in tqdm(test.itertuples(), total=len(test), desc="test images", unit="img"):
            writer.add_test(row.Filename, gtsrb.decode_image(read(row.Path), row.Path, row.Width, row.Height))
        official = list(gtsrb.COLUMNS)
        writer.add_annotations(train[official].sort_values("Filename"), test[official].sort_values("Filename"))
