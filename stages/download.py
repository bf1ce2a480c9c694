"""Bring the three GTSRB archives, or write rendered signs in their place."""

import os
from pathlib import Path

from misread import params, paths, stage
from misread.data import room, store
from misread.gtsrb import rendered, sources

# Of the project itself, which DVC names where it works in a copy: what was downloaded once serves all.
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
