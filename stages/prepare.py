"""Write the clean sets, with every image at the size of every network, and an index of each split."""

from misread import params, paths, stage
from misread.data import clean_sets, room, store
from misread.gtsrb import content, dataset, zips
from misread.parallel import workers


def main() -> None:
    settings = params.load()
    room.require(settings, "prepare")
    data = settings.data
    owners, sizes = store.by_size(settings.image_sizes)
    with store.complete_or_absent(paths.CLEAN) as folder:
        folder.mkdir()
        for split in dataset.SPLITS:
            # `zipfile` and the tables need far more memory than what is kept of them.
            kept = workers.aside(clean_sets.choose_images, split, paths.ARCHIVES, data, settings.seed)
            targets = {size: folder / owner / split for size, owner in owners.items()}
            digests = clean_sets.write_split(split, paths.ARCHIVES, kept, settings.resize, targets)
            for owner, like in sizes.items():
                store.link_set(folder / like / split, folder / owner / split)
            if data.source == "gtsrb":
                content.check_digests(digests, kept.class_id.value_counts(), split)
            kept.drop(columns=[*zips.PLACE.names]).to_csv(folder / f"{split}.csv", index=False)


if __name__ == "__main__":
    stage.run(main)
