"""Bring the three GTSRB archives, or write rendered signs in their place."""

import os
from pathlib import Path

import room
import stage
from misread import params
from misread.data import download, store, synthetic

OUT = Path("data/gtsrb")
# Of the project itself, which DVC names where it works in a copy: what was downloaded once serves all.
KEPT = Path(os.environ.get("DVC_ROOT", "")) / "data/.downloads"


def main() -> None:
    settings = params.load()
    room.require(settings, "download")
    with store.complete_or_absent(OUT) as folder:
        folder.mkdir()
        if settings.data.source == "synthetic":
            synthetic.write_archives(folder, settings.data.images_per_class, settings.seed)
        else:
            download.fetch_archives(folder, KEPT)


if __name__ == "__main__":
    stage.run(main)
