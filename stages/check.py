"""Refuse wrong parameters before any other stage runs; all of them come after this one."""

import json
from pathlib import Path

import stage
from misread import params
from misread.data import store

CHECKED, ORIGIN = Path("data/params-checked"), Path("data/origin.json")


def origin(settings: params.Params) -> dict:
    """What decides the archives: the real ones are the same whatever the seed and the cap on their images."""
    data = settings.data
    if data.source == "gtsrb":
        return {"source": data.source}
    return {"source": data.source, "images_per_class": data.images_per_class, "seed": settings.seed}


def main() -> None:
    settings = params.load()
    with store.complete_or_absent(ORIGIN) as path:
        path.write_text(json.dumps(origin(settings)) + "\n", encoding="utf-8")
    # Always the same content: the stages after this one run again only for the parameters that they name.
    with store.complete_or_absent(CHECKED) as path:
        path.write_text("params.yaml holds known keys and allowed values\n", encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
