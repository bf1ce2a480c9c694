"""Tables of images: a CSV file with the path and the label of each image, and perhaps its region of interest."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from misread.errors import MisreadError
from misread.own.images.class_names import gaps, in_order, positions
from misread.own.images.collection import Collection
from misread.own.images.decoding import FileReader

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
# Usual names of columns, in small letters and without signs between them.
PATHS = ("path", "file", "filename", "filepath", "image", "imagename", "imagepath", "imagefile", "img", "imgpath")
LABELS = ("label", "class", "classid", "classname", "category", "categoryid", "target")
BOXES = (
    ("roix1", "roiy1", "roix2", "roiy2"),  # of GTSRB and of Kaggle's edition
    ("x1", "y1", "x2", "y2"),
    ("xmin", "ymin", "xmax", "ymax"),
)


def open_image_table(
    table: Path, path_column: str | None = None, label_column: str | None = None, group_column: str | None = None
) -> Collection:
    """Open a CSV file, UTF-8, with a header, separated by commas, semicolons or tabs.

    Columns of boxes, ``Roi.X1, Roi.Y1, Roi.X2, Roi.Y2`` or ``x1, y1, x2, y2`` or ``xmin, ymin, xmax, ymax``, are the
    regions of interest in pixels, right and bottom edge exclusive. Classes are sorted by name, or by value if all
    labels are numbers.

    Args:
        table: the file; its paths are relative to its folder, and the images are in its order.
        path_column: name of the column of paths; None: one of the usual names, as ``Path`` or ``filename``.
        label_column: name of the column of labels; None: one of the usual names, as ``label`` or ``ClassId``.
        group_column: name of the column of groups, as for `Collection`; None: there is none.

    Raises:
        MisreadError: the file is no such table, a column is missing, a path is empty, listed twice, missing or outside
            the table's folder, or a label or a box is wrong; the message names it.

    """
    table = Path(table)
    rows = _read(table)
    path_column = _column(table, rows, path_column, PATHS, "path")
    label_column = _column(table, rows, label_column, LABELS, "label")
    labels = rows[label_column].str.strip()
    _refuse(table, rows[path_column], labels == "", f"has an empty {label_column}")
    groups = None
    if group_column is not None:
        named = rows[_column(table, rows, group_column, (), "group")].str.strip()
        _refuse(table, rows[path_column], named == "", f"has an empty {group_column}")
        groups = pd.factorize(named)[0]
    names = _names(table, rows[path_column])
    classes = in_order(labels.unique())
    return Collection(
        title=str(table),
        names=names,
        labels=positions(labels.tolist(), classes),
        classes=classes,
        read=FileReader(table.parent, names),
        rois=_boxes(table, rows, rows[path_column]),
        groups=groups,
        files=(table, *(table.parent / name for name in names)),
        notes=gaps(classes),
    )


def _read(table: Path) -> pd.DataFrame:
    """Read all columns as text."""
    try:
        with open(table, encoding="utf-8-sig", newline="") as file:
            header = next((line for line in file if line.strip()), "")
            separator = max(SEPARATORS, key=lambda one: len(next(csv.reader([header], delimiter=one), [])))
            file.seek(0)
            lines = [line for line in csv.reader(file, delimiter=separator, skipinitialspace=True) if line]
    except OSError as error:
        raise MisreadError(f"{table}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise MisreadError(f"{table}: expected a CSV file in UTF-8, found other bytes") from None
    except csv.Error as error:
        raise MisreadError(f"{table}: expected a CSV file ({error})") from None
    if len(lines) < 2:
        raise MisreadError(f"{table}: expected a header and a row for each image, found {len(lines)} rows")
    columns, *rows = lines
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise MisreadError(
                f"{table}: row {number}: expected {len(columns)} fields, as in the header ({SEPARATORS[separator]}), "
                f"found {len(row)}"
            )
    columns = [column.strip() for column in columns]
    if len(set(columns)) < len(columns):
        raise MisreadError(f"{table}: expected columns of different names, found {', '.join(columns)}")
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _plain(column: str) -> str:
    return re.sub(r"[\W_]", "", column).lower()


def _column(table: Path, rows: pd.DataFrame, wanted: str | None, usual: Sequence[str], what: str) -> str:
    """Name of the column of paths, labels or groups."""
    if wanted is not None:
        if wanted not in rows:
            raise MisreadError(f"--{what}-column: {wanted!r}: {table} has no such column; it has {', '.join(rows)}")
        return wanted
    found = [column for column in rows if _plain(column) in usual]
    if len(found) != 1:
        problem = f"could be {' or '.join(found)}" if found else f"is none of {', '.join(rows)}"
        raise MisreadError(f"{table}: the column of the {what}s {problem}; name it with --{what}-column")
    return found[0]


def _refuse(table: Path, paths: pd.Series, wrong: np.ndarray | pd.Series, problem: str) -> None:
    """Raise an error that names the first wrong row, if there is one."""
    places = np.flatnonzero(wrong)
    if len(places):
        name = paths.iloc[places[0]]
        more = f" ({len(places):,} such rows)" if len(places) > 1 else ""
        raise MisreadError(f"{table}: row {places[0] + 1}: {' '.join(name.split()) or 'the image'} {problem}{more}")


def _names(table: Path, paths: pd.Series) -> list[str]:
    """Path of each image in the folder of the table, with forward slashes; each is an existing file in it."""
    _refuse(table, paths, paths.str.strip() == "", "has an empty path")
    parts = [PurePosixPath(path.strip().replace("\\", "/")) for path in paths]
    outside = [
        one.is_absolute() or ".." in one.parts or bool(re.match(r"[A-Za-z]:", str(one))) or "\0" in str(one)
        for one in parts
    ]
    _refuse(table, paths, outside, "has an absolute path or one with '..'; expected one in the folder of the table")
    names = pd.Series([str(one) for one in parts], dtype=str)
    _refuse(table, paths, names.duplicated(), "is listed twice")
    lost = [not (table.parent / name).is_file() for name in names]
    _refuse(table, paths, lost, f"is listed, but there is no such file in {table.parent}")
    outside = [not inside for inside in _are_inside(table.parent, names)]
    _refuse(table, paths, outside, "is or goes through a link that leads out of the folder of the table")
    return names.tolist()


def _are_inside(folder: Path, names: Iterable[str]) -> Iterator[bool]:
    """Whether each file of a folder is in the folder when links are followed."""
    top = folder.resolve()
    real = cache(Path.resolve)  # of the folders: there are few of them
    for name in names:
        path = folder / name
        target = path.resolve() if path.is_symlink() else real(path.parent) / path.name
        yield target.is_relative_to(top)


def _boxes(table: Path, rows: pd.DataFrame, paths: pd.Series) -> np.ndarray | None:
    """Regions of interest, int32 ``(N, 4)``; None if no columns have the usual names."""
    plain = {_plain(column): column for column in rows}
    columns = next(([plain[name] for name in names] for names in BOXES if set(names) <= set(plain)), None)
    if columns is None:
        return None
    values = rows[columns].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    box = ", ".join(columns)
    with np.errstate(invalid="ignore"):
        whole = (values % 1 == 0) & (abs(values) < 1 << 31)
    _refuse(table, paths, ~whole.all(axis=1), f"has a box that is not in whole pixels ({box})")
    x1, y1, x2, y2 = values.T
    wrong = (x1 < 0) | (y1 < 0) | (x1 >= x2) | (y1 >= y2)
    _refuse(table, paths, wrong, f"has a box of no size or with negative edges ({box})")
    return values.astype(np.int32)
