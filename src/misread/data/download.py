"""The three archives of GTSRB: from a mirror if one is named, else from the official site."""

import zipfile
from pathlib import Path

from misread.data import gtsrb, kaggle, transfer
from misread.errors import MisreadError


def fetch_archives(folder: Path, downloads: Path) -> None:
    """Put the three official archives into a folder.

    The mirror is tried first: for the archives themselves, then for Kaggle's edition of GTSRB, which is converted.

    Args:
        folder: where the archives go.
        downloads: where downloads are kept, finished or not, so that the next run uses or resumes them.

    Raises:
        MisreadError: a file cannot be had, or is not what its checksum says.
    """
    mirror = transfer.mirror()
    if mirror and not transfer.is_url(mirror) and not (Path(mirror) / gtsrb.TRAIN.name).exists():
        edition = kaggle.find(Path(mirror))
        if edition:
            print(f"{edition}: Kaggle's edition of GTSRB, converted to the official layout")
            kaggle.convert(edition, folder)
            return
    for archive in gtsrb.ARCHIVES:
        # A part that one source began is not another's to continue.
        path = transfer.from_mirror(mirror, archive.name, folder, downloads / "mirror") if mirror else None
        if path is None:
            if mirror:
                print(f"{archive.name}: not in {mirror}; downloading it from {gtsrb.SITE}")
            path = folder / archive.name
            transfer.fetch(gtsrb.SITE + archive.name, path, downloads, archive.md5)
            continue
        if not zipfile.is_zipfile(path):
            raise MisreadError(f"{archive.name}: what {mirror} holds is no zip archive, or not all of it")
        if (found := transfer.md5_of(path)) != archive.md5:
            print(f"{archive.name}: not packed as the official archive (md5 {found}); its content is checked later")
