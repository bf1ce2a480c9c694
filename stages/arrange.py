"""Link what each network is trained and tested on, and delete what removed networks and noise types left."""

from misread import params, paths, stage
from misread.data import leftovers, sets, store


def main() -> None:
    settings = params.load()
    noisy = [paths.noisy_set(*one) for one in settings.noise.sets]
    leftovers.remove(noisy, [paths.classifier(*one) for one in settings.classifiers], paths.GANS)
    with store.complete_or_absent(paths.SETS) as folder:
        for owner in settings.image_sizes:
            for regime in dict.fromkeys([*settings.regimes, "clean", "noisy"]):
                for name in sets.of_regime(regime, settings.noise.selected, noisy):
                    store.link_set(sets.folder_of(name, owner, "train"), folder / owner / "train" / regime / name)
            for name in ("clean", *noisy):
                store.link_set(sets.folder_of(name, owner, "test"), folder / owner / "test" / name)
        for name in ("clean", *noisy):
            store.link_set(sets.folder_of(name, paths.GAN, "train"), folder / paths.GAN / "compared" / name)


if __name__ == "__main__":
    stage.run(main)
