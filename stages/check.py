"""Validate the parameters before any other stage runs, and write files with the parameters that other stages need."""

import os
from pathlib import Path

from misread import params, paths, stage
from misread.data import store, texts
from misread.errors import MisreadError
from misread.params import own_entries
from misread.regimes import REGIMES

# `dvc exp run -S` writes its values into params.yaml and leaves them there if the stage fails.
TAKE_BACK = "`git checkout params.yaml` takes back what -S wrote, and your own uncommitted changes of this file"


def checked() -> params.Params:
    """Read and check the parameters; if an experiment has changed them here, an error says how to take them back."""
    try:
        settings = params.load()
        own_entries.check_files(settings.own)
    except MisreadError as error:
        if not is_experiment_here():
            raise
        raise MisreadError(f"{error}; {TAKE_BACK}") from None
    return settings


def is_experiment_here() -> bool:
    """Whether `dvc exp run` runs this stage in the project itself and not in a copy, for which DVC_ROOT is another."""
    return "DVC_EXP_NAME" in os.environ and Path(os.environ.get("DVC_ROOT", "")).samefile(Path())


def origin(settings: params.Params) -> dict:
    """Parameters that determine the archives: the real archives do not depend on the seed or the cap on images."""
    data = settings.data
    if data.source == "gtsrb":
        return {"source": data.source}
    return {"source": data.source, "images_per_class": data.images_per_class, "seed": settings.seed}


def wanted_sets(settings: params.Params) -> dict:
    """The trainings of each network, the sets that it is trained and tested on, and the noise added in memory."""
    noisy = sorted(paths.noisy_set(*one) for one in settings.noise.sets)
    selected = settings.noise.selected
    return {
        "networks": {name: settings.trainings_of(name) for name in sorted(settings.networks.names)},
        "noisy": noisy,
        "regimes": {
            name: {"sets": REGIMES[name].sets(selected, noisy), "noise": settings.noises_in(name)}
            for name in sorted(settings.regimes.names)
        },
        "gan_regimes": {name: {"sets": REGIMES[name].sets(selected, noisy)} for name in paths.GAN_REGIMES},
    }


def training(settings: params.Params, name: str, regime: str) -> dict:
    """Parameters that determine the training of a network in a regime, except its images and the shared settings."""
    network = settings.network_in(regime, name).model_dump()
    return {"network": network, "regime": settings.regimes[regime].decisive}


def main() -> None:
    settings = checked()
    with store.complete_or_absent(paths.BACKBONES) as folder:
        folder.mkdir()
        for name in settings.networks.names:
            network = settings.networks[name]
            decisive = {key: getattr(network, key, None) for key in ("image_size", "cut", "weights")}
            (folder / f"{name}.json").write_text(texts.as_json(decisive), encoding="utf-8")
    with store.complete_or_absent(paths.REPEATS) as folder:
        folder.mkdir()
        for name in settings.networks.names:
            (folder / f"{name}.json").write_text(
                texts.as_json({"trainings": sorted(settings.trainings_of(name))}), encoding="utf-8"
            )
    with store.complete_or_absent(paths.TRAININGS) as folder:
        folder.mkdir()
        for name, regime in settings.classifiers:
            path = folder / f"{paths.classifier(name, regime)}.json"
            path.write_text(texts.as_json(training(settings, name, regime)), encoding="utf-8")
    texts.write(
        {
            paths.ORIGIN: texts.as_json(origin(settings)),
            # Sorted, because the order in params.yaml does not affect the images.
            paths.SIZES: texts.as_json(dict(sorted(settings.image_sizes.items()))),
            paths.WANTED_SETS: texts.as_json(wanted_sets(settings)),
            # Constant content, so that the next stages run again only if the parameters that they depend on change.
            paths.CHECKED: "params.yaml holds known keys and allowed values\n",
        }
    )


if __name__ == "__main__":
    stage.run(main)
