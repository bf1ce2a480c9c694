"""Opening labelled images by what a path is: a folder of class folders, a table, a folder of arrays, a benchmark."""

from pathlib import Path

from misread.errors import MisreadError
from misread.own.images import array_folders, benchmark, image_folders, image_tables
from misread.own.images.collection import Collection

TABLES = (".csv", ".tsv")
ACCEPTED = (
    f"expected a folder with a folder of images for each class, a CSV file with a path and a label for each image, a "
    f"folder with {array_folders.IMAGES} and {array_folders.LABELS}, a folder with the archives of GTSRB, or the word "
    f"{benchmark.WORD}"
)


def open_images(
    spec: str | Path,
    *,
    split: str | None = None,
    path_column: str | None = None,
    label_column: str | None = None,
    group_column: str | None = None,
) -> Collection:
    """Open labelled images of any kind.

    Args:
        spec: the word ``gtsrb``, or the path of a file or folder; see the module of each kind.
        split: which split of a folder of images to take.
        path_column: name of a table's column of paths.
        label_column: name of a table's column of labels.
        group_column: name of a table's column of groups.

    Raises:
        MisreadError: there is nothing of these kinds, or it is broken; the message says what was expected and found.

    """
    of_tables = {"--path-column": path_column, "--label-column": label_column, "--group-column": group_column}
    options = {"--split": split, **of_tables}
    given = {name: value for name, value in options.items() if value is not None}
    try:
        path = Path(spec).expanduser()
    except RuntimeError:  # an unknown user, as in ~name, or one without a home folder
        raise MisreadError(f"{spec}: there is no such home folder") from None
    if spec == benchmark.WORD:
        _refuse(given, (), "the benchmark")
        return benchmark.open_benchmark()
    if path.is_file() and path.suffix.lower() in TABLES:
        _refuse(given, tuple(of_tables), f"the table {path}")
        return image_tables.open_image_table(path, path_column, label_column, group_column)
    if not path.is_dir():
        found = f"a file of type {path.suffix or 'unknown'}" if path.exists() else "no such file or folder"
        raise MisreadError(f"{path}: {ACCEPTED}; found {found}")
    if benchmark.is_benchmark(path):
        _refuse(given, (), f"the archives in {path}")
        return benchmark.open_benchmark(path)
    if (path / array_folders.IMAGES).is_file() or (path / array_folders.LABELS).is_file():
        _refuse(given, (), f"the arrays in {path}")
        return array_folders.open_array_folder(path)
    _refuse(given, ("--split",), f"the folder of images {path}")
    return image_folders.open_image_folder(path, split)


def _refuse(given: dict[str, str], allowed: tuple[str, ...], kind: str) -> None:
    """Refuse options that have no meaning for a kind."""
    for name, value in given.items():
        if name not in allowed:
            raise MisreadError(f"{name}: {value!r}: has no meaning for {kind}")
