"""Group the test images into estimated tracks, and measure on the training images how well this works."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import threadpoolctl

from misread import params, paths, stage
from misread.data import clean_sets, store, texts, tracks
from misread.gtsrb import dataset, zips
from misread.parallel import workers


def features_of(archive: Path, root: str, block: pd.DataFrame) -> np.ndarray:
    """Features of the images in a block of the index."""
    members = root + "/" + block.file
    files = zips.read_places(archive, members, block.itertuples())
    images = (
        dataset.decode_image(file, f"{archive}: {member}", row.width, row.height)
        for row, member, file in zip(block.itertuples(), members, files, strict=True)
    )
    return np.stack([tracks.features(image) for image in images])


def read(split: str, settings: params.Params) -> tuple[pd.DataFrame, np.ndarray]:
    """Index of a split, and the features of its images."""
    index = workers.aside(clean_sets.choose_images, split, paths.ARCHIVES, settings.data, settings.seed)
    _, archive, root = dataset.SPLITS[split]
    blocks = workers.map_blocks(
        partial(features_of, paths.ARCHIVES / archive.name, root), len(index), f"{split}, features", 512,
        part=lambda start, stop: (index.iloc[start:stop],),
    )  # fmt: skip
    return index, np.concatenate([block for _, block in blocks])


def main() -> None:
    settings = params.load()
    threadpoolctl.threadpool_limits(settings.threads)  # of BLAS, as in all stages; they decide the last bits
    index, values = read("train", settings)
    classes, known = index.class_id.to_numpy(), index.groupby(["class_id", "track"]).ngroup().to_numpy()
    test, test_values = read("test", settings)
    test_classes = test.class_id.to_numpy()
    found = tracks.validate(values, classes, known, len(test) / len(index), settings.seed)
    places = tracks.Space(values, classes, known).places(test_values, test_classes)
    groups = tracks.group_classes(places, test_classes, tracks.longest(known))
    with store.complete_or_absent(paths.TRACKS) as folder:
        folder.mkdir()
        pd.DataFrame({"group": groups}).to_csv(folder / "test.csv", index=False)
        (folder / "agreement.json").write_text(texts.as_json(found._asdict()), encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
