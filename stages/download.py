"""Bring the three GTSRB archives, or write rendered signs in their place."""

from pathlib import Path

import stage
from misread import params
from misread.data import download, store, synthetic

OUT = Path("data/gtsrb")


def main() -> None:
    settings = params.load()
    with store.complete_or_absent(OUT) as folder:
        folder.mkdir()
        if settings.data.source == "synthetic":
            synthetic.write_archives(folder, settings.data.images_per_class, settings.seed)
        else:
            download.fetch_archives(folder, Path("data/.downloads"))


if __name__ == "__main__":
    stage.run(main)
