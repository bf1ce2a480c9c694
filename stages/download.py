"""Fetch the three GTSRB archives, or write archives of rendered signs instead."""

import os
from pathlib import Path

from misread import params, paths, stage
from misread.data import room, store
from misread.gtsrb import rendered, sources

# The folder of the project itself, which DVC_ROOT names if DVC works in a copy, so that all copies share downloads.
KEPT = Path(os.environ.get("DVC_ROOT", "")) / paths.DOWNLOADS


def main() -> None:
    settings = params.load()
    room.require(settings, "download")
    with store.complete_or_absent(paths.ARCHIVES) as folder:
        folder.mkdir()
        if settings.data.source == "synthetic":
            rendered.write_archives(folder, settings.data.images_per_class, settings.seed)
        else:
            sources.fetch_archives(folder, KEPT)


if __name__ == "__main__":
    stage.run(main)
