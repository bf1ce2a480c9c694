"""Refuse wrong parameters before any other stage runs, and write down what others need to know of them."""

from misread import params, paths, stage
from misread.data import store, texts


def origin(settings: params.Params) -> dict:
    """What decides the archives: the real ones are the same whatever the seed and the cap on their images."""
    data = settings.data
    if data.source == "gtsrb":
        return {"source": data.source}
    return {"source": data.source, "images_per_class": data.images_per_class, "seed": settings.seed}


def wanted_sets(settings: params.Params) -> dict:
    """Who is trained and tested on which sets."""
    return {
        "networks": settings.networks.names,
        "regimes": settings.regimes,
        "selected": settings.noise.selected,
        "noisy": [paths.noisy_set(*one) for one in settings.noise.sets],
    }


def main() -> None:
    settings = params.load()
    with store.complete_or_absent(paths.BACKBONES) as folder:
        folder.mkdir()
        for name in settings.networks.names:
            network = settings.networks[name]
            decisive = {key: getattr(network, key, None) for key in ("image_size", "cut", "weights")}
            (folder / f"{name}.json").write_text(texts.as_json(decisive), encoding="utf-8")
    texts.write(
        {
            paths.ORIGIN: texts.as_json(origin(settings)),
            paths.SIZES: texts.as_json(settings.image_sizes),
            paths.WANTED_SETS: texts.as_json(wanted_sets(settings)),
            # Always the same: the stages after this one run again only for the parameters that they name.
            paths.CHECKED: "params.yaml holds known keys and allowed values\n",
        }
    )


if __name__ == "__main__":
    stage.run(main)
