"""Write the clean sets: every image at every size, and an index of both splits."""

from pathlib import Path

import room
import stage
from misread import params
from misread.data import content, gtsrb, prepare, store

ARCHIVES = Path("data/gtsrb")
OUT = Path("data/clean")


def main() -> None:
    settings = params.load()
    room.require(settings, "prepare")
    data = settings.data
    with store.complete_or_absent(OUT) as folder:
        folder.mkdir()
        for split, read, archive, root in (
            ("train", gtsrb.read_train_index, gtsrb.TRAIN, gtsrb.TRAIN_ROOT),
            ("test", gtsrb.read_test_index, gtsrb.TEST, gtsrb.TEST_ROOT),
        ):
            index = read(ARCHIVES)
            if data.source == "gtsrb":
                content.check_counts(index, split)
            kept = prepare.cap_tracks(index, data.images_per_class)
            if split == "train":
                kept["validation"] = prepare.validation_mask(kept, data.validation_share, settings.seed)
            targets = {size: folder / str(size) / split for size in settings.image_sizes}
            digests = prepare.fit_split(kept, ARCHIVES / archive.name, root, settings.geometry.fit, targets, split)
            if data.source == "gtsrb":
                content.check_digests(digests, kept.class_id.value_counts(), split)
            kept.to_csv(folder / f"{split}.csv", index=False)


if __name__ == "__main__":
    stage.run(main)
