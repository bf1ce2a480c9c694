"""Link the sets that each network is trained and tested on, and delete outputs that are no longer in params.yaml."""

from pathlib import Path

from misread import paths, stage
from misread.data import leftovers, sets, store, texts
from misread.regime import NOISE


def link_training_sets(folder: Path, owner: str, regimes: dict) -> None:
    """Link the sets of each regime, and write a description of the noise that it adds in memory, if any."""
    for regime, wanted in regimes.items():
        for name in wanted["sets"]:
            store.link_set(sets.folder_of(name, owner, "train"), folder / regime / name)
        if noise := wanted.get("noise"):
            (folder / regime / NOISE).write_text(texts.as_json(noise), encoding="utf-8")


def main() -> None:
    wanted = texts.read_json(paths.WANTED_SETS)
    classifiers = {
        paths.classifier(network, regime): trainings
        for network, trainings in wanted["networks"].items()
        for regime in wanted["regimes"]
    }
    leftovers.remove(wanted["noisy"], classifiers, paths.GANS)
    every = ("clean", *wanted["noisy"])
    with store.complete_or_absent(paths.SETS) as folder:
        for network in wanted["networks"]:
            link_training_sets(folder / network / "train", network, wanted["regimes"])
        link_training_sets(folder / paths.GAN / "train", paths.GAN, wanted["gan_regimes"])
        for name in every:
            for owner in (*wanted["networks"], paths.GAN):
                store.link_set(sets.folder_of(name, owner, "test"), folder / owner / "test" / name)
            store.link_set(sets.folder_of(name, paths.GAN, "train"), folder / paths.GAN / "compared" / name)


if __name__ == "__main__":
    stage.run(main)
