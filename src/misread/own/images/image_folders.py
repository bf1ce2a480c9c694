"""Folders of images with a folder for each class: ``CLASS/file``, or ``SPLIT/CLASS/file``."""

import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from misread.errors import MisreadError
from misread.own.images.class_names import gaps, in_order, listed, positions
from misread.own.images.collection import Collection
from misread.own.images.decoding import SUFFIXES, FileReader

# Names of splits, in small letters, of which the first that is there is taken.
CHOSEN = ("test", "testing", "val", "validation", "valid")
SPLITS = (*CHOSEN, "train", "training")
SYSTEM = ("thumbs.db", "desktop.ini", "__macosx")  # made by the system, not by the user
LAYOUT = "expected a folder for each class with its images, CLASS/FILE or SPLIT/CLASS/FILE"


class _Listing(NamedTuple):
    """What a folder holds, sorted: names of its folders, of its images and of its other files."""

    folders: list[str]
    images: list[str]
    others: list[str]


def open_image_folder(folder: Path, split: str | None = None) -> Collection:
    """Open a folder of images; classes are sorted by name, or by value if all names are numbers.

    If there are splits, the test split is taken, or else the validation split. Classes that only another split has are
    classes without images. Hidden files and folders, and those that the system makes, do not count. Links are followed.

    Args:
        folder: the folder; its images are in the order of their classes, then of their paths.
        split: name of the split to take; None: as above.

    Raises:
        MisreadError: the layout is another one, a class has no image, or it is not clear which split is meant.

    """
    folder = Path(folder)
    top = _listing(folder)
    if not top.folders:
        raise MisreadError(f"{folder}: {_other_layout(top)}{_tables(folder, top)}")
    splits = top.folders if split or _are_splits(folder, top.folders) else []
    chosen = _choose(folder, splits, split) if splits else None
    notes = []
    if chosen and len(splits) > 1:
        notes.append(f"Of the splits {listed(splits)}, {chosen} was taken.")
    names, labels, others = _images(folder, chosen, top)
    classes = in_order({*labels, *_classes_elsewhere(folder, splits, chosen)})
    shown = set(labels)
    if lost := [name for name in classes if name not in shown]:
        which = "A class" if len(lost) == 1 else f"{len(lost):,} classes"
        notes.append(f"{which} of the other splits had no image in {chosen}: {listed(lost)}.")
    if others:
        was = "was" if len(others) == 1 else "were"
        notes.append(f"{_count(others, 'file')} of other types, or outside the folders of the classes, {was} ignored.")
    return Collection(
        title=str(folder / chosen if chosen else folder),
        names=names,
        labels=positions(labels, classes),
        classes=classes,
        read=FileReader(folder, names),
        files=tuple(folder / name for name in names),
        notes=(*notes, *gaps(classes)),
    )


def _listing(folder: Path) -> _Listing:
    found = _Listing([], [], [])
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.name.startswith(".") or entry.name.lower() in SYSTEM:
                    continue
                if entry.is_dir():
                    found.folders.append(entry.name)
                elif Path(entry.name).suffix.lower() in SUFFIXES:
                    found.images.append(entry.name)
                else:
                    found.others.append(entry.name)
    except OSError as error:
        raise MisreadError(f"{folder}: cannot be listed ({error.strerror})") from None
    return found


def _are_splits(folder: Path, names: Sequence[str]) -> bool:
    """Whether the folders in a folder are splits: they have folders, and no images unless their names are known."""
    inside = {name: _listing(folder / name) for name in names}
    if not any(one.folders for one in inside.values()):
        return False
    return any(name.lower() in SPLITS for name in names) or not any(one.images for one in inside.values())


def _choose(folder: Path, splits: Sequence[str], wanted: str | None) -> str:
    if wanted:
        wanted = wanted.rstrip("/")
        if wanted not in splits:
            raise MisreadError(f"--split: {wanted!r}: {folder} has no such folder; it has {listed(splits)}")
        return wanted
    known = sorted((CHOSEN.index(name.lower()), name) for name in splits if name.lower() in CHOSEN)
    if known or len(splits) == 1:
        return known[0][1] if known else splits[0]
    raise MisreadError(f"{folder}: has the splits {listed(splits)}; choose one with --split")


def _images(folder: Path, split: str | None, top: _Listing) -> tuple[list[str], list[str], list[str]]:
    """Path in the folder and class of each image, and the names of other files."""
    base = f"{split}/" if split else ""
    inside = _listing(folder / split) if split else top
    if not inside.folders:
        raise MisreadError(f"{folder / base}: {_other_layout(inside)}{_tables(folder, top)}")
    names, labels, others = [], [], inside.images + inside.others
    for class_name in in_order(inside.folders):
        held = _listing(folder / f"{base}{class_name}")
        if held.folders:
            raise MisreadError(f"{folder / base / class_name}: {LAYOUT}; found the folder {held.folders[0]!r} in it")
        if not held.images:
            found = f"{_count(held.others, 'file')} of other types" if held.others else "an empty folder"
            raise MisreadError(f"{folder / base / class_name}: expected images of this class, found {found}")
        names += [_checked(f"{base}{class_name}/{name}") for name in held.images]
        labels += [class_name] * len(held.images)
        others += held.others
    return names, labels, others


def _classes_elsewhere(folder: Path, splits: Sequence[str], chosen: str | None) -> set[str]:
    """Classes of the splits of known names, as a model is trained on those of another split."""
    known = [name for name in splits if name.lower() in SPLITS and name != chosen]
    return {name for split in known for name in _listing(folder / split).folders} if chosen else set()


def _checked(name: str) -> str:
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):  # a line break, bytes that are not UTF-8
        raise MisreadError(f"{name!a}: the file's name has characters that cannot be written to tables; rename it")
    return name


def _other_layout(held: _Listing) -> str:
    found = f"{_count(held.images, 'image')} without a class" if held.images else "no folder in it"
    return f"{LAYOUT}; found {found}"


def _tables(folder: Path, top: _Listing) -> str:
    tables = [name for name in top.others if name.lower().endswith(".csv")]
    return f"; or give the table, as {folder / tables[0]}" if tables else ""


def _count(names: Sequence[str], noun: str) -> str:
    return f"{len(names):,} {noun}{'' if len(names) == 1 else 's'}"
