"""Write the clean sets, with every image at the size of every network, and an index of each split."""

from misread import params, paths, stage
from misread.data import clean_sets, room, store
from misread.gtsrb import content, dataset


def main() -> None:
    settings = params.load()
    room.require(settings, "prepare")
    data = settings.data
    with store.complete_or_absent(paths.CLEAN) as folder:
        folder.mkdir()
        for split, read, archive, root in (
            ("train", dataset.read_train_index, dataset.TRAIN, dataset.TRAIN_ROOT),
            ("test", dataset.read_test_index, dataset.TEST, dataset.TEST_ROOT),
        ):
            index = read(paths.ARCHIVES)
            if data.source == "gtsrb":
                content.check_counts(index, split)
            kept = clean_sets.cap_tracks(index, data.images_per_class)
            if split == "train":
                kept["validation"] = clean_sets.validation_mask(kept, data.validation_share, settings.seed)
            owners, sizes = store.by_size(settings.image_sizes)
            targets = {size: folder / owner / split for size, owner in owners.items()}
            digests = clean_sets.write_split(kept, paths.ARCHIVES / archive.name, root, settings.resize, targets, split)
            for owner, like in sizes.items():
                store.link_set(folder / like / split, folder / owner / split)
            if data.source == "gtsrb":
                content.check_digests(digests, kept.class_id.value_counts(), split)
            kept.to_csv(folder / f"{split}.csv", index=False)


if __name__ == "__main__":
    stage.run(main)
