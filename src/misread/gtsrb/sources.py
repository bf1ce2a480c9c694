"""Fetching the three archives of GTSRB from a mirror, if one is set, or from the official site."""

from collections.abc import Sequence
from pathlib import Path

from misread import transfer
from misread.gtsrb import dataset, kaggle, zips

SHOWN = 5  # names of a mirror's files that a message lists


def fetch_archives(folder: Path, downloads: Path, wanted: Sequence[dataset.Archive] = dataset.ARCHIVES) -> None:
    """Put the official archives into a folder.

    The mirror is tried first: for the archives themselves, then for Kaggle's edition of GTSRB, which is converted.

    Args:
        folder: folder for the archives.
        downloads: folder in which complete and partial downloads are kept, so that the next run uses or resumes them.
        wanted: archives to fetch, all three or those of the test set.

    Raises:
        MisreadError: a file is not available, is broken, or its checksum is wrong.
    """
    mirror = transfer.mirror()
    if mirror and not transfer.is_url(mirror) and not (Path(mirror) / wanted[0].name).exists():
        edition = kaggle.find(Path(mirror))
        if edition:
            print(f"{edition}: Kaggle's edition of GTSRB, converted to the official layout")
            kaggle.convert(edition, folder, with_training=dataset.TRAIN in wanted)
            return
        print(_what_is_there(Path(mirror), wanted[0].name))
    for archive in wanted:
        # Partial downloads from different sources are kept apart.
        path = transfer.from_mirror(mirror, archive.name, folder, downloads / "mirror") if mirror else None
        if path is None:
            if mirror:
                print(f"{archive.name}: not in {mirror}; downloading it from {dataset.SITE}")
            path = folder / archive.name
            transfer.fetch(dataset.SITE + archive.name, path, downloads, archive.md5)
            continue
        if (found := transfer.md5_of(path)) != archive.md5:
            with transfer.naming_mirror(mirror, path):
                zips.check_archive(path)
            print(f"{archive.name}: not packed as the official archive (md5 {found}); its content is checked later")


def _what_is_there(mirror: Path, archive: str) -> str:
    """Say in one line which files were expected in a mirror and which files it has."""
    held = sorted(path.name for path in mirror.iterdir())
    shown = ", ".join(held[:SHOWN]) + (f" and {len(held) - SHOWN} more" if len(held) > SHOWN else "") or "nothing"
    smaller = [path.name for path in dataset.other_zips(mirror) if dataset.is_smaller_edition(zips.member_names(path))]
    note = f"; {smaller[0]} is {dataset.SMALLER}" if smaller else ""
    return (
        f"{mirror}: found neither {archive} nor Kaggle's {' and '.join(kaggle.TABLES)}, in it, in a folder "
        f"or in a zip; it holds {shown}{note}"
    )
