"""Kaggle's edition of GTSRB, from archives."""

import io

from PIL import Image

from misread.gtsrb import dataset, kaggle, zips


def kaggle_edition(folder, archives, images=40):
    """The first images of both splits in Kaggle's layout."""
    folder.mkdir()
    columns = ",".join(kaggle.COLUMNS)
    for split, index, root, archive in (
        ("Train", dataset.read_train_index(archives), dataset.TRAIN_ROOT, dataset.TRAIN),
        ("Test", dataset.read_test_index(archives), dataset.TEST_ROOT, dataset.TEST),
    ):
        lines = [columns]
        with zips.open_archive(archives / archive.name) as source:
            for row in index.iloc[:images].itertuples():
                stem = row.file.rsplit("/")[-1].removesuffix(".ppm")
                path = f"Train/{row.class_id}/{row.class_id:05d}_{stem}.png" if split == "Train" else f"Test/{stem}.png"
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                Image.open(io.BytesIO(source.read(f"{root}/{row.file}"))).save(folder / path)
                box = (row.width, row.height, row.x1, row.y1, row.x2, row.y2, row.class_id)
                lines.append(",".join(map(str, (*box, path))))
        (folder / f"{split}.csv").write_text("\n".join(lines) + "\n")
    return folder
