"""Write one noisy copy of the clean sets: noise TYPE LEVEL."""

import sys

from misread import params, paths, stage
from misread.data import room, store
from misread.noise import noisy_sets


def main() -> None:
    noise_type, level = sys.argv[1:]
    settings = params.load()
    name = paths.noisy_set(noise_type, level)
    noise = {
        "noise_type": noise_type,
        "strength": settings.noise.strength_of(noise_type, level),
        "options": settings.noise.options_of(noise_type),
        "seed": settings.seed,
    }
    room.require(settings, f"noise@{name}")
    owners, same = store.by_size(settings.image_sizes)
    with store.complete_or_absent(paths.NOISY / name) as folder:
        for split in ("train", "test"):
            for size, owner in owners.items():
                noisy_sets.write_noisy_set(
                    paths.CLEAN / owner / split,
                    folder / owner / split,
                    f"{name} {size} px {split}",
                    split=split,
                    **noise,
                )
            for owner, like in same.items():
                store.link_set(folder / like / split, folder / owner / split)


if __name__ == "__main__":
    stage.run(main)
